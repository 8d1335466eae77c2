//! The way from words to a verdict in one process, as `run` goes it, on a made-up machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use safe_podman::testing::{
    ExistingVolume, Fake, Host as _, Judgement, Level, Problem, RUN_OPTIONS, RunOptions, TestRun,
    layers,
};

use crate::machine::PROJECT;

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
    let directory: Arc<Path> = Path::new(PROJECT).into();
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = RunOptions::parse(&words, RUN_OPTIONS, &directory)?;
    let profile = profile.map(|text| layers(text, &directory)).transpose()?;
    let run = TestRun {
        directory,
        level,
        volumes: volumes(host),
        profile: profile.unwrap_or_default(),
        ..TestRun::on(host)
    };
    let verdicts = run.verdicts(&said)?;
    let argv = verdicts.argv.into_iter();
    Ok(Judged {
        judgement: verdicts.judgement,
        argv: argv.map(|word| word.to_string_lossy().into()).collect(),
    })
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
