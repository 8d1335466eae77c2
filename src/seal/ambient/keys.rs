//! The keys of containers.conf that no flag takes back, `containers.conf(5)`: one row each.

use crate::podman::releases::Fact;
use crate::podman::releases::conf::{self, ConfKey};
use crate::podman::value::network::{HostLoopback, Network};

/// A key that no flag takes back.
#[derive(Debug)]
pub(super) struct LastingKey {
    pub(super) key: Fact<ConfKey>,
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
    /// Paths of programs of the host or of directories of them, which only root may be able to change.
    Programs,
    /// The same, or a name that podman looks up where root installs.
    Program,
}

impl LastingKey {
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

const fn list(key: Fact<ConfKey>, kept: &'static [&'static str]) -> LastingKey {
    lasting(
        key,
        ConfValue::List { kept },
        "adds its entries to every container",
    )
}

const fn programs(key: Fact<ConfKey>) -> LastingKey {
    lasting(
        key,
        ConfValue::Programs,
        "names what podman starts on the host",
    )
}

const fn lasting(key: Fact<ConfKey>, value: ConfValue, does: &'static str) -> LastingKey {
    LastingKey { key, value, does }
}

const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The keys, by section. `default_ulimits` stands here to be emptied; see [`FLAGS_TAKE_BACK`].
#[rustfmt::skip]
pub(super) static KEYS: [LastingKey; 29] = [
    list(conf::ANNOTATIONS, &[]),
    lasting(conf::BASE_HOSTS_FILE, ConfValue::Words(&["", "none", "image", "/etc/hosts"]), "copies a file of the host into every container's /etc/hosts"),
    list(conf::CGROUP_CONF, &[]),
    list(conf::DEFAULT_SYSCTLS, &["net.ipv4.ping_group_range=0 0"]),
    list(conf::DEFAULT_ULIMITS, &[]),
    list(conf::DEVICES, &[]),
    list(conf::ENV, &[PATH, "TERM=xterm"]),
    lasting(conf::KEYRING, ConfValue::Switch(true), "makes every container share its caller's session keyring"),
    programs(conf::INIT_PATH),
    list(conf::MOUNTS, &[]),
    list(conf::VOLUMES, &[]),
    lasting(conf::CONMON_ENV_VARS, ConfValue::List { kept: &[PATH] }, "changes conmon, which starts every container"),
    programs(conf::CONMON_PATH),
    programs(conf::CONMONRS_PATH),
    lasting(conf::ENGINE_ENV, ConfValue::List { kept: &[] }, "changes podman itself"),
    programs(conf::HELPER_BINARIES_DIR),
    programs(conf::ENGINE_INIT_PATH),
    lasting(conf::NETWORK_CMD_OPTIONS, ConfValue::Network(slirp4netns), "opens the host's loopback to every container, or may do so"),
    programs(conf::NETWORK_CMD_PATH),
    lasting(conf::NO_PIVOT_ROOT, ConfValue::Switch(false), "leaves the host's root within every container's reach"),
    lasting(conf::REMOTE, ConfValue::Switch(false), "sends every run to another podman"),
    lasting(conf::RUNTIME, ConfValue::Program, "names what podman starts on the host"),
    programs(conf::RUNTIME_PATH),
    programs(conf::RUNTIMES),
    lasting(conf::RUNTIMES_FLAGS, ConfValue::Empty, "gives the runtime orders, which may switch limits off"),
    programs(conf::CNI_PLUGIN_DIRS),
    lasting(conf::FIREWALL_DRIVER, ConfValue::Words(&["", "iptables", "nftables"]), "leaves the networks of containers open to each other"),
    programs(conf::NETAVARK_PLUGIN_DIRS),
    lasting(conf::PASTA_OPTIONS, ConfValue::Network(pasta), "opens the host's loopback to every container, or may do so"),
];

/// Since podman 4.4 `--ulimit` replaces the list of the file, or is merged into it name by name: no reason to stop.
pub(super) const FLAGS_TAKE_BACK: ConfKey = conf::DEFAULT_ULIMITS.what;

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
