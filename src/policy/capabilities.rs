//! How much a granted capability is worth in *this* container: its own class, raised by what stands beside it.

use crate::caps::{Cap, CapArg, Class};
use crate::origin::Setting;
use crate::podman::flags;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::security_opt::NoNewPrivileges;
use crate::spec::Spec;

/// A capability that was granted, and what it is worth here.
pub(super) struct Grant<'a> {
    pub(super) cap: Cap,
    pub(super) setting: &'a Setting<CapArg>,
    pub(super) class: Class,
    /// What raised it above its own class.
    pub(super) beside: Option<&'static str>,
}

/// Every capability granted by name.
pub(super) fn grants(spec: &Spec) -> Vec<Grant<'_>> {
    let mut grants = Vec::new();
    for setting in &spec.cap_add {
        if let CapArg::One(cap) = setting.value {
            let beside = raised_by(spec, &cap.to_string());
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
fn raised_by(spec: &Spec, cap: &str) -> Option<&'static str> {
    let host_pid = matches!(spec.pid.value, Namespace::Host | Namespace::Path(_));
    let host_network = spec
        .network
        .iter()
        .any(|network| matches!(network.value, Network::Host | Network::Path(_)));
    let has = |name: &str| spec.cap_add.iter().any(|cap| cap.value.to_string() == name);
    let gains = spec.new_privileges.value == NoNewPrivileges::Off;
    match cap {
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
    let cap = grant.cap;
    match grant.beside {
        Some(beside) => format!(
            "the container would get {cap} beside {beside}, which {}",
            cap.why()
        ),
        None => format!("the container would get {cap}, which {}", cap.why()),
    }
}
