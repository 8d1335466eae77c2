//! The processor architectures a filter can name.

use std::str::FromStr;

use libseccomp::{ScmpArch as S, ScmpSyscall};

use super::SeccompProblem;
use crate::nearest::nearest;
use crate::problem::Invalid;

/// An architecture in the sense of seccomp: one system call table.
///
/// A kernel may offer several (amd64 also runs x86 and x32 programs); a call made through a table the filter does not list
/// kills the thread, so every additional one widens a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::missing_docs_in_private_items,
    reason = "the names are the architectures' own"
)]
pub(crate) enum Arch {
    X86,
    X8664,
    X32,
    Arm,
    Aarch64,
    Loongarch64,
    M68k,
    Mips,
    Mips64,
    Mips64N32,
    Mipsel,
    Mipsel64,
    Mipsel64N32,
    Ppc,
    Ppc64,
    Ppc64Le,
    S390,
    S390X,
    Parisc,
    Parisc64,
    Riscv64,
    Sheb,
    Sh,
}

/// What the four sides call one architecture.
struct ArchRow {
    oci: &'static str,
    engine: &'static str,
    audit: u32,
    library: S,
}

impl Arch {
    /// Every architecture libseccomp 2.6 has.
    pub(crate) const ALL: [Self; 23] = [
        Self::X86,
        Self::X8664,
        Self::X32,
        Self::Arm,
        Self::Aarch64,
        Self::Loongarch64,
        Self::M68k,
        Self::Mips,
        Self::Mips64,
        Self::Mips64N32,
        Self::Mipsel,
        Self::Mipsel64,
        Self::Mipsel64N32,
        Self::Ppc,
        Self::Ppc64,
        Self::Ppc64Le,
        Self::S390,
        Self::S390X,
        Self::Parisc,
        Self::Parisc64,
        Self::Riscv64,
        Self::Sheb,
        Self::Sh,
    ];

    /// The architecture this program was built for; `None` where libseccomp has a name that [`Self::ALL`] lacks.
    pub(crate) fn native() -> Option<Self> {
        let native = S::native();
        Self::ALL.into_iter().find(|arch| arch.library() == native)
    }

    /// [`Self::native`], where a filter has to be made.
    pub(crate) fn of_kernel() -> Result<Self, SeccompProblem> {
        let what = "this architecture has no filters that are known here";
        Self::native().ok_or_else(|| SeccompProblem::Filter(what.to_owned()))
    }

