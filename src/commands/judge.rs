//! `check` on this host: what `run` would say, with nothing asked of podman.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use super::check::{self, Judged};
use super::prepare::{Known, Prepared, Request, prepare};
use super::world::World;
use crate::cli::RunOptions;
use crate::host::Host as _;
use crate::problem::Problem;
use crate::shell::Surroundings;
use crate::spec::argv;

/// Checks what is named, against this host and its site policy.
pub(super) fn check(words: &[OsString]) -> Result<ExitCode, Problem> {
    let world = World::new()?;
    let library = world.library();
    let judge = |said: &RunOptions| {
        let request = Request::new(said, &library, Vec::new())?;
        let Prepared {
            spec,
            judgement,
            seccomp,
        } = prepare(&request, said, &world, &Known::default())?;
        let lines = argv::lines(&spec, &seccomp.default_path);
        let argv = ["podman".into(), "run".into()]
            .into_iter()
            .chain(argv::argv(&lines, &spec))
            .collect();
        Ok(Judged { judgement, argv })
    };
    Ok(check::check(
        words,
        &world.directory,
        surroundings(&world),
        &judge,
    ))
}

fn surroundings(world: &World) -> Surroundings {
    let identity = world.host.identity();
    let text = |path: &Path| path.to_str().map(str::to_owned);
    Surroundings {
        directory: text(&world.directory),
        home: identity.home.as_deref().and_then(text),
        uid: Some(identity.uid),
        gid: Some(identity.gid),
    }
}
