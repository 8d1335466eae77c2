//! Keys, tokens and passwords of users and of the host.

use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::Credentials,
    title: "the container could read keys or passwords",
    severity: Severity::High,
    why: "whoever takes over the container takes them along, and they open other machines, registries and accounts; a \
          read-only mount is as good as any for that",
    instead: "hand over the one secret that is needed: podman secret create NAME FILE, then --secret NAME",
    references: &["CIS 5.6", "NIST 800-190 4.1.4", "podman-secret(1)"],
    bad: &["-v", "/root/.ssh:/ssh:ro"],
    good: &["--secret", "db-password"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, _| asset == Asset::Credentials,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn of_every_user() {
        for source in [
            "/root/.ssh",
            "/home/ann/.ssh/id_ed25519",
            "/home/ann/.kube/config",
            "/home/bob/.aws",
            "/var/home/bob/.gnupg",
            "/home/ann/.docker/config.json",
            "/home/ann/.config/gcloud/ssh",
            "/home/ann/.config/containers/auth.json",
            "/home/ann/.cargo/credentials.toml",
            "/home/ann/.m2/settings.xml",
            "/home/ann/server.key",
            "/home/ann/db.kdbx",
            "/srv/backup/id_rsa",
            "/run/secrets",
            "/run/user/1000/gnupg/S.gpg-agent",
            "/tmp/ssh-XXXX/agent.1",
            "/etc/wireguard",
        ] {
            for access in ["", ":ro"] {
                refused("credentials", &["-v", &format!("{source}:/x{access}")]);
            }
        }
        refused("credentials", &["-v", "/root/.ssh:/x:rw"]);
        refused("credentials", &["--env-file=/root/.netrc"]);
        refused(
            "credentials",
            &["--mount=type=bind,src=/home/ann/.npmrc,dst=/x"],
        );
        refused(
            "credentials",
            &["--mount=type=glob,src=/home/ann/.ssh/*,dst=/x"],
        );
    }

    #[test]
    fn of_the_caller_wherever_the_home_is() {
        let host = Fake::rootless();
        let judged = judged_on(
            &host,
            &["-v", "/home/ann/.kube/config:/k:ro"],
            Level::Baseline,
        );
        assert!(judged.judgement.is_refused());
    }

    #[test]
    fn a_directory_that_has_some() {
        let host = Fake::rootful().file("/home/ann/.m2/settings.xml", 1000, 0o600, "");
        for (host, refused) in [(host, true), (Fake::rootful(), false)] {
            let judged = judged_on(&host, &["-v", "/home/ann/.m2:/root/.m2"], Level::Baseline);
            assert_eq!(judged.judgement.is_refused(), refused);
        }
    }

    #[test]
    fn a_server_may_need_its_key() {
        for volume in [
            "/srv/tls/server.key:/tls/server.key:ro",
            "/etc/letsencrypt/live/x/privkey.pem:/k.pem:ro",
        ] {
            assert_eq!(
                findings("credentials", &["-v", volume])[0].verdict,
                Verdict::Noted,
                "{volume}"
            );
        }
        for near in [
            "/home/ann/.sshd:/x",
            "/home/ann/awsome:/x",
            "/srv/.aws-docs:/x",
            "/srv/cert.pem:/x",
            "/home/ann/p/.env:/x",
        ] {
            silent("credentials", &["-v", near]);
        }
    }
}
