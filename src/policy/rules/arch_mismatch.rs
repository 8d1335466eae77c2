//! `--arch`, `--os` and `--platform` of another machine.

use std::env::consts::ARCH;

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ArchMismatch,
    title: "the image is for another kind of machine",
    severity: Severity::Low,
    why: "it runs in an emulator, if at all: slowly, and with system calls that seccomp and the \
          emulator may see differently",
    instead: "leave it out, or build the image for this machine",
    references: &["podman-run(1)", "binfmt_misc"],
    bad: &["--platform=plan9/vax"],
    good: &["--platform=linux"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let flags = [&flags::ARCH, &flags::OS, &flags::PLATFORM]
        .into_iter()
        .filter_map(|flag| spec.passed(flag).last());
    flags
        .filter(|given| {
            let value = given.value.as_str();
            let (os, arch) = if given.flag == &flags::ARCH {
                (None, Some(value))
            } else if given.flag == &flags::OS {
                (Some(value), None)
            } else {
                let mut parts = value.split('/');
                (parts.next(), parts.next())
            };
            os.is_some_and(|os| !os.is_empty() && os != "linux")
                || arch.is_some_and(|arch| !is_ours(arch))
        })
        .map(|given| {
            let what = format!(
                "--{}={} is not what this machine is ({ARCH})",
                given.flag.long, given.value
            );
            Hit::inform(what, &given.origin)
        })
        .collect()
}

/// Does this machine run the architecture itself? The names are Go's and the kernel's.
fn is_ours(arch: &str) -> bool {
    let names: &[&str] = match ARCH {
        "x86_64" => &["amd64", "x86_64", "386", "i386"],
        "aarch64" => &["arm64", "aarch64", "arm", "armhf"],
        "powerpc64" => &["ppc64le", "ppc64"],
        other => &[other],
    };
    arch.is_empty() || names.contains(&arch)
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn another_machine() {
        shown("arch-mismatch", &["--arch=vax"]);
        shown("arch-mismatch", &["--platform=linux/vax"]);
        shown("arch-mismatch", &["--os=windows"]);
        silent("arch-mismatch", &["--os=linux"]);
        #[cfg(target_arch = "x86_64")]
        for arg in [
            "--platform=linux/amd64",
            "--arch=amd64",
            "--override-arch=386",
            "--platform=linux/amd64/v2",
        ] {
            silent("arch-mismatch", &[arg]);
        }
        #[cfg(target_arch = "x86_64")]
        shown("arch-mismatch", &["--platform=linux/arm64/v8"]);
    }
}
