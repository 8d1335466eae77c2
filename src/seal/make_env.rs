//! The names of the variables that the container may have.

use std::collections::BTreeSet;

use super::make::{PromiseInputs, keys};
use super::promise::Descriptors;
use crate::host::Links;
use crate::podman::value::env::EnvVar;
use crate::podman::value::sdnotify::Sdnotify;
use crate::podman::value::secret::SecretKind;
use crate::podman::value::systemd::Systemd;
use crate::problem::Problem;
use crate::spec::{Spec, Switch};

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

pub(super) fn env(spec: &Spec, inputs: &PromiseInputs<'_>) -> Result<BTreeSet<String>, Problem> {
    let mut names = BTreeSet::new();
    let name_of = |entry: &String| {
        entry
            .split_once('=')
            .map_or(entry.as_str(), |(name, _)| name)
            .to_owned()
    };
    names.extend(
        inputs
            .image
            .iter()
            .flat_map(|image| image.env.iter().map(name_of)),
    );
    names.extend(spec.env.iter().map(|env| match &env.value {
        EnvVar::Value { name, .. } | EnvVar::Import(name) => name.clone(),
        EnvVar::ImportPrefix(prefix) => format!("{prefix}*"),
    }));
    names.extend(keys(spec, "env-merge"));
    names.extend(
        spec.secret
            .iter()
            .filter_map(|secret| match &secret.value.kind {
                SecretKind::Env { target } => {
                    Some(target.clone().unwrap_or_else(|| secret.value.name.clone()))
                }
                SecretKind::Mount { .. } => None,
            }),
    );
    if spec.env_host.value == Switch::On {
        names.insert("*".to_owned());
    }
    if spec.http_proxy.value == Switch::On {
        names.extend(PROXIES.map(str::to_owned));
    }
    if inputs.sockets == Descriptors::Passed {
        names.extend(["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"].map(str::to_owned));
    }
    if spec.systemd.value != Systemd::False {
        names.insert("container_uuid".to_owned());
    }
    if spec.sdnotify.value == Sdnotify::Container {
        names.insert("NOTIFY_SOCKET".to_owned());
    }
    for given in spec.passed("env-file") {
        let path = given.base.join(&given.value);
        let file = inputs.host.open_file(&path, ENV_FILE_BYTES, Links::Follow);
        let file = file.map_err(|problem| problem.at(&given.origin))?;
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let lines = text
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        names.extend(lines.map(|line| name_of(&line.to_owned()).trim_end().to_owned()));
    }
    Ok(names)
}
