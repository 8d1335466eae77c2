//! What `run`, `create` and `check` have in common: from what was said to a judged spec.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::context::Context;
use crate::allow::{Allow, Date};
use crate::cli::RunOptions;
use crate::digest::sha256;
use crate::engine::{Engine, Volume};
use crate::host::{Host as _, Links, System};
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::image_config::ImageConfig;
use crate::policy::engine::{Judgement, judge};
use crate::policy::facts::{ExistingVolume, Facts};
use crate::problem::Problem;
use crate::profile::library::Library;
use crate::profile::merge::{self, Layers};
use crate::seal::promise;
use crate::seccomp::{self, Profile};
use crate::spec::build::{self, Inputs};
use crate::spec::{Mount, Seccomp, Spec, Switch, baseline};

/// The most that is read of a seccomp profile.
const MAX_BYTES: u64 = seccomp::MAX_BYTES as u64;

/// The flags of all layers for one run.
pub(super) struct Request {
    pub(super) image: String,
    pub(super) image_origin: Origin,
    pub(super) given: Vec<FlagValue>,
    pub(super) allow: Vec<Allow>,
}

impl Request {
    /// Chooses the profile and stacks the layers: baseline, profile chain, what the host says, command line.
    pub(super) fn new(
        said: &RunOptions,
        library: &Library,
        host_layer: Vec<FlagValue>,
    ) -> Result<Self, Problem> {
        let Some(image) = said.args.image.clone() else {
            return Err(Problem::new("there is no image")
                .instead("safe-podman run [FLAGS] IMAGE [ARGUMENT…]"));
        };
        let profile = match &said.profile {
            Some(name) => library.find(name)?,
            None => library.for_image(&image)?,
        };
        let Layers {
            given,
            allow,
            profiles: _,
        } = merge::resolve(library, profile)?;
        let mut all = baseline::layer()?;
        all.extend(host_layer);
        all.extend(given);
        all.extend(said.args.given.iter().cloned());
        let allow = allow
            .into_iter()
            .chain(said.allow.iter().cloned())
            .collect();
        let image_origin = Origin::Argument {
            index: said.args.image_index,
            text: image.as_str().into(),
        };
        Ok(Self {
            image,
            image_origin,
            given: all,
            allow,
        })
    }
}

/// A spec, and what the rules say about it.
pub(super) struct Prepared {
    pub(super) spec: Spec,
    pub(super) judgement: Judgement,
    /// The filter that the spec names: the bytes that were judged.
    pub(super) seccomp: FilterSource,
}

/// The seccomp profiles that were read, so that what is judged is what is used.
pub(super) struct FilterSource {
    pub(super) default_path: PathBuf,
    pub(super) default: Vec<u8>,
    pub(super) file: Option<Vec<u8>>,
}

/// What podman knows that the rules want to know.
#[derive(Default)]
pub(super) struct Known {
    /// The image's config; none before podman was asked, or when there is no such image.
    pub(super) image: Option<ImageConfig>,
    /// The volumes that the spec names and that exist.
    pub(super) volumes: BTreeMap<String, ExistingVolume>,
}

impl Known {
    /// Asks for the volumes that the spec names; nothing when it names none.
    pub(super) fn ask(
        image: Option<ImageConfig>,
        spec: &Spec,
        engine: &Engine,
        host: System,
    ) -> Result<Self, Problem> {
        let names = spec.mounts.iter().filter_map(|mount| match &mount.value {
            Mount::Volume(volume) => volume.name.as_ref().map(|name| name.as_str().to_owned()),
            Mount::Bind(_) | Mount::Tmpfs(_) | Mount::Other(_) => None,
        });
        let names: BTreeSet<String> = names.collect();
        let mut volumes = BTreeMap::new();
        if !names.is_empty() {
            for (name, Volume { driver, options }) in engine.volumes()? {
                if names.contains(&name) {
                    let device = options
                        .get("device")
                        .map(Path::new)
                        .filter(|path| path.is_absolute());
                    let device = device.map(|path| host.resolve(path)).transpose()?;
                    volumes.insert(
                        name,
                        ExistingVolume {
                            driver,
                            options,
                            device,
                        },
                    );
                }
            }
        }
        Ok(Self { image, volumes })
    }
}

