//! What podman is asked before the last judgement: the image, pulled as `--pull` says, and the volumes that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::answers::{Answers, Fetched};
use super::context::Context;
use super::judged::Accepted;
use super::ready::Ready;
use crate::engine::ListedVolume;
use crate::host::{FileKind, Mode, Resolved};
use crate::podman::flags::{self, NeededBy};
use crate::podman::image_config::ImageConfig;
use crate::policy::facts::{ExistingVolume, JoinedContainer};
use crate::policy::joined_containers;
use crate::problem::Problem;
use crate::seal;
use crate::spec::{Mount, Spec};

/// May an image be pulled?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pulling {
    /// As `--pull` says.
    AsAsked,
    /// No: a dry run leaves the store as it is.
    Never,
}

/// When podman fetches an image, `podman-run(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PullPolicy {
    Always,
    Missing,
    Never,
    Newer,
}

impl PullPolicy {
    fn of(spec: &Spec) -> Result<Self, Problem> {
        let Some(given) = spec.passed(&flags::PULL).last() else {
            return Ok(Self::Missing);
        };
        match given.value.to_ascii_lowercase().as_str() {
            "always" => Ok(Self::Always),
            "missing" | "ifmissing" | "ifnotpresent" | "" => Ok(Self::Missing),
            "never" => Ok(Self::Never),
            "newer" | "ifnewer" => Ok(Self::Newer),
            other => Err(
                Problem::new(format!("--pull: \"{other}\" is not a pull policy"))
                    .at(&given.origin)
                    .instead("always, missing, never or newer"),
            ),
        }
    }
}

/// Asks about a container that nothing speaks against so far: a refused flag must not reach even a question.
///
/// # Errors
/// podman fails or answers what is not understood, or the image cannot be pulled.
pub(super) fn ask(
    accepted: &Accepted,
    ready: &Ready,
    pulling: Pulling,
    context: &Context<'_>,
) -> Result<Answers, Problem> {
    let spec = &accepted.spec;
    let (image, fetched) = match spec.external_rootfs {
        Some(_) => (None, Fetched::Before),
        None => image(spec, ready, pulling, context)?,
    };
    Ok(Answers {
        image,
        volumes: volumes(spec, ready, context)?,
        containers: containers(spec, ready)?,
        fetched,
    })
}

/// The image's config, after the pull that `--pull` asks for.
fn image(
    spec: &Spec,
    ready: &Ready,
    pulling: Pulling,
    context: &Context<'_>,
) -> Result<(Option<ImageConfig>, Fetched), Problem> {
    let policy = PullPolicy::of(spec)?;
    let reference = spec.image.value.to_string();
    let engine = &ready.engine;
    let ask = || engine.image(context.host, &reference);
    let pull = || {
        let variables = ready.scrubbed.for_pull(&context.environment);
        engine.pull(&reference, &spec.arguments(NeededBy::Pull), &variables)
    };
    let here = ask()?;
    match (pulling, policy, here) {
        (Pulling::Never, _, here)
        | (_, PullPolicy::Never, here)
        | (_, PullPolicy::Missing, here @ Some(_)) => Ok((here, Fetched::Before)),
        (Pulling::AsAsked, PullPolicy::Newer, Some(here)) => {
            // An unreachable registry is no reason to stop when there is an image.
            let newer = pull().and_then(|()| ask()).ok().flatten();
            Ok((newer.or(Some(here)), Fetched::Now))
        }
        (
            Pulling::AsAsked,
            PullPolicy::Always | PullPolicy::Missing | PullPolicy::Newer,
            None | Some(_),
        ) => {
            pull()?;
            Ok((ask()?, Fetched::Now))
        }
    }
}

/// The volumes that the spec names; podman is asked only when it names any.
fn volumes(
    spec: &Spec,
    ready: &Ready,
    context: &Context<'_>,
) -> Result<BTreeMap<String, ExistingVolume>, Problem> {
    let names = spec.mounts.iter().filter_map(|mount| match &mount.value {
        Mount::Volume(volume) => volume.name.as_ref().map(|name| name.as_str().to_owned()),
        Mount::Bind(_) | Mount::Tmpfs(_) | Mount::Other(_) => None,
    });
    let names: BTreeSet<String> = names.collect();
    let mut volumes = BTreeMap::new();
    if names.is_empty() {
        return Ok(volumes);
    }
    for (name, listed) in ready.engine.volumes()? {
        if names.contains(&name) {
            volumes.insert(name, existing(listed, ready, context)?);
        }
    }
    Ok(volumes)
}

fn existing(
    listed: ListedVolume,
    ready: &Ready,
    context: &Context<'_>,
) -> Result<ExistingVolume, Problem> {
    let device = listed.options.get("device").map(Path::new);
    let device = device.filter(|path| path.is_absolute());
    let device = device.map(|path| context.host.resolve(path)).transpose()?;
    // Of another file system than podman's own directory nobody knows the owner before it is mounted.
    let is_local =
        ["", "local"].contains(&listed.driver.as_str()) && !listed.options.contains_key("type");
    let found = match &device {
        None if is_local && !listed.is_new => content(&listed.mountpoint, ready, context),
        _ => None,
    };
    let ListedVolume {
        driver,
        options,
        is_new,
        ..
    } = listed;
    Ok(ExistingVolume {
        driver,
        options,
        device,
        is_new,
        content: found,
    })
}

/// The directory of a volume; where the caller may not look, as podman's own namespace sees it.
fn content(mountpoint: &Path, ready: &Ready, context: &Context<'_>) -> Option<Resolved> {
    let found = context.host.resolve(mountpoint);
    if let Ok(found) = found {
        return (found.kind == FileKind::Directory).then_some(found);
    }
    if context.host.identity().mode == Mode::Rootful {
        return None;
    }
    let words = [
        "unshare",
        "stat",
        "-c",
        "%u %g %a",
        "--",
        mountpoint.to_str()?,
    ];
    let said = ready.engine.ask(&words, "look at a volume").ok()?;
    let said = String::from_utf8(said).ok()?;
    let mut numbers = said.split_whitespace();
    let ids = context.host.engine_ids()?;
    Some(Resolved {
        path: mountpoint.to_owned(),
        kind: FileKind::Directory,
        owner: ids.uids.outside(numbers.next()?.parse().ok()?)?,
        group: ids.gids.outside(numbers.next()?.parse().ok()?)?,
        mode: u32::from_str_radix(numbers.next()?, 8).ok()?,
    })
}

/// The containers whose namespaces the spec joins; podman is asked only when there are any.
fn containers(spec: &Spec, ready: &Ready) -> Result<BTreeMap<String, JoinedContainer>, Problem> {
    let mut containers = BTreeMap::new();
    for name in joined_containers(spec) {
        let Some(found) = ready.engine.container(name)? else {
            continue;
        };
        let joined = JoinedContainer {
            pid: found.pid,
            modes: found.modes,
            is_privileged: found.is_privileged,
            is_sealed: found.annotations.contains_key(seal::ANNOTATION),
        };
        containers.insert(name.to_owned(), joined);
    }
    Ok(containers)
}
