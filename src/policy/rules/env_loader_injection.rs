//! Variables that make programs load code.

use crate::podman::value::env::EnvVar;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// Variables that a loader, a shell or an interpreter obeys before the program starts.
const LOADERS: [&str; 12] = [
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "BASH_ENV",
    "ENV",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PERL5LIB",
    "PERL5OPT",
    "RUBYOPT",
    "NODE_OPTIONS",
    "JAVA_TOOL_OPTIONS",
];

pub(super) static RULE: Rule = Rule {
    id: RuleId::EnvLoaderInjection,
    title: "a variable would make the container's programs load other code",
    severity: Severity::Low,
    why: "whoever can write to the place it names runs code in the container before the program itself",
    instead: "build the library or option into the image",
    references: &["ld.so(8)", "bash(1)"],
    bad: &["--env=LD_PRELOAD=/tmp/x.so"],
    good: &["--env=TZ=UTC"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for env in &spec.env {
        if let EnvVar::Value { name, .. } | EnvVar::Import(name) = &env.value
            && LOADERS.contains(&name.as_str())
        {
            hits.push(Hit::inform(
                format!("{name} would make the container's programs load other code"),
                &env.origin,
            ));
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn by_name() {
        fires("env-loader-injection", &["-eNODE_OPTIONS=--require=/x"]);
        fires("env-loader-injection", &["-e", "LD_AUDIT"]);
        silent("env-loader-injection", &["-e", "LD_PRELOAD_X=1"]);
    }
}
