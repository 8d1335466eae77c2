//! The one way from what was said to what is executed.
//!
//! ```text
//! RunOptions, profile, host ─► Request ─► Draft ─► Judged ─┬─ Refused
//!                              (flags)    (spec)           └─ Accepted ─► Plan ─► podman
//! ```
//! Each arrow is one function, and each type is made only by the one before it: a [`Plan`] comes from an
//! [`Accepted`](judged::Accepted) and from nothing else, so a container that no rule looked at, or that one refused, has
//! no way to podman. Everything the last step adds to the spec (variables of the caller, the end of pulling, the hook, the promise) is an input of that
//! step; nothing edits a plan.
//!
//! The way is walked twice. First with what was said alone, because a refused flag must not reach even a question; then
//! with what podman [answered](Answers) about the image and the volumes.
//!
//! `run`, `create`, `check`, `--explain`, the tests of the rules, tests/cases and tests/corpus all go this way, over a
//! [`Host`](crate::host::Host) and [`Engines`] that tests replace.

mod answers;
mod ask;
mod command;
mod context;
mod filter;
mod imports;
mod judged;
mod ready;
mod request;
mod shown;
#[cfg(test)]
mod tests;

pub(crate) use answers::Answers;
pub(crate) use ask::Pulling;
pub(crate) use command::{Plan, Verb};
pub(crate) use context::Context;
pub(crate) use judged::{Draft, Judged, Refused};
pub(crate) use request::Request;
pub(crate) use shown::{FilterDifference, ShownFilter};

use self::ready::Ready;
use crate::engine::Engines;
use crate::problem::Problem;

/// Where the way of a request ends.
pub(crate) enum Outcome {
    /// At the findings that stop it.
    Refused(Box<Refused>),
    /// At a command that may be executed.
    Planned(Box<Plan>),
}

/// Goes the whole way.
///
/// # Errors
/// What cannot be judged: a value or file that cannot be read, a podman that is missing or does not answer.
pub(crate) fn plan(
    verb: Verb,
    request: &Request,
    pulling: Pulling,
    engines: &dyn Engines,
    context: &Context<'_>,
) -> Result<Outcome, Problem> {
    let accepted = match Draft::new(request, Answers::default(), context)?.judge(context)? {
        Judged::Refused(refused) => return Ok(Outcome::Refused(refused)),
        Judged::Accepted(accepted) => accepted,
    };
    let ready = Ready::new(request, &accepted, engines, context)?;
    let answers = ask::ask(&accepted, &ready, pulling, context)?;
    match Draft::new(request, answers, context)?.judge(context)? {
        Judged::Refused(refused) => Ok(Outcome::Refused(refused)),
        Judged::Accepted(accepted) => {
            let plan = Plan::new(verb, *accepted, ready, context)?;
            Ok(Outcome::Planned(Box::new(plan)))
        }
    }
}
