//! `--http-proxy`.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Spec, Switch};

pub(super) static RULE: Rule = Rule {
    id: RuleId::ProxyEnv,
    title: "the caller's proxy variables are copied into the container",
    severity: Severity::Low,
    why: "a proxy's address often holds a user name and a password, which every process in the container and podman inspect \
          then show",
    instead: "name the one variable, without credentials: -e https_proxy=http://proxy.example:3128",
    references: &["podman-run(1)", "OWASP 12"],
    bad: &["--http-proxy"],
    good: &["--http-proxy=false"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.http_proxy.value {
        Switch::On => vec![Hit::inform(RULE.title, &spec.http_proxy.origin)],
        Switch::Off => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{fires, judged_on, silent};

    #[test]
    fn only_when_asked() {
        fires("proxy-env", &["--http-proxy=1"]);
        silent("proxy-env", &["--http-proxy", "--http-proxy=false"]);
        let argv = judged_on(&Fake::rootful(), &[], Level::Baseline).argv;
        assert!(argv.contains(&"--http-proxy=false".into()), "{argv:?}");
    }
}
