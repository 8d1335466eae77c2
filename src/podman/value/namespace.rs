//! `--pid`, `--ipc`, `--uts` and `--cgroupns`: what a container shares with the host or with others.

use std::fmt;
use std::path::PathBuf;

use super::text::{is_name, one_line};
use crate::problem::Invalid;

/// Which namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceKind {
    /// `--pid`: the processes it can see and signal.
    Pid,
    /// `--ipc`: System V IPC, message queues and `/dev/shm`.
    Ipc,
    /// `--uts`: the host name.
    Uts,
    /// `--cgroupns`: the root of the cgroup tree it sees.
    Cgroup,
}

/// How a container gets a namespace. Read it with [`Namespace::parse`]; printed, it reads the same for the same kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Whatever `containers.conf` says, for the cgroup namespace the host's on cgroup v1. Empty for
    /// [`NamespaceKind::Cgroup`].
    Default,
    /// `private`: a new one; for pid and uts also empty.
    Private,
    /// `host`: the host's.
    Host,
    /// `shareable`: a new one that other containers may join; ipc only, and there also empty.
    Shareable,
    /// `none`: a new one without `/dev/shm`; ipc only.
    None,
    /// `ns:PATH`: an existing one. `/proc/self/ns/pid` is the host's, so no path is safer than `host`.
    Path(PathBuf),
    /// `container:NAME`: that of another container.
    Container(String),
    /// `pod`: that of the pod.
    Pod,
}

impl Namespace {
    /// Reads a value of one of the four flags; the words are lower case.
    pub fn parse(kind: NamespaceKind, text: &str) -> Result<Self, Invalid> {
        let (mode, value) = match one_line(text)?.split_once(':') {
            Some((mode, value)) => (mode, Some(value).filter(|value| !value.is_empty())),
            None => (text, None),
        };
        let ipc = kind == NamespaceKind::Ipc;
        match (mode, value) {
            _ if text.ends_with(':') => Err(invalid(kind, text)),
            ("", None) => Ok(match kind {
                NamespaceKind::Pid | NamespaceKind::Uts => Self::Private,
                NamespaceKind::Ipc => Self::Shareable,
                NamespaceKind::Cgroup => Self::Default,
            }),
            ("private", None) => Ok(Self::Private),
            ("host", None) => Ok(Self::Host),
            ("pod", None) => Ok(Self::Pod),
            ("shareable", None) if ipc => Ok(Self::Shareable),
            ("none", None) if ipc => Ok(Self::None),
            ("ns", Some(path)) => Ok(Self::Path(PathBuf::from(path))),
            ("container", Some(name)) if is_name(name) => Ok(Self::Container(name.to_owned())),
            _ => Err(invalid(kind, text)),
        }
    }
}

fn invalid(kind: NamespaceKind, text: &str) -> Invalid {
    let (what, instead) = match kind {
        NamespaceKind::Pid => ("no PID namespace", "write private or host"),
        NamespaceKind::Ipc => ("no IPC namespace", "write private, shareable, none or host"),
        NamespaceKind::Uts => ("no UTS namespace", "write private or host"),
        NamespaceKind::Cgroup => ("no cgroup namespace", "write private or host"),
    };
    Invalid::new(text, what, instead)
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => Ok(()),
            Self::Private => f.write_str("private"),
            Self::Host => f.write_str("host"),
            Self::Shareable => f.write_str("shareable"),
            Self::None => f.write_str("none"),
            Self::Path(path) => write!(f, "ns:{}", path.display()),
            Self::Container(name) => write!(f, "container:{name}"),
            Self::Pod => f.write_str("pod"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use NamespaceKind::{Cgroup, Ipc, Pid, Uts};

    #[test]
    fn empty_depends_on_the_kind() {
        for (kind, value) in [
            (Pid, Namespace::Private),
            (Uts, Namespace::Private),
            (Ipc, Namespace::Shareable),
            (Cgroup, Namespace::Default),
        ] {
            assert_eq!(Namespace::parse(kind, ""), Ok(value.clone()));
            assert_eq!(Namespace::parse(kind, &value.to_string()), Ok(value));
        }
    }

    #[test]
    fn reads_and_prints() {
        for kind in [Pid, Ipc, Uts, Cgroup] {
            for text in [
                "private",
                "host",
                "pod",
                "ns:/proc/self/ns/pid",
                "ns:rel",
                "container:web",
            ] {
                let value = Namespace::parse(kind, text).unwrap();
                assert_eq!(value.to_string(), text);
            }
            for text in ["shareable", "none"] {
                assert_eq!(
                    Namespace::parse(kind, text).is_ok(),
                    kind == Ipc,
                    "{kind:?} {text}"
                );
            }
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for kind in [Pid, Ipc, Uts, Cgroup] {
            for bad in [
                "Host",
                " host",
                "host ",
                "host:",
                "host:x",
                ":",
                "ns",
                "ns:",
                "container",
                "container:",
                "container:a b",
                "default",
                "path",
                "bridge",
                "slirp4netns",
                "auto",
                "pod:",
                "host\n",
                "private\0",
                "ns:/a\r",
                "private:",
                "Shareable",
            ] {
                assert!(Namespace::parse(kind, bad).is_err(), "{kind:?} {bad:?}");
            }
        }
    }
}
