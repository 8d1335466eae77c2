//! An image that exposes port 22.

use crate::origin::Origin;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageSshd,
    title: "the image seems to run an SSH server",
    severity: Severity::Medium,
    why: "it is a second way in with accounts, keys and bugs of its own, past everything that \
          watches the first one",
    instead: "leave sshd out of the image; podman exec -it CONTAINER sh opens a shell",
    references: &["CIS 5.7", "article: 10 security recommendations"],
    bad: &[],
    good: &[],
    check,
};

fn check(_: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let ports = facts.image.iter().flat_map(|image| &image.exposed_ports);
    let ssh = ports.filter(|port| matches!(port.as_str(), "22" | "22/tcp"));
    ssh.take(1)
        .map(|_| {
            Hit::warn(
                "the image exposes port 22, as one with an SSH server does",
                &Origin::Image("EXPOSE"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    #[test]
    fn port_22() {
        let host = Fake::rootful();
        for (port, count) in [
            ("22/tcp", 1),
            ("22", 1),
            ("2222/tcp", 0),
            ("22/udp", 0),
            ("222", 0),
        ] {
            let image = ImageConfig {
                exposed_ports: vec![port.to_owned()],
                ..ImageConfig::default()
            };
            let run = TestRun {
                image: Some(image),
                ..TestRun::on(&host)
            };
            assert_eq!(run.findings("image-sshd", &[]).len(), count, "{port}");
        }
        assert!(TestRun::on(&host).findings("image-sshd", &[]).is_empty());
    }
}
