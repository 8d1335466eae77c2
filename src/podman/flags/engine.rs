//! Global flags of podman, which it accepts after `run` although `podman run --help` hides them.

use super::row::{
    Flag,
    Kind::{Array, Bool, Int, SliceBefore5, Text},
    NeededBy, PathUse, Topic,
    Treatment::{Judged, Pass},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { ENGINE: Topic::Engine;

    CDI_SPEC_DIR: flag("cdi-spec-dir", Array, Judged(RuleId::CdiSpecDir), "DIR", "directory of CDI specs")
        .since(5, 5, 0).path(PathUse::Directory);
    CGROUP_MANAGER: flag("cgroup-manager", Text, Judged(RuleId::CgroupsOff), "MANAGER", "systemd or cgroupfs");
    CONMON: flag("conmon", Text, Judged(RuleId::ForeignRuntime), "FILE", "the conmon binary");
    CPU_PROFILE: flag("cpu-profile", Text, Judged(RuleId::HostFileWrite), "FILE", "write a CPU profile")
        .path(PathUse::Writes);
    DB_BACKEND: flag("db-backend", Text, Judged(RuleId::StorageRedirect), "BACKEND", "state database")
        .since(4, 5, 0).until(6, 0, 0);
    DEFAULT_MOUNTS_FILE: flag("default-mounts-file", Text, Judged(RuleId::DefaultMountsFile), "FILE",
        "mounts for every container").path(PathUse::Reads);
    EVENTS_BACKEND: flag("events-backend", Text, Judged(RuleId::LogOff), "BACKEND", "where events are logged");
    HOOKS_DIR: flag("hooks-dir", SliceBefore5, Judged(RuleId::HooksDir), "DIR", "directory of OCI hooks")
        .path(PathUse::Directory);
    IMAGESTORE: flag("imagestore", Text, Judged(RuleId::StorageRedirect), "DIR", "another image store")
        .since(4, 6, 0).path(PathUse::Directory).needed_by(NeededBy::Store);
    LOG_LEVEL: flag("log-level", Text, Pass, "LEVEL", "podman's own log level");
    MAX_WORKERS: flag("max-workers", Int, Pass, "NUMBER", "parallel workers");
    MEMORY_PROFILE: flag("memory-profile", Text, Judged(RuleId::HostFileWrite), "FILE",
        "write a memory profile").path(PathUse::Writes);
    NAMESPACE: flag("namespace", Text, Judged(RuleId::StorageRedirect), "NAME", "libpod namespace")
        .aliases(&["ns"]);
    NETWORK_BACKEND: flag("network-backend", Text, Judged(RuleId::NetworkConfigDir), "BACKEND",
        "network backend");
    NETWORK_CMD_PATH: flag("network-cmd-path", Text, Judged(RuleId::ForeignRuntime), "FILE",
        "the slirp4netns binary").until(6, 0, 0);
    NETWORK_CONFIG_DIR: flag("network-config-dir", Text, Judged(RuleId::NetworkConfigDir), "DIR",
        "directory of network definitions").path(PathUse::Directory);
    PULL_OPTION: flag("pull-option", Array, Judged(RuleId::StorageRedirect), "OPTION", "storage pull option")
        .since(5, 2, 0);
    REGISTRIES_CONF: flag("registries-conf", Text, Judged(RuleId::InsecureRegistry), "FILE",
        "another registries.conf").path(PathUse::Reads);
    ROOT: flag("root", Text, Judged(RuleId::StorageRedirect), "DIR", "another storage root")
        .path(PathUse::Directory).needed_by(NeededBy::Store);
    RUNROOT: flag("runroot", Text, Judged(RuleId::StorageRedirect), "DIR", "another run root")
        .path(PathUse::Directory).needed_by(NeededBy::Store);
    RUNTIME: flag("runtime", Text, Judged(RuleId::ForeignRuntime), "NAME",
        "OCI runtime: crun, runc, krun, runsc, kata or youki");
    RUNTIME_FLAG: flag("runtime-flag", Array, Judged(RuleId::ForeignRuntime), "FLAG",
        "flag for the OCI runtime");
    STORAGE_DRIVER: flag("storage-driver", Text, Judged(RuleId::StorageRedirect), "DRIVER", "storage driver")
        .needed_by(NeededBy::Store);
    STORAGE_OPT: flag("storage-opt", Array, Judged(RuleId::StorageRedirect), "OPTION", "storage driver option")
        .needed_by(NeededBy::Store);
    SYSLOG: flag("syslog", Bool, Pass, "", "podman logs to syslog too");
    TMPDIR: flag("tmpdir", Text, Judged(RuleId::StorageRedirect), "DIR", "another state directory")
        .path(PathUse::Directory).needed_by(NeededBy::Store);
    TRACE: flag("trace", Bool, Pass, "", "tracing of podman itself");
    TRANSIENT_STORE: flag("transient-store", Bool, Judged(RuleId::StorageRedirect), "",
        "container state that is gone after a boot").since(4, 4, 0).needed_by(NeededBy::Store);
    VOLUMEPATH: flag("volumepath", Text, Judged(RuleId::StorageRedirect), "DIR", "directory of named volumes")
        .path(PathUse::Directory);
}
