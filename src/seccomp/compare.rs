//! What one filter lets through and another does not.
//!
//! Both are compiled and the kernel's programs compared, way by way, so that the order of rules, conditions that overlap,
//! libseccomp's rewriting of `socketcall` and `ipc` and the 32-bit halves of an argument are judged as the kernel does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use libseccomp::ScmpSyscall;

use super::example::example;
use super::facts::WordFacts;
use super::program::{Budget, End, Program, Undecided, passes};
use super::{Arch, Filter, FilterFlag, FilterRule, SeccompProblem};

/// Numbers with this bit are x32's, on amd64.
const X32_BIT: u32 = 0x4000_0000;

/// Something a filter lets through that another would not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wider {
    /// The call's name, or `number N` where libseccomp has none; `None` when it concerns the filter as a whole.
    pub syscall: Option<String>,
    /// Only with some arguments?
    pub partly: bool,
    /// In what way, as a phrase.
    pub why: String,
}

impl fmt::Display for Wider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.syscall {
            Some(name) => write!(f, "{name}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl Filter {
    /// Everything this filter lets through (allowed, logged, left to a tracer or a listener) and `promised` does not, sorted
    /// by name; empty means: no call can run here that could not run there.
    ///
    /// Where it cannot tell it reports: a filter that does not compile, a comparison that would take too long, a name that
    /// this libseccomp does not know but the runtime's might.
    pub(crate) fn wider_than(&self, promised: &Self) -> Vec<Wider> {
        if self == promised {
            return Vec::new();
        }
        let mut wider = self.wider_around(promised);
        wider.extend(self.wider_unknown(promised));
        match self.wider_calls(promised) {
            Ok(calls) => wider.extend(calls),
            Err(why) => wider.push(whole(why)),
        }
        wider
    }

    /// The filter without the architectures that the floor lacks, and those of them whose programs this kernel runs: one thing
    /// to say of each, not one for every call that its programs make.
    pub(crate) fn without_foreign(mut self, floor: &Self, native: Arch) -> (Self, Vec<Arch>) {
        let is_foreign = |arch: &Arch| *arch != native && !floor.arches.contains(arch);
        let run = |arch: &Arch| native.beside().any(|beside| beside == *arch);
        let foreign = self
            .arches
            .iter()
            .filter(|arch| is_foreign(arch) && run(arch));
        let foreign = foreign.copied().collect();
        self.arches.retain(|arch| !is_foreign(arch));
        (self, foreign)
    }

    fn wider_around(&self, promised: &Self) -> Vec<Wider> {
        let mut wider = Vec::new();
        if self.listener.is_some() && self.listener != promised.listener {
            wider.push(whole("another process decides about calls (listenerPath)"));
        }
        // crun takes SPEC_ALLOW for an empty list, runc takes nothing: either may be what runs.
        let spectre = |filter: &Self| filter.flags.contains(&FilterFlag::SpecAllow);
        let lost = self.flags.is_empty() && !promised.flags.is_empty();
        if (spectre(self) || lost) && !spectre(promised) {
            wider.push(whole(format!(
                "the Speculative Store Bypass mitigation may be off ({})",
                FilterFlag::SpecAllow.oci()
            )));
        }
        wider
    }

    /// Names that compiling skips.
    fn wider_unknown(&self, promised: &Self) -> Vec<Wider> {
        let names = self.rules.iter().chain(&promised.rules);
        let names: BTreeSet<&str> = names
            .flat_map(|rule| rule.names.iter().map(String::as_str))
            .filter(|name| !super::syscall::is_known(name))
            .collect();
        let wider = |name: &&str| {
            let (ours, theirs) = (self.about(name), promised.about(name));
            if ours == theirs && self.default == promised.default {
                return false;
            }
            let may_run = self.default.passes() || ours.iter().any(|rule| rule.action.passes());
            let refused = theirs.iter().any(|rule| !rule.action.passes());
            let always = theirs.iter().any(|rule| rule.args.is_empty());
            may_run && (refused || !(always || promised.default.passes()))
        };
        names
            .into_iter()
            .filter(wider)
            .map(|name| Wider {
                syscall: Some(name.to_owned()),
                partly: false,
                why: "let through, and not known to this machine's libseccomp".to_owned(),
            })
            .collect()
    }

    /// What the rules say about one name, without the other names.
    fn about(&self, name: &str) -> Vec<FilterRule> {
        let named = |rule: &&FilterRule| rule.names.iter().any(|other| other == name);
        let mut rules: Vec<_> = self
            .rules
            .iter()
            .filter(named)
            .map(|rule| rule.alone(name))
            .collect();
        rules.dedup();
        rules
    }

    fn wider_calls(&self, promised: &Self) -> Result<Vec<Wider>, String> {
        let named =
            |whose: &str, problem: &SeccompProblem| format!("cannot tell, {whose}: {problem}");
        let ours = self.compile().map_err(|problem| named("here", &problem))?;
        let theirs = promised
            .compile()
            .map_err(|problem| named("in the promised filter", &problem))?;
        let found = differences(&[&ours], &theirs).map_err(|Undecided| {
            "cannot tell, the filters are too different to compare".to_owned()
        })?;
        Ok(report(found))
    }
}

pub(super) fn whole(why: impl Into<String>) -> Wider {
    Wider {
        syscall: None,
        partly: false,
        why: why.into(),
    }
}

/// Calls that fare alike: numbers from `first` to `last` on the architecture with this audit number.
pub(super) struct Span {
    arch: u32,
    first: u32,
    last: u32,
    conditional: bool,
}

/// What all of `ours` let through and `theirs` does not.
pub(super) fn differences(ours: &[&Program], theirs: &Program) -> Result<Vec<Span>, Undecided> {
    let constants = ours.iter().copied().flat_map(Program::constants);
    let constants: BTreeSet<u32> = constants.chain(theirs.constants()).collect();
    let starts = ours.iter().copied().flat_map(Program::starts);
    let starts: BTreeSet<u32> = starts.chain(theirs.starts()).chain([0]).collect();
    let mut ends = starts
        .iter()
        .skip(1)
        .filter_map(|start| start.checked_sub(1));
    let spans: Vec<(u32, u32)> = starts
        .iter()
        .map(|start| (*start, ends.next().unwrap_or(u32::MAX)))
        .collect();
    let mut budget = Budget::new();
    let mut found = Vec::new();
    for arch in arches(ours, &constants) {
        for &(first, last) in &spans {
            if let Some(conditional) = wider_at(ours, theirs, arch, first, &mut budget)? {
                found.push(Span {
                    arch,
                    first,
                    last,
                    conditional,
                });
            }
        }
    }
    Ok(found)
}

/// The architectures our programs tell apart, and one that stands for all they do not.
fn arches(ours: &[&Program], constants: &BTreeSet<u32>) -> BTreeSet<u32> {
    let known: BTreeSet<u32> = Arch::ALL.iter().map(|arch| arch.audit()).collect();
    let used = ours.iter().copied().flat_map(Program::constants);
    let used = used.filter(|k| known.contains(k));
    let other = (0..=u32::MAX).find(|arch| !known.contains(arch) && !constants.contains(arch));
    used.chain(other).collect()
}

/// Can a call of this number run under `ours` and not under `theirs`? `Some(true)` when that depends on its arguments.
///
/// Two ways that differ are no proof: no call may take both. A difference is a call on which both programs were run.
fn wider_at(
    ours: &[&Program],
    theirs: &Program,
    arch: u32,
    number: u32,
    budget: &mut Budget,
) -> Result<Option<bool>, Undecided> {
    let mut wider: Option<bool> = None;
    for end in passing(ours, WordFacts::of_call(arch, number), budget)? {
        for other in theirs.ends(end.facts, budget)? {
            let conditional = end.conditional || other.conditional;
            if other.passes || wider.is_some_and(|known| !known || conditional) {
                continue;
            }
            let Some(call) = example(&other.facts, budget)? else {
                continue;
            };
            let runs = |program: &Program| program.run(call).map(passes);
            let here = ours.iter().all(|program| runs(program) == Some(true));
            if !here || runs(theirs) != Some(false) {
                return Err(Undecided);
            }
            wider = Some(conditional);
        }
    }
    Ok(wider)
}

/// The ways that calls with these facts can take to pass every one of these programs.
fn passing(
    programs: &[&Program],
    facts: WordFacts,
    budget: &mut Budget,
) -> Result<Vec<End>, Undecided> {
    let mut ways = vec![End {
        facts,
        passes: true,
        conditional: false,
    }];
    for program in programs {
        let mut longer = Vec::new();
        for way in ways {
            let ends = program.ends(way.facts, budget)?.into_iter();
            longer.extend(ends.filter(|end| end.passes).map(|end| End {
                conditional: way.conditional || end.conditional,
                ..end
            }));
        }
        ways = longer;
    }
    Ok(ways)
}

/// One line per name.
pub(super) fn report(spans: Vec<Span>) -> Vec<Wider> {
    let mut names: BTreeMap<String, (BTreeSet<&str>, bool)> = BTreeMap::new();
    for span in spans {
        let arch = span.arch();
        for name in span.names(arch) {
            let entry = names.entry(name).or_insert((BTreeSet::new(), true));
            entry
                .0
                .insert(arch.map_or("other architectures", Arch::engine));
            entry.1 &= span.conditional;
        }
    }
    let line = |(name, (arches, conditional)): (String, (BTreeSet<&str>, bool))| {
        let arches = arches.into_iter().collect::<Vec<_>>().join(", ");
        let how = if conditional {
            "with some arguments "
        } else {
            ""
        };
        Wider {
            syscall: Some(name),
            partly: conditional,
            why: format!("let through {how}on {arches}"),
        }
    };
    names.into_iter().map(line).collect()
}

impl Span {
    fn arch(&self) -> Option<Arch> {
        if self.arch == Arch::X8664.audit() && self.first >= X32_BIT {
            return Some(Arch::X32);
        }
        let same = |arch: &Arch| arch.audit() == self.arch;
        Arch::ALL.into_iter().find(same)
    }

    /// The number, without x32's bit, of a single call that libseccomp has no name for.
    pub(super) fn nameless(&self) -> Option<u32> {
        let names = self.names(self.arch());
        let is_nameless = names.iter().all(|name| name.starts_with("number "));
        (is_nameless && self.first == self.last).then_some(self.first & !X32_BIT)
    }

    /// The names of the numbers, looked up for the first 2048, and one entry for those that have none.
    fn names(&self, arch: Option<Arch>) -> BTreeSet<String> {
        let name = |number: u32| {
            let number = i32::try_from(number).ok()?;
            let syscall = ScmpSyscall::from_raw_syscall(number);
            syscall.get_name_by_arch(arch?.library()).ok()
        };
        let nameless = |number: u32| {
            if number == self.last {
                format!("number {number}")
            } else {
                format!("numbers from {number}")
            }
        };
        let mut names = BTreeSet::new();
        let mut unnamed = None;
        for number in (self.first..=self.last).take(2048) {
            match name(number) {
                Some(name) => drop(names.insert(name)),
                None => unnamed = unnamed.or(Some(number)),
            }
        }
        names.extend(unnamed.map(nameless));
        names
    }
}
