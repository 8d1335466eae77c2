//! The lines about sockets: families, protocols of netlink, types and protocols of the internet.

use crate::call::{Call, Door};
use crate::lines::{Line, UPPER};

const FAMILIES: [&str; 46] = [
    "UNSPEC",
    "UNIX",
    "INET",
    "AX25",
    "IPX",
    "APPLETALK",
    "NETROM",
    "BRIDGE",
    "ATMPVC",
    "X25",
    "INET6",
    "ROSE",
    "DECNET",
    "NETBEUI",
    "SECURITY",
    "KEY",
    "NETLINK",
    "PACKET",
    "ASH",
    "ECONET",
    "ATMSVC",
    "RDS",
    "SNA",
    "IRDA",
    "PPPOX",
    "WANPIPE",
    "LLC",
    "IB",
    "MPLS",
    "CAN",
    "TIPC",
    "BLUETOOTH",
    "IUCV",
    "RXRPC",
    "ISDN",
    "PHONET",
    "IEEE802154",
    "CAIF",
    "ALG",
    "NFC",
    "VSOCK",
    "KCM",
    "QIPCRTR",
    "SMC",
    "XDP",
    "MCTP",
];

const NETLINK: u64 = 16;

/// The protocols of AF_NETLINK.
const PROTOCOLS: [&str; 23] = [
    "ROUTE",
    "UNUSED",
    "USERSOCK",
    "FIREWALL",
    "SOCK_DIAG",
    "NFLOG",
    "XFRM",
    "SELINUX",
    "ISCSI",
    "AUDIT",
    "FIB_LOOKUP",
    "CONNECTOR",
    "NETFILTER",
    "IP6_FW",
    "DNRTMSG",
    "KOBJECT_UEVENT",
    "GENERIC",
    "DM",
    "SCSITRANSPORT",
    "ECRYPTFS",
    "RDMA",
    "CRYPTO",
    "SMC",
];

/// The two families of the internet.
const INTERNET: [(&str, u64); 2] = [("inet", 2), ("inet6", 10)];

/// The types of a socket: the lower four bits, above which are flags as SOCK_CLOEXEC.
const TYPES: [&str; 16] = [
    "0",
    "STREAM",
    "DGRAM",
    "RAW",
    "RDM",
    "SEQPACKET",
    "DCCP",
    "7",
    "8",
    "9",
    "PACKET",
    "11",
    "12",
    "13",
    "14",
    "15",
];

/// Types with a protocol of their own.
const TYPED: [(&str, u64, u64); 16] = [
    ("STREAM TCP", 1, 6),
    ("STREAM SCTP", 1, 132),
    ("STREAM MPTCP", 1, 262),
    ("STREAM SMC", 1, 256),
    ("STREAM UDP", 1, 17),
    ("DGRAM ICMP", 2, 1),
    ("DGRAM UDP", 2, 17),
    ("DGRAM ICMPV6", 2, 58),
    ("DGRAM L2TP", 2, 115),
    ("DGRAM UDPLITE", 2, 136),
    ("DGRAM SMC", 2, 256),
    ("RAW ICMP", 3, 1),
    ("RAW RAW", 3, 255),
    ("SEQPACKET SCTP", 5, 132),
    ("DCCP DCCP", 6, 33),
    ("PACKET ALL", 10, 0x300),
];

/// socket and socketpair.
const SOCKET: u64 = 41;
const SOCKETPAIR: u64 = 53;

const STREAM: u64 = 1;
const RAW: u64 = 3;
const CLOEXEC: u64 = 0x8_0000;

/// Every line.
pub fn sockets() -> Vec<Line> {
    [families(), netlink(), types()].concat()
}

fn line(name: String, number: u64, [family, kind, protocol]: [u64; 3]) -> Line {
    let args = [family, kind, protocol, 0, 0, 0];
    let door = Door::Syscall;
    (name, Call { door, number, args })
}

fn families() -> Vec<Line> {
    let mut lines = Vec::new();
    for (number, family) in FAMILIES.iter().enumerate() {
        for (upper, bits) in UPPER {
            let args = [number as u64 | bits, STREAM, 0];
            lines.push(line(format!("socket AF_{family}{upper}"), SOCKET, args));
            lines.push(line(
                format!("socketpair AF_{family}{upper}"),
                SOCKETPAIR,
                args,
            ));
        }
    }
    lines
}

fn netlink() -> Vec<Line> {
    let mut lines = Vec::new();
    for (number, protocol) in PROTOCOLS.iter().enumerate() {
        let number = number as u64;
        let name = format!("netlink {protocol}");
        for (upper, bits) in UPPER {
            lines.push(line(
                format!("{name}{upper}"),
                SOCKET,
                [NETLINK, RAW, number | bits],
            ));
        }
        lines.push(line(
            format!("{name} of family|1<<32"),
            SOCKET,
            [NETLINK | 1 << 32, RAW, number],
        ));
        lines.push(line(
            format!("{name} by socketpair"),
            SOCKETPAIR,
            [NETLINK, RAW, number],
        ));
    }
    lines
}

fn types() -> Vec<Line> {
    let mut lines = Vec::new();
    for (family, number) in INTERNET {
        for (kind, name) in TYPES.iter().enumerate() {
            let kind = kind as u64;
            for (more, bits) in UPPER.iter().chain(&[("|CLOEXEC", CLOEXEC)]) {
                lines.push(line(
                    format!("{family} {name}{more}"),
                    SOCKET,
                    [number, kind | bits, 0],
                ));
            }
            lines.push(line(
                format!("{family}|1<<32 {name}"),
                SOCKET,
                [number | 1 << 32, kind, 0],
            ));
            lines.push(line(
                format!("{family} {name} by socketpair"),
                SOCKETPAIR,
                [number, kind, 0],
            ));
        }
        for (name, kind, protocol) in TYPED {
            for (upper, bits) in UPPER {
                lines.push(line(
                    format!("{family} {name}{upper}"),
                    SOCKET,
                    [number, kind, protocol | bits],
                ));
            }
        }
    }
    lines
}
