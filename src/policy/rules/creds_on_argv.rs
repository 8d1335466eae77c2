//! Passwords in `--creds` and `--decryption-key`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CredsOnArgv,
    title: "a password would stand in the command line",
    severity: Severity::Medium,
    why: "every user of the host sees it in ps, and it stays in the shell's history and in \
          podman inspect",
    instead: "podman login REGISTRY, or --authfile=FILE",
    references: &["podman-run(1)", "podman-login(1)", "proc_pid_cmdline(5)"],
    bad: &["--creds=ann:hunter2"],
    good: &["--authfile=/home/ann/auth.json"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let creds = spec
        .passed(&flags::CREDS)
        .chain(spec.passed(&flags::DECRYPTION_KEY));
    creds
        .filter_map(|given| {
            let (of, secret) = given
                .value
                .split_once(':')
                .filter(|(_, secret)| !secret.is_empty())?;
            let what = format!(
                "the password for \"{of}\" in --{} would be seen by all",
                given.flag.long
            );
            Some(Hit::refuse(
                what,
                &given.origin.hiding(&format!("{of}:"), secret),
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused, silent};

    #[test]
    fn a_password_and_nothing_else() {
        refused("creds-on-argv", &["--creds", "ann:hunter2"]);
        refused("creds-on-argv", &["--creds=:x"]);
        refused("creds-on-argv", &["--decryption-key=/srv/key.pem:hunter2"]);
        silent("creds-on-argv", &["--creds=ann"]);
        silent("creds-on-argv", &["--creds=ann:"]);
        silent("creds-on-argv", &["--decryption-key=/srv/key.pem"]);
    }

    #[test]
    fn it_is_not_repeated() {
        for args in [&["--creds=ann:hunter2"][..], &["--creds", "ann:hunter2"]] {
            let found = format!("{:?}", findings("creds-on-argv", args));
            assert!(
                !found.contains("hunter2") && found.contains("ann:…"),
                "{found}"
            );
        }
    }
}
