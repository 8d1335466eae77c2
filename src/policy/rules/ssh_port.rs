//! An SSH server in the container.

use std::path::Path;

use crate::origin::Origin;
use crate::podman::flags;
use crate::podman::value::port::{PortRange, Protocol};
use crate::podman::value::publish::Publish;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

const SSH: u16 = 22;
/// What images of an SSH server without root listen on; other programs use it too.
const WITHOUT_ROOT: u16 = 2222;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SshPort,
    title: "the container would be reached by SSH",
    severity: Severity::Medium,
    why: "a server for logins brings keys, passwords and a shell that no log of podman sees into a container that is replaced \
          rather than administered",
    instead: "podman exec -it NAME sh, or ssh to the host and do that there",
    references: &[
        "CIS 5.7",
        "article: 10 security recommendations",
        "NIST 800-190 4.4.3",
    ],
    bad: &["-p", "127.0.0.1:2222:22"],
    good: &["-p", "127.0.0.1:2222:2222"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let server = spec
        .image
        .value
        .path()
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains("sshd") || name.contains("openssh"));
    let ports = spec
        .publish
        .iter()
        .filter(|port| is_ssh(&port.value) || server && is_alternative(&port.value));
    let ports = ports.map(|port| {
        Hit::refuse(
            format!("-p {} would let SSH into the container", port.value),
            &port.origin,
        )
    });
    let entrypoint = spec
        .passed(&flags::ENTRYPOINT)
        .filter(|given| runs_sshd(&given.value));
    let entrypoint =
        entrypoint.map(|given| Hit::refuse("the container would run sshd", &given.origin));
    let command = spec
        .command
        .iter()
        .filter_map(|word| word.to_str())
        .any(runs_sshd);
    let command = command.then(|| Hit::refuse("the container would run sshd", &spec.image.origin));
    let exposed = facts
        .image
        .iter()
        .flat_map(|image| &image.exposed_ports)
        .any(|port| port == "22/tcp" || port == "22");
    let exposed = exposed.then(|| {
        Hit::inform(
            "the image declares the port of SSH, which other containers may reach",
            &Origin::Image("EXPOSE"),
        )
    });
    ports
        .chain(entrypoint)
        .chain(command)
        .chain(exposed)
        .collect()
}

fn is_ssh(port: &Publish) -> bool {
    port.protocol == Protocol::Tcp
        && (has(port.container, SSH) || port.host.is_some_and(|host| has(host, SSH)))
}

fn is_alternative(port: &Publish) -> bool {
    port.protocol == Protocol::Tcp && has(port.container, WITHOUT_ROOT)
}

fn has(range: PortRange, port: u16) -> bool {
    (range.first..=range.last).contains(&port)
}

/// Is a word of a command line the server, by itself or in a line for a shell?
fn runs_sshd(text: &str) -> bool {
    let separator = |c: char| {
        c.is_whitespace() || matches!(c, ';' | '&' | '|' | '"' | '[' | ']' | ',' | '(' | ')')
    };
    text.split(separator).any(|word| {
        Path::new(word)
            .file_name()
            .is_some_and(|name| name == "sshd")
    })
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{judged_with, refused, silent};

    fn verdict(args: &[&str], image: Option<&ImageConfig>) -> Option<Verdict> {
        let findings = judged_with(&Fake::rootful(), args, image, Level::Baseline)
            .judgement
            .findings;
        findings
            .into_iter()
            .find(|finding| finding.rule.id == RuleId::SshPort)
            .map(|finding| finding.verdict)
    }

    #[test]
    fn the_image_or_the_command_is_a_server() {
        let is_refused = |args: &[&str]| matches!(verdict(args, None), Some(Verdict::Refused(_)));
        assert!(is_refused(&["localhost/x", "/usr/sbin/sshd", "-D"]));
        assert!(is_refused(&[
            "localhost/x",
            "sh",
            "-c",
            "exec /usr/sbin/sshd -D"
        ]));
        assert!(is_refused(&[
            "-p",
            "127.0.0.1:9922:2222",
            "lscr.io/linuxserver/openssh-server:9"
        ]));
        assert!(!is_refused(&[
            "-p",
            "127.0.0.1:2222:2222",
            "docker.io/gitea/gitea:1-rootless"
        ]));
        assert!(!is_refused(&["localhost/x", "cat", "/etc/ssh/sshd_config"]));
        let image = ImageConfig {
            exposed_ports: vec!["80/tcp".into(), "22/tcp".into()],
            ..ImageConfig::default()
        };
        assert_eq!(
            verdict(&["localhost/x"], Some(&image)),
            Some(Verdict::Shown)
        );
        assert_eq!(
            verdict(&["localhost/x"], Some(&ImageConfig::default())),
            None
        );
    }

    #[test]
    fn on_either_side_and_within_a_range() {
        for port in [
            "127.0.0.1:2222:22",
            "22:22",
            "127.0.0.1:22:2222",
            "127.0.0.1:20-30:20-30",
            "22",
        ] {
            refused("ssh-port", &["-p", port]);
        }
        refused("ssh-port", &["-p", "127.0.0.1:8080:80,127.0.0.1:222:22"]);
        refused("ssh-port", &["--entrypoint", "/usr/sbin/sshd"]);
        refused("ssh-port", &["--entrypoint", r#"["/usr/sbin/sshd","-D"]"#]);
        for port in [
            "127.0.0.1:2222:2222",
            "127.0.0.1:22:22/udp",
            "127.0.0.1:220:220",
            "127.0.0.1:2200-2300:2200-2300",
        ] {
            silent("ssh-port", &["-p", port]);
        }
        silent("ssh-port", &["--entrypoint", "/usr/bin/ssh-keygen"]);
    }

    #[test]
    fn a_word_is_not_part_of_a_word() {
        for line in [
            "sshd",
            "/usr/sbin/sshd -D",
            "service start; exec /usr/sbin/sshd",
            "(sshd)",
        ] {
            assert!(super::runs_sshd(line), "{line}");
        }
        for line in ["sshd_config", "/etc/sshd/x", "not-sshd", "--sshd", ""] {
            assert!(!super::runs_sshd(line), "{line}");
        }
    }
}
