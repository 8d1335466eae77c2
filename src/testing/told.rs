//! Messages as snapshots hold them: without colours, for a terminal of 80 columns.

use std::fmt::Write as _;

use anstream::adapter::strip_str;

use crate::cli::Format;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::report::{explain, human};
use crate::text::{Margins, fold};

/// Messages, each below a title, for one snapshot.
#[derive(Default)]
pub(crate) struct Told(String);

impl Told {
    /// A message of several lines, as it is printed.
    pub(crate) fn printed(&mut self, title: impl Into<String>, message: &str) {
        let title = title.into();
        let message = strip_str(message).to_string();
        // The same on each machine.
        let message = message.replace(&format!("({})", std::env::consts::ARCH), "(ARCH)");
        let _ = writeln!(self.0, "## {title}\n{message}");
    }

    /// A problem.
    pub(crate) fn problem(&mut self, title: impl Into<String>, problem: &Problem) {
        self.printed(title, &human::problem(problem));
    }

    /// What `--explain` says of a plan.
    pub(crate) fn explained(&mut self, title: impl Into<String>, plan: &Plan) {
        self.printed(title, &explain::explain(Format::Human, plan));
    }

    /// Sentences that are one long line each.
    pub(crate) fn lines(&mut self, title: impl Into<String>, lines: &[String]) {
        let margins = Margins {
            first: 2,
            left: 4,
            right: 80,
        };
        let fold = |line: &String| format!("  {}", fold(line, margins, |_| true));
        let folded: Vec<String> = lines.iter().map(fold).collect();
        self.printed(title, &(folded.join("\n") + "\n"));
    }

    /// The snapshot.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}
