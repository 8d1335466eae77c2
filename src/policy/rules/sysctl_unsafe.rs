//! `--sysctl` beyond those that stay within the container.

use crate::origin::Setting;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::sysctl::Sysctl;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The safe ones of the Pod Security Standards.
const SAFE: [&str; 14] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// With these an interface answers for, or takes, what is meant for somebody else on the same network.
const SPOOFING: [&str; 10] = [
    "accept_local",
    "accept_redirects",
    "accept_source_route",
    "arp_accept",
    "ip_nonlocal_bind",
    "proxy_arp",
    "proxy_arp_pvlan",
    "proxy_ndp",
    "route_localnet",
    "shared_media",
];

/// With these the container becomes a router.
const ROUTING: [&str; 5] = [
    "forwarding",
    "ip_forward",
    "mc_forwarding",
    "rp_filter",
    "src_valid_mark",
];

pub(super) static RULE: Rule = Rule {
    id: RuleId::SysctlUnsafe,
    title: "a kernel parameter would be set that reaches beyond the container",
    severity: Severity::High,
    why: "with route_localnet or proxy_arp a container takes traffic that is not its own (CVE-2020-8558), and in a shared \
          namespace a parameter is set for everybody in it",
    instead: "leave it out, or set it on the host in /etc/sysctl.d after thinking about everybody there",
    references: &["PSS baseline: sysctls", "CVE-2020-8558", "sysctl(8)"],
    bad: &["--sysctl=net.ipv4.conf.all.route_localnet=1"],
    good: &["--sysctl=net.ipv4.ip_unprivileged_port_start=0"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    spec.sysctl
        .iter()
        .filter_map(|sysctl| judge(sysctl, spec))
        .collect()
}

fn judge(
    Setting {
        value: sysctl,
        origin,
    }: &Setting<Sysctl>,
    spec: &Spec,
) -> Option<Hit> {
    let key = sysctl.key.as_str();
    let parts: Vec<&str> = key.split('.').collect();
    let is_net = parts.first() == Some(&"net");
    let shared = if is_net {
        shares_network(spec)
    } else {
        shares_ipc(&spec.ipc.value)
    };
    if shared {
        return Some(Hit::refuse(
            format!("{sysctl} would be set in a namespace that is not the container's own"),
            origin,
        ));
    }
    let last = parts.last().unwrap_or(&key);
    if SAFE.contains(&key) {
        None
    } else if is_net && SPOOFING.contains(last) {
        let what = format!("{sysctl} would let the container take traffic that is not its own");
        (sysctl.value != "0").then(|| Hit::refuse(what, origin))
    } else if is_net && ROUTING.contains(last) {
        let what = format!("{sysctl} lets the container route for others");
        Some(
            Hit::warn(what, origin)
                .instead("keep it to containers that are routers, such as a VPN"),
        )
    } else {
        let what = format!(
            "{sysctl} is not one of the parameters known to be safe, but stays in the container's namespace"
        );
        Some(Hit::inform(what, origin))
    }
}

fn shares_network(spec: &Spec) -> bool {
    spec.network.iter().any(|network| !network.value.is_own())
}

fn shares_ipc(ipc: &Namespace) -> bool {
    match ipc {
        Namespace::Private | Namespace::Shareable | Namespace::None => false,
        Namespace::Default
        | Namespace::Host
        | Namespace::Path(_)
        | Namespace::Container(_)
        | Namespace::Pod => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, refused, silent};

    #[test]
    fn the_safe_ones() {
        for key in super::SAFE {
            silent("sysctl-unsafe", &["--sysctl", &format!("{key}=1")]);
        }
        silent(
            "sysctl-unsafe",
            &["--sysctl", "net/ipv4/ping_group_range=0 1000"],
        );
    }

    #[test]
    fn what_takes_the_traffic_of_others() {
        for arg in [
            "net.ipv4.conf.all.route_localnet=1",
            "net/ipv4/conf/eth0/route_localnet=1",
            "net.ipv4.tcp_syncookies=1,net.ipv4.conf.eth0.proxy_arp=1",
            "net.ipv6.conf.all.accept_redirects=1",
        ] {
            refused("sysctl-unsafe", &["--sysctl", arg]);
        }
        silent(
            "sysctl-unsafe",
            &["--sysctl", "net.ipv4.conf.all.accept_redirects=0"],
        );
        silent(
            "sysctl-unsafe",
            &[
                "--sysctl=net.ipv4.conf.all.proxy_arp=1",
                "--sysctl=net.ipv4.conf.all.proxy_arp=0",
            ],
        );
    }

    #[test]
    fn whose_namespace_it_is() {
        for args in [
            [
                "--sysctl=net.ipv4.ip_unprivileged_port_start=0",
                "--network=host",
            ],
            ["--sysctl=net.core.somaxconn=1", "--network=container:web"],
            ["--sysctl=net.core.somaxconn=1", "--network=ns:/run/netns/x"],
            ["--sysctl=kernel.shm_rmid_forced=1", "--ipc=host"],
            ["--sysctl=fs.mqueue.msg_max=1", "--ipc=ns:/proc/1/ns/ipc"],
        ] {
            refused("sysctl-unsafe", &args);
        }
        silent(
            "sysctl-unsafe",
            &[
                "--sysctl=net.ipv4.ip_unprivileged_port_start=0",
                "--network=appnet",
                "--ipc=host",
            ],
        );
    }

    #[test]
    fn the_rest_stays_inside() {
        let verdict = |arg: &str| {
            findings("sysctl-unsafe", &["--sysctl", arg])
                .remove(0)
                .verdict
        };
        assert_eq!(verdict("net.ipv4.ip_forward=1"), Verdict::Noted);
        for tuning in [
            "net.core.somaxconn=1024",
            "kernel.shmmax=1",
            "fs.mqueue.msg_max=10",
            "net.ipv6.conf.all.disable_ipv6=1",
        ] {
            assert_eq!(verdict(tuning), Verdict::Shown, "{tuning}");
        }
    }
}
