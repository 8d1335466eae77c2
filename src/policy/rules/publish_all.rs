//! `--publish-all`.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Spec, Switch};

pub(super) static RULE: Rule = Rule {
    id: RuleId::PublishAll,
    title: "the image would choose which ports are open, on every address of the host",
    severity: Severity::Medium,
    why: "each EXPOSE of the image, debug and admin ports too, gets a port of the host that changes with every start and that \
          no firewall rule was written for",
    instead: "name each port: -p 127.0.0.1:8080:80",
    references: &["CIS 5.9", "CIS 5.14", "podman-run(1)"],
    bad: &["-P"],
    good: &["-p", "127.0.0.1:8080:80"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    if spec.publish_all.value == Switch::Off {
        return Vec::new();
    }
    let hit = Hit::refuse(RULE.title, &spec.publish_all.origin);
    let exposed = facts.image.iter().flat_map(|image| &image.exposed_ports);
    let ports: Vec<String> = exposed
        .map(|port| format!("-p 127.0.0.1::{port}"))
        .collect();
    vec![if ports.is_empty() {
        hit
    } else {
        hit.instead(ports.join(" "))
    }]
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{judged_with, refused, silent};

    #[test]
    fn names_the_ports_of_the_image() {
        let image = ImageConfig {
            exposed_ports: vec!["80/tcp".into(), "53/udp".into()],
            ..ImageConfig::default()
        };
        let findings = judged_with(
            &Fake::rootful(),
            &["-P", "localhost/x"],
            Some(&image),
            Level::Baseline,
        )
        .judgement
        .findings;
        let found = findings
            .iter()
            .find(|finding| finding.rule.id == RuleId::PublishAll)
            .unwrap();
        assert_eq!(found.instead, "-p 127.0.0.1::80/tcp -p 127.0.0.1::53/udp");
    }

    #[test]
    fn by_any_spelling() {
        for arg in ["-P", "-dP", "-P=true", "--publish-all", "--publish-all=1"] {
            refused("publish-all", &[arg]);
        }
        silent("publish-all", &["-P=false"]);
        silent("publish-all", &["-P", "--publish-all=false"]);
    }
}
