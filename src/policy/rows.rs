//! What is found in a row of shell before there is a container to judge: `check --commands` only.
//!
//! These are no rules of the catalogue: no spec breaks them, and no override counts for them.

use super::rule::{Rule, Severity};
use crate::rule_id::RuleId;

/// The row cannot be read for certain.
pub(crate) static UNREADABLE: Rule = Rule {
    id: RuleId::Unreadable,
    title: "the row cannot be read for certain",
    severity: Severity::High,
    why: "what a variable, a substitution or another program turns into is known only when it is run; a row that nobody \
          understood is not a safe one",
    instead: "write the value out, or put what varies into a profile and check that",
    references: &["safe-podman(1)"],
    bad: &["podman run $OPTIONS localhost/web"],
    good: &["podman run -e PORT=$PORT localhost/web"],
    check: |_, _| Vec::new(),
};

/// Options or variables that make the engine another one.
pub(crate) static ENGINE_OPTION: Rule = Rule {
    id: RuleId::EngineOption,
    title: "the engine itself is told to be another one",
    severity: Severity::Medium,
    why: "options before the command and variables such as CONTAINER_HOST choose another host, store, runtime or \
          configuration: what was judged here need not hold there",
    instead: "leave it out, and set it for the host in containers.conf",
    references: &["podman(1)"],
    bad: &["podman --root /tmp/store run localhost/web"],
    good: &["podman run localhost/web"],
    check: |_, _| Vec::new(),
};

/// Both of them.
pub(crate) static ROW_RULES: &[&Rule] = &[&UNREADABLE, &ENGINE_OPTION];
