//! Every path of this host that reaches the container, by whatever flag.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::backing::{Backing, LOCAL};
use super::facts::Facts;
use super::paths::{Asset, Match, Response};
use super::rule::Hit;
use crate::host::{FileKind, Host, Resolved};
use crate::origin::{Origin, Setting};
use crate::podman::args::FlagValue;
use crate::podman::flags::PathUse;
use crate::podman::value::mount::OtherMount;
use crate::podman::value::mount_options::{Access, MountOptions};
use crate::podman::value::path::ContainerPath;
use crate::spec::mount::{Bind, NamedVolume};
use crate::spec::{Mount, RootFs, Spec};

/// One path of this host.
#[derive(Clone, Debug)]
pub(super) struct HostSource<'a> {
    /// Where it leads.
    pub(super) found: Cow<'a, Resolved>,
    /// What the container can do with it.
    pub(super) access: Access,
    /// Who asked.
    pub(super) origin: &'a Origin,
    /// How it gets there.
    pub(super) way: Way<'a>,
}

/// How a host path gets into the container.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'a> {
    /// `-v SOURCE:DESTINATION`, `--mount type=bind`
    Bind(&'a Bind),
    /// The files that `--mount type=glob` finds, by the directory that they are in.
    Glob,
    /// A new volume made of a host path, `volume-opt=device=`.
    NewVolume(&'a NamedVolume),
    /// A volume that exists and is a host path in disguise.
    OldVolume(&'a NamedVolume),
    /// The layer of an overlay that is written to.
    Overlay(&'a Bind),
    /// `--rootfs`
    RootFs,
    /// A file that podman reads, by its flag.
    File(&'static str),
}

impl HostSource<'_> {
    /// The path, for messages.
    pub(super) fn path(&self) -> Cow<'_, str> {
        self.found.path.to_string_lossy()
    }

    /// Where it appears in the container, when it is mounted.
    pub(super) fn destination(&self) -> Option<&ContainerPath> {
        match self.way {
            Way::Bind(bind) => Some(&bind.destination),
            Way::NewVolume(volume) | Way::OldVolume(volume) => Some(&volume.destination),
            Way::Glob | Way::Overlay(_) | Way::RootFs | Way::File(_) => None,
        }
    }

    /// The options of the mount.
    pub(super) fn options(&self) -> Option<&MountOptions> {
        match self.way {
            Way::Bind(bind) => Some(&bind.options),
            Way::NewVolume(volume) | Way::OldVolume(volume) => Some(&volume.options),
            Way::Glob | Way::Overlay(_) | Way::RootFs | Way::File(_) => None,
        }
    }

    /// Would it be refused if the container could write to it?
    pub(super) fn is_guarded_against_writing(&self, facts: &Facts<'_>) -> bool {
        facts
            .worth(&self.found, Access::ReadWrite)
            .is_some_and(|found| found.response == Response::Refuse)
    }

    /// A phrase: what of the host would be where, and by which detour.
    pub(super) fn describe(&self) -> String {
        let path = self.path();
        let verb = match self.access {
            Access::ReadOnly => "readable",
            Access::ReadWrite => "writable",
        };
        match self.way {
            Way::Bind(bind) => {
                let at = &bind.destination;
                if Path::new(bind.asked.as_str()) == self.found.path {
                    format!("\"{path}\" of this host would be {verb} at \"{at}\"")
                } else {
                    let asked = &bind.asked;
                    format!(
                        "\"{asked}\" leads to \"{path}\" of this host, which would be {verb} at \"{at}\""
                    )
                }
            }
            Way::NewVolume(volume) => format!(
                "the volume options make \"{path}\" of this host {verb} at \"{}\"",
                volume.destination
            ),
            Way::OldVolume(volume) => {
                let name = volume.name.as_ref().map_or("", |name| name.as_str());
                let at = &volume.destination;
                format!(
                    "the volume \"{name}\" is \"{path}\" of this host and would be {verb} at \"{at}\""
                )
            }
            Way::Glob => format!("files in \"{path}\" of this host would be {verb}"),
            Way::Overlay(bind) => format!(
                "what is written to \"{}\" would land in \"{path}\" of this host",
                bind.destination
            ),
            Way::RootFs => format!("\"{path}\" of this host would be the container's {verb} root"),
            Way::File(flag) => format!("--{flag} would read \"{path}\" of this host"),
        }
    }
}

/// All of them.
pub(super) fn all<'a>(spec: &'a Spec, facts: &Facts<'_>) -> Vec<HostSource<'a>> {
    let mut sources = Vec::new();
    for Setting { value, origin } in &spec.mounts {
        match value {
            Mount::Bind(mount) => bind(mount, origin, &mut sources),
            Mount::Volume(mount) => volume(mount, origin, facts, &mut sources),
            Mount::Other(other) => sources.extend(glob(other, origin, facts.host)),
            Mount::Tmpfs(_) => {}
        }
    }
    sources.extend(root_fs(spec, facts.host));
    sources.extend(files(spec, facts.host));
    sources
}

/// Those that are in the table of [`paths`](super::paths).
pub(super) fn judged<'a>(spec: &'a Spec, facts: &Facts<'_>) -> Vec<(HostSource<'a>, Match)> {
    all(spec, facts)
        .into_iter()
        .filter_map(|source| {
            let found = facts.worth(&source.found, source.access)?;
            Some((source, found))
        })
        .collect()
}

/// A hit for each source that leads to something a rule guards.
///
/// `guarded` says what the rule guards, `instead` the safe spelling of one case where there is one.
pub(super) fn hits(
    spec: &Spec,
    facts: &Facts<'_>,
    guarded: impl Fn(Asset, Access) -> bool,
    instead: impl Fn(&HostSource<'_>, &Match) -> Option<String>,
) -> Vec<Hit> {
    judged(spec, facts)
        .iter()
        .filter(|(source, found)| guarded(found.asset, source.access))
        .filter_map(|(source, found)| {
            let what = format!("{}; {}", source.describe(), found.describe());
            let hit = match found.response {
                Response::Silent => return None,
                Response::Inform => Hit::inform(what, source.origin),
                Response::Warn => Hit::warn(what, source.origin),
                Response::Refuse => Hit::refuse(what, source.origin),
            };
            Some(match instead(source, found) {
                Some(instead) => hit.instead(instead),
                None => hit,
            })
        })
        .collect()
}

/// The same mount read-only, where that takes the danger away.
pub(super) fn read_only(source: &HostSource<'_>, found: &Match) -> Option<String> {
    let destination = source.destination()?;
    let is_cure = found.fine_read_only
        && found.exposes.is_none()
        && source.access == Access::ReadWrite
        && matches!(source.way, Way::Bind(_));
    is_cure.then(|| format!("-v {}:{destination}:ro", source.path()))
}

fn bind<'a>(bind: &'a Bind, origin: &'a Origin, sources: &mut Vec<HostSource<'a>>) {
    sources.push(HostSource {
        found: Cow::Borrowed(&bind.source),
        access: access(&bind.options),
        origin,
        way: Way::Bind(bind),
    });
    sources.extend(bind.overlay_dirs.iter().map(|dir| HostSource {
        found: Cow::Borrowed(dir),
        access: Access::ReadWrite,
        origin,
        way: Way::Overlay(bind),
    }));
}

/// An overlay without more only reads what it lies on.
fn access(options: &MountOptions) -> Access {
    match options.access {
        Some(access) if options.overlay.is_none() => access,
        _ => Access::ReadOnly,
    }
}

fn volume<'a>(
    volume: &'a NamedVolume,
    origin: &'a Origin,
    facts: &Facts<'_>,
    sources: &mut Vec<HostSource<'a>>,
) {
    let access = access(&volume.options);
    let new = volume
        .volume_opts
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let mut add = |path: Cow<'a, Resolved>, way| {
        sources.push(HostSource {
            found: path,
            access,
            origin,
            way,
        });
    };
    for path in option_paths(LOCAL, new, facts.host) {
        add(Cow::Owned(path), Way::NewVolume(volume));
    }
    if let Some(old) = facts.existing(volume) {
        for path in option_paths(&old.driver, old.options(), facts.host) {
            add(Cow::Owned(path), Way::OldVolume(volume));
        }
    }
}

