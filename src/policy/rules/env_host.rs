//! `--env-host`, `-e '*'` and a `*` in an env file.

use crate::host::{FileKind, Links};
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::podman::value::env::EnvVar;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Spec, Switch};

/// The largest env file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EnvHost,
    title: "the container would get variables of the caller that nobody named",
    severity: Severity::High,
    why: "an environment holds cloud tokens, agent sockets and proxy passwords, and each of them \
          would be in the container and in podman inspect",
    instead: "name the variables that are needed: -e NAME",
    references: &[
        "podman-run(1)",
        "CVE-2026-57231",
        "article: 10 security recommendations",
    ],
    bad: &["--env-host"],
    good: &["-e", "HOME"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if spec.env_host.value == Switch::On {
        let what = "the container would get the caller's whole environment";
        hits.push(Hit::refuse(what, &spec.env_host.origin));
    }
    for var in &spec.env {
        if let EnvVar::ImportPrefix(prefix) = &var.value {
            hits.push(Hit::refuse(import(prefix), &var.origin));
        }
    }
    let files = spec
        .passed(&flags::ENV_FILE)
        .chain(spec.passed(&flags::LABEL_FILE));
    hits.extend(files.filter_map(|given| in_file(given, facts)));
    let image = facts.image.iter().flat_map(|image| &image.env);
    hits.extend(image.filter(|line| !line.contains('=')).map(|name| {
        // Older releases of podman read the image's ENV as they read --env: CVE-2026-57231.
        let what = format!("the image asks for the caller's \"{name}\"");
        Hit::inform(what, &Origin::Image("ENV")).instead(format!("-e {name}="))
    }));
    hits
}

fn import(prefix: &str) -> String {
    match prefix {
        "" => "\"*\" stands for the caller's whole environment".to_owned(),
        prefix => format!("\"{prefix}*\" stands for every variable of the caller that begins so"),
    }
}

/// A line `*` in a file of variables or of labels does what `-e '*'` does.
fn in_file(given: &FlagValue, facts: &Facts<'_>) -> Option<Hit> {
    let path = given.base.join(&given.value);
    match facts.host.resolve(&path) {
        // podman says so itself.
        Ok(found) if found.kind == FileKind::Missing => return None,
        Ok(_) | Err(_) => {}
    }
    let opened = match facts.host.open_file(&path, MAX_BYTES, Links::Follow) {
        Ok(opened) => opened,
        Err(problem) => {
            let what =
                format!("nobody knows which of the caller's variables the file brings: {problem}");
            let instead = "a regular file that you may read, with one NAME=VALUE per line";
            return Some(Hit::refuse(what, &given.origin).instead(instead));
        }
    };
    let text = String::from_utf8_lossy(&opened.bytes);
    let prefix = text.lines().find_map(glob)?;
    let what = format!("in \"{}\", {}", given.value, import(prefix));
    Some(Hit::refuse(what, &given.origin))
}

/// The prefix that a line imports, read as podman reads a line.
fn glob(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t']).trim_end_matches('\r');
    let prefix = line.strip_suffix('*')?;
    (!prefix.starts_with('#') && !prefix.contains('=')).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::Verdict;
    use crate::testing::{TestRun, refused, silent};

    #[test]
    fn every_way_in() {
        for args in [
            &["--env-host"][..],
            &["--env-host=1"],
            &["-e", "*"],
            &["-e", " *"],
            &["-e", "AWS_*"],
            &["--env=A*"],
            &["-e", "A=b", "-e*"],
        ] {
            refused("env-host", args);
        }
        for args in [
            &["-e", "HOME"][..],
            &["-e", "A=*"],
            &["-e", "*=x"],
            &["--env-host", "--env-host=f"],
        ] {
            silent("env-host", args);
        }
    }

    #[test]
    fn a_star_in_an_env_file() {
        let found = |text: &str| {
            let host = Fake::rootful().file("/home/user/project/e", 0, 0o600, text);
            let found = TestRun::on(&host).findings("env-host", &["--env-file=e"]);
            let refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused(_));
            assert!(found.iter().all(|found| refused(&found.verdict)));
            found.len()
        };
        for text in ["*", "A=b\n*\n", "A=b\r\n  AWS_*\r\n", "A=b\n*\r", "A\0*"] {
            assert_eq!(found(text), 1, "{text:?}");
        }
        for text in ["", "A=*\nB\n", "# all of it *\n#*\n\nA=b"] {
            assert_eq!(found(text), 0, "{text:?}");
        }
    }

    #[test]
    fn a_star_in_a_label_file() {
        let host = Fake::rootful().file("/l", 0, 0o644, "a=b\n*\n");
        let found = TestRun::on(&host).findings("env-host", &["--label-file=/l"]);
        assert!(matches!(found[0].verdict, Verdict::Refused(_)), "{found:?}");
    }

    #[test]
    fn an_image_that_asks_for_variables() {
        let host = Fake::rootful();
        let env = ["PATH=/bin", "AWS_SECRET", "*"].map(str::to_owned).into();
        let image = Some(ImageConfig {
            env,
            ..ImageConfig::default()
        });
        let run = TestRun {
            image,
            ..TestRun::on(&host)
        };
        let found = run.findings("env-host", &[]);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|found| found.verdict == Verdict::Shown));
    }

    #[test]
    fn a_file_that_cannot_be_read() {
        let host = Fake::rootful().node("/home/user/project/e", FileKind::Fifo, 0, 0o600);
        assert_eq!(
            TestRun::on(&host)
                .findings("env-host", &["--env-file=e"])
                .len(),
            1
        );
        silent("env-host", &["--env-file=missing"]);
    }
}
