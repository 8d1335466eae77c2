use super::*;
use crate::host::Fake;
use crate::rule_id::RuleId;

const WHOLE: &str = "
level: restricted
mode: warn
forbid: [privileged, host-network]
registries: [registry.example.com, quay.io/prometheus]
bind_roots: [/srv, /home/]
max: {memory: 4g, cpus: 1.5, pids_limit: 512}
engine: /usr/bin/podman
";

fn site(text: &str) -> Site {
    Site::parse(text, "policy.yaml").unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn image(text: &str) -> ImageRef {
    text.parse().unwrap()
}

#[test]
fn reads_every_key() {
    let site = site(WHOLE);
    assert_eq!(
        (site.level, site.mode),
        (Level::Restricted, Enforcement::Warn)
    );
    assert_eq!(site.forbid, [RuleId::Privileged, RuleId::HostNetwork]);
    let scopes: Vec<String> = site.registries.iter().map(ToString::to_string).collect();
    assert_eq!(scopes, ["registry.example.com", "quay.io/prometheus"]);
    assert_eq!(site.bind_roots, [Path::new("/srv"), Path::new("/home")]);
    assert_eq!(site.max.memory, Some(Bytes(4 << 30)));
    assert_eq!(site.max.cpus, Some(NanoCpus(1_500_000_000)));
    assert_eq!(site.max.pids_limit, Some(Pids(512)));
    assert_eq!(site.engine.as_deref(), Some(Path::new("/usr/bin/podman")));
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    for (text, line, what, instead) in [
        ("levle: restricted", 1, "unknown key \"levle\"", "level"),
        ("max:\n  memroy: 1g", 2, "unknown key \"memroy\"", "memory"),
        ("colour: red", 1, "unknown key", "one of level, mode"),
        (
            "mode: enforce\nforbid: [privilged]",
            2,
            "no rule \"privilged\"",
            "privileged",
        ),
        ("forbid: []", 1, "empty list of forbid", "leave the key out"),
        ("registries: []", 1, "empty list", "leave the key out"),
        (
            "registries: quay.io",
            1,
            "takes a list",
            "registries: [ITEM, ITEM]",
        ),
        ("bind_roots: [srv]", 1, "no absolute path", "/srv"),
        ("bind_roots: [/srv/../etc]", 1, "no absolute path", "/srv"),
        ("engine: podman", 1, "no absolute path", ""),
        ("engine: [/usr/bin/podman]", 1, "one value", ""),
        ("max: {memory: 0}", 1, "no maximum", "above 0"),
        ("max: {pids_limit: -1}", 1, "no maximum", "above 0"),
        ("max: {cpus: 0}", 1, "no maximum", "above 0"),
        ("max: 4g", 1, "key: value", "max:"),
        ("level: strict", 1, "\"strict\" is not a level", ""),
        ("mode: Warn", 1, "\"Warn\" is not a mode", ""),
        ("max: {memory: lots}", 1, "amount of memory", ""),
    ] {
        let problem = Site::parse(text, "policy.yaml").unwrap_err();
        assert!(problem.what.contains(what), "{text}: {problem}");
        let hint = problem.instead.clone().unwrap_or_default();
        assert!(hint.contains(instead), "{text}: {hint}");
        let origin = problem.origin.clone().unwrap().to_string();
        assert!(
            origin.starts_with(&format!("policy.yaml:{line}:")),
            "{text}: {origin}"
        );
    }
}

#[test]
fn a_key_stands_once() {
    assert!(Site::parse("level: baseline\nlevel: restricted\n", "p").is_err());
    assert!(Site::parse("", "p").is_err());
}

#[test]
fn a_scope_holds_what_certainly_comes_from_it() {
    let hub: RegistryScope = "docker.io/library".parse().unwrap();
    for text in [
        "docker.io/alpine",
        "docker.io/library/alpine:3",
        "docker://alpine",
        "index.docker.io/alpine",
    ] {
        assert!(hub.holds(&image(text)), "{text}");
    }
    for text in [
        "alpine",
        "docker.io/evil/alpine",
        "docker.io/libraryx/a",
        "quay.io/library/a",
        "oci:/x",
    ] {
        assert!(!hub.holds(&image(text)), "{text}");
    }
    let port: RegistryScope = "localhost:5000".parse().unwrap();
    assert!(port.holds(&image("localhost:5000/x")) && !port.holds(&image("localhost/x")));
    let id = "886f140bf6f6db5f45c2b614cb634144aa2179bfd76ae088a21c8641112f3412";
    let local: RegistryScope = "localhost".parse().unwrap();
    assert!(local.holds(&image("localhost/x")) && local.holds(&image(id)));
    assert!(!local.holds(&image("886f140bf6f6")) && !hub.holds(&image(id)));
    for (scope, text) in [
        ("quay.io", id),
        ("localhost/team", id),
        ("quay.io/library", "quay.io/x"),
        ("quay.io/prometheus/node", "quay.io/prometheus"),
        ("quay.io/prometheus", "quay.io/prometheus"),
    ] {
        let scope: RegistryScope = scope.parse().unwrap();
        assert!(!scope.holds(&image(text)), "{scope} {text}");
    }
    for bad in [
        "",
        "library",
        "docker://docker.io",
        "quay.io/",
        "quay.io/x:1",
        "*.quay.io",
        "Quay.io",
        "/",
    ] {
        assert!(bad.parse::<RegistryScope>().is_err(), "{bad}");
    }
}

#[test]
fn no_policy_is_the_default() {
    assert_eq!(Site::load(&Fake::rootful()).unwrap(), Site::default());
    let empty = Fake::rootless().directory("/etc/safe-podman", 0, 0o755);
    assert_eq!(Site::load(&empty).unwrap(), Site::default());
}

#[test]
fn a_policy_is_roots_alone() {
    let text = "level: restricted\n";
    for host in [Fake::rootful(), Fake::rootless()] {
        let good = host.clone().file(POLICY, 0, 0o644, text);
        assert_eq!(Site::load(&good).unwrap().level, Level::Restricted);
        for bad in [
            host.clone().file(POLICY, 1000, 0o644, text),
            host.clone().file(POLICY, 0, 0o666, text),
            host.clone().file(POLICY, 0, 0o664, text),
            good.clone().directory("/etc/safe-podman", 0, 0o777),
            good.clone().directory("/etc/safe-podman", 1000, 0o755),
            good.clone().directory("/etc", 0, 0o775),
            host.clone().link(POLICY, "/home/ann/policy.yaml").file(
                "/home/ann/policy.yaml",
                1000,
                0o644,
                text,
            ),
        ] {
            let problem = Site::load(&bad).unwrap_err();
            assert!(problem.what.contains("others than root"), "{problem}");
        }
    }
}

#[test]
fn what_is_there_but_no_policy_is_no_default() {
    let host = Fake::rootful();
    let dangling = host.clone().link(POLICY, "/nowhere/policy.yaml");
    let problem = Site::load(&dangling).unwrap_err();
    assert!(
        problem
            .what
            .contains("is a link to \"/nowhere/policy.yaml\""),
        "{problem}"
    );
    for bad in [
        host.clone().directory(POLICY, 0, 0o755),
        host.clone().node(POLICY, FileKind::Fifo, 0, 0o644),
        host.clone().file(POLICY, 0, 0o644, ""),
        host.file(POLICY, 0, 0o644, "a".repeat(70_000)),
    ] {
        assert!(Site::load(&bad).is_err());
    }
}
