//! How much a filter is, and what it leaves.

use libseccomp::ScmpSyscall;

use super::compile::Form;
use super::facts::WordFacts;
use super::program::{Budget, Undecided};
use super::syscall::known;
use super::{Arch, Filter, SeccompProblem};

/// How much a filter is on one architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilterSize {
    /// Of the program that the kernel gets.
    pub(crate) instructions: usize,
    /// Calls that can run.
    pub(crate) left: usize,
    /// Those among them that can with some arguments only.
    pub(crate) partly: usize,
}

impl Filter {
    /// Counts, call by call, what the compiled program lets through of those that this libseccomp knows on `arch`.
    ///
    /// # Errors
    /// Those of compiling; a program that cannot be followed.
    pub(crate) fn size(&self, arch: Arch) -> Result<FilterSize, SeccompProblem> {
        let program = self.compile()?;
        let mut size = FilterSize {
            instructions: program.len(),
            left: 0,
            partly: 0,
        };
        let mut budget = Budget::new();
        for number in known().iter().filter_map(|name| number_of(name, arch)) {
            let ends = program.ends(WordFacts::of_call(arch.audit(), number), &mut budget);
            let ends = ends.map_err(|Undecided| {
                SeccompProblem::Filter("the program cannot be followed".to_owned())
            })?;
            let pass = ends.iter().filter(|end| end.passes).count();
            size.left = size.left.saturating_add(usize::from(pass > 0));
            let is_partly = pass > 0 && pass < ends.len();
            size.partly = size.partly.saturating_add(usize::from(is_partly));
        }
        Ok(size)
    }

    /// The filter in the words of `seccomp_export_pfc(3)`.
    ///
    /// # Errors
    /// Those of compiling.
    pub(crate) fn pseudo_code(&self) -> Result<String, SeccompProblem> {
        let text = self.exported(Form::PseudoCode)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// The call's own number, which one that goes through a multiplexer does not have.
fn number_of(name: &str, arch: Arch) -> Option<u32> {
    let number = ScmpSyscall::from_name_by_arch(name, arch.library()).ok()?;
    u32::try_from(number.as_raw_syscall()).ok()
}
