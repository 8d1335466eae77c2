//! The catalogue: one file per rule, and this table.
//!
//! # A new rule
//!
//! 1. One file, named like the id with `_` for `-`. It holds a `static RULE` (what it finds, how bad it is, why, what to
//!    type instead, where that is written, an example that it finds and one that it leaves alone), the check and its tests.
//! 2. One row in [`every_rule`](crate::rule_id), in the order of the catalogue, and the id in `tests/rules.txt`, so that a
//!    rename is seen in review.
//!
//! The check is pure: it reads the [`Spec`](crate::spec::Spec), where every value is parsed and has its origin, and the
//! [`Facts`](super::facts::Facts). It decides on types, never on text, and returns a [`Hit`](super::rule::Hit) for each
//! thing it finds: one that refuses, warns, informs, or rewrites the value to the safe one. A value that a person asked
//! for is refused rather than silently changed, unless the change is what they would have typed.
//!
//! Help, `safe-podman rules`, safe-podman-rules(7), JSON and SARIF are written from this table.

use super::rule::Rule;
use crate::rule_id::every_rule;

macro_rules! rules {
    ($($variant:ident $name:literal $module:ident,)*) => {
        $(mod $module;)*

        /// Every rule.
        pub(crate) static RULES: &[&Rule] = &[$(&$module::RULE),*];
    };
}
every_rule!(rules);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::origin::Origin;
    use crate::podman::args::FlagValue;
    use crate::podman::flags::{self, Treatment};
    use crate::rule_id::RuleId;
    use crate::testing;

    #[test]
    fn every_row_is_its_rule() {
        let ids: Vec<RuleId> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, RuleId::ALL);
    }

    #[test]
    fn every_file_is_a_row_and_named_like_its_rule() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy/rules");
        let files: BTreeSet<String> = std::fs::read_dir(dir)
            .unwrap()
            .filter_map(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .to_str()
                    .unwrap()
                    .strip_suffix(".rs")
                    .map(str::to_owned)
            })
            .filter(|name| name != "mod")
            .collect();
        let rows: BTreeSet<String> = RULES
            .iter()
            .map(|rule| rule.id.name().replace('-', "_"))
            .collect();
        assert_eq!(files, rows);
    }

    #[test]
    fn every_rule_explains_itself() {
        for rule in RULES {
            for text in [rule.title, rule.why, rule.instead] {
                assert!(
                    !text.is_empty() && !text.ends_with('.'),
                    "{}: {text}",
                    rule.id
                );
                assert!(!text.contains("  "), "{}: {text}", rule.id);
            }
            assert!(!rule.references.is_empty(), "{}", rule.id);
        }
    }

    #[test]
    fn no_rule_finds_fault_with_the_baseline() {
        for rule in RULES {
            testing::silent(rule.id.name(), &[]);
        }
    }

    #[test]
    fn every_rule_fires_on_its_bad_example_and_not_on_its_good_one() {
        for rule in RULES {
            let found = testing::findings_of_example(rule.id.name(), rule.bad);
            assert!(
                !found.is_empty(),
                "{} misses {:?}",
                rule.id.name(),
                rule.bad
            );
            testing::silent(rule.id.name(), rule.good);
        }
    }

    /// With the rule's bad example, the example of its row, or a value that some rule has something against.
    #[test]
    fn every_judged_flag_is_judged_by_its_rule() {
        let base: Arc<Path> = Path::new("/").into();
        for flag in flags::all() {
            let Treatment::Judged(id) = flag.treatment else {
                continue;
            };
            let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
            let option = format!("--{}=", flag.long);
            let bad = rule
                .bad
                .iter()
                .filter_map(|word| word.strip_prefix(&option));
            let example = flag.example.trim_matches(['[', ']', '"']);
            let suspect = [
                "/etc/cron.d/x",
                "/proc/1/environ",
                "none",
                "false",
                "key:secret",
            ];
            let fires = |value: &str| {
                FlagValue::read(flag, value, &Origin::Baseline, &base).is_ok()
                    && !testing::findings_of_example(id.name(), &[&format!("{option}{value}")])
                        .is_empty()
            };
            assert!(
                bad.chain([example]).chain(suspect).any(fires),
                "{id} finds nothing in {option}"
            );
        }
    }
}
