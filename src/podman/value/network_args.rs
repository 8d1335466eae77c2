//! What stands after the colon of `--network`: the options of a bridge, of slirp4netns and of pasta.

use std::net::IpAddr;

use super::network::Options;
use super::text::{is_name, options};

/// The options of a bridge network. podman 5 hands unknown ones to netavark, podman 4 refuses them; so do we.
pub(super) fn bridge_options(value: Option<&str>) -> Option<Options> {
    let options = match value {
        None | Some("") => return Some(Vec::new()),
        Some(value) => options(value)?,
    };
    let valid = options.iter().all(|(key, value)| match key.as_str() {
        "ip" | "ip6" => value.parse::<IpAddr>().is_ok(),
        "mac" => is_mac(value),
        "alias" => is_name(value),
        "interface_name" | "host_interface_name" => is_interface(value),
        _ => false,
    });
    valid.then_some(options)
}

/// Six bytes in hexadecimal with colons or dashes between.
fn is_mac(text: &str) -> bool {
    let byte = |byte: &str| byte.len() == 2 && byte.chars().all(|c| c.is_ascii_hexdigit());
    [':', '-']
        .into_iter()
        .any(|separator| text.split(separator).count() == 6 && text.split(separator).all(byte))
}

/// Up to 15 bytes without blanks, slashes and colons, and neither `.` nor `..`: the kernel's rule.
fn is_interface(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | ':');
    (1..=15).contains(&text.len()) && !matches!(text, "." | "..") && !text.contains(odd)
}

/// Are these options that slirp4netns knows, with values it takes?
pub(super) fn slirp_is_valid(options: &[(String, String)]) -> bool {
    let ip = |value: &str| value.parse::<IpAddr>().ok();
    let boolean = |value: &str| matches!(value, "true" | "false");
    options.iter().all(|(key, value)| match key.as_str() {
        "allow_host_loopback" | "enable_ipv6" => boolean(value),
        "port_handler" => matches!(value.as_str(), "rootlesskit" | "slirp4netns"),
        "mtu" => value
            .parse::<u32>()
            .is_ok_and(|mtu| (68..=65_521).contains(&mtu)),
        "cidr" => value.split_once('/').is_some_and(|(address, bits)| {
            ip(address).is_some_and(|ip| ip.is_ipv4())
                && bits.parse::<u8>().is_ok_and(|bits| bits <= 32)
        }),
        "outbound_addr" | "outbound_addr6" => is_outbound(value),
        _ => false,
    })
}

/// An address or the name of an interface.
fn is_outbound(value: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    value.parse::<IpAddr>().is_ok() || (1..=15).contains(&value.len()) && value.chars().all(name)
}

/// Arguments of pasta(1) without a value that open no way to the host.
const HARMLESS: [&str; 16] = [
    "--config-net",
    "--ipv4-only",
    "-4",
    "--ipv6-only",
    "-6",
    "--no-dhcp",
    "--no-dhcpv6",
    "--no-icmp",
    "--no-map-gw",
    "--no-ndp",
    "--no-ra",
    "--no-tcp",
    "--no-udp",
    "--no-dhcp-dns",
    "--quiet",
    "-q",
];

/// Arguments with a value that open none either: addresses and names inside.
const HARMLESS_WITH_VALUE: [&str; 15] = [
    "--address",
    "-a",
    "--dns",
    "-D",
    "--dns-forward",
    "--gateway",
    "-g",
    "--mac-addr",
    "-M",
    "--mtu",
    "-m",
    "--netmask",
    "-n",
    "--ns-ifname",
    "-I",
];

/// Arguments that open a way unless their value is `none`.
const HARMLESS_WITH_NONE: [&str; 10] = [
    "--tcp-ports",
    "-t",
    "--udp-ports",
    "-u",
    "--tcp-ns",
    "-T",
    "--udp-ns",
    "-U",
    "--map-host-loopback",
    "--map-guest-addr",
];

/// Do these arguments of pasta let the container reach the host's loopback, or the host reach in past `--publish`, or
/// make pasta write a file? Whatever is not known to do none of that counts as doing it.
///
/// podman itself adds `--no-map-gw` and `-t none -u none -T none -U none` where the arguments say nothing else.
pub(super) fn pasta_reaches_host(args: &[String]) -> bool {
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        let (name, joined) = match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (arg, None),
        };
        let harmless = if HARMLESS.contains(&name) {
            joined.is_none()
        } else {
            match joined.or_else(|| args.next()) {
                Some(value) if HARMLESS_WITH_VALUE.contains(&name) => !value.starts_with('-'),
                Some(value) => HARMLESS_WITH_NONE.contains(&name) && value == "none",
                None => false,
            }
        };
        if !harmless {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(args: &str) -> bool {
        let args: Vec<String> = args.split(',').map(str::to_owned).collect();
        pasta_reaches_host(&args)
    }

    #[test]
    fn harmless_arguments_are_few() {
        for args in [
            "--ipv4-only,-a,10.0.2.0,-n,24,-g,10.0.2.2,--dns-forward,10.0.2.3,-m,1500,--no-ndp,--no-dhcpv6,--no-dhcp",
            "--mtu=1500",
            "-t,none,-u,none,-T,none,-U,none",
            "--map-host-loopback=none,--map-guest-addr,none",
            "--no-map-gw",
        ] {
            assert!(!reaches(args), "{args}");
        }
    }

    #[test]
    fn everything_else_reaches_the_host() {
        for args in [
            "--map-gw",
            "--map-g",
            "-T,22",
            "-T22",
            "-U,auto",
            "--tcp-ns=22",
            "-t,auto",
            "-t,8080",
            "-u,53",
            "--map-host-loopback,10.0.2.2",
            "--map-host-loopback=none,--map-host-loopback=1.2.3.4",
            "--map-guest-addr,10.0.2.2",
            "--host-lo-to-ns-lo",
            "--pcap,/home/x",
            "-p,/x",
            "--log-file=/x",
            "-l,/x",
            "--pid,/x",
            "--mtu",
            "--mtu,-T",
            "-i,lo",
            "-a,--map-gw",
            "--quiet=--map-gw",
            "--netns,/proc/1/ns/net",
            "foo",
            "-4T,22",
            "-m=1500,-T,22",
            "--runas,0",
            "-T",
            "--no-such",
        ] {
            assert!(reaches(args), "{args}");
        }
    }
}
