//! How much a granted capability is worth in *this* container: its own class, raised by what stands beside it.

use std::borrow::Cow;

use crate::caps::{Cap, CapArg, Class};
use crate::origin::Setting;
use crate::podman::flags;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::security_opt::NoNewPrivileges;
use crate::policy::facts::Facts;
use crate::policy::users::is_host_root;
use crate::spec::Spec;

/// What makes of a process uid 0, or of a file one of root's. In a user namespace that root is nobody on the host; where
/// there is none, each of them is another spelling of `--user=0`.
const ROOTS_OWN: [&str; 6] = ["CHOWN", "FOWNER", "FSETID", "SETFCAP", "SETGID", "SETUID"];

/// Beside what these are root on the host.
const HOST_IDS: &str = "the host's own user ids";

/// A capability that was granted, and what it is worth here.
pub(super) struct Grant<'a> {
    pub(super) cap: Cap,
    pub(super) setting: &'a Setting<CapArg>,
    pub(super) class: Class,
    /// What raised it above its own class.
    pub(super) beside: Option<&'static str>,
}

/// Every capability granted by name.
pub(super) fn grants<'s>(spec: &'s Spec, facts: &Facts<'_>) -> Vec<Grant<'s>> {
    let maps_root = spec.gidmap.iter().any(|map| map.value.contains_host_root());
    let host_ids = is_host_root(spec, facts) || maps_root;
    let mut grants = Vec::new();
    for setting in &spec.cap_add {
        if let CapArg::One(cap) = setting.value {
            let beside = raised_by(spec, host_ids, &cap.to_string());
            let class = match (cap.class(), beside) {
                (class, None) => class,
                (Class::Privilege | Class::Escape, Some(_)) => Class::Escape,
                (Class::Limited | Class::Benign, Some(_)) => Class::Privilege,
            };
            grants.push(Grant {
                cap,
                setting,
                class,
                beside,
            });
        }
    }
    grants
}

/// The setting that makes a capability worth more than by itself.
fn raised_by(spec: &Spec, host_ids: bool, cap: &str) -> Option<&'static str> {
    let host_pid = matches!(spec.pid.value, Namespace::Host | Namespace::Path(_));
    let host_network = spec
        .network
        .iter()
        .any(|network| matches!(network.value, Network::Host | Network::Path(_)));
    let has = |name: &str| spec.cap_add.iter().any(|cap| cap.value.to_string() == name);
    let gains = spec.new_privileges.value == NoNewPrivileges::Off;
    match cap {
        cap if host_ids && ROOTS_OWN.contains(&cap) => Some(HOST_IDS),
        "SYS_PTRACE" if host_pid => Some("the host's processes"),
        "BPF" if ["PERFMON", "NET_ADMIN", "SYS_ADMIN"].into_iter().any(has) => {
            Some("a capability that loads programs")
        }
        "PERFMON" if has("BPF") => Some("BPF"),
        "NET_ADMIN" | "NET_RAW" if host_network => Some("the host's network"),
        "MKNOD" if spec.passed(&flags::DEVICE_CGROUP_RULE).next().is_some() => {
            Some("an open device cgroup")
        }
        "SETUID" | "SETGID" if gains => Some("new privileges"),
        _ => None,
    }
}

/// `CAP is worth more beside X`, for a message.
pub(super) fn describe(grant: &Grant<'_>) -> String {
    let (cap, why) = (grant.cap, grant.cap.why());
    match grant.beside {
        Some(HOST_IDS) => format!(
            "the container would get {cap}, which {why}; without a user namespace uid 0 in there is the host's root"
        ),
        Some(beside) => format!("the container would get {cap} beside {beside}, which {why}"),
        None => format!("the container would get {cap}, which {why}"),
    }
}

/// What to type in its place.
pub(super) fn instead(grant: &Grant<'_>) -> Cow<'static, str> {
    let better = grant.cap.instead();
    match grant.beside {
        Some(HOST_IDS) => {
            format!("{better}; or --userns=auto, where uid 0 is nobody on the host").into()
        }
        _ => better.into(),
    }
}
