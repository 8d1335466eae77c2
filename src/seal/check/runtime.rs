//! The words that the runtime was started with.

use crate::podman::releases::Fact;
use crate::podman::releases::conf::{self, ConfKey};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::promise::{Descriptors, Promise};

/// Words of the runtime's command line that weaken a container, what they take from it, and the key of containers.conf
/// that makes podman say them.
const WORDS: [(&str, &str, Fact<ConfKey>); 4] = [
    (
        "--no-pivot",
        "a root file system that cannot be left",
        conf::NO_PIVOT_ROOT,
    ),
    (
        "--no-new-keyring",
        "a session keyring of its own",
        conf::KEYRING,
    ),
    (
        "--cgroup-manager=disabled",
        "a control group of its own",
        conf::RUNTIMES_FLAGS,
    ),
    (
        "--rootless=true",
        "a control group that is certainly there",
        conf::RUNTIMES_FLAGS,
    ),
];

const CALLER: Culprit = Culprit::Other {
    who: "LISTEN_FDS in the environment of podman's caller",
    instead: "unset it",
};

pub(super) fn check(promise: &Promise, words: &[String]) -> Vec<Breach> {
    let mut breaches: Vec<Breach> = WORDS
        .iter()
        .filter(|(word, _, _)| words.iter().any(|found| found == word))
        .map(|(word, promised, key)| {
            let found = format!("the runtime was started with {word}");
            Breach::missing(*promised, found).by(*key)
        })
        .collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    let mut passed = pairs.filter(|(word, _)| *word == "--preserve-fds");
    if promise.descriptors == Descriptors::None && passed.any(|(_, number)| number != "0") {
        let found = "an open file of podman's caller";
        breaches.push(Breach::extra(found, "--preserve-fds").by(CALLER));
    }
    breaches
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn words_that_weaken_are_found() {
        let promised = include_str!("../fixtures/promise.json");
        let mut promise: Promise = serde_json::from_str(promised).unwrap();
        let found = |promise: &Promise, words: &str| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            check(promise, &words).len()
        };
        assert_eq!(
            found(&promise, "runc --root /x create --preserve-fds 0 id"),
            0
        );
        for words in [
            "runc create --no-pivot id",
            "runc create --no-new-keyring id",
            "runc create --preserve-fds 1 id",
            "crun --cgroup-manager=disabled create id",
            "runc --rootless=true create id",
        ] {
            assert_eq!(found(&promise, words), 1, "{words}");
        }
        promise.descriptors = Descriptors::Passed;
        assert_eq!(found(&promise, "runc create --preserve-fds 1 id"), 0);
    }
}
