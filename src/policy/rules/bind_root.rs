//! Paths of this host from elsewhere than the site policy says.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::origin::{Origin, Setting};
use crate::podman::value::device::Device;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources::{self, Way};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::BindRoot,
    title: "the container would get something of this host that the site policy does not name",
    severity: Severity::Medium,
    why: "the administrator said which directories containers may see, because the rest is \
          nobody's business in there, whichever flag brings it: a mount, a device, a root file \
          system, a file of variables",
    instead: "something below one of the bind_roots in /etc/safe-podman/policy.yaml",
    references: &["CIS 5.6", "safe-podman(1)"],
    bad: &["-v", "/opt/data:/data"],
    good: &["-v", "/srv/data:/data"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let names = &facts.site.bind_roots;
    if names.is_empty() {
        return Vec::new();
    }
    // A root may be a link itself; what is compared has none.
    let roots = names
        .iter()
        .filter_map(|root| facts.host.resolve(root).ok());
    let roots: Vec<PathBuf> = roots.map(|root| root.path).collect();
    let is_below = |path: &Path| roots.iter().any(|root| path.starts_with(root));
    let names: Vec<String> = names
        .iter()
        .map(|root| root.display().to_string())
        .collect();
    let names = names.join(" or ");
    let hit = |path: &str, origin: &Origin| {
        Hit::refuse(format!("\"{path}\" is not below {names}"), origin)
    };
    let sources = sources::all(spec, facts).into_iter();
    // Nobody knows what a pattern finds when podman looks; it is judged as it stands.
    let sources = sources.filter(|source| !matches!(source.way, Way::Glob));
    let paths = sources.map(|source| (Cow::Owned(source.found.path.clone()), source.origin));
    let elsewhere = paths
        .chain(devices(spec, facts))
        .filter(|(path, _)| !is_below(path))
        .map(|(path, origin)| hit(&path.to_string_lossy(), origin));
    elsewhere
        .chain(patterns(spec).map(|(pattern, origin)| hit(pattern, origin)))
        .collect()
}

/// Where each `--device` leads.
fn devices<'a>(
    spec: &'a Spec,
    facts: &Facts<'_>,
) -> impl Iterator<Item = (Cow<'a, Path>, &'a Origin)> {
    spec.device.iter().filter_map(|Setting { value, origin }| {
        let Device::Node { host, .. } = value else {
            return None;
        };
        let asked = host.as_path();
        let found = facts.host.resolve(asked);
        Some((
            found.map_or(Cow::Borrowed(asked), |found| found.path.into()),
            origin,
        ))
    })
}

/// The pattern of each `--mount type=glob`.
fn patterns(spec: &Spec) -> impl Iterator<Item = (&str, &Origin)> {
    spec.mounts.iter().filter_map(|mount| match &mount.value {
        Mount::Other(other) => Some((other.host_pattern()?, &mount.origin)),
        Mount::Bind(_) | Mount::Volume(_) | Mount::Tmpfs(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::site::Site;
    use crate::testing::TestRun;

    fn found(args: &[&str]) -> usize {
        let host = Fake::rootful()
            .directory("/var/home/ann", 1000, 0o700)
            .link("/home", "/var/home")
            .link("/srv/out", "/etc")
            .directory("/srv/app", 0, 0o755);
        let site = Site::parse("bind_roots: [/srv, /home]", "p").unwrap();
        let run = TestRun {
            site,
            ..TestRun::on(&host)
        };
        let found = run.findings("bind-root", args);
        for finding in &found {
            assert!(
                matches!(finding.verdict, Verdict::Refused(_)),
                "{finding:?}"
            );
        }
        found.len()
    }

    #[test]
    fn below_a_root_and_nowhere_else() {
        for volume in [
            "/srv/app:/a",
            "/srv:/a",
            "/home/ann:/a",
            "/var/home/ann:/a",
            "data:/a",
            "/srv/new:/a",
        ] {
            assert_eq!(found(&["-v", volume]), 0, "{volume}");
        }
        for volume in [
            "/:/a",
            "/etc:/a",
            "/srv/../etc:/a",
            "/srv/out:/a",
            "/srvx:/a",
            "/var:/a",
        ] {
            assert_eq!(found(&["-v", volume]), 1, "{volume}");
        }
        assert_eq!(found(&["--mount=type=bind,src=/etc,dst=/a"]), 1);
        assert_eq!(
            found(&["--mount=type=volume,src=x,dst=/a,volume-opt=o=bind,volume-opt=device=/etc"]),
            1
        );
        assert_eq!(found(&["--mount=type=glob,src=/srv/*,dst=/a"]), 1);
        assert_eq!(
            found(&["-v", "/srv/app:/a:O,upperdir=/etc,workdir=/srv/w"]),
            1
        );
        assert_eq!(found(&["--tmpfs=/x"]), 0);
    }

    /// A mount is only one of the ways.
    #[test]
    fn whichever_flag_brings_it() {
        for (flag, inside, outside) in [
            ("--env-file", "/srv/app/env", "/opt/env"),
            ("--label-file", "/srv/app/labels", "/opt/labels"),
            ("--device", "/srv/app/node", "/dev/fuse"),
            ("--init-path", "/srv/app/init", "/opt/init"),
        ] {
            assert_eq!(found(&[flag, inside]), 0, "{flag} {inside}");
            assert_eq!(found(&[flag, outside]), 1, "{flag} {outside}");
        }
    }
}
