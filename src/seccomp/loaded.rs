//! The filters that the kernel holds for a process, against the one that was promised.

use std::collections::BTreeSet;

use super::compare::{Span, Wider, differences, report, whole};
use super::program::Program;
use super::{Filter, SeccompProblem};

/// The filters of a process. A call runs when all of them let it: each that is added takes something away.
pub(crate) struct LoadedFilters(Vec<Program>);

impl LoadedFilters {
    /// Decodes arrays of linux/filter.h's `struct sock_filter`. What is not understood of several is left out: without it
    /// more seems to run, never less.
    ///
    /// # Errors
    /// None is understood.
    pub(crate) fn read(programs: &[Vec<u8>]) -> Result<Self, SeccompProblem> {
        let read: Vec<_> = programs.iter().map(|bytes| Program::read(bytes)).collect();
        if read.iter().all(Result::is_err) {
            let unfamiliar = "it has an unfamiliar instruction".to_owned();
            return Err(SeccompProblem::Filter(unfamiliar));
        }
        Ok(Self(read.into_iter().flatten().collect()))
    }

    /// Everything they let through and `promised` does not, as [`Filter::wider_than`] says it.
    ///
    /// The runtime may have a newer libseccomp than this one, and so know the numbers of more names: as many numbers that
    /// have no name here are its due as the promise allows names that have no number.
    pub(crate) fn wider_than(&self, promised: &Filter) -> Vec<Wider> {
        let theirs = match promised.compile() {
            Ok(theirs) => theirs,
            Err(problem) => return vec![whole(format!("cannot tell: {problem}"))],
        };
        let loaded: Vec<&Program> = self.0.iter().collect();
        let Ok(mut found) = differences(&loaded, &theirs) else {
            let why = "cannot tell, the filters are too different to compare";
            return vec![whole(why)];
        };
        let nameless: BTreeSet<u32> = found.iter().filter_map(Span::nameless).collect();
        if nameless.len() <= unnumbered(promised) {
            found.retain(|span| span.nameless().is_none());
        }
        report(found)
    }
}

/// How many names a filter allows that this libseccomp does not know.
fn unnumbered(promised: &Filter) -> usize {
    let passing = promised.rules.iter().filter(|rule| rule.action.passes());
    let names = passing.flat_map(|rule| rule.names.iter().map(String::as_str));
    let unknown = names.filter(|name| !super::syscall::is_known(name));
    unknown.collect::<BTreeSet<_>>().len()
}
