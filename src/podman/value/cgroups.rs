//! `--cgroups`: whether podman makes a cgroup for the container, without which no limit holds.

use crate::words::{read_words, words};

words! {
    /// How a container gets its cgroup; exact, lower-case words.
    pub enum CgroupsMode {
        /// `enabled`, and empty: a cgroup of its own.
        Enabled = "enabled" | "",
        /// `disabled`: none, and so no limits at all. Only crun starts it.
        Disabled = "disabled",
        /// `no-conmon`: its own, while conmon, which watches it, stays in the caller's.
        NoConmon = "no-conmon",
        /// `split`: both in the caller's cgroup, for systemd units.
        Split = "split",
    }
}
read_words!(
    CgroupsMode,
    "no way to handle cgroups",
    "write enabled or split"
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("enabled", "enabled"),
            ("", "enabled"),
            ("disabled", "disabled"),
            ("no-conmon", "no-conmon"),
            ("split", "split"),
        ] {
            let value: CgroupsMode = text.parse().unwrap();
            assert_eq!(value.to_string(), printed);
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "Enabled",
            " enabled",
            "default",
            "none",
            "split\n",
            "split\0",
            "no_conmon",
        ] {
            assert!(bad.parse::<CgroupsMode>().is_err(), "{bad:?}");
        }
    }
}