/// The host paths in a volume's options: what is bound, else every one that stands in them (`lowerdir=/x:/y`).
fn option_paths<'o>(
    driver: &str,
    options: impl Iterator<Item = (&'o str, &'o str)> + Clone,
    host: &dyn Host,
) -> Vec<Resolved> {
    match Backing::of(driver, options.clone()) {
        Backing::Own | Backing::Memory | Backing::Remote | Backing::Image => Vec::new(),
        Backing::Bind(path) => vec![resolve(host, path)],
        Backing::Host(_) => options
            .flat_map(|(_, value)| value.split([',', ':', '=']))
            .filter(|part| part.starts_with('/'))
            .map(|part| resolve(host, part.into()))
            .collect(),
    }
}

/// The directory above the first name with a wildcard; everything in it may be found.
fn glob<'a>(mount: &OtherMount, origin: &'a Origin, host: &dyn Host) -> Option<HostSource<'a>> {
    let pattern = Path::new(mount.host_pattern()?);
    if !pattern.is_absolute() {
        return None;
    }
    let is_plain =
        |name: &&std::ffi::OsStr| !name.to_string_lossy().contains(['*', '?', '[', '\\']);
    let directory: PathBuf = pattern.iter().take_while(is_plain).collect();
    Some(HostSource {
        found: Cow::Owned(resolve(host, directory)),
        access: mount
            .options()
            .and_then(|options| options.access)
            .unwrap_or(Access::ReadWrite),
        origin,
        way: Way::Glob,
    })
}

