//! Paths of `/proc` and `/sys` that podman hides or makes read-only.

use super::Fact;
use crate::podman::version::Version;

/// `BlockAccessToKernelFilesystems`; since 4.8 it reads `DefaultMaskedPaths` and `DefaultReadOnlyPaths` of
/// `common/pkg/config/default.go`.
const SOURCE: &str = "pkg/specgen/generate/config_linux.go";

const fn path(path: &'static str) -> Fact<&'static str> {
    Fact::new(path, SOURCE)
}

/// Hidden; a pattern is written as podman writes it there.
pub(crate) static MASKED: [Fact<&str>; 14] = [
    path("/proc/acpi"),
    path("/proc/interrupts").since(Version(5, 5, 0)),
    path("/proc/kcore"),
    path("/proc/keys"),
    path("/proc/latency_stats"),
    path("/proc/sched_debug"),
    path("/proc/scsi"),
    path("/proc/timer_list"),
    path("/proc/timer_stats"),
    path("/sys/dev/block").until(Version(5, 4, 0)),
    path("/sys/devices/system/cpu/cpu*/thermal_throttle").since(Version(5, 5, 0)),
    path("/sys/devices/virtual/powercap").since(Version(4, 8, 0)),
    path("/sys/firmware"),
    path("/sys/fs/selinux"),
];

/// Read-only.
pub(crate) static READ_ONLY: [Fact<&str>; 6] = [
    path("/proc/asound"),
    path("/proc/bus"),
    path("/proc/fs"),
    path("/proc/irq"),
    path("/proc/sys"),
    path("/proc/sysrq-trigger"),
];
