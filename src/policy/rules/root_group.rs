//! Group 0.

use crate::podman::flags;
use crate::podman::value::user::Id;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RootGroup,
    title: "the container's user would be in root's group",
    severity: Severity::Low,
    why: "files that root's group may write are open to it, in the image and in what is mounted",
    instead: "--user=UID:GID with a group of its own; some images are built for group 0 and say so",
    references: &["PSS restricted: running as non-root", "podman-run(1)"],
    bad: &["--user=1000:0"],
    good: &["--user=1000:1000"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let root = |group: &Id| match group {
        Id::Number(id) => *id == 0,
        Id::Name(name) => name == "root",
    };
    if spec.user.value.group.as_ref().is_some_and(root) {
        hits.push(Hit::inform(RULE.title, &spec.user.origin));
    }
    for given in spec
        .passed(&flags::GROUP_ADD)
        .filter(|given| ["0", "root"].contains(&given.value.as_str()))
    {
        hits.push(Hit::inform(RULE.title, &given.origin));
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn by_user_and_by_group_add() {
        fires("root-group", &["-u", "1000:root"]);
        fires("root-group", &["--group-add=0"]);
        fires("root-group", &["--group-add=5,0"]);
        silent("root-group", &["-u", "1000"]);
        silent("root-group", &["--group-add=10"]);
    }
}
