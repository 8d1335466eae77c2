//! safe-podman-run(1).

use clap_mangen::roff::{bold, italic, roman};

use super::page::{Page, Words, marked, sentence};
use crate::caps::SYMPTOMS;
use crate::cli::RUN_OPTIONS;
use crate::podman::flags::{self, Flag, Kind, Topic, Treatment};
use crate::spec::baseline::BASELINE;

pub(super) fn page() -> Page {
    let page = Page::new("safe-podman-run", 1, "start a container with least privilege")
        .section("SYNOPSIS")
        .text("`safe-podman run` [<OPTION>...] [<PODMAN FLAG>...] <IMAGE> [<ARGUMENT>...]")
        .text("`safe-podman create` [<OPTION>...] [<PODMAN FLAG>...] <IMAGE> [<ARGUMENT>...]")
        .section("DESCRIPTION")
        .text(
            "The words after `run` are read exactly as `podman run` reads them: `-itd`, `-p8080:80`, `--net` for \
             `--network`, and the first word that is no flag is the image. A flag that is not listed here does not exist: \
             it is an error, whatever podman makes of it.",
        )
        .text(
            "Settings come in layers: the baseline, the profile with its parents, the command line. Of a flag with one \
             value the last layer's stays; a list is appended to. The result is judged by the rules of \
             `safe-podman-rules`(7) and written anew as one podman command, which this process then becomes.",
        )
        .text(
            "For each flag it is said what becomes of it. `Set by safe-podman`: it is parsed into what the container will \
             be, and podman gets it in safe-podman's spelling, whether or not anybody asked for it; every rule sees it. `Judged`: it is \
             passed on unless the named rule refuses it. `Passed on`: podman gets it as it is.",
        )
        .section("OPTIONS")
        .text("They stand anywhere before <IMAGE> and never reach podman.");
    let mut page = RUN_OPTIONS.iter().fold(page, flag).section("PODMAN FLAGS");
    for topic in Topic::OF_PODMAN {
        page = flags::about(topic).fold(page.subsection(topic.title()), flag);
    }
    ending(who(page))
}

/// A term is text here, because a message of a program may hold what is markup elsewhere.
fn symptoms(page: Page) -> Page {
    let page = page
        .section("WHEN A RIGHT IS MISSING")
        .text("What a program in the container says then, and the least that helps.");
    SYMPTOMS.iter().fold(page, |page, symptom| {
        page.term(vec![roman(symptom.message)], vec![roman(symptom.grant)])
    })
}

/// As `spec/runner` decides it.
fn who(page: Page) -> Page {
    page.section("WHO IT RUNS AS")
        .text(
            "Without `--user` it is, first that is there: the user of a `--userns=keep-id` that is asked for; the image's \
             USER unless that is root; the owner of the image's directories below its VOLUMEs, or else below the mounts that can be \
             written, when all have the same one and it is not root; the owner of what an existing volume holds; as root the \
             owner of a directory that is mounted to be written, and otherwise the caller's own ids where such a directory is the \
             caller's; 65532. The group is that user's in the image's passwd file, or else the same number, never a directory's \
             and never 0.",
        )
        .text(
            "Where podman runs as an ordinary user, and a directory of the caller's own is mounted to be written, that user of the \
             container is the caller on the host: `--userns=keep-id:uid=`UID`,gid=`GID. The program finds the user it was made \
             for, and the files stay the caller's. After a breakout it would act as the caller, which a note says. On overlay \
             without `fuse-overlayfs` the first start of an image under such a mapping copies the image, and `podman rmi` alone \
             frees the copies. A volume that holds files of the ordinary mapping decides before a directory does; where both \
             cannot be had the run is refused. It is not done beside namespaces of other containers and pods, under \
             `--userns=host`, and at the level `restricted`.",
        )
        .text(
            "What that user cannot write or read is noted by the rule `mount-owner`, and refused where the image declares it to be \
             data, with what to type.",
        )
}

