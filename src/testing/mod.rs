//! A run on a made-up machine, judged on the same [way](crate::plan) that `run` goes, for every test that judges.

#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod told;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

#[cfg(test)]
pub(crate) use rules::*;
#[cfg(test)]
pub(crate) use told::Told;

// What podman itself is held against by the tests outside src.
pub use crate::cli::{RUN_OPTIONS, RunOptions};
pub use crate::digest::sha256;
pub use crate::host::{Fake, FileKind, Host, System};
pub use crate::origin::Origin;
pub use crate::podman::version::Version;
pub use crate::podman::{args, flags};
pub use crate::policy::engine::{Judgement, Verdict};
pub use crate::policy::facts::{ExistingVolume, JoinedContainer};
pub use crate::policy::level::Level;
pub use crate::policy::site::Site;
pub use crate::problem::Problem;
pub use crate::profile::key;
pub use crate::report::shell::line;
pub use crate::seal::{ANNOTATION, Promise};
pub use crate::spec::{baseline, build};

use crate::allow::Date;
use crate::env::Environment;
use crate::plan::{Answers, Context, Draft, Request};
use crate::podman::image_config::ImageConfig;
use crate::profile::schema::{Home, Profile};
use crate::profile::{ProfileLayers, overlay};
use crate::yaml::SourceText;

/// A profile in YAML, laid upon nothing.
///
/// # Errors
/// It cannot be used.
pub fn layers(text: &str, base: &Arc<Path>) -> Result<ProfileLayers, Problem> {
    let source = SourceText::new("case.yaml".into(), text.as_bytes())?;
    let profile = Profile::parse("case", source, base, Home::Named)?;
    Ok(ProfileLayers {
        given: overlay(vec![profile.given]),
        allow: profile.allow,
        profiles: Vec::new(),
    })
}

/// The directory that commands are typed in.
const DIRECTORY: &str = "/home/user/project";

/// Where and how a command line is judged.
pub struct TestRun<'a> {
    /// The machine.
    pub host: &'a dyn Host,
    /// The current directory.
    pub directory: Arc<Path>,
    /// The image's config, when podman was asked.
    pub image: Option<ImageConfig>,
    /// The volumes that exist.
    pub volumes: BTreeMap<String, ExistingVolume>,
    /// The containers that are joined.
    pub containers: BTreeMap<String, JoinedContainer>,
    /// The administrator's policy.
    pub site: Site,
    /// The level that is asked for; the words may raise it.
    pub level: Level,
    /// The day.
    pub today: Date,
    /// The profile, laid upon its parents.
    pub profile: ProfileLayers,
}

/// What came of a command line.
#[derive(Debug)]
pub struct Verdicts {
    /// What the rules say.
    pub judgement: Judgement,
    /// What follows `podman run`.
    pub argv: Vec<OsString>,
}

impl<'a> TestRun<'a> {
    /// A machine of which nothing else is known, at level `baseline`, without a profile, on a day in 2026.
    pub fn on(host: &'a dyn Host) -> Self {
        Self {
            host,
            directory: Path::new(DIRECTORY).into(),
            image: None,
            volumes: BTreeMap::new(),
            containers: BTreeMap::new(),
            site: Site::default(),
            level: Level::Baseline,
            today: Date::from_unix(1_795_305_600),
            profile: ProfileLayers::default(),
        }
    }

    /// Judges what was said as `run` does.
    ///
    /// # Errors
    /// What `run` would stop at before it can judge.
    pub fn verdicts(&self, said: &RunOptions) -> Result<Verdicts, Problem> {
        let said = RunOptions {
            level: said.level.max(self.level),
            ..said.clone()
        };
        let request = Request::layered(&said, self.profile.clone(), Vec::new())?;
        let context = Context::new(
            self.host,
            Environment::default(),
            self.site.clone(),
            Arc::clone(&self.directory),
            self.today,
        );
        let answers = Answers {
            image: self.image.clone(),
            volumes: self.volumes.clone(),
            containers: self.containers.clone(),
            ..Answers::default()
        };
        let judged = Draft::new(&request, answers, &context)?.judge(&context)?;
        Ok(Verdicts {
            judgement: judged.judgement().clone(),
            argv: judged.preview(&context),
        })
    }
}
