//! Mounts from elsewhere than the site policy says.

use std::path::{Path, PathBuf};

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::BindRoot,
    title: "a directory would be mounted that the site policy does not name",
    severity: Severity::Medium,
    why: "the administrator said which directories containers may see, because the rest is \
          nobody's business in there",
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
    let names: Vec<String> = names
        .iter()
        .map(|root| root.display().to_string())
        .collect();
    let names = names.join(" or ");
    let mut hits = Vec::new();
    for mount in &spec.mounts {
        for source in sources(&mount.value, facts) {
            let path = match source {
                BoundSource::Path(path) if roots.iter().any(|root| path.starts_with(root)) => {
                    continue;
                }
                BoundSource::Path(path) => path.display().to_string(),
                BoundSource::Pattern(pattern) => pattern.to_owned(),
            };
            let what = format!("\"{path}\" is not below {names}");
            hits.push(Hit::refuse(what, &mount.origin));
        }
    }
    hits
}

/// Where on the host a mount leads.
enum BoundSource<'a> {
    Path(&'a Path),
    /// Nobody knows what it finds when podman looks.
    Pattern(&'a str),
}

fn sources<'a>(mount: &'a Mount, facts: &Facts<'a>) -> Vec<BoundSource<'a>> {
    match mount {
        Mount::Bind(bind) => {
            let overlay = bind.overlay_dirs.iter();
            let all = std::iter::once(&bind.source).chain(overlay);
            all.map(|found| BoundSource::Path(&found.path)).collect()
        }
        Mount::Volume(volume) => {
            let name = volume.name.as_ref().map(ToString::to_string);
            let existing = name.and_then(|name| facts.volumes.get(&name));
            let existing = existing.and_then(|existing| existing.device.as_ref());
            let devices = volume.device.iter().chain(existing);
            devices
                .map(|found| BoundSource::Path(&found.path))
                .collect()
        }
        Mount::Other(other) => {
            let pattern = other.host_pattern().map(BoundSource::Pattern);
            pattern.into_iter().collect()
        }
        Mount::Tmpfs(_) => Vec::new(),
    }
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
}
