//! `--runtime`, `--conmon` and the other flags that name a program of the host.

use std::path::Path;

use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// Runtimes that podman knows by name and that confine a container.
const RUNTIMES: [&str; 6] = ["crun", "runc", "krun", "runsc", "kata", "youki"];

pub(super) static RULE: Rule = Rule {
    id: RuleId::ForeignRuntime,
    title: "the caller would choose the program that runs or watches the container",
    severity: Severity::Critical,
    why: "podman starts that program on the host, before and outside any sandbox; it may be anything, and it alone decides \
          whether seccomp, capabilities and namespaces are set up at all",
    instead: "leave it to containers.conf, or name an installed runtime: --runtime=crun",
    references: &["NIST 800-190 4.4.1", "podman(1)", "containers.conf(5)"],
    bad: &["--runtime=/tmp/runtime"],
    good: &["--runtime=crun"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    spec.judged_by(RULE.id).filter_map(judge).collect()
}

fn judge(given: &FlagValue) -> Option<Hit> {
    let FlagValue { flag, value, .. } = given;
    let what = match *flag {
        f if f == &flags::RUNTIME => return runtime(given),
        f if f == &flags::RUNTIME_FLAG => format!(
            "the runtime would get the flag \"{value}\", which may name files and switch off cgroups"
        ),
        f if f == &flags::CONMON => format!("the container would be watched by \"{value}\""),
        f if f == &flags::NETWORK_CMD_PATH => format!("the network would be set up by \"{value}\""),
        f if f == &flags::INIT_PATH => format!(
            "\"{value}\" of the host would become process 1, and readable, in the container"
        ),
        f => format!("--{} would name a program of the host: \"{value}\"", f.long),
    };
    Some(Hit::refuse(what, &given.origin).instead(format!("leave --{} out", flag.long)))
}

fn runtime(given: &FlagValue) -> Option<Hit> {
    let value = given.value.as_str();
    if RUNTIMES.contains(&value) {
        return None;
    }
    let what = format!("the container would be run by \"{value}\"");
    let hit = Hit::refuse(what, &given.origin);
    let name = Path::new(value).file_name().and_then(|name| name.to_str());
    Some(match name.filter(|name| RUNTIMES.contains(name)) {
        Some(name) => hit.instead(format!("--runtime={name}")),
        None => hit,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused, silent};

    #[test]
    fn every_flag_that_names_a_program() {
        for args in [
            ["--runtime", "/usr/bin/crun"],
            ["--runtime", "./crun"],
            ["--runtime", "sysbox-runc"],
            ["--runtime", "CRUN"],
            ["--runtime", ""],
            ["--runtime-flag", "log=/etc/cron.d/x"],
            ["--conmon", "/x"],
            ["--network-cmd-path", "/x"],
            ["--init-path", "/etc/shadow"],
        ] {
            refused("foreign-runtime", &args);
        }
        refused("foreign-runtime", &["--runtime=crun", "--runtime=/x"]);
        assert_eq!(
            findings("foreign-runtime", &["--runtime=/usr/bin/runc"])[0].instead,
            "--runtime=runc"
        );
    }

    #[test]
    fn known_names_and_a_plain_init() {
        for name in super::RUNTIMES {
            silent("foreign-runtime", &["--runtime", name]);
        }
        silent("foreign-runtime", &["--init"]);
        silent("foreign-runtime", &["--runtime=/x", "--runtime=runc"]);
    }
}
