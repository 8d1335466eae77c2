//! `--sdnotify=container`.

use crate::podman::value::sdnotify::Sdnotify;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NotifySocket,
    title: "the container would talk to the host's service manager",
    severity: Severity::Low,
    why: "it gets systemd's notify socket and may claim to be ready, or ask for more time, as \
          often as it likes",
    instead: "--sdnotify=conmon",
    references: &["podman-run(1)", "sd_notify(3)"],
    bad: &["--sdnotify=container"],
    good: &["--sdnotify=conmon"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.sdnotify.value {
        Sdnotify::Container => vec![Hit::inform(RULE.title, &spec.sdnotify.origin)],
        Sdnotify::Conmon | Sdnotify::Healthy | Sdnotify::Ignore => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn the_container_itself() {
        shown("notify-socket", &["--sdnotify=container"]);
        shown("notify-socket", &["--sdnotify="]);
        for mode in ["conmon", "healthy", "ignore"] {
            silent("notify-socket", &["--sdnotify", mode]);
        }
    }
}