    /// The name in a profile and in an OCI `config.json`, e.g. `SCMP_ARCH_X86_64`.
    pub(crate) fn oci(self) -> &'static str {
        self.row().oci
    }

    /// The name podman compares `includes.arches` and `excludes.arches` with, e.g. `amd64` (libseccomp-golang's).
    pub(crate) fn engine(self) -> &'static str {
        self.row().engine
    }

    /// `AUDIT_ARCH_*` of linux/audit.h: what the kernel hands a filter in `seccomp_data.arch`. X32 shares amd64's.
    pub(super) fn audit(self) -> u32 {
        self.row().audit
    }

    /// The same in libseccomp's words.
    pub(super) fn library(self) -> S {
        self.row().library
    }

    /// The architecture of these programs, in Go's words as an image has them, where a kernel of `self` runs them by itself.
    pub(crate) fn runs(self, programs: &str) -> Option<Self> {
        match (self, programs) {
            (Self::X8664, "386" | "i386") => Some(Self::X86),
            (Self::Aarch64, "arm" | "armhf") => Some(Self::Arm),
            (Self::S390X, "s390") => Some(Self::S390),
            _ => None,
        }
    }

    /// The others whose system calls a kernel of `self` takes.
    pub(crate) fn beside(self) -> impl Iterator<Item = Self> {
        let others: &[Self] = match self {
            Self::X8664 => &[Self::X86, Self::X32],
            Self::X32 => &[Self::X86, Self::X8664],
            Self::Aarch64 => &[Self::Arm],
            Self::S390X => &[Self::S390],
            Self::Ppc64 => &[Self::Ppc],
            Self::Parisc64 => &[Self::Parisc],
            Self::Mips64 | Self::Mips64N32 => &[Self::Mips, Self::Mips64, Self::Mips64N32],
            Self::Mipsel64 | Self::Mipsel64N32 => {
                &[Self::Mipsel, Self::Mipsel64, Self::Mipsel64N32]
            }
            Self::X86
            | Self::Arm
            | Self::Loongarch64
            | Self::M68k
            | Self::Mips
            | Self::Mipsel
            | Self::Ppc
            | Self::Ppc64Le
            | Self::S390
            | Self::Parisc
            | Self::Riscv64
            | Self::Sheb
            | Self::Sh => &[],
        };
        others.iter().copied().filter(move |other| *other != self)
    }

    /// Has it a call of this name, be it through a multiplexer? libseccomp numbers from -10001 downwards what it has not.
    pub(super) fn has(self, name: &str) -> bool {
        let number = ScmpSyscall::from_name_by_arch(name, self.library());
        number.is_ok_and(|number| number.as_raw_syscall() > -10_000)
    }

    /// Does podman read a profile's `archMap` on this architecture? On the others it silently keeps the native table only.
    pub(super) fn reads_arch_map(self) -> bool {
        matches!(
            self,
            Self::X8664
                | Self::Aarch64
                | Self::Mips64
                | Self::Mips64N32
                | Self::Mipsel64
                | Self::Mipsel64N32
                | Self::S390X
        )
    }

    fn row(self) -> ArchRow {
        let row = |oci, engine, audit, library| ArchRow {
            oci,
            engine,
            audit,
            library,
        };
        match self {
            Self::X86 => row("SCMP_ARCH_X86", "x86", 0x4000_0003, S::X86),
            Self::X8664 => row("SCMP_ARCH_X86_64", "amd64", 0xC000_003E, S::X8664),
            Self::X32 => row("SCMP_ARCH_X32", "x32", 0xC000_003E, S::X32),
            Self::Arm => row("SCMP_ARCH_ARM", "arm", 0x4000_0028, S::Arm),
            Self::Aarch64 => row("SCMP_ARCH_AARCH64", "arm64", 0xC000_00B7, S::Aarch64),
            Self::Loongarch64 => row(
                "SCMP_ARCH_LOONGARCH64",
                "loong64",
                0xC000_0102,
                S::Loongarch64,
            ),
            Self::M68k => row("SCMP_ARCH_M68K", "m68k", 0x0000_0004, S::M68k),
            Self::Mips => row("SCMP_ARCH_MIPS", "mips", 0x0000_0008, S::Mips),
            Self::Mips64 => row("SCMP_ARCH_MIPS64", "mips64", 0x8000_0008, S::Mips64),
            Self::Mips64N32 => row(
                "SCMP_ARCH_MIPS64N32",
                "mips64n32",
                0xA000_0008,
                S::Mips64N32,
            ),
            Self::Mipsel => row("SCMP_ARCH_MIPSEL", "mipsel", 0x4000_0008, S::Mipsel),
            Self::Mipsel64 => row("SCMP_ARCH_MIPSEL64", "mipsel64", 0xC000_0008, S::Mipsel64),
            Self::Mipsel64N32 => row(
                "SCMP_ARCH_MIPSEL64N32",
                "mipsel64n32",
                0xE000_0008,
                S::Mipsel64N32,
            ),
            Self::Ppc => row("SCMP_ARCH_PPC", "ppc", 0x0000_0014, S::Ppc),
            Self::Ppc64 => row("SCMP_ARCH_PPC64", "ppc64", 0x8000_0015, S::Ppc64),
            Self::Ppc64Le => row("SCMP_ARCH_PPC64LE", "ppc64le", 0xC000_0015, S::Ppc64Le),
            Self::S390 => row("SCMP_ARCH_S390", "s390", 0x0000_0016, S::S390),
            Self::S390X => row("SCMP_ARCH_S390X", "s390x", 0x8000_0016, S::S390X),
            Self::Parisc => row("SCMP_ARCH_PARISC", "parisc", 0x0000_000F, S::Parisc),
            Self::Parisc64 => row("SCMP_ARCH_PARISC64", "parisc64", 0x8000_000F, S::Parisc64),
            Self::Riscv64 => row("SCMP_ARCH_RISCV64", "riscv64", 0xC000_00F3, S::Riscv64),
            Self::Sheb => row("SCMP_ARCH_SHEB", "sheb", 0x0000_002A, S::Sheb),
            Self::Sh => row("SCMP_ARCH_SH", "sh", 0x4000_002A, S::Sh),
        }
    }
}

impl FromStr for Arch {
    type Err = Invalid;

    /// Reads the OCI name, in that spelling only: crun would take other cases, runc would not.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = |arch: &Self| arch.oci() == text;
        Self::ALL.into_iter().find(known).ok_or_else(|| {
            let instead = nearest(text, Self::ALL.iter().map(|arch| arch.oci()));
            Invalid::new(
                text,
                "not an architecture of libseccomp",
                format!("write {}", instead.unwrap_or("SCMP_ARCH_X86_64")),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_name_reads_back_and_is_libseccomps_own() {
        for arch in Arch::ALL {
            assert_eq!(arch.oci().parse::<Arch>().unwrap(), arch);
            assert_eq!(arch.oci().parse::<S>().unwrap(), arch.library());
        }
    }

    #[test]
    fn the_native_one_is_known() {
        assert!(Arch::native().is_some());
    }

    #[test]
    fn what_runc_would_not_read_is_refused() {
        for text in [
            "",
            "amd64",
            "scmp_arch_x86_64",
            "SCMP_ARCH_NATIVE",
            "SCMP_ARCH_X86_64 ",
        ] {
            assert!(text.parse::<Arch>().is_err(), "{text}");
        }
        let error = "SCMP_ARCH_X86-64".parse::<Arch>().unwrap_err().to_string();
        assert!(error.ends_with("write SCMP_ARCH_X86_64"), "{error}");
    }
}
