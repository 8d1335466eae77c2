//! The promise held against what is seen of a container: one file per dimension, each a list of what is stronger than
//! promised.

mod annotations;
mod capabilities;
mod devices;
mod engine_mounts;
mod env;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod hooks;
mod limits;
mod lsm;
mod mount_words;
mod mounts;
mod namespaces;
mod paths;
mod process;
mod resources;
mod runtime;
mod seccomp;
#[cfg(test)]
mod tests;
mod user;

use super::breach::Breach;
use super::observed::{
    Observed, ObservedConfig, ObservedContainer, ObservedFilters, ObservedMounts, ObservedProcess,
};
use super::promise::Promise;

/// A check, and what of an [`Observed`] it needs: with that, which sources can answer it.
enum Hold {
    /// Who a process is. Another than the first may have become somebody else, where a capability lets it.
    User(fn(&Promise, &ObservedProcess) -> Vec<Breach>),
    /// What a process may. Both sources; `/proc` for every process.
    Process(fn(&Promise, &ObservedProcess) -> Vec<Breach>),
    /// Both sources.
    Container(fn(&Promise, &ObservedContainer) -> Vec<Breach>),
    /// Both sources, but for a privileged container that runs.
    Mounts(fn(&Promise, &ObservedMounts<'_>) -> Vec<Breach>),
    /// Only the `config.json`.
    Config(fn(&Promise, &ObservedConfig<'_>) -> Vec<Breach>),
    /// Only the kernel, of a running container, and not everywhere: `verify` says on what it relies instead.
    Loaded(fn(&Promise, &ObservedFilters<'_>) -> Vec<Breach>),
    /// Only the start.
    Start(fn(&Promise, &[String]) -> Vec<Breach>),
    /// Only the start: what is mounted by then.
    Mounted(fn(&Promise, &ObservedMounts<'_>) -> Vec<Breach>),
}

/// Every check there is, by what it looks at.
const CHECKS: [(&str, Hold); 30] = [
    ("the user", Hold::User(user::check)),
    ("capabilities", Hold::Process(capabilities::check)),
    (
        "no-new-privileges",
        Hold::Process(capabilities::new_privileges),
    ),
    ("a seccomp filter", Hold::Process(seccomp::presence)),
    (
        "the width of the seccomp filter",
        Hold::Config(seccomp::width),
    ),
    ("the filter in the kernel", Hold::Loaded(seccomp::loaded)),
    ("security modules", Hold::Process(lsm::check)),
    ("the labels of its files", Hold::Config(lsm::files)),
    ("the execution domain", Hold::Config(process::personality)),
    ("the OOM score", Hold::Container(process::oom_score)),
    ("limits of setrlimit(2)", Hold::Container(process::rlimits)),
    (
        "other limits of setrlimit(2)",
        Hold::Config(process::other_rlimits),
    ),
    ("the root file system", Hold::Config(paths::root)),
    (
        "writes to the root file system",
        Hold::Container(paths::access),
    ),
    ("hidden paths", Hold::Config(paths::hidden)),
    ("mounts", Hold::Mounts(mounts::check)),
    ("options of mounts", Hold::Config(mount_words::check)),
    ("devices", Hold::Config(devices::check)),
    ("namespaces", Hold::Container(namespaces::hosts)),
    ("paths of namespaces", Hold::Config(namespaces::paths)),
    ("id mappings", Hold::Config(namespaces::mappings)),
    (
        "limits of the control group",
        Hold::Container(limits::check),
    ),
    ("the control group", Hold::Config(limits::cgroup)),
    (
        "other settings of the control group",
        Hold::Config(resources::check),
    ),
    ("the runtime's command line", Hold::Start(runtime::check)),
    ("the environment", Hold::Config(env::check)),
    ("hooks", Hold::Config(hooks::check)),
    ("annotations", Hold::Config(annotations::check)),
    ("sysctls", Hold::Config(paths::sysctl)),
    ("what is mounted by now", Hold::Mounted(mounts::check)),
];

/// What came of the checks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Everything in which the container is less confined than promised.
    pub(super) breaches: Vec<Breach>,
    /// The checks that the source could not answer.
    pub(super) unanswered: Vec<&'static str>,
}

impl Comparison {
    /// The checks that another source of the same running container does not answer either. What was said at its start is
    /// gone: the hook has judged it.
    pub(super) fn left_unanswered(&self, other: &Self) -> Vec<&'static str> {
        let is_past = |name: &str| {
            let mut checks = CHECKS.iter();
            checks.any(|(known, hold)| {
                *known == name && matches!(hold, Hold::Start(_) | Hold::Mounted(_))
            })
        };
        let left = self.unanswered.iter().copied();
        left.filter(|check| other.unanswered.contains(check) && !is_past(check))
            .collect()
    }
}

/// Holds the promise against a container.
pub(super) fn compare(promise: &Promise, observed: &Observed<'_>) -> Comparison {
    let mut comparison = Comparison::default();
    for (name, hold) in &CHECKS {
        let answer = match hold {
            Hold::User(check) | Hold::Process(check) => Some(check(promise, &observed.process)),
            Hold::Container(check) => Some(check(promise, &observed.container)),
            Hold::Mounts(check) => observed
                .mounts
                .as_ref()
                .map(|mounts| check(promise, mounts)),
            Hold::Config(check) => observed
                .config
                .as_ref()
                .map(|config| check(promise, config)),
            // Where it does not stand there, its width in the config.json is the answer.
            Hold::Loaded(check) => Some(match &observed.loaded {
                Some(loaded) => check(promise, loaded),
                None => Vec::new(),
            }),
            Hold::Start(check) => observed.runtime.map(|words| check(promise, words)),
            Hold::Mounted(check) => observed.mounted.as_ref().map(|mounts| {
                // What the document tells already is not told twice.
                let is_told = !comparison.breaches.is_empty();
                if is_told {
                    Vec::new()
                } else {
                    check(promise, mounts)
                }
            }),
        };
        match answer {
            Some(breaches) => comparison.breaches.extend(breaches),
            None => comparison.unanswered.push(name),
        }
    }
    comparison
}

/// Holds it against another process in a running container than the first: `podman exec` gives one whatever it is told to.
pub(super) fn compare_other(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    let chooses = promise.capabilities.contains("CAP_SETUID");
    let hold = |(_, hold): &(&str, Hold)| match hold {
        Hold::User(_) if chooses => Vec::new(),
        Hold::User(check) | Hold::Process(check) => check(promise, process),
        Hold::Container(_)
        | Hold::Mounts(_)
        | Hold::Config(_)
        | Hold::Loaded(_)
        | Hold::Start(_)
        | Hold::Mounted(_) => Vec::new(),
    };
    CHECKS.iter().flat_map(hold).collect()
}