/// The runtime brings along what is mounted below.
fn root_fs<'a>(spec: &'a Spec, host: &dyn Host) -> Vec<HostSource<'a>> {
    let Some(Setting { value, origin }) = &spec.external_rootfs else {
        return Vec::new();
    };
    let access = match (value.is_overlay(), spec.root_fs.value) {
        (false, RootFs::Writable) => Access::ReadWrite,
        _ => Access::ReadOnly,
    };
    let of = |found| HostSource {
        found,
        access,
        origin,
        way: Way::RootFs,
    };
    let below = host.submounts(&value.source.path).unwrap_or_default();
    let below = below
        .into_iter()
        .map(|path| of(Cow::Owned(resolve(host, path))));
    std::iter::once(of(Cow::Borrowed(&value.source)))
        .chain(below)
        .collect()
}

fn files<'a>(spec: &'a Spec, host: &dyn Host) -> impl Iterator<Item = HostSource<'a>> {
    let lent = |given: &&FlagValue| given.flag.path == PathUse::Lends;
    spec.passed.iter().filter(lent).filter_map(move |given| {
        let path = given.flag.path_in(&given.value)?;
        Some(HostSource {
            found: Cow::Owned(resolve(host, given.base.join(path))),
            access: Access::ReadOnly,
            origin: &given.origin,
            way: Way::File(given.flag.long),
        })
    })
}

/// Where a path leads. One that cannot be followed is judged as it is written; podman will not follow it either.
fn resolve(host: &dyn Host, path: PathBuf) -> Resolved {
    host.resolve(&path).unwrap_or(Resolved {
        path,
        kind: FileKind::Missing,
        owner: 0,
        group: 0,
        mode: 0,
    })
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::facts::ExistingVolume;
    use crate::testing::TestRun;

    /// The ids of the refusals of `-v data:/data` when the volume exists with these options.
    fn refusals(driver: &str, options: &[(&str, &str)]) -> Vec<&'static str> {
        let options = options
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let volume = ExistingVolume {
            driver: driver.into(),
            options: options.collect(),
            ..ExistingVolume::default()
        };
        let host = Fake::rootful();
        let mut run = TestRun::on(&host);
        run.volumes.insert("data".into(), volume);
        let findings = run.judge(&["-v", "data:/data"]).judgement.findings;
        findings
            .iter()
            .filter(|finding| matches!(finding.verdict, Verdict::Refused(_)))
            .map(|finding| finding.rule.id.name())
            .collect()
    }

    #[test]
    fn an_existing_volume_is_what_it_stands_for() {
        let bind = |device| [("type", "none"), ("o", "bind"), ("device", device)];
        assert_eq!(refusals("local", &bind("/")), ["host-root"]);
        assert_eq!(refusals("local", &bind("/etc")), ["system-dir-writable"]);
        assert_eq!(refusals("local", &bind("/run")), ["runtime-socket"]);
        assert_eq!(refusals("local", &bind("/dev/sda1")), ["device-bind"]);
        assert_eq!(refusals("local", &bind("/srv/app")), [""; 0]);
        assert_eq!(refusals("local", &[]), [""; 0]);
        let nfs = [
            ("type", "nfs"),
            ("o", "addr=192.0.2.1"),
            ("device", ":/home"),
        ];
        assert_eq!(refusals("local", &nfs), [""; 0]);
    }
}
