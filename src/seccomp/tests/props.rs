//! The comparison against the programs themselves, on filters nobody thought of.

use std::collections::BTreeSet;

use libseccomp::ScmpSyscall;
use proptest::prelude::*;

use super::super::program::passes;
use super::super::*;
use super::{calls, data, default_profile, native};

const NAMES: [&str; 8] = [
    "personality",
    "socket",
    "socketcall",
    "connect",
    "ipc",
    "semop",
    "clone",
    "call_of_2099",
];

const VALUES: [u64; 8] = [0, 1, 2, 8, 0xFFFF_FFFF, 1 << 32, (1 << 32) + 1, u64::MAX];

fn any_condition() -> impl Strategy<Value = Condition> {
    let operators = prop::sample::select(vec![
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Equal,
        Operator::GreaterOrEqual,
        Operator::Greater,
        Operator::MaskedEqual,
    ]);
    let value = || prop::sample::select(VALUES.to_vec());
    (0u64..3, operators, value(), value()).prop_map(|(index, operator, one, two)| {
        Condition::new(index, operator, one, two & one).unwrap()
    })
}

fn any_action() -> impl Strategy<Value = FilterAction> {
    prop::sample::select(vec![
        FilterAction::Allow,
        FilterAction::Allow,
        FilterAction::Errno(1),
        FilterAction::Errno(38),
        FilterAction::Log,
        FilterAction::KillProcess,
    ])
}

fn any_rule() -> impl Strategy<Value = FilterRule> {
    let names = prop::collection::vec(prop::sample::select(NAMES.to_vec()), 1..3);
    let args = prop::collection::vec(any_condition(), 0..3);
    (names, any_action(), args).prop_map(|(names, action, args)| FilterRule {
        names: names.into_iter().map(str::to_owned).collect(),
        action,
        args,
    })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let arches = prop::sample::subsequence(vec![Arch::X86, Arch::X32], 0..3);
    let rules = prop::collection::vec(any_rule(), 0..4);
    (any_action(), arches, rules).prop_map(|(default, arches, rules)| Filter {
        default,
        arches,
        rules,
        flags: BTreeSet::new(),
        listener: None,
    })
}

/// A filter and a neighbour of it: one rule gone, one more, or something else altogether.
fn any_pair() -> impl Strategy<Value = (Filter, Filter)> {
    (any_filter(), any_filter(), any_rule(), 0usize..4).prop_map(|(one, other, rule, how)| {
        let mut near = one.clone();
        match how {
            0 => return (one, other),
            1 => near.rules.truncate(one.rules.len().saturating_sub(1)),
            2 => near.rules.insert(0, rule),
            _ => near.rules.push(rule),
        }
        if rule_count_is_even(&one) {
            (one, near)
        } else {
            (near, one)
        }
    })
}

/// A hundred, unless `PROPTEST_CASES` says more: a case makes libseccomp work.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.map_or(100, |asked| asked.parse().unwrap())
}

fn rule_count_is_even(filter: &Filter) -> bool {
    filter.rules.len().is_multiple_of(2)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever call a filter lets through and the promise does not, the comparison reports it by name.
    #[test]
    fn no_difference_the_kernel_would_see_goes_unreported((ours, promised) in any_pair()) {
        let (Ok(here), Ok(there)) = (ours.compile(), promised.compile()) else {
            prop_assert!(ours == promised || !ours.wider_than(&promised).is_empty());
            return Ok(());
        };
        let wider = ours.wider_than(&promised);
        for arch in [Arch::X8664, Arch::X86, Arch::X32, Arch::Arm] {
            for name in NAMES {
                let Ok(number) = ScmpSyscall::from_name_by_arch(name, arch.library()) else { continue };
                for first in VALUES {
                    for second in VALUES {
                        for third in [0, 2, u64::MAX] {
                            let data = data(arch.audit(), number.as_raw_syscall().cast_unsigned(), &[first, second, third]);
                            let differs = passes(here.run(data).unwrap()) && !passes(there.run(data).unwrap());
                            let said = wider.iter().any(|wider| match &wider.syscall {
                                Some(said) => said == name || said.starts_with("number") || number.as_raw_syscall() < 0,
                                None => true,
                            });
                            prop_assert!(!differs || said, "{arch:?} {name} {first} {second} {third}: {wider:?}");
                        }
                    }
                }
            }
        }
    }

    /// What two lists of rules for one call show is what their programs do.
    #[test]
    fn what_is_surely_within_is_not_wider(
        ours in prop::collection::vec(prop::collection::vec(any_condition(), 0..3), 1..3),
        host in prop::collection::vec((any_action(), prop::collection::vec(any_condition(), 0..3)), 1..4),
        default in any_action(),
    ) {
        let rule = |action, args| FilterRule { names: vec!["connect".to_owned()], action, args };
        let filter = |default, rules| Filter { default, arches: Vec::new(), rules, flags: BTreeSet::new(), listener: None };
        let ours: Vec<FilterRule> = ours.into_iter().map(|args| rule(FilterAction::Allow, args)).collect();
        let host = filter(default, host.into_iter().map(|(action, args)| rule(action, args)).collect());
        let ours_alone = filter(FilterAction::Errno(13), ours.clone());
        if floor::surely_within(&ours, &host) && host.compile().is_ok() && ours_alone.compile().is_ok() {
            let wider = ours_alone.wider_than(&host);
            let connect: Vec<_> = wider.iter().filter(|wider| wider.syscall.as_deref() == Some("connect")).collect();
            prop_assert!(connect.is_empty(), "{connect:?}");
        }
    }

    /// Nothing is wider than itself with its rules' names written apart.
    #[test]
    fn the_same_filter_in_other_words_is_not_wider(ours in any_filter()) {
        let mut apart = ours.clone();
        apart.rules = ours.rules.iter().flat_map(|rule| {
            rule.names.iter().map(|name| FilterRule { names: vec![name.clone()], ..rule.clone() })
        }).collect();
        if ours.compile().is_ok() {
            prop_assert_eq!(ours.wider_than(&apart), []);
            prop_assert_eq!(apart.wider_than(&ours), []);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is asked for, what is built is never wider than its base.
    #[test]
    fn builds_never_win(names in prop::collection::vec(prop::sample::select(NAMES[..7].to_vec()), 0..4), open in any::<bool>()) {
        let mut base = default_profile();
        if open {
            base.default = FilterAction::Allow;
            base.groups.retain(|group| !group.rule.action.passes());
        }
        let whole = base.resolve(native(), &[]);
        let names = calls(&names);
        for profile in [SeccompProfile::denying(&base, &names), SeccompProfile::allowing(&base, &names)] {
            prop_assert_eq!(profile.resolve(native(), &[]).wider_than(&whole), []);
        }
    }
}
