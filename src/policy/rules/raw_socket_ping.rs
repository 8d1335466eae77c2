//! `NET_RAW`, which most people add for ping.

use crate::caps::CapArg;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RawSocketPing,
    title: "ping needs no raw sockets",
    severity: Severity::Low,
    why: "with NET_RAW the container forges packets on its network; ping works without, once its group may open ping sockets",
    instead: "--sysctl=\"net.ipv4.ping_group_range=0 2147483647\" in place of --cap-add=NET_RAW",
    references: &[
        "PSS baseline: sysctls",
        "PSS restricted: capabilities",
        "icmp(7)",
    ],
    bad: &["--cap-add=NET_RAW"],
    good: &["--sysctl=net.ipv4.ping_group_range=0 2147483647"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let Ok(raw) = "NET_RAW".parse::<CapArg>() else {
        return Vec::new();
    };
    let asked = spec.cap_add.iter().filter(|cap| cap.value == raw);
    asked
        .map(|cap| Hit::inform("NET_RAW is granted, which ping does not need", &cap.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn only_raw_sockets() {
        fires("raw-socket-ping", &["--cap-add=CHOWN,NET_RAW"]);
        silent("raw-socket-ping", &["--cap-add=NET_BIND_SERVICE"]);
        silent("raw-socket-ping", &["--cap-drop=NET_RAW"]);
    }
}
