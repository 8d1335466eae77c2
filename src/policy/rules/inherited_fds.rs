//! `--preserve-fds`, `--preserve-fd`, and what `LISTEN_FDS` hands on that is no socket.

use crate::origin::Origin;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InheritedFds,
    title: "open files of the caller would be handed into the container",
    severity: Severity::High,
    why: "an open directory or device of the host is a way out that no mount or capability rule sees; a leaked descriptor \
          was all that CVE-2024-21626 needed",
    instead: "leave it out; for socket activation a systemd .socket unit is enough, podman passes those sockets by itself",
    references: &["CVE-2024-21626", "podman-run(1)", "sd_listen_fds(3)"],
    bad: &["--preserve-fds=1"],
    good: &["--preserve-fds=0"],
    check,
};

/// podman hands them on by itself.
const LISTEN_FDS: Origin = Origin::Host("LISTEN_FDS is set");

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let count = spec
        .passed(&flags::PRESERVE_FDS)
        .filter(|given| given.value != "0");
    let count = count.map(|given| {
        (
            format!("the caller's open files (--preserve-fds={})", given.value),
            &given.origin,
        )
    });
    let each = spec.passed(&flags::PRESERVE_FD);
    let each = each.map(|given| {
        (
            format!("file descriptor {} of the caller", given.value),
            &given.origin,
        )
    });
    // The first is enough, and one that is not open ends the search: the number may be anything.
    let mut listening = facts.listening.clone();
    let listening = listening.find(|descriptor| !facts.host.is_socket(*descriptor));
    let listening = listening.map(|descriptor| {
        let what = format!("file descriptor {descriptor} of LISTEN_FDS, which is no socket,");
        (what, &LISTEN_FDS)
    });
    count
        .chain(each)
        .chain(listening)
        .map(|(what, origin)| Hit::refuse(format!("{what} would be open in the container"), origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused, silent};

    #[test]
    fn one_or_many() {
        refused("inherited-fds", &["--preserve-fds", "0x3"]);
        refused("inherited-fds", &["--preserve-fds=0", "--preserve-fds=2"]);
        assert_eq!(findings("inherited-fds", &["--preserve-fd=3,5"]).len(), 2);
        silent("inherited-fds", &["--preserve-fds=2", "--preserve-fds=00"]);
    }
}
