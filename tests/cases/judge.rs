//! The way from words to a verdict in one process, as `run` goes it, on a made-up machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use safe_podman::allow::Allow;
use safe_podman::cli::{RUN_OPTIONS, RunOptions};
use safe_podman::host::{Fake, Host as _, Links};
use safe_podman::origin::Origin;
use safe_podman::podman::args::FlagValue;
use safe_podman::policy::engine::{Judgement, judge};
use safe_podman::policy::facts::{ExistingVolume, Facts};
use safe_podman::policy::level::Level;
use safe_podman::policy::paths::Places;
use safe_podman::policy::site::Site;
use safe_podman::problem::Problem;
use safe_podman::profile::merge::overlay;
use safe_podman::profile::schema::{Home, Profile};
use safe_podman::spec::build::{self, Inputs};
use safe_podman::spec::{Seccomp, argv, baseline};
use safe_podman::yaml::Source;

use crate::machine::PROJECT;

const FILTER: &str = "/usr/share/containers/seccomp.json";

/// What is said of a command line that ends before the image.
pub(crate) const NO_IMAGE: &str = "there is no image";

/// What came of a command line.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    /// What podman would be given after `run`.
    pub(crate) argv: Vec<String>,
}

/// Judges `run WORDS`, where WORDS hold the image, over a profile when there is one.
pub(crate) fn run(
    host: &Fake,
    level: Level,
    profile: Option<&str>,
    words: &[String],
) -> Result<Judged, Problem> {
    let base: Arc<Path> = Path::new(PROJECT).into();
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = RunOptions::parse(&words, RUN_OPTIONS, &base)?;
    let profile = profile.map(|text| read(text, &base)).transpose()?;
    let (given, allow) = profile.map_or_else(Default::default, |it| (it.given, it.allow));
    let mut all = baseline::layer()?;
    all.extend(overlay(vec![given]));
    all.extend(said.args.given.iter().cloned());
    let allows = allow.into_iter().chain(said.allow).collect();
    let image = said.args.image.ok_or_else(|| Problem::new(NO_IMAGE))?;
    let run = Run {
        given: all,
        image,
        command: said.args.command,
        level: level.max(said.level),
        allows,
    };
    run.judge(host, &base)
}

fn read(text: &str, base: &Arc<Path>) -> Result<Profile, Problem> {
    let source = Source::new("case.yaml".into(), text.as_bytes())?;
    Profile::parse("case", source, base, Home::Named)
}

struct Run {
    given: Vec<FlagValue>,
    image: String,
    command: Vec<OsString>,
    level: Level,
    allows: Vec<Allow>,
}

impl Run {
    fn judge(&self, host: &Fake, cwd: &Path) -> Result<Judged, Problem> {
        let mut spec = build::build(&Inputs {
            given: &self.given,
            image: &self.image,
            image_origin: Origin::Baseline,
            command: &self.command,
            host,
            image_config: None,
        })?;
        let read = |path: &Path| {
            let opened = host.open_file(path, 1 << 20, Links::Refuse);
            opened.map(|opened| opened.bytes)
        };
        let seccomp_default = read(Path::new(FILTER))?;
        let seccomp_file: Option<Vec<u8>> = match &spec.seccomp.value {
            Seccomp::File(path) => Some(read(path)?),
            _ => None,
        };
        let site = Site::default();
        let places = Places::of(host).unwrap();
        let facts = Facts {
            places: &places,
            host,
            cwd,
            image: None,
            volumes: &volumes(host),
            seccomp_default: &seccomp_default,
            seccomp_file: seccomp_file.as_deref(),
            site: &site,
            today: "2026-11-22".parse()?,
        };
        let judgement = judge(&mut spec, &facts, self.level, &self.allows, &site);
        let lines = argv::lines(&spec, Path::new(FILTER));
        let argv = argv::argv(&lines, &spec).into_iter();
        Ok(Judged {
            judgement,
            argv: argv.map(|word| word.to_string_lossy().into()).collect(),
        })
    }
}

/// The named volumes of the machine; one of them is `/etc` under another name.
fn volumes(host: &Fake) -> BTreeMap<String, ExistingVolume> {
    let device = host.resolve(Path::new("/etc")).ok();
    let options = [("type", "none"), ("o", "bind"), ("device", "/etc")];
    let disguised = ExistingVolume {
        driver: "local".to_owned(),
        options: options
            .map(|(key, value)| (key.into(), value.into()))
            .into(),
        device,
    };
    BTreeMap::from([("disguised".to_owned(), disguised)])
}
