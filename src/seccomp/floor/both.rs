//! The floor's conditions on a call, together with those of the host.

use nix::errno::Errno;

use crate::seccomp::syscall::multiplexer;
use crate::seccomp::{Condition, Filter, FilterAction, FilterRule, SeccompProblem};

/// Our rules for a call where the host has conditions too; none when the host allows all that we do.
pub(super) fn both(
    name: &str,
    allowed: &[FilterRule],
    ours: &[&FilterRule],
    host: &Filter,
) -> Result<Option<Vec<FilterRule>>, SeccompProblem> {
    if same(allowed, &host.rules) || surely_within(allowed, host) {
        return Ok(None);
    }
    let host = &without_multiplexer(name, host);
    let fits = |rules: &[FilterRule]| {
        let filter = Filter {
            default: FilterAction::of_errno(Errno::EPERM),
            rules: rules.to_vec(),
            ..host.clone()
        };
        without_multiplexer(name, &filter)
            .wider_than(host)
            .is_empty()
    };
    if fits(allowed) {
        return Ok(None);
    }
    let mut joined: Vec<FilterRule> = Vec::new();
    for rule in allowed.iter().flat_map(|rule| joined_with(rule, host)) {
        if !joined.contains(&rule) {
            joined.push(rule);
        }
    }
    if !fits(&joined) {
        joined.retain(|rule| fits(std::slice::from_ref(rule)));
    }
    if joined.is_empty() {
        let what = format!(
            "its conditions on {name} cannot be put together with the floor's; compare with SCMP_CMP_EQ or \
             SCMP_CMP_MASKED_EQ in rules that allow"
        );
        return Err(SeccompProblem::Host(what));
    }
    let refused = ours.iter().filter(|rule| !rule.action.passes());
    let refused = refused.map(|rule| rule.alone(name));
    Ok(Some(refused.chain(joined).collect()))
}

/// Does the host allow all that these rules for one call do, as the rules alone show? What every host of an engine's has is
/// seen so, in no time; making two programs and comparing them takes milliseconds.
pub(in crate::seccomp) fn surely_within(rules: &[FilterRule], host: &Filter) -> bool {
    let follow = |conditions: &[Condition], args: &[Condition]| {
        let from_one = |condition: &Condition| args.iter().any(|arg| condition.follows_from(*arg));
        conditions.iter().all(from_one)
    };
    let exclude = |conditions: &[Condition], args: &[Condition]| {
        let by_one = |condition: &Condition| args.iter().any(|arg| arg.excludes(*condition));
        conditions.iter().any(by_one)
    };
    let is_within = |args: &[Condition]| {
        let is_allowed = host.default.passes()
            || host.rules.iter().any(|rule| {
                let mut some = rule.alternatives().into_iter();
                rule.action.passes() && some.any(|conditions| follow(conditions, args))
            });
        let is_refused = host.rules.iter().any(|rule| {
            let mut some = rule.alternatives().into_iter();
            !rule.action.passes() && some.any(|conditions| !exclude(conditions, args))
        });
        is_allowed && !is_refused
    };
    // Of other architectures libseccomp derives rules for socketcall and ipc.
    let mut all = rules.iter().flat_map(FilterRule::alternatives);
    host.arches.is_empty() && all.all(is_within)
}

/// The filter with nothing derived for socketcall or ipc from its rules, as libseccomp would: they have rules of their own.
fn without_multiplexer(name: &str, filter: &Filter) -> Filter {
    let differing = [Errno::EPERM, Errno::ENOSYS].map(FilterAction::of_errno);
    let differing = differing
        .into_iter()
        .find(|action| *action != filter.default);
    let own = multiplexer(name).filter(|own| *own != name);
    let shut = own
        .zip(differing)
        .map(|(own, action)| FilterRule::new(&[own], action, Vec::new()));
    Filter {
        rules: shut
            .into_iter()
            .chain(filter.rules.iter().cloned())
            .collect(),
        ..filter.clone()
    }
}

/// What our rule and one of the host's both allow; at least a part of it.
fn joined_with<'a>(
    ours: &'a FilterRule,
    host: &'a Filter,
) -> impl Iterator<Item = FilterRule> + 'a {
    let always = host.default.passes().then_some(&[][..]);
    let theirs = host.rules.iter().filter(|rule| rule.action.passes());
    // Conditions on one argument are no conjunction for the runtimes: any of them suffices.
    let theirs = theirs.flat_map(|rule| rule.alternatives());
    let joined = theirs.chain(always).filter_map(|args| {
        args.iter()
            .try_fold(ours.args.clone(), |args, more| join(args, *more))
    });
    joined.map(|args| FilterRule {
        args,
        ..ours.clone()
    })
}

/// These conditions and one more; none where they contradict each other, or no single comparison says both.
fn join(mut args: Vec<Condition>, more: Condition) -> Option<Vec<Condition>> {
    match args.iter_mut().find(|arg| arg.index == more.index) {
        None => args.push(more),
        Some(arg) => *arg = arg.and(more)?,
    }
    Some(args)
}

/// Are these the same rules, in whatever order, and none that refuses?
fn same(ours: &[FilterRule], host: &[FilterRule]) -> bool {
    let all_in =
        |some: &[FilterRule], others: &[FilterRule]| some.iter().all(|rule| others.contains(rule));
    all_in(ours, host) && all_in(host, ours)
}
