//! What podman, and what safe-podman, makes of the words after `run`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use safe_podman::testing::args::{self, RunArgs};

use crate::engine::Engine;
use crate::process::said;

/// What a parser makes of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The word at this place among the images is the image, so what follows it is the container's command.
    Image(String),
    /// There is no image, or an empty one.
    NoImage,
    /// Refused as it stands.
    Refused(String),
    /// podman's help.
    Help,
    /// Every word was understood, but podman stopped at something else before it looked for the image.
    Later(String),
}

pub(crate) fn podman_s(engine: &Engine, words: &[OsString]) -> Verdict {
    let mut command = engine.command("podman");
    command
        .args(engine.store_flags())
        .args(["run", "--pull=never"])
        .args(words);
    let said = said(&mut command, &[]);
    let error = said
        .stderr
        .lines()
        .rfind(|line| line.starts_with("Error: "));
    let Some(error) = error.and_then(|line| line.strip_prefix("Error: ")) else {
        assert_eq!(said.code, 0, "{words:?}: {said:#?}");
        assert!(
            said.stdout.contains("Usage:"),
            "podman started something: {words:?}: {said:#?}"
        );
        return Verdict::Help;
    };
    let flag_errors = [
        "unknown flag: ",
        "unknown shorthand flag: ",
        "bad flag syntax: ",
        "flag needs an argument: ",
    ];
    let is_value = error.starts_with("invalid argument ") && error.contains(" flag: ");
    if is_value || flag_errors.iter().any(|start| error.starts_with(start)) {
        Verdict::Refused(error.to_owned())
    } else if error.starts_with("requires at least 1 arg(s)") {
        Verdict::NoImage
    } else if let Some(image) = error.strip_suffix(": image not known") {
        Verdict::Image(image.to_owned())
    } else {
        Verdict::Later(error.to_owned())
    }
}

pub(crate) fn ours(words: &[OsString]) -> (Verdict, Option<RunArgs>) {
    let base: Arc<Path> = Path::new("/").into();
    match args::parse(words, &[], &base) {
        Err(problem) => (Verdict::Refused(problem.to_string()), None),
        Ok(read) => {
            let helps = read
                .given
                .iter()
                .any(|given| given.flag.long == "help" && given.value == "true");
            let verdict = match &read.image {
                _ if helps => Verdict::Help,
                None => Verdict::NoImage,
                Some(image) => Verdict::Image(image.clone()),
            };
            (verdict, Some(read))
        }
    }
}

/// What is refused although podman takes it, because podman's releases differ or it is a trap.
fn is_stricter(problem: &str) -> bool {
    [
        "silently ignore",
        "needs quotes to stand",
        "is a list for podman 4",
        " holds a ",
        "is not UTF-8",
    ]
    .iter()
    .any(|phrase| problem.contains(phrase))
}

pub(crate) fn disagreement(engine: &Engine, words: &[OsString]) -> Option<String> {
    let podman = podman_s(engine, words);
    let (ours, _) = ours(words);
    let agree = match (&ours, &podman) {
        (Verdict::Refused(_), Verdict::Refused(_)) => true,
        (Verdict::Refused(problem), _) => is_stricter(problem),
        (_, Verdict::Refused(_)) => false,
        // podman understood all words, and the image is the one we found, or it did not come to that.
        (_, Verdict::Later(_)) => true,
        (ours, podman) => ours == podman,
    };
    (!agree).then(|| format!("{words:?}\n  podman: {podman:?}\n  ours: {ours:?}"))
}

/// Looks at many things, a few at a time.
pub(crate) fn in_parallel<T: Send + Sync, R: Send>(
    things: &[T],
    look: impl Fn(&T) -> Option<R> + Sync,
) -> Vec<R> {
    let look = &look;
    thread::scope(|scope| {
        let threads: Vec<_> = things
            .chunks(things.len().div_ceil(4).max(1))
            .map(|chunk| scope.spawn(move || chunk.iter().filter_map(look).collect::<Vec<_>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}
