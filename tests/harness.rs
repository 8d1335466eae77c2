//! What the integration tests share: a test that cannot run here says why and is counted as ignored, never as passed.

use libtest_mimic::{Completion, Trial};

/// The reason a test cannot run on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Skip(pub(crate) String);

impl Skip {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A test fails by panicking.
pub(crate) type Tested = Result<(), Skip>;

/// A table of tests, each under its function's name.
macro_rules! tests {
    ($kind:ty: $($name:ident),* $(,)?) => {
        pub(crate) const TESTS: &[(&str, $kind)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use tests;

/// One test for the runner.
pub(crate) fn trial(name: String, test: impl FnOnce() -> Tested + Send + 'static) -> Trial {
    let shown = name.clone();
    Trial::ignorable_test(name, move || {
        Ok(match test() {
            Ok(()) => Completion::Completed,
            Err(Skip(reason)) => {
                eprintln!("skipped: {shown}: {reason}");
                Completion::ignored_with(reason)
            }
        })
    })
}