fn ending(page: Page) -> Page {
    symptoms(page)
        .section("NOTES")
        .text(
            "A note is one line on standard error: a value that was changed, a setting that is worth a look, an override \
             that was used. `--quiet` drops them.",
        )
        .section("EXIT STATUS")
        .text(
            "The container's own, because the process becomes podman. 125 when nothing was started; see `safe-podman`(1).",
        )
        .section("ENVIRONMENT")
        .text("See `safe-podman`(1). `-e` <NAME> gives the container the caller's variable.")
        .section("FILES")
        .text("See `safe-podman`(1).")
        .section("SECURITY")
        .text(
            "What this does not protect from is listed in `safe-podman`(1). A command printed by `--dry-run` is judged \
             when it is printed, not when it is run. `--dry-run` and `--explain` start nothing, but they keep the judged \
             seccomp profile and the hook file in the state directory, because the printed command names them.",
        )
        .section("EXAMPLES")
        .text("A service under the profile that names its image:")
        .example("safe-podman run -d --name netinfo localhost/netinfo")
        .text("More memory, and a directory to write to, for one run:")
        .example("safe-podman run --rm -m 1g -v ./out:/out:rw localhost/tool")
        .text("The host's network, although a rule refuses it:")
        .example("safe-podman run --net=host \\\n    --allow host-network=\"reads the host's interfaces\" localhost/exporter")
        .text("The podman command without running it:")
        .example("safe-podman run --dry-run --rm localhost/tool")
        .text("A service of systemd, in its unit file:")
        .example(
            "[Service]\nType=notify\nNotifyAccess=all\nExecStart=/usr/local/bin/safe-podman run -d --rm --replace --name web localhost/web\n\
             ExecStop=/usr/bin/podman stop --ignore web",
        )
        .see_also(&[
            ("podman-run", 1),
            ("safe-podman", 1),
            ("safe-podman-check", 1),
            ("safe-podman-profile", 5),
            ("safe-podman-rules", 7),
        ])
}

fn flag(page: Page, flag: &'static Flag) -> Page {
    page.term(term(flag), meaning(flag))
}

fn term(flag: &Flag) -> Words {
    let mut words = Vec::new();
    let names = flag.names().map(|name| format!("--{name}"));
    let letter = flag.short.map(|letter| format!("-{letter}"));
    for name in letter.into_iter().chain(names) {
        if !words.is_empty() {
            words.push(roman(", "));
        }
        words.push(bold(name));
    }
    if flag.kind != Kind::Bool {
        words.extend([roman("="), italic(flag.value)]);
    }
    words
}

fn meaning(flag: &Flag) -> Words {
    let mut words = sentence(flag.help);
    words.extend(marked(&treatment(flag)));
    let defaults: Vec<_> = BASELINE.iter().filter(|row| row.flag == flag).collect();
    for default in defaults {
        words.push(roman(" Without it "));
        words.push(bold(default.value));
        words.push(roman(format!(": {}.", default.why)));
    }
    if flag.kind.is_list() && flag.treatment != Treatment::Own {
        words.push(roman(" May be given again."));
    }
    if let Some(since) = flag.since {
        words.push(roman(format!(" Since podman {since}.")));
    }
    if let Some(until) = flag.until {
        words.push(roman(format!(" Gone in podman {until}.")));
    }
    words
}

fn treatment(flag: &Flag) -> String {
    match flag.treatment {
        Treatment::Spec => " Set by safe-podman.".to_owned(),
        Treatment::Pass => " Passed on.".to_owned(),
        Treatment::Judged(rule) => format!(" Judged by rule `{rule}`."),
        Treatment::NoOp => " Accepted and dropped.".to_owned(),
        Treatment::Help | Treatment::Own => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_an_entry() {
        let text = page().render();
        for flag in RUN_OPTIONS.iter().chain(flags::all()) {
            let name = format!("\\fB\\-\\-{}\\fR", flag.long.replace('-', "\\-"));
            let is_it = |line: &str| line.contains(&name);
            let entries = text.split("\n.TP\n").skip(1);
            let found = entries.filter(|entry| is_it(entry.lines().next().unwrap()));
            assert_eq!(found.count(), 1, "{}", flag.long);
        }
    }

    #[test]
    fn it_says_what_becomes_of_a_flag() {
        let text = |name| {
            let words = meaning(flags::by_name(name).unwrap());
            format!("{words:?}")
        };
        assert!(text("privileged").contains("Set by safe-podman"));
        assert!(text("hooks-dir").contains("hooks-dir"));
        assert!(text("name").contains("Passed on"));
        assert!(text("kernel-memory").contains("Accepted and dropped"));
        assert!(text("memory").contains("512m"));
        assert!(text("health-startup-cmd").contains("Since podman 4.4.0"));
        assert!(text("db-backend").contains("Gone in podman 6.0.0"));
    }
}
