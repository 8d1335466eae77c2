//! Flags about limits of memory, CPU time, processes and devices.

use super::row::{
    Flag,
    Kind::{Bool, Float, Int, Slice, SliceBefore5, Text, Uint},
    Shape, Topic,
    Treatment::{Judged, NoOp, Pass, Spec},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { LIMITS: Topic::Limits;

    BLKIO_WEIGHT: flag("blkio-weight", Text, Judged(RuleId::RtPriority), "WEIGHT",
        "block I/O weight, 10 to 1000").example("100");
    BLKIO_WEIGHT_DEVICE: flag("blkio-weight-device", SliceBefore5, Pass, "DEVICE:WEIGHT",
        "block I/O weight of one device").example("[\"/dev/sda:100\"]");
    CGROUP_CONF: flag("cgroup-conf", Slice, Judged(RuleId::CgroupConfRaw), "KEY=VALUE",
        "write a cgroup v2 file directly").example("[memory.high=200000000]");
    CGROUP_PARENT: flag("cgroup-parent", Text, Judged(RuleId::CgroupParent), "CGROUP",
        "place the container's cgroup under another").example("app.slice");
    CGROUPS: flag("cgroups", Text, Spec, "MODE", "how cgroups are used").example("enabled");
    CPU_PERIOD: flag("cpu-period", Uint, Spec, "MICROSECONDS", "CFS period").example("100000");
    CPU_QUOTA: flag("cpu-quota", Int, Spec, "MICROSECONDS", "CFS quota").example("50000");
    CPU_RT_PERIOD: flag("cpu-rt-period", Uint, Judged(RuleId::RtPriority), "MICROSECONDS",
        "real-time period (cgroup v1)").example("1000000");
    CPU_RT_RUNTIME: flag("cpu-rt-runtime", Int, Judged(RuleId::RtPriority), "MICROSECONDS",
        "real-time budget (cgroup v1)").example("950000");
    CPU_SHARES: flag("cpu-shares", Uint, Pass, "WEIGHT", "relative CPU weight; it is no limit")
        .short('c').example("512");
    CPUS: flag("cpus", Float, Spec, "NUMBER", "limit on CPU time, e.g. 0.5").example("0.5");
    CPUSET_CPUS: flag("cpuset-cpus", Text, Pass, "LIST", "CPUs that may be used").example("0-1");
    CPUSET_MEMS: flag("cpuset-mems", Text, Pass, "LIST", "memory nodes that may be used").example("0");
    DEVICE_READ_BPS: flag("device-read-bps", SliceBefore5, Pass, "DEVICE:RATE", "limit reads, bytes per second")
        .example("[\"/dev/sda:1mb\"]");
    DEVICE_READ_IOPS: flag("device-read-iops", SliceBefore5, Pass, "DEVICE:RATE",
        "limit reads, operations per second").example("[\"/dev/sda:1000\"]");
    DEVICE_WRITE_BPS: flag("device-write-bps", SliceBefore5, Pass, "DEVICE:RATE",
        "limit writes, bytes per second").example("[\"/dev/sda:1mb\"]");
    DEVICE_WRITE_IOPS: flag("device-write-iops", SliceBefore5, Pass, "DEVICE:RATE",
        "limit writes, operations per second").example("[\"/dev/sda:1000\"]");
    KERNEL_MEMORY: flag("kernel-memory", Text, NoOp, "BYTES", "does nothing in podman 4 and later");
    MEMORY: flag("memory", Text, Spec, "BYTES", "memory limit, e.g. 256m").short('m').example("256m");
    MEMORY_RESERVATION: flag("memory-reservation", Text, Pass, "BYTES", "soft memory limit").example("128m");
    MEMORY_SWAP: flag("memory-swap", Text, Spec, "BYTES", "limit of memory and swap together").example("256m");
    MEMORY_SWAPPINESS: flag("memory-swappiness", Int, Pass, "NUMBER", "0 to 100 (cgroup v1)").example("0");
    OOM_KILL_DISABLE: flag("oom-kill-disable", Bool, Judged(RuleId::OomProtect), "",
        "never kill the container when memory is short");
    OOM_SCORE_ADJ: flag("oom-score-adj", Int, Spec, "NUMBER", "0 to 1000; negative is refused").example("500");
    PIDS_LIMIT: flag("pids-limit", Int, Spec, "NUMBER", "number of processes").example("100");
    RDT_CLASS: flag("rdt-class", Text, Judged(RuleId::RtPriority), "CLASS", "Intel RDT class")
        .since(4, 8, 0).example("low");
    SYSCTL: flag("sysctl", Slice, Spec, "KEY=VALUE", "set a sysctl of the container's namespaces")
        .key("sysctls").shape(Shape::Pairs).example("{net.ipv4.ip_unprivileged_port_start: 0}");
    ULIMIT: flag("ulimit", Slice, Spec, "NAME=SOFT[:HARD]", "resource limit of a process")
        .key("ulimits").shape(Shape::Pairs).example("{nofile: 1024:4096}");
}
