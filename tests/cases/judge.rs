//! The way from words to a verdict in one process, as `run` goes it, on a made-up machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use safe_podman::testing::{
    ExistingVolume, Fake, Host as _, Judgement, Problem, RUN_OPTIONS, RunOptions, TestRun,
};

use crate::machine::PROJECT;

/// What came of a command line.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    /// What podman would be given after `run`.
    pub(crate) argv: Vec<String>,
}

/// A run in the project's directory.
pub(crate) fn on(host: &Fake) -> TestRun<'_> {
    TestRun {
        directory: Path::new(PROJECT).into(),
        volumes: volumes(host),
        ..TestRun::on(host)
    }
}

/// Judges `run WORDS`, where WORDS hold the image.
pub(crate) fn judge(run: &TestRun<'_>, words: &[String]) -> Result<Judged, Problem> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = RunOptions::parse(&words, RUN_OPTIONS, &run.directory)?;
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
        ..ExistingVolume::default()
    };
    BTreeMap::from([("disguised".to_owned(), disguised)])
}
