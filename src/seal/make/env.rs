//! The names of the variables that the container may have.

use std::collections::BTreeSet;

use crate::host::{Host, Links};
use crate::origin::Setting;
use crate::podman::args::FlagValue;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::env::EnvVar;
use crate::podman::value::sdnotify::Sdnotify;
use crate::podman::value::secret::{Secret, SecretKind};
use crate::podman::value::systemd::Systemd;
use crate::problem::Problem;
use crate::seal::promise::Descriptors;
use crate::spec::Switch;

/// The largest file of variables that is read.
const ENV_FILE_BYTES: u64 = 1 << 20;
/// Proxies that `--http-proxy` copies.
const PROXIES: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
];

/// What gives a container variables that were not asked for one by one.
pub(super) struct ImpliedVariables<'a> {
    pub(super) image: Option<&'a ImageConfig>,
    pub(super) host: Switch,
    pub(super) proxies: Switch,
    pub(super) sockets: Descriptors,
    pub(super) systemd: &'a Systemd,
    pub(super) sdnotify: Sdnotify,
}

pub(super) fn env(
    implied: &ImpliedVariables<'_>,
    asked: &[Setting<EnvVar>],
    secrets: &[Setting<Secret>],
    merged: impl Iterator<Item = String>,
    of_files: BTreeSet<String>,
) -> BTreeSet<String> {
    let ImpliedVariables {
        image,
        host,
        proxies,
        sockets,
        systemd,
        sdnotify,
    } = implied;
    let mut names = of_files;
    names.extend(
        image
            .iter()
            .flat_map(|image| image.env.iter().map(|entry| name_of(entry))),
    );
    names.extend(asked.iter().map(|env| match &env.value {
        EnvVar::Value { name, .. } | EnvVar::Import(name) => name.clone(),
        EnvVar::ImportPrefix(prefix) => format!("{prefix}*"),
    }));
    names.extend(merged);
    let of_secret = |secret: &Secret| match &secret.kind {
        SecretKind::Env { target } => Some(target.clone().unwrap_or_else(|| secret.name.clone())),
        SecretKind::Mount { .. } => None,
    };
    names.extend(secrets.iter().filter_map(|secret| of_secret(&secret.value)));
    if *host == Switch::On {
        names.insert("*".to_owned());
    }
    if *proxies == Switch::On {
        names.extend(PROXIES.map(str::to_owned));
    }
    if *sockets == Descriptors::Passed {
        names.extend(["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"].map(str::to_owned));
    }
    if **systemd != Systemd::False {
        names.insert("container_uuid".to_owned());
    }
    if *sdnotify == Sdnotify::Container {
        names.insert("NOTIFY_SOCKET".to_owned());
    }
    names
}

/// The names in the files of `--env-file`.
pub(super) fn of_files<'a, I: Iterator<Item = &'a FlagValue>>(
    asked: I,
    host: &dyn Host,
) -> Result<BTreeSet<String>, Problem> {
    let mut names = BTreeSet::new();
    for given in asked {
        let path = given.base.join(&given.value);
        let file = host.open_file(&path, ENV_FILE_BYTES, Links::Follow);
        let file = file.map_err(|error| Problem::from(error).at(&given.origin))?;
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let lines = text
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        names.extend(lines.map(|line| name_of(line).trim_end().to_owned()));
    }
    Ok(names)
}

fn name_of(entry: &str) -> String {
    let name = entry.split_once('=').map_or(entry, |(name, _)| name);
    name.to_owned()
}
