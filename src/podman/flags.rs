//! The flag table: one row per flag of `podman run`, the union of podman 4.3 to 5.8.
//!
//! The parser ([`super::args`]), the canonical argv, help, man pages, completions and the keys of a profile all come
//! from [`FLAGS`]. A flag without a row does not exist: it is refused, whatever podman makes of it.
//!
//! The rows hold what `podman-run(1)` and podman's sources say; the global flags are those that podman accepts after
//! `run` although `podman run --help` hides them.

use super::version::Version;
use crate::rule_id::RuleId;

/// What Go's pflag makes of a flag's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `strconv.ParseBool`; a following word is never its value, only `--flag=false` is.
    Bool,
    /// A scalar text; the last one wins.
    Text,
    /// A signed number in Go's base 0 notation (`0x10`, `010`, `1_000`); the last one wins.
    Int,
    /// An unsigned number in the same notation.
    Uint,
    /// A number in Go's float notation.
    Float,
    /// A list; each value is one record of comma-separated values with Go's quoting.
    Slice,
    /// A list of unsigned decimal numbers, comma-separated.
    UintSlice,
    /// A list; each value is taken as it stands.
    Array,
    /// [`Kind::Slice`] before podman 5.0, [`Kind::Array`] since. A value that the two read differently is refused.
    SliceBefore5,
}

impl Kind {
    /// Does a flag of this kind take the next word?
    pub fn takes_value(self) -> bool {
        self != Self::Bool
    }

    /// Does a repeated flag add to the list, rather than replace the earlier one?
    pub fn is_list(self) -> bool {
        match self {
            Self::Slice | Self::UintSlice | Self::Array | Self::SliceBefore5 => true,
            Self::Bool | Self::Text | Self::Int | Self::Uint | Self::Float => false,
        }
    }
}

/// What becomes of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Parsed into a field of the [spec](crate::spec); written anew from there.
    Spec,
    /// Harmless: forwarded with its value.
    Pass,
    /// Forwarded, unless this rule refuses it.
    Judged(RuleId),
    /// Accepted and dropped, because podman does nothing with it either.
    NoOp,
    /// Prints our help.
    Help,
    /// An option of safe-podman itself; never reaches podman.
    Own,
}

/// Where a flag stands in podman's own documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `podman-run(1)`.
    Run,
    /// `podman(1)`, accepted after `run` all the same.
    Global,
    /// `safe-podman-run(1)`.
    Own,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name without dashes.
    pub long: &'static str,
    /// The letter, where there is one.
    pub short: Option<char>,
    /// Other long names that podman turns into this one.
    pub aliases: &'static [&'static str],
    /// How its value is read.
    pub kind: Kind,
    /// What becomes of it.
    pub treatment: Treatment,
    /// Which document describes it.
    pub scope: Scope,
    /// What stands for its value in help; empty for a [`Kind::Bool`].
    pub value: &'static str,
    /// One line of help, a phrase.
    pub help: &'static str,
    /// The first podman release that has it, when that is later than [`super::version::OLDEST`].
    pub since: Option<Version>,
    /// The first podman release that no longer has it.
    pub until: Option<Version>,
}

impl Flag {
    /// A row with nothing optional set.
    pub(crate) const fn new(
        long: &'static str,
        kind: Kind,
        treatment: Treatment,
        scope: Scope,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            long,
            short: None,
            aliases: &[],
            kind,
            treatment,
            scope,
            value,
            help,
            since: None,
            until: None,
        }
    }

    const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Some(Version(major, minor, patch));
        self
    }

    const fn until(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.until = Some(Version(major, minor, patch));
        self
    }

    /// Does this release of podman have the flag?
    pub fn is_in(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
            && self.until.is_none_or(|until| version < until)
    }
}

const fn run(
    long: &'static str,
    kind: Kind,
    treatment: Treatment,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag::new(long, kind, treatment, Scope::Run, value, help)
}

const fn global(
    long: &'static str,
    kind: Kind,
    treatment: Treatment,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag::new(long, kind, treatment, Scope::Global, value, help)
}

/// The flags that tell podman where images and containers are.
pub const STORE: [&str; 7] = [
    "imagestore",
    "root",
    "runroot",
    "storage-driver",
    "storage-opt",
    "tmpdir",
    "transient-store",
];

/// The row of a flag, by its long name or an alias.
pub fn by_name(name: &str) -> Option<&'static Flag> {
    FLAGS
        .iter()
        .find(|flag| flag.long == name || flag.aliases.contains(&name))
}

