//! What does not stand in the `config.json`: what the kernel holds the container's process to by now, and with which words
//! the runtime was started.

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::live;
use crate::seal::oci::OciConfig;
use crate::seal::promise::{Descriptors, Promise, PromisedLimits};

/// Words of the runtime's command line that weaken a container, and the key of containers.conf that makes podman say them.
const WORDS: [(&str, &str, Culprit); 4] = [
    (
        "--no-pivot",
        "a root that can be left (--no-pivot)",
        Culprit::EngineConf("no_pivot_root"),
    ),
    (
        "--no-new-keyring",
        "its caller's session keyring (--no-new-keyring)",
        Culprit::Conf("keyring"),
    ),
    (
        "--cgroup-manager=disabled",
        "no control group",
        Culprit::EngineConf("runtimes_flags"),
    ),
    (
        "--rootless=true",
        "a control group that need not be there (--rootless=true)",
        Culprit::EngineConf("runtimes_flags"),
    ),
];

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = limits(promise, config, facts);
    breaches.extend(words(promise, facts));
    breaches
}

/// The runtime sets the control group up before it calls hooks, but without root's powers it may go on when it cannot.
fn limits(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let culprit = Culprit::EngineConf("cgroup_manager");
    if promise.limits.are_none() {
        return Vec::new();
    }
    if !config.linux.cgroups_path.contains(facts.id) {
        let found = format!("the control group \"{}\"", config.linux.cgroups_path);
        return vec![Breach::new(found, "one of its own", culprit)];
    }
    let Some(pid) = facts.pid else {
        return Vec::new();
    };
    match facts.host.cgroup_limits(pid) {
        Ok(found) => live::limits(&promise.limits, &found, culprit),
        Err(problem) => vec![Breach::new(
            format!("limits that cannot be read ({problem})"),
            "ones that hold",
            culprit,
        )],
    }
}

fn words(promise: &Promise, facts: &Facts<'_>) -> Vec<Breach> {
    let Some(words) = facts.runtime else {
        return Vec::new();
    };
    let mut breaches: Vec<Breach> = WORDS
        .iter()
        .filter(|(word, _, _)| words.iter().any(|found| found == word))
        .map(|(_, found, culprit)| Breach::new(*found, "none of that", *culprit))
        .collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    let mut passed = pairs.filter(|(word, _)| *word == "--preserve-fds");
    if promise.descriptors == Descriptors::None && passed.any(|(_, number)| number != "0") {
        breaches.push(Breach::new(
            "open descriptors of its caller's",
            "none",
            Culprit::Other("LISTEN_FDS"),
        ));
    }
    breaches
}

impl PromisedLimits {
    fn are_none(&self) -> bool {
        let Self {
            memory,
            swap,
            nano_cpus,
            pids,
            oom_killer: _,
        } = self;
        memory.is_none() && swap.is_none() && nano_cpus.is_none() && pids.is_none()
    }
}
