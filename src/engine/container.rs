//! What podman says about a container.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::problem::Problem;

/// A container of podman's store, `podman-container-inspect(1)`, as far as another one that joins it depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InspectedContainer {
    /// Its first process; none when it does not run.
    pub pid: Option<u32>,
    /// How it was asked to get its namespaces, by the kernel's names.
    pub modes: BTreeMap<&'static str, String>,
    /// `--privileged`.
    pub is_privileged: bool,
    /// `--annotation`.
    pub annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    state: State,
    config: Config,
    host_config: HostConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    pid: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HostConfig {
    #[serde(default)]
    network_mode: String,
    #[serde(default)]
    pid_mode: String,
    #[serde(default)]
    ipc_mode: String,
    #[serde(default, rename = "UTSMode")]
    uts_mode: String,
    #[serde(default)]
    cgroup_mode: String,
    #[serde(default)]
    privileged: bool,
}

/// Reads the answer of `podman container inspect`, a list of one.
pub(super) fn parse(answer: &[u8]) -> Result<InspectedContainer, Problem> {
    let [found]: [Answer; 1] = serde_json::from_slice(answer).map_err(|error| {
        Problem::new(format!(
            "podman's description of the container is not understood: {error}"
        ))
    })?;
    let host = found.host_config;
    Ok(InspectedContainer {
        pid: Some(found.state.pid).filter(|pid| *pid != 0),
        modes: BTreeMap::from([
            ("net", host.network_mode),
            ("pid", host.pid_mode),
            ("ipc", host.ipc_mode),
            ("uts", host.uts_mode),
            ("cgroup", host.cgroup_mode),
        ]),
        is_privileged: host.privileged,
        annotations: found.config.annotations.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn a_container_that_runs_and_one_that_does_not() {
        let answer = |pid: u32| {
            format!(
                r#"[{{"State": {{"Pid": {pid}}}, "Config": {{"Annotations": null}},
                "HostConfig": {{"NetworkMode": "host", "PidMode": "private", "Privileged": true}}}}]"#
            )
        };
        let found = parse(answer(7).as_bytes()).unwrap();
        assert_eq!(found.pid, Some(7));
        assert!(
            found.is_privileged && found.modes["net"] == "host" && found.modes["uts"].is_empty()
        );
        assert_eq!(parse(answer(0).as_bytes()).unwrap().pid, None);
        for bad in ["", "[]", "null", "[{}]"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
