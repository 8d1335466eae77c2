//! What the probe inside a container reported. Its keys are described in `tests/image/probe`.

use std::collections::BTreeMap;
use std::ops::Index;

#[derive(Debug)]
pub(crate) struct Probe(BTreeMap<String, String>);

impl Probe {
    pub(crate) fn parse(output: &str) -> Self {
        Self(
            output
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A capability set, e.g. `CapEff`.
    pub(crate) fn capabilities(&self, set: &str) -> u64 {
        u64::from_str_radix(&self[set], 16).unwrap()
    }

    /// Is the option among a mount's own (not its super block's)?
    pub(crate) fn mount_has(&self, path: &str, option: &str) -> bool {
        let line = &self[format!("mount.{path}").as_str()];
        line.split(' ')
            .nth(1)
            .unwrap()
            .split(',')
            .any(|one| one == option)
    }
}

/// Panics on a key that was not reported.
impl Index<&str> for Probe {
    type Output = str;

    fn index(&self, key: &str) -> &str {
        self.get(key)
            .unwrap_or_else(|| panic!("the probe reported no {key}, but {:?}", self.0.keys()))
    }
}
