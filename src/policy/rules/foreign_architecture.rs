//! A 32-bit image beside a 64-bit kernel.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::seccomp::{Arch, Architectures};
use crate::spec::{Seccomp, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::ForeignArchitecture,
    title: "the image's programs are 32-bit: those of the GNU C library will open no socket",
    severity: Severity::Low,
    why: "they make their own system calls, but not socketcall, whose arguments no filter sees, so that sockets of every family \
          could be opened by it; glibc for i386 opens all its sockets so, UNIX sockets too; musl (Alpine) does not",
    instead: "run the 64-bit image; or, where the program needs sockets, seccomp: engine in a profile, with an override of seccomp-engine",
    references: &["socketcall(2)", "CVE-2026-31431"],
    bad: &["--platform=linux/386"],
    good: &["--platform=linux"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let is_floor = match spec.seccomp.value {
        Seccomp::Default | Seccomp::Denying(_) | Seccomp::Allowing(_) => true,
        Seccomp::Engine | Seccomp::File(_) | Seccomp::Unconfined => false,
    };
    if !is_floor || spec.foreign != Some(Arch::X86) {
        return Vec::new();
    }
    let asked = [&flags::ARCH, &flags::PLATFORM]
        .into_iter()
        .find_map(|flag| spec.passed(flag).last());
    let origin = asked.map_or(&spec.image.origin, |asked| &asked.origin);
    let listed = &facts.seccomp.floor.architectures;
    if *listed != Architectures::Listed(vec![Arch::X86]) {
        let what = "every program of the image will end with SIGSYS: it is 32-bit, and this host's default seccomp profile \
                    lists no SCMP_ARCH_X86";
        let instead = "run the 64-bit image, or add the architecture to that seccomp.json";
        return vec![Hit::warn(what, origin).instead(instead)];
    }
    vec![Hit::warn(RULE.title, origin)]
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::{TestRun, noted, silent};

    #[test]
    fn only_a_32_bit_image_under_the_floor() {
        for arg in ["--platform=linux/386", "--arch=386", "--arch=i386"] {
            noted("foreign-architecture", &[arg]);
        }
        let image = |architecture: &str, arg: &str| {
            let host = Fake::rootful();
            let mut run = TestRun::on(&host);
            run.image = Some(ImageConfig {
                architecture: architecture.to_owned(),
                ..ImageConfig::default()
            });
            run.findings("foreign-architecture", &[arg]).len()
        };
        // What was asked for decides, when anything was; then what the image says.
        for (architecture, arg, found) in [
            ("386", "--arch=", 1),
            ("386", "--platform=linux", 1),
            ("386", "--arch=amd64", 0),
            ("amd64", "--arch=386", 1),
            ("amd64", "--arch=", 0),
            ("i386", "--os=linux", 1),
            ("arm", "--os=linux", 0),
        ] {
            assert_eq!(image(architecture, arg), found, "{architecture} {arg}");
        }
        for args in [
            &["--platform=linux/amd64"][..],
            &["--arch=arm64"],
            &["--arch=386", "--security-opt=seccomp=unconfined"],
        ] {
            silent("foreign-architecture", args);
        }
    }
}
