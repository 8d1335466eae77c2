//! From a filter to the kernel's program, with libseccomp and in the runtimes' way.

use std::io::{Read as _, Seek as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::mpsc;
use std::time::Duration;

use libseccomp::error::SeccompError;
use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};
use nix::sys::memfd::{MFdFlags, memfd_create};

use super::program::Program;
use super::{Condition, Filter, FilterAction, FilterRule, Operator, SeccompProblem};

/// The kernel's `BPF_MAXINSNS`: a longer program is refused, and the container does not start.
const MAX_INSTRUCTIONS: usize = 4096;

/// How long libseccomp may take; the default profile takes some 20 ms.
///
/// A handful of rules that compare several arguments of one call in different ways makes it run for minutes, and the
/// runtime that is given such a profile with it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What libseccomp writes of a filter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// The kernel's program.
    Program,
    /// The same in words.
    PseudoCode,
}

impl Filter {
    /// Builds the filter as runc and crun do: a rule whose action is the default is left out, a name libseccomp does not
    /// know is skipped, and conditions that share an argument become one rule each.
    ///
    /// Nothing is loaded into the kernel. Errors are libseccomp's (a rule that contradicts another, an architecture it
    /// lacks), a program longer than the kernel takes, and rules so entangled that libseccomp needs longer than five
    /// seconds; it is then left running in a thread of its own, to end with the process.
    pub(super) fn compile(&self) -> Result<Program, SeccompProblem> {
        let bytes = self.exported(Form::Program)?;
        let program = Program::read(&bytes)?;
        if program.len() > MAX_INSTRUCTIONS {
            return Err(SeccompProblem::Filter(format!(
                "it has {} instructions, the kernel takes {MAX_INSTRUCTIONS}: use fewer rules",
                program.len()
            )));
        }
        Ok(program)
    }

    /// What libseccomp writes, if it does in time.
    pub(super) fn exported(&self, form: Form) -> Result<Vec<u8>, SeccompProblem> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let filter = self.clone();
        let work = move || {
            let exported = filter.context().and_then(|context| {
                export(|file| match form {
                    Form::Program => context.export_bpf(file),
                    Form::PseudoCode => context.export_pfc(file),
                })
            });
            // Nobody listens any more when it came too late.
            drop(sender.send(exported));
        };
        std::thread::Builder::new()
            .spawn(work)
            .map_err(|error| SeccompProblem::Filter(error.to_string()))?;
        receiver.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let what = "libseccomp does not finish in time: compare fewer arguments of one call";
            Err(SeccompProblem::Filter(what.to_owned()))
        })
    }

    /// The program as the kernel gets it.
    #[cfg(test)]
    pub(crate) fn program(&self) -> Result<Vec<u8>, SeccompProblem> {
        self.exported(Form::Program)
    }

    /// As a runtime exports it that asks libseccomp for a binary tree of numbers.
    #[cfg(test)]
    pub(super) fn tree(&self) -> Result<Vec<u8>, SeccompProblem> {
        let mut context = self.context()?;
        context.set_ctl_optimize(2)?;
        export(|file| context.export_bpf(file))
    }

    fn context(&self) -> Result<ScmpFilterContext, SeccompProblem> {
        let mut context = ScmpFilterContext::new(self.default.library())?;
        for arch in &self.arches {
            context.add_arch(arch.library())?;
        }
        for rule in &self.rules {
            // libseccomp refuses a rule that repeats the default.
            for name in rule.names.iter().filter(|_| rule.action != self.default) {
                if let Ok(syscall) = ScmpSyscall::from_name(name) {
                    let added = add(&mut context, rule, syscall);
                    added.map_err(|error| {
                        SeccompProblem::Filter(format!("the rule for {name}: {error}"))
                    })?;
                }
            }
        }
        Ok(context)
    }
}

fn add(
    context: &mut ScmpFilterContext,
    rule: &FilterRule,
    syscall: ScmpSyscall,
) -> Result<(), SeccompError> {
    let action = rule.action.library();
    for conditions in rule.alternatives() {
        let conditions: Vec<_> = conditions.iter().copied().map(Condition::library).collect();
        if conditions.is_empty() {
            context.add_rule(action, syscall)?;
        } else {
            context.add_rule_conditional(action, syscall, &conditions)?;
        }
    }
    Ok(())
}

/// libseccomp writes to a file descriptor only; an anonymous one touches no file system.
#[expect(
    clippy::disallowed_types,
    reason = "an anonymous file in memory, none of the host's"
)]
fn export(
    write: impl FnOnce(BorrowedFd<'_>) -> Result<(), SeccompError>,
) -> Result<Vec<u8>, SeccompProblem> {
    let failed = |error: std::io::Error| SeccompProblem::Filter(error.to_string());
    let memory =
        memfd_create(c"seccomp", MFdFlags::MFD_CLOEXEC).map_err(|error| failed(error.into()))?;
    let mut file = std::fs::File::from(memory);
    write(file.as_fd())?;
    file.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

impl FilterAction {
    fn library(self) -> ScmpAction {
        match self {
            Self::KillProcess => ScmpAction::KillProcess,
            Self::KillThread => ScmpAction::KillThread,
            Self::Trap => ScmpAction::Trap,
            Self::Errno(number) => ScmpAction::Errno(number.into()),
            Self::Trace(number) => ScmpAction::Trace(number),
            Self::Log => ScmpAction::Log,
            Self::Notify => ScmpAction::Notify,
            Self::Allow => ScmpAction::Allow,
        }
    }
}

impl Condition {
    fn library(self) -> ScmpArgCompare {
        let (operator, datum) = match self.operator {
            Operator::NotEqual => (ScmpCompareOp::NotEqual, self.value),
            Operator::Less => (ScmpCompareOp::Less, self.value),
            Operator::LessOrEqual => (ScmpCompareOp::LessOrEqual, self.value),
            Operator::Equal => (ScmpCompareOp::Equal, self.value),
            Operator::GreaterOrEqual => (ScmpCompareOp::GreaterEqual, self.value),
            Operator::Greater => (ScmpCompareOp::Greater, self.value),
            Operator::MaskedEqual => (ScmpCompareOp::MaskedEqual(self.value), self.value_two),
        };
        ScmpArgCompare::new(self.index.into(), operator, datum)
    }
}