/// Builds the spec and judges it; once before podman was asked about the image, once after.
pub(super) fn prepare(
    request: &Request,
    said: &RunOptions,
    context: &Context,
    known: &Known,
) -> Result<Prepared, Problem> {
    let host = &context.host;
    let mut spec = build::build(&Inputs {
        given: &request.given,
        image: &request.image,
        image_origin: request.image_origin.clone(),
        command: &said.args.command,
        host,
        image_config: known.image.as_ref(),
    })?;
    let seccomp = FilterSource::read(&spec, context)?;
    let facts = Facts {
        host,
        cwd: &context.directory,
        image: known.image.as_ref(),
        volumes: &known.volumes,
        places: context.places()?,
        seccomp_default: &seccomp.default,
        seccomp_file: seccomp.file.as_deref(),
        site: &context.site,
        today: today(),
    };
    let judgement = judge(&mut spec, &facts, said.level, &request.allow, &context.site);
    Ok(Prepared {
        spec,
        judgement,
        seccomp,
    })
}

impl FilterSource {
    /// The file for podman: the host's own for the default, else a copy of what was judged, so that a later change of
    /// the original changes nothing.
    pub(super) fn place(&self, spec: &Spec, context: &Context) -> Result<PathBuf, Problem> {
        match &spec.seccomp.value {
            Seccomp::Default | Seccomp::Unconfined => Ok(self.default_path.clone()),
            Seccomp::File(_) | Seccomp::Denying(_) | Seccomp::Allowing(_) => {
                Ok(Self::keep(&self.bytes(spec)?, context)?.file)
            }
        }
    }

    /// The filter for the promise, kept so that the hook finds what was judged whenever the container starts.
    pub(super) fn promised(
        &self,
        spec: &Spec,
        context: &Context,
    ) -> Result<promise::PromisedSeccomp, Problem> {
        if spec.seccomp.value == Seccomp::Unconfined || spec.privileged.value == Switch::On {
            return Ok(promise::PromisedSeccomp::Unconfined);
        }
        Self::keep(&self.bytes(spec)?, context).map(promise::PromisedSeccomp::Filter)
    }

    fn keep(bytes: &[u8], context: &Context) -> Result<promise::PromisedFilter, Problem> {
        let sha256 = sha256(bytes);
        let name = format!("{sha256}.json");
        let file = context
            .host
            .keep(&context.state_directory()?, &name, bytes)?;
        Ok(promise::PromisedFilter { file, sha256 })
    }

    fn bytes(&self, spec: &Spec) -> Result<Vec<u8>, Problem> {
        let base =
            || Profile::parse(&self.default).map_err(|error| Problem::new(error.to_string()));
        match (&spec.seccomp.value, &self.file) {
            (Seccomp::Default | Seccomp::Unconfined, _) => Ok(self.default.clone()),
            (Seccomp::File(path), None) => {
                Err(Problem::new(format!("\"{}\" was not read", path.display())))
            }
            (Seccomp::File(_), Some(bytes)) => Ok(bytes.clone()),
            (Seccomp::Denying(names), _) => {
                Ok(Profile::denying(&base()?, names).to_json().into_bytes())
            }
            (Seccomp::Allowing(names), _) => {
                Ok(Profile::allowing(&base()?, names).to_json().into_bytes())
            }
        }
    }

    fn read(spec: &Spec, context: &Context) -> Result<Self, Problem> {
        let default = context.default_filter()?;
        let file = match &spec.seccomp.value {
            Seccomp::File(path) => {
                let read = context.host.open_file(path, MAX_BYTES, Links::Refuse);
                let opened = read.map_err(|error| Problem::from(error).at(&spec.seccomp.origin))?;
                Some(opened.bytes)
            }
            Seccomp::Default | Seccomp::Denying(_) | Seccomp::Allowing(_) | Seccomp::Unconfined => {
                None
            }
        };
        Ok(Self {
            default_path: default.path.to_owned(),
            default: default.bytes.clone(),
            file,
        })
    }
}

fn today() -> Date {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    Date::from_unix(now)
}
