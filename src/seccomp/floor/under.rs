//! The floor on a host whose own profile is stricter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nix::errno::Errno;

use super::both::both;
use super::left;
use crate::seccomp::{
    Arch, Architectures, Filter, FilterAction, FilterRule, Group, SeccompProblem, SeccompProfile,
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
        Narrowed::Shut(action) => vec![FilterRule::new(&[name], *action, Vec::new())],
        Narrowed::To(rules) => rules.clone(),
    });
    Ok(SeccompProfile {
        default: ours.default,
        architectures: if arches.is_empty() {
            Architectures::Native
        } else {
            Architectures::Listed(arches)
        },
        groups: instead.chain(kept).map(Group::always).collect(),
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
            .map(|rule| rule.alone(name))
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
        ..rule.alone(name)
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
