//! Fixed addresses and names: `--ip`, `--mac-address`, `--add-host`, `--dns`, `--hosts-file`.

use std::path::Path;

use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::places;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// Last labels of names that cannot be registered on the public network (RFC 2606, RFC 6761, RFC 6762, RFC 8375) or that are
/// in use as such.
const PRIVATE: [&str; 11] = [
    "arpa",
    "containers",
    "docker",
    "example",
    "home",
    "internal",
    "invalid",
    "lan",
    "local",
    "localhost",
    "test",
];

pub(super) static RULE: Rule = Rule {
    id: RuleId::StaticAddress,
    title: "the container's addresses or names are fixed by hand",
    severity: Severity::Low,
    why: "a fixed address can take another machine's place, and a line in hosts or another name server sends a trusted name \
          somewhere else",
    instead: "give the containers a network of their own, where each is known by its name: --network=NAME",
    references: &["podman-run(1)", "hosts(5)"],
    bad: &["--dns=192.0.2.53"],
    good: &["--dns=none"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    spec.judged_by(RULE.id)
        .filter_map(|given| judge(given, facts))
        .collect()
}

fn judge(given: &FlagValue, facts: &Facts<'_>) -> Option<Hit> {
    let value = given.value.as_str();
    match given.flag {
        f if f == &flags::HOSTS_FILE => return hosts_file(given, facts),
        f if f == &flags::DNS && value == "none" => return None,
        f if f == &flags::ADD_HOST && !redirects(value) => return None,
        _ => {}
    }
    Some(Hit::inform(
        format!("--{}={value} is fixed by hand", given.flag.long),
        &given.origin,
    ))
}

/// Does `NAME;NAME…:IP` name the host itself, or something of the public network?
fn redirects(line: &str) -> bool {
    let (names, ip) = line.split_once(':').unwrap_or((line, ""));
    let is_public = |name: &str| {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        name.rsplit_once('.')
            .is_some_and(|(_, last)| !PRIVATE.contains(&last))
    };
    ip == "host-gateway" || names.split(';').any(is_public)
}

/// The container can read the file, so it is one of the working directory, or the host's own hosts(5), which podman
/// takes anyway.
fn hosts_file(given: &FlagValue, facts: &Facts<'_>) -> Option<Hit> {
    let path = Path::new(&given.value);
    let what = match places::locate(path, &given.origin, facts) {
        _ if matches!(given.value.as_str(), "" | "none" | "image") => return None,
        Ok(at) if at.path == Path::new("/etc/hosts") || places::in_cwd(&at.path, facts) => {
            return None;
        }
        Ok(at) => format!(
            "the container could read the host's file \"{}\"",
            at.path.display()
        ),
        Err(why) => format!("the container could read a file that is not known: {why}"),
    };
    Some(
        Hit::refuse(what, &given.origin)
            .instead("--hosts-file=none, or a file of the working directory"),
    )
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, refused, silent};

    #[test]
    fn fixed_by_hand() {
        for arg in [
            "--ip=10.88.0.5",
            "--ip6=fd00::5",
            "--mac-address=92:d0:c6:0a:29:33",
            "--dns=1.1.1.1",
            "--add-host=registry.example.com:10.0.0.1",
            "--add-host=a;github.com:10.0.0.1",
            "--add-host=my.host.internal:host-gateway",
        ] {
            let findings = findings("static-address", &[arg]);
            assert!(
                matches!(findings.as_slice(), [one] if one.verdict == Verdict::Shown),
                "{arg}: {findings:?}"
            );
        }
        for arg in [
            "--add-host=db:10.0.0.1",
            "--add-host=db.internal:10.0.0.1",
            "--dns=none",
            "--dns-search=example.com",
        ] {
            silent("static-address", &[arg]);
        }
    }

    #[test]
    fn a_hosts_file_is_read_by_the_container() {
        for file in ["/etc/shadow", "../x", ".env", "/etc/hosts/../shadow"] {
            refused("static-address", &["--hosts-file", file]);
        }
        for file in ["/etc/hosts", "none", "image", "hosts.txt"] {
            silent("static-address", &["--hosts-file", file]);
        }
    }
}
