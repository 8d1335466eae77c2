//! Helpers for the tests of rules: a run on a made-up host, judged at level `baseline`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::engine::{Finding, Judgement, Verdict, judge};
use super::facts::{ExistingVolume, Facts};
use super::level::Level;
use super::paths::Places;
use super::site::Site;
use crate::host::{Fake, Host, Links};
use crate::origin::Origin;
use crate::podman::args;
use crate::podman::image_config::ImageConfig;
use crate::rule_id::RuleId;
use crate::spec::{self, Seccomp, Spec, baseline, build};

/// A run judged: what the rules say, and the argv that podman would get.
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    pub(crate) argv: Vec<OsString>,
}

/// Where a run is judged.
pub(crate) struct World<'a> {
    pub(crate) host: &'a dyn Host,
    pub(crate) image: Option<ImageConfig>,
    pub(crate) volumes: BTreeMap<String, ExistingVolume>,
    pub(crate) site: Site,
    pub(crate) level: Level,
}

impl<'a> World<'a> {
    /// A host of which nothing else is known, at level `baseline`.
    pub(crate) fn on(host: &'a dyn Host) -> Self {
        Self {
            host,
            image: None,
            volumes: BTreeMap::new(),
            site: Site::default(),
            level: Level::Baseline,
        }
    }

    /// The findings of one rule.
    pub(crate) fn findings(&self, rule: &str, args: &[&str]) -> Vec<Finding> {
        // A mistyped rule would find nothing, which some tests want.
        let rule = RuleId::find(rule).unwrap();
        let findings = self.judge(args).judgement.findings.into_iter();
        findings.filter(|found| found.rule.id == rule).collect()
    }

    /// Judges `run ARGS localhost/test`; an image among ARGS takes the place of that one.
    pub(crate) fn judge(&self, args: &[&str]) -> Judged {
        let words: Vec<&str> = args.iter().copied().chain(["localhost/test"]).collect();
        self.judge_words(&words)
    }

    /// Judges `run ARGS`, where ARGS end with an image and perhaps a command.
    fn judge_words(&self, args: &[&str]) -> Judged {
        let base: Arc<Path> = Path::new("/home/user/project").into();
        let words: Vec<OsString> = args.iter().map(OsString::from).collect();
        let said =
            args::parse(&words, &[], &base).unwrap_or_else(|problem| panic!("{args:?}: {problem}"));
        let mut given = baseline::layer().unwrap();
        given.extend(said.given);
        let inputs = build::Inputs {
            given: &given,
            image: said.image.as_deref().unwrap(),
            image_origin: Origin::Baseline,
            command: &said.command,
            host: self.host,
            image_config: self.image.as_ref(),
        };
        let mut spec: Spec =
            build::build(&inputs).unwrap_or_else(|problem| panic!("{args:?}: {problem}"));
        let read = |path: &Path| {
            let opened = self.host.open_file(path, 1 << 20, Links::Refuse);
            opened.map(|opened| opened.bytes)
        };
        let seccomp_default = read(Path::new("/usr/share/containers/seccomp.json"))
            .unwrap_or_else(|_| br#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}"#.to_vec());
        let seccomp_file = match &spec.seccomp.value {
            Seccomp::File(path) => Some(read(path).unwrap()),
            _ => None,
        };
        let facts = Facts {
            host: self.host,
            cwd: &base,
            image: self.image.as_ref(),
            volumes: &self.volumes,
            places: &Places::of(self.host).unwrap(),
            seccomp_default: &seccomp_default,
            seccomp_file: seccomp_file.as_deref(),
            site: &self.site,
            today: "2026-11-22".parse().unwrap(),
        };
        let judgement = judge(&mut spec, &facts, self.level, &[], &self.site);
        let lines = spec::argv::lines(&spec, Path::new("/usr/share/containers/seccomp.json"));
        Judged {
            argv: spec::argv::argv(&lines, &spec),
            judgement,
        }
    }
}

/// Judges `run ARGS localhost/test` on a host.
pub(crate) fn judged_on(host: &dyn Host, args: &[&str], level: Level) -> Judged {
    judged_on_image(host, args, "localhost/test", level)
}

/// Judges `run ARGS IMAGE` on a host.
pub(crate) fn judged_on_image(host: &dyn Host, args: &[&str], image: &str, level: Level) -> Judged {
    let args: Vec<&str> = args.iter().copied().chain([image]).collect();
    judged_with(host, &args, None, level)
}

/// Judges `run ARGS`, where ARGS end with an image and perhaps a command; of the image perhaps its config is known.
pub(crate) fn judged_with(
    host: &dyn Host,
    args: &[&str],
    image: Option<&ImageConfig>,
    level: Level,
) -> Judged {
    let world = World {
        level,
        image: image.cloned(),
        ..World::on(host)
    };
    world.judge_words(args)
}

/// The findings of one rule on an ordinary rootful host.
pub(crate) fn findings(rule: &str, args: &[&str]) -> Vec<Finding> {
    World::on(&Fake::rootful()).findings(rule, args)
}

/// The findings of one rule where host, image and site policy have whatever a rule finds fault with.
pub(crate) fn findings_of_example(rule: &str, args: &[&str]) -> Vec<Finding> {
    let mut cgroups = Fake::rootful().cgroups().unwrap();
    cgroups.controllers.remove("pids");
    let host = Fake::rootful().with_cgroups(cgroups);
    let host = host.file("/home/user/project/open.env", 0, 0o644, "A=b");
    let own = |text: &str| text.to_owned();
    let image = ImageConfig {
        volumes: vec![own("/data")],
        env: vec![own("DB_PASSWORD=hunter2"), own("AWS_SECRET")],
        annotations: [(own("run.oci.handler"), own("krun"))].into(),
        labels: [(own("run"), own("podman run IMAGE"))].into(),
        exposed_ports: vec![own("22/tcp")],
        ..ImageConfig::default()
    };
    let policy = "registries: [localhost]\nbind_roots: [/srv]\nmax: {memory: 1g}\n";
    let world = World {
        image: Some(image),
        site: Site::parse(policy, "policy.yaml").unwrap(),
        ..World::on(&host)
    };
    world.findings(rule, args)
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
