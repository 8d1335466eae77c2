//! What the tests of the rules say about a rule: it fires, is silent, refuses, notes, shows or rewrites.

use std::ffi::OsString;

use super::{TestRun, Verdicts, layers};
use crate::cli::{RUN_OPTIONS, RunOptions};
use crate::host::{Fake, Host};
use crate::podman::image_config::ImageConfig;
use crate::policy::engine::{Finding, Verdict};
use crate::policy::level::Level;
use crate::policy::rule::profile_line;
use crate::policy::site::Site;
use crate::rule_id::RuleId;

impl TestRun<'_> {
    /// The findings of one rule.
    pub(crate) fn findings(&self, rule: &str, args: &[&str]) -> Vec<Finding> {
        // A mistyped rule would find nothing, which some tests want.
        let rule = RuleId::find(rule).unwrap();
        let findings = self.judge(args).judgement.findings.into_iter();
        findings.filter(|found| found.rule.id == rule).collect()
    }

    /// Judges `run ARGS localhost/test`; an image among ARGS takes the place of that one.
    pub(crate) fn judge(&self, args: &[&str]) -> Verdicts {
        let words: Vec<&str> = args.iter().copied().chain(["localhost/test"]).collect();
        self.judge_words(&words)
    }

    /// Judges `run ARGS`, where ARGS end with an image and perhaps a command.
    pub(crate) fn judge_words(&self, args: &[&str]) -> Verdicts {
        let words: Vec<OsString> = args.iter().map(OsString::from).collect();
        RunOptions::parse(&words, RUN_OPTIONS, &self.directory)
            .and_then(|said| self.verdicts(&said))
            .unwrap_or_else(|problem| panic!("{args:?}: {problem}"))
    }
}

/// Judges `run ARGS localhost/test` on a host.
pub(crate) fn judged_on(host: &dyn Host, args: &[&str], level: Level) -> Verdicts {
    judged_on_image(host, args, "localhost/test", level)
}

/// Judges `run ARGS IMAGE` on a host.
pub(crate) fn judged_on_image(
    host: &dyn Host,
    args: &[&str],
    image: &str,
    level: Level,
) -> Verdicts {
    let args: Vec<&str> = args.iter().copied().chain([image]).collect();
    judged_with(host, &args, None, level)
}

/// Judges `run ARGS`, where ARGS end with an image and perhaps a command; of the image perhaps its config is known.
pub(crate) fn judged_with(
    host: &dyn Host,
    args: &[&str],
    image: Option<&ImageConfig>,
    level: Level,
) -> Verdicts {
    let run = TestRun {
        level,
        image: image.cloned(),
        ..TestRun::on(host)
    };
    run.judge_words(args)
}

/// The findings of one rule on an ordinary rootful host.
pub(crate) fn findings(rule: &str, args: &[&str]) -> Vec<Finding> {
    TestRun::on(&Fake::rootful()).findings(rule, args)
}

/// The attribute of a program that may bind low ports, and is not started where it may not: version 2, effective bit, the
/// words of capability 10.
pub(crate) const NET_BIND_SERVICE: [u8; 20] =
    [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The findings of one rule where host, image and site policy have whatever a rule finds fault with.
pub(crate) fn findings_of_example(rule: &str, args: &[&str]) -> Vec<Finding> {
    let mut cgroups = Fake::rootful().cgroups();
    cgroups.controllers.remove("pids");
    let host = Fake::rootful().with_cgroups(cgroups);
    let engine = r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#;
    let host = host
        .directory("/home/user", 1000, 0o755)
        .file("/home/user/project/open.env", 0, 0o644, "A=b")
        .directory("/srv/data", 0, 0o755)
        .file("/home/user/project/server", 0, 0o755, "")
        .file("/layers/1/usr/bin/caddy", 0, 0o755, "")
        .with_attribute(
            "/layers/1/usr/bin/caddy",
            "security.capability",
            NET_BIND_SERVICE,
        )
        .file("/usr/share/containers/seccomp.json", 0, 0o644, engine);
    let own = |text: &str| text.to_owned();
    let image = ImageConfig {
        volumes: vec![own("/data")],
        env: vec![own("DB_PASSWORD=hunter2"), own("AWS_SECRET")],
        annotations: [(own("run.oci.handler"), own("krun"))].into(),
        labels: [(own("run"), own("podman run IMAGE"))].into(),
        exposed_ports: vec![own("22/tcp")],
        layers: vec!["/layers/1".into()],
        ..ImageConfig::default()
    };
    let policy = "registries: [localhost]\nbind_roots: [/srv]\nmax: {memory: 1g}\n";
    let mut run = TestRun {
        image: Some(image),
        site: Site::parse(policy, "policy.yaml").unwrap(),
        ..TestRun::on(&host)
    };
    match profile_line(args) {
        None => run.findings(rule, args),
        Some(line) => {
            run.profile = layers(line, &run.directory).unwrap();
            run.findings(rule, &[])
        }
    }
}

/// The rule finds something.
#[track_caller]
pub(crate) fn fires(rule: &str, args: &[&str]) {
    assert!(
        !findings(rule, args).is_empty(),
        "{rule} does not fire on {args:?}"
    );
}

/// The rule finds nothing.
#[track_caller]
pub(crate) fn silent(rule: &str, args: &[&str]) {
    assert!(findings(rule, args).is_empty(), "{rule} fires on {args:?}");
}

/// The rule refuses.
#[track_caller]
pub(crate) fn refused(rule: &str, args: &[&str]) {
    let findings = findings(rule, args);
    assert!(
        findings
            .iter()
            .any(|finding| matches!(finding.verdict, Verdict::Refused(_))),
        "{rule} does not refuse {args:?}: {findings:?}"
    );
}

/// The rule notes it and lets it run.
#[track_caller]
pub(crate) fn noted(rule: &str, args: &[&str]) {
    only(rule, args, |verdict| matches!(verdict, Verdict::Noted));
}

/// The rule shows it to `check` and to nobody else.
#[track_caller]
pub(crate) fn shown(rule: &str, args: &[&str]) {
    only(rule, args, |verdict| matches!(verdict, Verdict::Shown));
}

#[track_caller]
fn only(rule: &str, args: &[&str], is_it: fn(&Verdict) -> bool) {
    let findings = findings(rule, args);
    assert!(
        !findings.is_empty() && findings.iter().all(|found| is_it(&found.verdict)),
        "{rule} on {args:?}: {findings:?}"
    );
}

/// The rule rewrites; the argv that podman gets.
#[track_caller]
pub(crate) fn rewritten(rule: &str, args: &[&str]) -> Vec<OsString> {
    let judged = judged_on(&Fake::rootful(), args, Level::Baseline);
    let found = judged.judgement.findings.iter().any(|finding| {
        finding.rule.id.name() == rule && matches!(finding.verdict, Verdict::Rewritten { .. })
    });
    assert!(found, "{rule} does not rewrite {args:?}");
    judged.argv
}
