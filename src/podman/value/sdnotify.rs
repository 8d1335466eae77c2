//! `--sdnotify`: who tells the service manager that the container is up.

use crate::words::{read_words, words};

words! {
    /// Who sends `READY=1`; exact, lower-case words.
    pub enum Sdnotify {
        /// `container`, and empty: the container, which gets the manager's socket when `NOTIFY_SOCKET` is set.
        Container = "container" | "",
        /// `conmon`: conmon, as soon as the container has started.
        Conmon = "conmon",
        /// `healthy`: conmon, once the container is healthy. Since podman 4.5.
        Healthy = "healthy",
        /// `ignore`: nobody.
        Ignore = "ignore",
    }
}
read_words!(
    Sdnotify,
    "no way to notify",
    "write conmon, container, healthy or ignore"
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("container", "container"),
            ("", "container"),
            ("conmon", "conmon"),
            ("healthy", "healthy"),
            ("ignore", "ignore"),
        ] {
            let value: Sdnotify = text.parse().unwrap();
            assert_eq!(value.to_string(), printed);
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "Container",
            " conmon",
            "none",
            "true",
            "ignore\n",
            "ignore\0",
        ] {
            assert!(bad.parse::<Sdnotify>().is_err(), "{bad:?}");
        }
    }
}
