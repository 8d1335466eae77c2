//! Home directories and what runs from them.

use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HomeDir,
    title: "the container would have a user's home directory",
    severity: Severity::High,
    why: "shell start-up files, ssh keys, browser profiles and tokens are in it: what the container writes there runs \
          as the user at the next login",
    instead: "mount the project only, a directory below the home: -v $HOME/projects/site:/site",
    references: &["CIS 5.6", "NIST 800-190 4.4.2"],
    bad: &["-v", "/home/ann:/home/ann"],
    good: &["-v", "/home/ann/projects/site:/site:rw"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, _| asset == Asset::Home,
        sources::read_only,
    )
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn the_home_itself_whoever_owns_it() {
        for source in [
            "/home",
            "/home/ann",
            "/home/ann/",
            "/home/ann/.",
            "/home/bob",
            "/var/home/bob",
            "/home/ann/.config",
            "/home/ann/.local",
        ] {
            for access in ["", ":ro", ":rw"] {
                refused("home-dir", &["-v", &format!("{source}:/x{access}")]);
            }
        }
    }

    #[test]
    fn what_runs_at_the_next_login_when_it_is_writable() {
        for file in [
            ".bashrc",
            ".profile",
            ".config/systemd/user",
            ".local/bin",
            ".gitconfig",
            ".config/autostart/x.desktop",
        ] {
            refused("home-dir", &["-v", &format!("/home/ann/{file}:/x:rw")]);
            silent("home-dir", &["-v", &format!("/home/ann/{file}:/x")]);
        }
        let found = findings("home-dir", &["-v", "/home/ann/.vimrc:/v:rw"]);
        assert_eq!(found[0].instead, "-v /home/ann/.vimrc:/v:ro");
    }

    #[test]
    fn a_folder_below_is_fine() {
        for source in [
            "/home/ann/site",
            "/home/ann/projects/site",
            "/root/app",
            "/home/ann/.cache/x",
            "/home/ann/.node-red",
            "/homework",
        ] {
            silent("home-dir", &["-v", &format!("{source}:/x:rw")]);
        }
    }

    #[test]
    fn a_home_in_an_unusual_place() {
        let passwd = Fake::rootless()
            .link("/home/ann", "/data/users/ann")
            .directory("/data/users/ann", 1000, 0o700);
        for source in ["/data/users/ann", "/data/users", "/data"] {
            let judged = judged_on(
                &passwd,
                &["-v", &format!("{source}:/x:ro")],
                Level::Baseline,
            );
            assert!(judged.judgement.is_refused(), "{source}");
        }
        let judged = judged_on(
            &passwd,
            &["-v", "/data/users/ann/site:/x:ro"],
            Level::Baseline,
        );
        assert!(!judged.judgement.is_refused());
    }
}
