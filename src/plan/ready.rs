//! podman made ready: found, its environment written, its configuration files neutralised, our hook registered.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::judged::Accepted;
use super::request::Request;
use crate::engine::{Engine, Engines};
use crate::env::{self, Scrubbed};
use crate::podman::flags::{self, Flag, NeededBy};
use crate::problem::Problem;
use crate::seal::ambient::{self, Ambient};
use crate::seal::register::{self, Registered};
use crate::spec::Spec;

/// A podman that may be asked, and become.
pub(super) struct Ready {
    pub(super) engine: Box<dyn Engine>,
    pub(super) scrubbed: Scrubbed,
    pub(super) ambient: Ambient,
    pub(super) registered: Registered,
}

impl Ready {
    /// Finds podman and prepares it for a container that nothing speaks against so far.
    ///
    /// # Errors
    /// There is no usable podman, it lacks a flag, a configuration file adds what nothing takes back, or the hook cannot
    /// be kept where others than root cannot change it.
    pub(super) fn new(
        request: &Request,
        accepted: &Accepted,
        engines: &dyn Engines,
        context: &Context<'_>,
    ) -> Result<Self, Problem> {
        let (host, spec) = (context.host, &accepted.spec);
        let mut scrubbed = env::scrub(&context.environment, host);
        let mut engine = engines.find(host, context.site.engine.as_deref(), &scrubbed)?;
        available(request, engine.as_ref())?;
        let state = context.state_directory()?;
        let registered = registered(spec, &scrubbed, &state, context)?;
        let directories = &registered.directories;
        // Before the first question about an image: a containers.conf may send it to another podman.
        let ambient = ambient::neutralise(host, engine.version(), &scrubbed, &state, directories)?;
        if let Some(file) = &ambient.overriding {
            scrubbed.set(ambient::OVERRIDE, file);
        }
        engine.enter(&scrubbed, spec.arguments(NeededBy::Store));
        Ok(Self {
            engine,
            scrubbed,
            ambient,
            registered,
        })
    }
}

fn registered(
    spec: &Spec,
    scrubbed: &Scrubbed,
    state: &Path,
    context: &Context<'_>,
) -> Result<Registered, Problem> {
    let host = context.host;
    let asked: Vec<PathBuf> = spec
        .passed(&flags::HOOKS_DIR)
        .map(|given| given.base.join(&given.value))
        .collect();
    // The hook knows the place in the passwd file's home by itself.
    let usual = host
        .identity()
        .home
        .as_ref()
        .map(|home| home.join(".config"));
    let config_home = ambient::files::config_home(host, scrubbed);
    let config_home = config_home.filter(|config| usual.as_ref() != Some(config));
    register::register(host, state, config_home.as_deref(), &asked)
}

/// Refuses a flag that this podman does not have.
fn available(request: &Request, engine: &dyn Engine) -> Result<(), Problem> {
    let version = engine.version();
    let is_missing = |flag: &Flag| !flag.is_in(version);
    let Some(missing) = request.flags.iter().find(|given| is_missing(given.flag)) else {
        return Ok(());
    };
    let name = missing.flag.long;
    let what = format!("podman {version} has no --{name}");
    let problem = Problem::new(what).at(&missing.origin);
    Err(match (missing.flag.since, missing.flag.until) {
        (Some(since), _) if since > version => {
            problem.instead(format!("leave it out, or use podman {since} or newer"))
        }
        (_, Some(until)) => problem.instead(format!("leave it out: podman {until} dropped it")),
        _ => problem.instead("leave it out"),
    })
}
