//! No log, and no record of events.

use crate::podman::flags;
use crate::podman::value::log::LogDriver;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LogOff,
    title: "what the container does would not be recorded",
    severity: Severity::Low,
    why: "after an incident there is nothing to look at; and a container that holds the terminal \
          itself can write control sequences to it, or type into it",
    instead: "leave it out: the baseline keeps 10 MB in a file; --log-driver=journald hands it to \
          the journal",
    references: &["CIS 2.13", "NIST 800-190 4.4.5", "podman-run(1)"],
    bad: &["--log-driver=none"],
    good: &["--log-driver=journald"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let driver = spec.log_target();
    let mut hits = match driver.value {
        LogDriver::K8sFile | LogDriver::JsonFile | LogDriver::Journald => Vec::new(),
        LogDriver::None => vec![Hit::inform(
            "the container's output would be recorded nowhere",
            &driver.origin,
        )],
        LogDriver::Passthrough => {
            let what = "the container would write to the caller's own output, past podman";
            vec![Hit::inform(what, &driver.origin)]
        }
        LogDriver::PassthroughTty => {
            let what = "the container would hold the caller's terminal and could type into it";
            vec![Hit::refuse(what, &driver.origin).instead("-it")]
        }
    };
    let events = spec
        .passed(&flags::EVENTS_BACKEND)
        .last()
        .filter(|given| given.value == "none");
    hits.extend(events.map(|given| Hit::inform("podman would record no events", &given.origin)));
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, shown, silent};

    #[test]
    fn by_either_flag() {
        shown("log-off", &["--log-driver=none"]);
        shown("log-off", &["--log-opt=driver=none"]);
        shown(
            "log-off",
            &["--log-driver=k8s-file", "--log-opt=DRIVER=none"],
        );
        shown("log-off", &["--log-driver", "passthrough"]);
        shown("log-off", &["--events-backend=none"]);
        refused("log-off", &["--log-driver=passthrough-tty"]);
        refused("log-off", &["--log-opt=driver=passthrough-tty"]);
        for arg in [
            "--log-driver=journald",
            "--log-opt=driver=json-file",
            "--events-backend=file",
            "--log-opt=tag=none",
        ] {
            silent("log-off", &[arg]);
        }
        silent(
            "log-off",
            &["--log-driver=none", "--log-opt=driver=journald"],
        );
    }
}
