//! Flags about the network and the names in it.

use super::row::{
    Flag,
    Kind::{Array, Bool, Slice, Text},
    PathUse, Shape, Topic,
    Treatment::{Judged, Pass, Spec},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { NETWORKING: Topic::Network;

    ADD_HOST: flag("add-host", Slice, Judged(RuleId::StaticAddress), "HOST:IP",
        "add a line to the container's /etc/hosts").example("[\"db:10.0.0.5\"]");
    DNS: flag("dns", Slice, Judged(RuleId::StaticAddress), "IP", "DNS server").example("[10.0.0.53]");
    DNS_OPTION: flag("dns-option", Slice, Pass, "OPTION", "DNS option")
        .aliases(&["dns-opt"]).example("[\"ndots:1\"]");
    DNS_SEARCH: flag("dns-search", Slice, Pass, "DOMAIN", "DNS search domain").example("[example.com]");
    EXPOSE: flag("expose", Slice, Pass, "PORT", "declare a port").example("[\"8080\"]");
    HOSTNAME: flag("hostname", Text, Pass, "NAME", "the container's host name").short('h').example("web");
    HOSTS_FILE: flag("hosts-file", Text, Judged(RuleId::StaticAddress), "FILE",
        "base of the container's /etc/hosts").since(5, 4, 0).path(PathUse::Lends).or_word(&["none", "image"])
        .example("none");
    IP: flag("ip", Text, Judged(RuleId::StaticAddress), "IP", "static IPv4 address").example("10.88.0.10");
    IP6: flag("ip6", Text, Judged(RuleId::StaticAddress), "IP", "static IPv6 address").example("\"fd00::10\"");
    MAC_ADDRESS: flag("mac-address", Text, Judged(RuleId::StaticAddress), "MAC", "static MAC address")
        .example("\"02:00:00:00:00:01\"");
    NETWORK: flag("network", Array, Spec, "MODE", "network")
        .aliases(&["net"]).shape(Shape::OneOrList).example("none");
    NETWORK_ALIAS: flag("network-alias", Slice, Pass, "NAME", "another DNS name on the network")
        .example("[web]");
    NO_HOSTNAME: flag("no-hostname", Bool, Pass, "", "do not make /etc/hostname").since(5, 4, 0);
    NO_HOSTS: flag("no-hosts", Bool, Pass, "", "do not make /etc/hosts");
    PUBLISH: flag("publish", Slice, Spec, "[IP:][HOST:]CTR", "publish a port; without IP on 127.0.0.1")
        .short('p').key("ports").example("[\"127.0.0.1:8080:8080/tcp\"]");
    PUBLISH_ALL: flag("publish-all", Bool, Spec, "", "publish every exposed port; refused").short('P');
}
