//! Mounts that podman makes.

use super::Fact;

/// A file system of the kernel's, and the options that it always has.
#[derive(Debug)]
pub(crate) struct KernelFileSystem {
    /// Where.
    pub at: &'static str,
    /// By which types it may be called.
    pub types: &'static [&'static str],
    /// Its options.
    pub flags: &'static [&'static str],
}

const fn kernel(
    at: &'static str,
    types: &'static [&'static str],
    flags: &'static [&'static str],
) -> Fact<KernelFileSystem> {
    // podman begins with the defaults of runtime-tools.
    let source = "vendor/github.com/opencontainers/runtime-tools/generate/generate.go";
    Fact::new(KernelFileSystem { at, types, flags }, source)
}

/// The kernel's file systems.
pub(crate) static KERNEL: [Fact<KernelFileSystem>; 6] = [
    kernel("/proc", &["proc"], &["nosuid", "noexec", "nodev"]),
    kernel("/sys", &["sysfs"], &["nosuid", "noexec", "nodev", "ro"]),
    kernel("/dev", &["tmpfs"], &["nosuid"]),
    kernel("/dev/pts", &["devpts"], &["nosuid", "noexec"]),
    kernel("/dev/mqueue", &["mqueue"], &["nosuid", "noexec", "nodev"]),
    Fact {
        source: "pkg/specgen/generate/oci_linux.go",
        ..kernel(
            "/sys/fs/cgroup",
            &["cgroup", "cgroup2"],
            &["nosuid", "noexec", "nodev", "ro"],
        )
    },
];

/// `makeBindMounts`.
const BINDS: &str = "libpod/container_internal_common.go";

const fn file(at: &'static str, name: &'static str) -> Fact<(&'static str, &'static str)> {
    Fact::new((at, name), BINDS)
}

/// Files that podman writes for each container and mounts from its own directory, and their names there.
pub(crate) static FILES: [Fact<(&str, &str)>; 8] = [
    file("/etc/hosts", "hosts"),
    file("/etc/resolv.conf", "resolv.conf"),
    file("/etc/hostname", "hostname"),
    file("/etc/localtime", "localtime"),
    file("/etc/passwd", "passwd"),
    file("/etc/group", "group"),
    file("/run/.containerenv", ".containerenv"),
    file("/dev/shm", "shm"),
];

const SUBSCRIPTIONS: &str = "common/pkg/subscriptions/subscriptions.go";

/// The rules of cryptography that podman gives a container of a host in FIPS mode: the image's own, or [`FIPS_FILE`].
pub(crate) static FIPS: [Fact<&str>; 2] = [
    Fact::new("/etc/crypto-policies/back-ends", SUBSCRIPTIONS),
    Fact::new("/etc/crypto-policies/config", SUBSCRIPTIONS),
];

/// The line of podman's own.
pub(crate) static FIPS_FILE: Fact<&str> = Fact::new("fips-config", SUBSCRIPTIONS);

/// Where podman collects what mounts.conf names, the mark of FIPS mode, and secrets with a place of their own.
pub(crate) static SECRETS: Fact<&str> = Fact::new("/run/secrets", SUBSCRIPTIONS);

const fn init(path: &'static str) -> Fact<&'static str> {
    Fact::new(path, "common/pkg/config/default.go")
}

/// Where distributions install podman's init.
pub(crate) static INITS: [Fact<&str>; 8] = [
    init("/usr/libexec/podman/catatonit"),
    init("/usr/libexec/catatonit/catatonit"),
    init("/usr/lib/podman/catatonit"),
    init("/usr/bin/catatonit"),
    init("/usr/local/libexec/podman/catatonit"),
    init("/usr/libexec/catatonit"),
    init("/usr/local/lib/podman/catatonit"),
    init("/usr/local/bin/catatonit"),
];
