//! Where engines keep their containers.

use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EngineStorage,
    title: "the container could reach into other containers",
    severity: Severity::Critical,
    why: "the files of every container and volume lie there, with the secrets database and the state that the engine \
          trusts when it next starts something",
    instead: "share data through a volume: -v NAME:/data:rw in both containers",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "containers-storage.conf(5)",
    ],
    bad: &["-v", "/var/lib/docker/volumes:/v:ro"],
    good: &["-v", "shared:/v"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, _| asset == Asset::EngineStorage,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn of_any_engine_and_all_above() {
        for source in [
            "/var/lib/containers",
            "/var/lib/containers/storage/volumes/x/_data",
            "/var/lib/docker",
            "/var/lib/kubelet/pods",
            "/run/containers",
            "/run/runc",
            "/run/user/1000/libpod",
            "/home/ann/.local/share/containers/storage",
            "/var",
        ] {
            for access in ["", ":ro", ":rw"] {
                refused("engine-storage", &["-v", &format!("{source}:/x{access}")]);
            }
        }
        refused("engine-storage", &["-v", "/var/lib:/x:ro"]);
        for source in [
            "/var/lib/container-data",
            "/my/own/var-lib-docker",
            "/var/www",
            "/variable",
            "/srv/lib/containers",
        ] {
            silent("engine-storage", &["-v", &format!("{source}:/x:rw")]);
        }
    }
}
