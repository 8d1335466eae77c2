//! safe-podman-check(1).

use clap_mangen::roff::{bold, italic, roman};

use super::page::{Page, sentence};
use crate::cli::CHECK_OPTIONS;

pub(super) fn page() -> Page {
    let page = Page::new("safe-podman-check", 1, "judge podman command lines and profiles")
        .section("SYNOPSIS")
        .text("`safe-podman check` [<OPTION>...] [<PODMAN FLAG>...] <IMAGE> [<ARGUMENT>...]")
        .text("`safe-podman check` [<OPTION>...] `--profile` <FILE>...")
        .text("`safe-podman check` [<OPTION>...] `--commands` <FILE>")
        .section("DESCRIPTION")
        .text(
            "`check` judges what `safe-podman run` would judge, starts nothing, and shows every finding, the mild ones too. \
             In a file of commands each row is one shell command line; `docker run` and `sudo` before it are understood. \
             podman's flags are those of `safe-podman-run`(1).",
        )
        .section("OPTIONS");
    let page = CHECK_OPTIONS.iter().fold(page, |page, option| {
        let term = vec![
            bold(format!("--{}", option.long)),
            roman("="),
            italic(option.value),
        ];
        page.term(term, sentence(option.help))
    });
    page.section("EXIT STATUS")
        .item("`0`", "No finding of the severity of `--fail-on` or worse.")
        .item("`1`", "At least one.")
        .item("`2`", "Nothing could be checked.")
        .section("SECURITY")
        .text(
            "What is judged is a command line on this host now: another host, another image of the same name or another \
             policy may be judged otherwise. See `safe-podman`(1).",
        )
        .section("EXAMPLES")
        .text("One command line:")
        .example("safe-podman check --privileged localhost/web")
        .text("The commands of a script, for a code scanner:")
        .example("grep 'podman run' deploy.sh | safe-podman check --commands - --format sarif")
        .see_also(&[
            ("safe-podman", 1),
            ("safe-podman-run", 1),
            ("safe-podman-profile", 5),
            ("safe-podman-rules", 7),
        ])
}
