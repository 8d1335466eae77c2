//! The keys of containers.conf that no flag takes back, `containers.conf(5)`: one row each.

use crate::podman::value::network::{HostLoopback, Network};
use crate::podman::version::Version;

/// A key.
#[derive(Debug)]
pub(super) struct ConfKey {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    /// From which podman on. Earlier ones warn of an unknown key and pass over it.
    pub(super) since: Version,
    pub(super) value: ConfValue,
    /// What it does: follows the key's name.
    pub(super) does: &'static str,
}

/// What a key may say.
#[derive(Clone, Copy, Debug)]
pub(super) enum ConfValue {
    /// A list, of which `kept` are podman's own defaults. A name counts for every value of it.
    List {
        /// The entries that remain.
        kept: &'static [&'static str],
    },
    /// A switch that must be this.
    Switch(bool),
    /// One of these words.
    Words(&'static [&'static str]),
    /// Arguments of a program for rootless networks that leave the host's loopback closed.
    Network(fn(&[String]) -> bool),
    /// Nothing at all.
    Empty,
    /// Paths of programs of the host's or of directories of them, which must be root's alone.
    Programs,
    /// The same, or a name that podman looks up where root installs.
    Program,
}

impl ConfKey {
    /// What podman's last containers.conf says to take the key back; none where there is no such word.
    pub(super) fn neutral(&self, entries: impl Fn(&[&str]) -> String) -> Option<String> {
        match self.value {
            ConfValue::List { kept } => Some(entries(kept)),
            ConfValue::Switch(good) => Some(good.to_string()),
            ConfValue::Words(_)
            | ConfValue::Network(_)
            | ConfValue::Empty
            | ConfValue::Programs
            | ConfValue::Program => None,
        }
    }
}

/// The oldest podman: before it nobody looks.
const ALWAYS: Version = Version(4, 0, 0);

const fn list(name: &'static str, since: Version, kept: &'static [&'static str]) -> ConfKey {
    ConfKey {
        section: "containers",
        name,
        since,
        value: ConfValue::List { kept },
        does: "adds to every container",
    }
}

const fn programs(section: &'static str, name: &'static str, since: Version) -> ConfKey {
    ConfKey {
        section,
        name,
        since,
        value: ConfValue::Programs,
        does: "names what podman starts on the host",
    }
}

const fn engine(
    name: &'static str,
    since: Version,
    value: ConfValue,
    does: &'static str,
) -> ConfKey {
    ConfKey {
        section: "engine",
        name,
        since,
        value,
        does,
    }
}

const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The keys, by section. `default_ulimits` stands here to be emptied; see [`FLAGS_TAKE_BACK`].
#[rustfmt::skip]
pub(super) static KEYS: [ConfKey; 29] = [
    list("annotations", ALWAYS, &[]),
    ConfKey {
        value: ConfValue::Words(&["", "none", "image", "/etc/hosts"]),
        does: "copies a file of the host into every container's /etc/hosts",
        ..list("base_hosts_file", Version(4, 1, 0), &[])
    },
    list("cgroup_conf", Version(4, 5, 0), &[]),
    list("default_sysctls", ALWAYS, &["net.ipv4.ping_group_range=0 0"]),
    list("default_ulimits", ALWAYS, &[]),
    list("devices", ALWAYS, &[]),
    list("env", ALWAYS, &[PATH, "TERM=xterm"]),
    ConfKey { does: "makes every container share its caller's session keyring", value: ConfValue::Switch(true), ..list("keyring", ALWAYS, &[]) },
    programs("containers", "init_path", ALWAYS),
    list("mounts", Version(4, 7, 0), &[]),
    list("volumes", ALWAYS, &[]),
    engine("conmon_env_vars", ALWAYS, ConfValue::List { kept: &[PATH] }, "changes conmon, which starts every container"),
    programs("engine", "conmon_path", ALWAYS),
    programs("engine", "conmonrs_path", ALWAYS),
    engine("env", ALWAYS, ConfValue::List { kept: &[] }, "changes podman itself"),
    programs("engine", "helper_binaries_dir", ALWAYS),
    programs("engine", "init_path", ALWAYS),
    engine("network_cmd_options", ALWAYS, ConfValue::Network(slirp4netns), "opens the host's loopback to every container, or may do so"),
    programs("engine", "network_cmd_path", ALWAYS),
    engine("no_pivot_root", ALWAYS, ConfValue::Switch(false), "leaves the host's root within every container's reach"),
    engine("remote", ALWAYS, ConfValue::Switch(false), "sends every run to another podman"),
    ConfKey { value: ConfValue::Program, ..programs("engine", "runtime", ALWAYS) },
    programs("engine", "runtime_path", ALWAYS),
    programs("engine", "runtimes", ALWAYS),
    engine("runtimes_flags", Version(5, 7, 0), ConfValue::Empty, "gives the runtime orders, which may switch limits off"),
    programs("network", "cni_plugin_dirs", ALWAYS),
    ConfKey {
        section: "network",
        name: "firewall_driver",
        since: Version(5, 0, 0),
        value: ConfValue::Words(&["", "iptables", "nftables"]),
        does: "leaves the networks of containers open to each other",
    },
    programs("network", "netavark_plugin_dirs", ALWAYS),
    ConfKey {
        section: "network",
        name: "pasta_options",
        since: Version(4, 6, 0),
        value: ConfValue::Network(pasta),
        does: "opens the host's loopback to every container, or may do so",
    },
];

/// Since podman 4.4 `--ulimit` replaces the list of the file, or is merged into it name by name: no reason to stop.
pub(super) const FLAGS_TAKE_BACK: &str = "default_ulimits";

fn slirp4netns(options: &[String]) -> bool {
    is_closed("slirp4netns", options)
}

fn pasta(arguments: &[String]) -> bool {
    is_closed("pasta", arguments)
}

/// Judged as `--network=PROGRAM:OPTIONS` is.
fn is_closed(program: &str, options: &[String]) -> bool {
    let network = match options {
        [] => return true,
        options => format!("{program}:{}", options.join(",")).parse::<Network>(),
    };
    network.is_ok_and(|network| network.host_loopback() == HostLoopback::Unreachable)
}
