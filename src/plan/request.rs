//! The request: the flags of all layers, before anybody made sense of them.

use std::ffi::OsString;

use crate::allow::Allow;
use crate::cli::RunOptions;
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::policy::level::Level;
use crate::problem::Problem;
use crate::profile::library::Library;
use crate::profile::merge::{self, ProfileLayers};
use crate::spec::baseline;

/// What was said, by everybody who has a say.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(super) image: String,
    pub(super) image_origin: Origin,
    pub(super) command: Vec<OsString>,
    /// The flags of all layers, the weakest first.
    pub(super) flags: Vec<FlagValue>,
    pub(super) allow: Vec<Allow>,
    pub(super) level: Level,
}

impl Request {
    /// Chooses the profile and stacks the layers: baseline, profile chain, what the host says, command line.
    ///
    /// # Errors
    /// There is no image, or the profile cannot be found or used.
    pub(crate) fn new(
        said: &RunOptions,
        library: &Library<'_>,
        host_layer: Vec<FlagValue>,
    ) -> Result<Self, Problem> {
        let image = image(said)?;
        let profile = match &said.profile {
            Some(name) => library.find(name)?,
            None => library.for_image(image)?,
        };
        Self::layered(said, merge::resolve(library, profile)?, host_layer)
    }

    /// Stacks the layers over a profile that was chosen.
    ///
    /// # Errors
    /// There is no image.
    pub(crate) fn layered(
        said: &RunOptions,
        profile: ProfileLayers,
        host_layer: Vec<FlagValue>,
    ) -> Result<Self, Problem> {
        let image = image(said)?.to_owned();
        let ProfileLayers {
            given,
            allow,
            profiles: _,
        } = profile;
        let mut flags = baseline::layer()?;
        flags.extend(host_layer);
        flags.extend(given);
        flags.extend(said.args.given.iter().cloned());
        Ok(Self {
            image_origin: Origin::Argument {
                index: said.args.image_index,
                text: image.as_str().into(),
            },
            image,
            command: said.args.command.clone(),
            flags,
            allow: allow.into_iter().chain(said.allow.clone()).collect(),
            level: said.level,
        })
    }
}

fn image(said: &RunOptions) -> Result<&str, Problem> {
    said.args.image.as_deref().ok_or_else(|| {
        Problem::new("there is no image").instead("safe-podman run [FLAGS] IMAGE [ARGUMENT…]")
    })
}