/// The row of a flag, by its letter.
pub fn by_letter(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

/// The table.
pub static FLAGS: &[Flag] = {
    use Kind::{Array, Bool, Float, Int, Slice, SliceBefore5, Text, Uint, UintSlice};
    use Treatment::{Help, Judged, NoOp, Pass, Spec};
    &[
        run(
            "add-host",
            Slice,
            Judged(RuleId::StaticAddress),
            "HOST:IP",
            "add a line to the container's /etc/hosts",
        ),
        run(
            "annotation",
            SliceBefore5,
            Spec,
            "KEY=VALUE",
            "add an OCI annotation; those that steer the runtime are refused",
        ),
        run(
            "arch",
            Text,
            Pass,
            "ARCH",
            "choose the image for another architecture",
        )
        .aliases(&["override-arch"]),
        run(
            "attach",
            Slice,
            Pass,
            "STREAM",
            "attach to stdin, stdout or stderr",
        )
        .short('a'),
        run(
            "authfile",
            Text,
            Pass,
            "FILE",
            "read registry credentials from FILE",
        ),
        run(
            "blkio-weight",
            Text,
            Judged(RuleId::RtPriority),
            "WEIGHT",
            "block I/O weight, 10 to 1000",
        ),
        run(
            "blkio-weight-device",
            SliceBefore5,
            Pass,
            "DEVICE:WEIGHT",
            "block I/O weight of one device",
        ),
        run(
            "cap-add",
            Slice,
            Spec,
            "CAPABILITY",
            "grant one capability after all were dropped",
        ),
        run(
            "cap-drop",
            Slice,
            Spec,
            "CAPABILITY",
            "drop a capability; all of them are dropped anyway",
        ),
        run(
            "cert-dir",
            Text,
            Judged(RuleId::InsecureRegistry),
            "DIR",
            "certificates for talking to registries",
        )
        .since(5, 7, 0),
        run(
            "cgroup-conf",
            Slice,
            Judged(RuleId::CgroupConfRaw),
            "KEY=VALUE",
            "write a cgroup v2 file directly",
        ),
        run(
            "cgroup-parent",
            Text,
            Judged(RuleId::CgroupParent),
            "CGROUP",
            "place the container's cgroup under another",
        ),
        run("cgroupns", Text, Spec, "MODE", "cgroup namespace"),
        run("cgroups", Text, Spec, "MODE", "how cgroups are used"),
        run(
            "chrootdirs",
            SliceBefore5,
            Pass,
            "DIR",
            "directories in the container that get /etc/hosts and resolv.conf too",
        ),
        run(
            "cidfile",
            Text,
            Judged(RuleId::HostFileWrite),
            "FILE",
            "write the container's id to FILE",
        ),
        run(
            "conmon-pidfile",
            Text,
            Judged(RuleId::HostFileWrite),
            "FILE",
            "write conmon's process id to FILE",
        ),
        run("cpu-period", Uint, Spec, "MICROSECONDS", "CFS period"),
        run("cpu-quota", Int, Spec, "MICROSECONDS", "CFS quota"),
        run(
            "cpu-rt-period",
            Uint,
            Judged(RuleId::RtPriority),
            "MICROSECONDS",
            "real-time period (cgroup v1)",
        ),
        run(
            "cpu-rt-runtime",
            Int,
            Judged(RuleId::RtPriority),
            "MICROSECONDS",
            "real-time budget (cgroup v1)",
        ),
        run(
            "cpu-shares",
            Uint,
            Pass,
            "WEIGHT",
            "relative CPU weight; it is no limit",
        )
        .short('c'),
        run("cpus", Float, Spec, "NUMBER", "limit on CPU time, e.g. 0.5"),
        run("cpuset-cpus", Text, Pass, "LIST", "CPUs that may be used"),
        run(
            "cpuset-mems",
            Text,
            Pass,
            "LIST",
            "memory nodes that may be used",
        ),
        run(
            "creds",
            Text,
            Judged(RuleId::CredsOnArgv),
            "USER:PASSWORD",
            "registry credentials",
        )
        .since(5, 7, 0),
        run(
            "decryption-key",
            SliceBefore5,
            Judged(RuleId::CredsOnArgv),
            "KEY",
            "key for encrypted images",
        )
        .since(4, 4, 0),
        run(
            "detach",
            Bool,
            Pass,
            "",
            "run in the background and print the container's id",
        )
        .short('d'),
        run(
            "detach-keys",
            Text,
            Pass,
            "KEYS",
            "key sequence that detaches",
        ),
        run(
            "device",
            SliceBefore5,
            Spec,
            "HOST[:CTR[:PERMS]]",
            "give the container a host device",
        ),
        run(
            "device-cgroup-rule",
            Slice,
            Judged(RuleId::DeviceCgroupRule),
            "RULE",
            "open the device cgroup for more devices",
        ),
        run(
            "device-read-bps",
            SliceBefore5,
            Pass,
            "DEVICE:RATE",
            "limit reads, bytes per second",
        ),
        run(
            "device-read-iops",
            SliceBefore5,
            Pass,
            "DEVICE:RATE",
            "limit reads, operations per second",
        ),
        run(
            "device-write-bps",
            SliceBefore5,
            Pass,
            "DEVICE:RATE",
            "limit writes, bytes per second",
        ),
        run(
            "device-write-iops",
            SliceBefore5,
            Pass,
            "DEVICE:RATE",
            "limit writes, operations per second",
        ),
        run(
            "disable-content-trust",
            Bool,
            NoOp,
            "",
            "does nothing in podman; accepted for docker's sake",
        ),
        run(
            "dns",
            Slice,
            Judged(RuleId::StaticAddress),
            "IP",
            "DNS server",
        ),
        run("dns-option", Slice, Pass, "OPTION", "DNS option").aliases(&["dns-opt"]),
        run("dns-search", Slice, Pass, "DOMAIN", "DNS search domain"),
        run(
            "entrypoint",
            Text,
            Pass,
            "COMMAND",
            "replace the image's entrypoint",
        ),
        run(
            "env",
            Array,
            Spec,
            "NAME[=VALUE]",
            "set a variable; NAME alone takes it from the caller",
        )
        .short('e'),
        run(
            "env-file",
            SliceBefore5,
            Judged(RuleId::EnvFilePerms),
            "FILE",
            "read variables from FILE",
        ),
        run(
            "env-host",
            Bool,
            Spec,
            "",
            "pass the caller's whole environment; refused",
        ),
        run(
            "env-merge",
            Array,
            Pass,
            "NAME=VALUE",
            "set a variable that may use the image's own",
        ),
        run("expose", Slice, Pass, "PORT", "declare a port"),
        run(
            "gidmap",
            Slice,
            Spec,
            "CTR:HOST:SIZE",
            "group id mapping of a new user namespace",
        ),
        run(
            "gpus",
            Slice,
            Judged(RuleId::Gpu),
            "GPUS",
            "GPU devices, through CDI",
        )
        .since(5, 0, 0),
        run(
            "group-add",
            Slice,
            Judged(RuleId::KeepGroups),
            "GROUP",
            "add a group to the container's user",
        ),
        run(
            "group-entry",
            Text,
            Judged(RuleId::Hostuser),
            "LINE",
            "line for the container's /etc/group",
        )
        .since(4, 5, 0),
        run(
            "health-cmd",
            Text,
            Pass,
            "COMMAND",
            "health check command, run in the container",
        )
        .aliases(&["healthcheck-command"]),
        run(
            "health-interval",
            Text,
            Pass,
            "DURATION",
            "time between health checks",
        )
        .aliases(&["healthcheck-interval"]),
        run(
            "health-log-destination",
            Text,
            Judged(RuleId::HostFileWrite),
            "WHERE",
            "where health check logs go",
        )
        .since(5, 3, 0),
        run(
            "health-max-log-count",
            Uint,
            Pass,
            "NUMBER",
            "health check log entries kept",
        )
        .since(5, 3, 0),
        run(
            "health-max-log-size",
            Uint,
            Pass,
            "NUMBER",
            "length of a health check log",
        )
        .since(5, 3, 0),
        run(
            "health-on-failure",
            Text,
            Pass,
            "ACTION",
            "what to do when the container is unhealthy",
        ),
        run(
            "health-retries",
            Uint,
            Pass,
            "NUMBER",
            "failures before it counts as unhealthy",
        )
        .aliases(&["healthcheck-retries"]),
        run(
            "health-start-period",
            Text,
            Pass,
            "DURATION",
            "time to start up",
        )
        .aliases(&["healthcheck-start-period"]),
        run(
            "health-startup-cmd",
            Text,
            Pass,
            "COMMAND",
            "startup health check command",
        )
        .since(4, 4, 0),
        run(
            "health-startup-interval",
            Text,
            Pass,
            "DURATION",
            "time between startup health checks",
        )
        .since(4, 4, 0),
        run(
            "health-startup-retries",
            Uint,
            Pass,
            "NUMBER",
            "startup failures before a restart",
        )
        .since(4, 4, 0),
        run(
            "health-startup-success",
            Uint,
            Pass,
            "NUMBER",
            "startup successes before it counts as started",
        )
        .since(4, 4, 0),
        run(
            "health-startup-timeout",
            Text,
            Pass,
            "DURATION",
            "time a startup health check may take",
        )
        .since(4, 4, 0),
        run(
            "health-timeout",
            Text,
            Pass,
            "DURATION",
            "time a health check may take",
        )
        .aliases(&["healthcheck-timeout"]),
        run("help", Bool, Help, "", "print this help"),
        run("hostname", Text, Pass, "NAME", "the container's host name").short('h'),
        run(
            "hosts-file",
            Text,
            Judged(RuleId::StaticAddress),
            "FILE",
            "base of the container's /etc/hosts",
        )
        .since(5, 4, 0),
        run(
            "hostuser",
            Slice,
            Judged(RuleId::Hostuser),
            "USER",
            "copy a host account into the container",
        ),
        run(
            "http-proxy",
            Bool,
            Spec,
            "",
            "pass the caller's proxy variables; off unless asked",
        ),
        run(
            "image-volume",
            Text,
            Spec,
            "MODE",
            "what becomes of the image's VOLUMEs: tmpfs or ignore",
        ),
        run("init", Bool, Pass, "", "run an init as process 1"),
        run(
            "init-path",
            Text,
            Judged(RuleId::ForeignRuntime),
            "FILE",
            "host binary to use as init",
        ),
        run("interactive", Bool, Pass, "", "keep stdin open").short('i'),
        run(
            "ip",
            Text,
            Judged(RuleId::StaticAddress),
            "IP",
            "static IPv4 address",
        ),
        run(
            "ip6",
            Text,
            Judged(RuleId::StaticAddress),
            "IP",
            "static IPv6 address",
        ),
        run("ipc", Text, Spec, "MODE", "IPC namespace"),
        run(
            "kernel-memory",
            Text,
            NoOp,
            "BYTES",
            "does nothing in podman 4 and later",
        ),
        run("label", Array, Pass, "KEY=VALUE", "label the container").short('l'),
        run(
            "label-file",
            SliceBefore5,
            Judged(RuleId::EnvFilePerms),
            "FILE",
            "read labels from FILE",
        ),
        run(
            "log-driver",
            Text,
            Spec,
            "DRIVER",
            "where the container's output is logged",
        ),
        run(
            "log-opt",
            SliceBefore5,
            Spec,
            "KEY=VALUE",
            "option of the log driver",
        ),
        run(
            "mac-address",
            Text,
            Judged(RuleId::StaticAddress),
            "MAC",
            "static MAC address",
        ),
        run("memory", Text, Spec, "BYTES", "memory limit, e.g. 256m").short('m'),
        run(
            "memory-reservation",
            Text,
            Pass,
            "BYTES",
            "soft memory limit",
        ),
        run(
            "memory-swap",
            Text,
            Spec,
            "BYTES",
            "limit of memory and swap together",
        ),
        run(
            "memory-swappiness",
            Int,
            Pass,
            "NUMBER",
            "0 to 100 (cgroup v1)",
        ),
        run(
            "mount",
            Array,
            Spec,
            "type=TYPE,…",
            "mount something into the container",
        ),
        run("name", Text, Pass, "NAME", "name of the container"),
        run("network", Array, Spec, "MODE", "network").aliases(&["net"]),
        run(
            "network-alias",
            Slice,
            Pass,
            "NAME",
            "another DNS name on the network",
        ),
        run(
            "no-healthcheck",
            Bool,
            Pass,
            "",
            "ignore the image's health check",
        ),
        run("no-hostname", Bool, Pass, "", "do not make /etc/hostname").since(5, 4, 0),
        run("no-hosts", Bool, Pass, "", "do not make /etc/hosts"),
        run(
            "oom-kill-disable",
            Bool,
            Judged(RuleId::OomProtect),
            "",
            "never kill the container when memory is short",
        ),
        run(
            "oom-score-adj",
            Int,
            Spec,
            "NUMBER",
            "0 to 1000; negative is refused",
        ),
        run(
            "os",
            Text,
            Pass,
            "OS",
            "choose the image for another system",
        )
        .aliases(&["override-os"]),
        run(
            "passwd",
            Bool,
            Pass,
            "",
            "add the user to the container's /etc/passwd",
        ),
        run(
            "passwd-entry",
            Text,
            Judged(RuleId::Hostuser),
            "LINE",
            "line for the container's /etc/passwd",
        ),
        run(
            "personality",
            Text,
            Judged(RuleId::Personality),
            "PERSONALITY",
            "execution domain",
        ),
        run("pid", Text, Spec, "MODE", "PID namespace"),
        run(
            "pidfile",
            Text,
            Judged(RuleId::HostFileWrite),
            "FILE",
            "write the container's process id to FILE",
        ),
        run("pids-limit", Int, Spec, "NUMBER", "number of processes"),
        run(
            "platform",
            Text,
            Pass,
            "OS/ARCH",
            "choose the image for another platform",
        ),
        run(
            "pod",
            Text,
            Judged(RuleId::JoinContainer),
            "POD",
            "join a pod",
        ),
        run(
            "pod-id-file",
            Text,
            Judged(RuleId::JoinContainer),
            "FILE",
            "join the pod whose id is in FILE",
        ),
        run(
            "preserve-fd",
            UintSlice,
            Judged(RuleId::InheritedFds),
            "FD",
            "pass file descriptors into the container",
        )
        .since(5, 0, 0),
        run(
            "preserve-fds",
            Uint,
            Judged(RuleId::InheritedFds),
            "NUMBER",
            "pass file descriptors into the container",
        ),
        run("privileged", Bool, Spec, "", "all privileges; refused"),
        run(
            "publish",
            Slice,
            Spec,
            "[IP:][HOST:]CTR",
            "publish a port; without IP on 127.0.0.1",
        )
        .short('p'),
        run(
            "publish-all",
            Bool,
            Spec,
            "",
            "publish every exposed port; refused",
        )
        .short('P'),
        run("pull", Text, Pass, "POLICY", "when to pull the image"),
        run(
            "quiet",
            Bool,
            Pass,
            "",
            "no notes of our own, no pull progress",
        )
        .short('q'),
        run(
            "rdt-class",
            Text,
            Judged(RuleId::RtPriority),
            "CLASS",
            "Intel RDT class",
        )
        .since(4, 8, 0),
        run(
            "read-only",
            Bool,
            Spec,
            "",
            "read-only root file system, the default",
        ),
        run(
            "read-only-tmpfs",
            Bool,
            Spec,
            "",
            "writable /run, /tmp and /var/tmp with exec",
        ),
        run(
            "replace",
            Bool,
            Pass,
            "",
            "remove a container of the same name first",
        ),
        run(
            "requires",
            Slice,
            Judged(RuleId::JoinContainer),
            "CONTAINER",
            "start another container first",
        ),
        run(
            "restart",
            Text,
            Spec,
            "POLICY",
            "no, or on-failure:N with N from 1 to 10",
        ),
        run("retry", Uint, Pass, "NUMBER", "pull retries").since(5, 0, 0),
        run(
            "retry-delay",
            Text,
            Pass,
            "DURATION",
            "time between pull retries",
        )
        .since(5, 0, 0),
        run("rm", Bool, Pass, "", "remove the container when it ends"),
        run(
            "rmi",
            Bool,
            Pass,
            "",
            "remove the image when the container ends",
        ),
        run(
            "rootfs",
            Bool,
            Judged(RuleId::ExternalRootfs),
            "",
            "take a host directory instead of an image",
        ),
        run(
            "sdnotify",
            Text,
            Spec,
            "MODE",
            "who tells systemd that the service is ready",
        ),
        run(
            "seccomp-policy",
            Text,
            Spec,
            "POLICY",
            "default; the image may not choose",
        ),
        run(
            "secret",
            Array,
            Spec,
            "NAME[,OPTION]",
            "give the container a podman secret",
        ),
        run(
            "security-opt",
            Array,
            Spec,
            "OPTION",
            "no-new-privileges, seccomp=, label=, apparmor=, mask= …",
        ),
        run("shm-size", Text, Spec, "BYTES", "size of /dev/shm"),
        run(
            "shm-size-systemd",
            Text,
            Pass,
            "BYTES",
            "size of systemd's tmpfs",
        )
        .since(4, 5, 0),
        run("sig-proxy", Bool, Pass, "", "pass signals to the container"),
        run(
            "signature-policy",
            Text,
            Judged(RuleId::InsecureRegistry),
            "FILE",
            "replace the host's signature policy",
        ),
        run(
            "stop-signal",
            Text,
            Pass,
            "SIGNAL",
            "signal that stops the container",
        ),
        run(
            "stop-timeout",
            Uint,
            Pass,
            "SECONDS",
            "time before it is killed",
        ),
        run(
            "subgidname",
            Text,
            Judged(RuleId::UidmapHostRoot),
            "NAME",
            "take the group mapping of NAME in /etc/subgid",
        ),
        run(
            "subuidname",
            Text,
            Judged(RuleId::UidmapHostRoot),
            "NAME",
            "take the user mapping of NAME in /etc/subuid",
        ),
        run(
            "sysctl",
            Slice,
            Spec,
            "KEY=VALUE",
            "set a sysctl of the container's namespaces",
        ),
        run(
            "systemd",
            Text,
            Spec,
            "MODE",
            "systemd mode; off unless asked",
        ),
        run(
            "timeout",
            Uint,
            Pass,
            "SECONDS",
            "kill the container after this time",
        ),
        run(
            "tls-verify",
            Bool,
            Judged(RuleId::InsecureRegistry),
            "",
            "check certificates when pulling",
        ),
        run(
            "tmpfs",
            Array,
            Spec,
            "DIR[:OPTIONS]",
            "mount a tmpfs; noexec,nosuid,nodev and a size unless asked",
        ),
        run("tty", Bool, Pass, "", "give the container a terminal").short('t'),
        run("tz", Text, Pass, "ZONE", "time zone"),
        run(
            "uidmap",
            Slice,
            Spec,
            "CTR:HOST:SIZE",
            "user id mapping of a new user namespace",
        ),
        run(
            "ulimit",
            Slice,
            Spec,
            "NAME=SOFT[:HARD]",
            "resource limit of a process",
        ),
        run("umask", Text, Pass, "MASK", "file mode mask"),
        run(
            "unsetenv",
            Array,
            Pass,
            "NAME",
            "remove a variable of the image",
        ),
        run(
            "unsetenv-all",
            Bool,
            Pass,
            "",
            "remove all variables of the image",
        ),
        run(
            "user",
            Text,
            Spec,
            "UID[:GID]",
            "user in the container; never 0",
        )
        .short('u'),
        run("userns", Text, Spec, "MODE", "user namespace"),
        run("uts", Text, Spec, "MODE", "UTS namespace"),
        run(
            "variant",
            Text,
            Pass,
            "VARIANT",
            "choose the image for another variant",
        )
        .aliases(&["override-variant"]),
        run(
            "volume",
            Array,
            Spec,
            "SRC:DST[:OPTIONS]",
            "mount a directory or volume; read-only unless :rw",
        )
        .short('v'),
        run(
            "volumes-from",
            Array,
            Judged(RuleId::VolumesFrom),
            "CONTAINER",
            "take over the mounts of another container",
        ),
        run(
            "workdir",
            Text,
            Pass,
            "DIR",
            "working directory in the container",
        )
        .short('w'),
        // Global flags that podman accepts after `run` too.
        global(
            "cdi-spec-dir",
            Array,
            Judged(RuleId::CdiSpecDir),
            "DIR",
            "directory of CDI specs",
        )
        .since(5, 5, 0),
        global(
            "cgroup-manager",
            Text,
            Judged(RuleId::CgroupsOff),
            "MANAGER",
            "systemd or cgroupfs",
        ),
        global(
            "conmon",
            Text,
            Judged(RuleId::ForeignRuntime),
            "FILE",
            "the conmon binary",
        ),
        global(
            "cpu-profile",
            Text,
            Judged(RuleId::HostFileWrite),
            "FILE",
            "write a CPU profile",
        ),
        global(
            "db-backend",
            Text,
            Judged(RuleId::StorageRedirect),
            "BACKEND",
            "state database",
        )
        .since(4, 5, 0)
        .until(6, 0, 0),
        global(
            "default-mounts-file",
            Text,
            Judged(RuleId::DefaultMountsFile),
            "FILE",
            "mounts for every container",
        ),
        global(
            "events-backend",
            Text,
            Judged(RuleId::LogOff),
            "BACKEND",
            "where events are logged",
        ),
        global(
            "hooks-dir",
            SliceBefore5,
            Judged(RuleId::HooksDir),
            "DIR",
            "directory of OCI hooks",
        ),
        global(
            "imagestore",
            Text,
            Judged(RuleId::StorageRedirect),
            "DIR",
            "another image store",
        )
        .since(4, 6, 0),
        global("log-level", Text, Pass, "LEVEL", "podman's own log level"),
        global("max-workers", Int, Pass, "NUMBER", "parallel workers"),
        global(
            "memory-profile",
            Text,
            Judged(RuleId::HostFileWrite),
            "FILE",
            "write a memory profile",
        ),
        global(
            "namespace",
            Text,
            Judged(RuleId::StorageRedirect),
            "NAME",
            "libpod namespace",
        )
        .aliases(&["ns"]),
        global(
            "network-backend",
            Text,
            Judged(RuleId::NetworkConfigDir),
            "BACKEND",
            "network backend",
        ),
        global(
            "network-cmd-path",
            Text,
            Judged(RuleId::ForeignRuntime),
            "FILE",
            "the slirp4netns binary",
        )
        .until(6, 0, 0),
        global(
            "network-config-dir",
            Text,
            Judged(RuleId::NetworkConfigDir),
            "DIR",
            "directory of network definitions",
        ),
        global(
            "pull-option",
            Array,
            Judged(RuleId::StorageRedirect),
            "OPTION",
            "storage pull option",
        )
        .since(5, 2, 0),
        global(
            "registries-conf",
            Text,
            Judged(RuleId::InsecureRegistry),
            "FILE",
            "another registries.conf",
        ),
        global(
            "root",
            Text,
            Judged(RuleId::StorageRedirect),
            "DIR",
            "another storage root",
        ),
        global(
            "runroot",
            Text,
            Judged(RuleId::StorageRedirect),
            "DIR",
            "another run root",
        ),
        global(
            "runtime",
            Text,
            Judged(RuleId::ForeignRuntime),
            "NAME",
            "OCI runtime: crun, runc, krun, runsc, kata or youki",
        ),
        global(
            "runtime-flag",
            Array,
            Judged(RuleId::ForeignRuntime),
            "FLAG",
            "flag for the OCI runtime",
        ),
        global(
            "storage-driver",
            Text,
            Judged(RuleId::StorageRedirect),
            "DRIVER",
            "storage driver",
        ),
        global(
            "storage-opt",
            Array,
            Judged(RuleId::StorageRedirect),
            "OPTION",
            "storage driver option",
        ),
        global("syslog", Bool, Pass, "", "podman logs to syslog too"),
        global(
            "tmpdir",
            Text,
            Judged(RuleId::StorageRedirect),
            "DIR",
            "another state directory",
        ),
        global("trace", Bool, Pass, "", "tracing of podman itself"),
        global(
            "transient-store",
            Bool,
            Judged(RuleId::StorageRedirect),
            "",
            "container state that is gone after a boot",
        )
        .since(4, 4, 0),
        global(
            "volumepath",
            Text,
            Judged(RuleId::StorageRedirect),
            "DIR",
            "directory of named volumes",
        ),
    ]
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_letters_are_unique() {
        let mut names = BTreeSet::new();
        let mut letters = BTreeSet::new();
        for flag in FLAGS {
            for name in std::iter::once(&flag.long).chain(flag.aliases) {
                assert!(names.insert(*name), "--{name} stands twice");
                assert!(
                    name.bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                    "{name}"
                );
            }
            if let Some(letter) = flag.short {
                assert!(letters.insert(letter), "-{letter} stands twice");
            }
        }
    }

    #[test]
    fn help_is_a_phrase() {
        for flag in FLAGS {
            assert_eq!(
                flag.value.is_empty(),
                flag.kind == Kind::Bool,
                "--{}: value name",
                flag.long
            );
            assert!(
                !flag.help.is_empty() && !flag.help.ends_with('.'),
                "--{}: help",
                flag.long
            );
        }
    }

    #[test]
    fn a_flag_knows_its_releases() {
        let conmon = by_name("hosts-file").unwrap();
        assert!(!conmon.is_in(Version(5, 3, 9)) && conmon.is_in(Version(5, 4, 0)));
        assert!(!by_name("network-cmd-path").unwrap().is_in(Version(6, 0, 0)));
    }
}
