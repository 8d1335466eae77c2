//! The floor on a host whose own profile is stricter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nix::errno::Errno;

use super::row::rule;
use super::{left, plain};
use crate::seccomp::syscall::multiplexer;
use crate::seccomp::{
    Arch, Architectures, Condition, Filter, FilterAction, FilterRule, SeccompProblem,
    SeccompProfile,
};

/// What the host says about one call.
enum Verdict {
    Allowed,
    Refused(FilterAction),
    /// It depends on the arguments; the host's rules for this call alone.
    Depends(Filter),
}

/// What a call is narrowed to.
enum Narrowed {
    /// It is refused.
    Shut(FilterAction),
    /// These rules in the place of ours.
    To(Vec<FilterRule>),
}

/// The floor where this is the host's own profile, for a container with these capabilities: the floor itself, letter by
/// letter, unless the host refuses something that the floor leaves. Then that is refused as well. What the host lets a process
/// with the capabilities `inside` do, it lets this one.
///
/// A profile of an older release of the engines that is merely silent about calls which it does not know is not stricter.
///
/// # Errors
/// The host has conditions on a call that cannot be put together with the floor's.
pub(super) fn under(
    floor: SeccompProfile,
    host: &SeccompProfile,
    arch: Arch,
    bounding: &[&str],
    inside: &[&str],
) -> Result<SeccompProfile, SeccompProblem> {
    let ours = floor.resolve(arch, bounding);
    let theirs = host.resolve(arch, &[bounding, inside].concat());
    let arches = ours.arches.iter().copied();
    let arches: Vec<Arch> = arches
        .filter(|foreign| theirs.arches.contains(foreign))
        .collect();
    let narrowed = narrowed(&ours, &theirs, arch)?;
    if narrowed.contains_key("execve") {
        let what = "it refuses execve, so that no program could start".to_owned();
        return Err(SeccompProblem::Host(what));
    }
    let is_as_wide = narrowed.is_empty() || is_older(host, &narrowed);
    if is_as_wide && arches == ours.arches {
        return Ok(floor);
    }
    let kept = ours.rules.iter().filter_map(|rule| {
        let mut rule = rule.clone();
        rule.names.retain(|name| !narrowed.contains_key(name));
        (!rule.names.is_empty()).then_some(rule)
    });
    let instead = narrowed.iter().flat_map(|(name, narrowed)| match narrowed {
        Narrowed::Shut(action) => vec![rule(&[name], *action, Vec::new())],
        Narrowed::To(rules) => rules.clone(),
    });
    Ok(SeccompProfile {
        default: ours.default,
        architectures: if arches.is_empty() {
            Architectures::Native
        } else {
            Architectures::Listed(arches)
        },
        groups: instead.chain(kept).map(plain).collect(),
        flags: ours.flags.clone(),
        listener: None,
    })
}

/// Is all that is refused what a release of the engines did not know yet? Then none of the calls that came with the next
/// one stands anywhere in the profile.
fn is_older(host: &SeccompProfile, narrowed: &BTreeMap<String, Narrowed>) -> bool {
    let groups = host.groups.iter();
    let named: BTreeSet<&str> = groups
        .flat_map(|group| &group.rule.names)
        .map(String::as_str)
        .collect();
    let unknown: BTreeSet<&str> = left::CAME_LATER
        .into_iter()
        .filter(|release| release.split_whitespace().all(|name| !named.contains(name)))
        .flat_map(str::split_whitespace)
        .collect();
    let is_unknown = |name: &String| unknown.contains(name.as_str());
    narrowed.keys().all(is_unknown)
}

fn narrowed(
    ours: &Filter,
    theirs: &Filter,
    arch: Arch,
) -> Result<BTreeMap<String, Narrowed>, SeccompProblem> {
    let (host, host_default) = (by_name(theirs), theirs.default);
    let mut narrowed = BTreeMap::new();
    let is_here = |name: &str| {
        let mut arches = ours.arches.iter().chain([&arch]);
        arches.any(|arch| arch.has(name))
    };
    for (name, rules) in by_name(ours) {
        let allowed: Vec<FilterRule> = rules
            .iter()
            .filter(|rule| rule.action == FilterAction::Allow)
            .map(|rule| alone(name, rule))
            .collect();
        let theirs = host.get(name).map_or(&[][..], Vec::as_slice);
        let theirs = verdict(name, theirs, host_default, &ours.arches);
        let change = match theirs {
            Verdict::Allowed => None,
            _ if allowed.is_empty() || !is_here(name) => None,
            Verdict::Refused(action) => Some(Narrowed::Shut(action)),
            Verdict::Depends(host) => both(name, &allowed, &rules, &host)?.map(Narrowed::To),
        };
        narrowed.extend(change.map(|change| (name.to_owned(), change)));
    }
    Ok(narrowed)
}

/// Our rules for a call where the host has conditions too; none when the host allows all that we do.
fn both(
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
    let refused = refused.map(|rule| alone(name, rule));
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
        .map(|(own, action)| rule(&[own], action, Vec::new()));
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

fn by_name(filter: &Filter) -> HashMap<&str, Vec<&FilterRule>> {
    let mut names: HashMap<&str, Vec<&FilterRule>> = HashMap::new();
    for rule in &filter.rules {
        for name in &rule.names {
            names.entry(name).or_default().push(rule);
        }
    }
    names
}

fn verdict(name: &str, rules: &[&FilterRule], default: FilterAction, arches: &[Arch]) -> Verdict {
    let simple = |action| match refusing(action) {
        FilterAction::Allow => Verdict::Allowed,
        refusal => Verdict::Refused(refusal),
    };
    let Some(first) = rules.first() else {
        return simple(default);
    };
    let is_like_first = |rule: &&FilterRule| rule.args.is_empty() && rule.action == first.action;
    if rules.iter().all(is_like_first) {
        return simple(first.action);
    }
    let decided = rules.iter().map(|rule| FilterRule {
        action: refusing(rule.action),
        ..alone(name, rule)
    });
    Verdict::Depends(Filter {
        default: refusing(default),
        arches: arches.to_vec(),
        rules: decided.collect(),
        flags: BTreeSet::new(),
        listener: None,
    })
}

/// What the host's action comes to when nobody is asked: a tracer or listener of the host's does not watch our filter.
fn refusing(action: FilterAction) -> FilterAction {
    match action {
        FilterAction::Allow | FilterAction::Log => FilterAction::Allow,
        FilterAction::Trace(_) | FilterAction::Notify => FilterAction::of_errno(Errno::EPERM),
        FilterAction::KillProcess
        | FilterAction::KillThread
        | FilterAction::Trap
        | FilterAction::Errno(_) => action,
    }
}

/// The rule for this one of its calls.
fn alone(name: &str, rule: &FilterRule) -> FilterRule {
    // Not `..rule.clone()`: it would copy the names of all the others, for each of them.
    FilterRule {
        names: vec![name.to_owned()],
        action: rule.action,
        args: rule.args.clone(),
    }
}
