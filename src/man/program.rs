//! safe-podman(1).

use super::page::{Page, sentence};
use crate::cli;
use crate::podman::version::OLDEST;

pub(super) fn page() -> Page {
    let page = Page::new("safe-podman", 1, "start containers with least privilege")
        .section("SYNOPSIS")
        .text("`safe-podman` `run`|`create` [<OPTION>...] [<PODMAN FLAG>...] <IMAGE> [<ARGUMENT>...]")
        .text("`safe-podman` `check` [<OPTION>...] [<PODMAN FLAG>...] <IMAGE> [<ARGUMENT>...]")
        .text("`safe-podman` `rules` [<RULE>]")
        .text("`safe-podman` `profile` `list`|`show`|`path`|`check` [<NAME>|<FILE>...]")
        .text("`safe-podman` `seccomp` `show`|`diff` [<OPTION>...] [<FILE>]")
        .text("`safe-podman` `verify` [<CONTAINER>...]")
        .text("`safe-podman` `completions` <SHELL>")
        .section("DESCRIPTION")
        .text(
            "`safe-podman` takes the command line of `podman run`, lays it over a short profile and a strict baseline, \
             refuses what would give away the host, and becomes the `podman run` that says every setting aloud. What the \
             profile says is what the kernel enforces; if that cannot be had, the container does not start, and the \
             message says why and what to type instead.",
        )
        .text(
            "Without a profile a container runs as a user who is not root, without capabilities, with no new privileges, \
             under the default seccomp filter, on a read-only root file system with a small /tmp, in namespaces of its \
             own, and with limits on memory, processor, processes and open files. Published ports are open on 127.0.0.1 \
             only. See `safe-podman-run`(1) for each setting and `safe-podman-profile`(5) for changing them.",
        )
        .text(&format!(
            "podman {OLDEST} or newer is taken from the system's own directories, never from the caller's PATH.",
        ));
    let page = commands(page.section("COMMANDS"))
        .section("OPTIONS")
        .item("`-h`, `--help`", "Print help. After `run`, `create` and `check` only `--help`: there `-h` is podman's `--hostname`.")
        .item("`-V`, `--version`", "Print the version.");
    security(files(environment(seal(exit_status(page)))))
        .section("EXAMPLES")
        .text("A shell in an image, with the working directory to write to:")
        .example("safe-podman run --profile shell -v \"$PWD\":/work:rw localhost/alpine sh")
        .text("What podman would be told, and who asked for it:")
        .example("safe-podman run --explain --profile web localhost/site")
        .text("Completions for this shell:")
        .example("eval \"$(safe-podman completions bash)\"")
        .see_also(&[
            ("podman", 1),
            ("podman-run", 1),
            ("safe-podman-check", 1),
            ("safe-podman-run", 1),
            ("safe-podman-seccomp", 1),
            ("safe-podman-verify", 1),
            ("safe-podman-profile", 5),
            ("capabilities", 7),
            ("safe-podman-rules", 7),
            ("user_namespaces", 7),
        ])
}

fn commands(mut page: Page) -> Page {
    let program = cli::command();
    let shown = |command: &&clap::Command| !command.is_hide_set();
    for command in program.get_subcommands().filter(shown) {
        let inner: Vec<_> = command.get_subcommands().filter(shown).collect();
        if inner.is_empty() {
            page = entry(page, command.get_name(), command);
        }
        for inner in inner {
            let name = format!("{} {}", command.get_name(), inner.get_name());
            page = entry(page, &name, inner);
        }
    }
    page
}

fn entry(page: Page, name: &str, command: &clap::Command) -> Page {
    let values: String = command
        .get_positionals()
        .filter(|arg| !arg.is_hide_set())
        .map(|arg| {
            let value = arg.get_value_names().and_then(<[_]>::first);
            let value = value.map_or("", |value| value.as_str());
            if arg.is_required_set() {
                format!(" <{value}>")
            } else {
                format!(" [<{value}>]")
            }
        })
        .collect();
    let about = command.get_about().map(ToString::to_string);
    let term = super::page::marked(&format!("`{name}`{values}"));
    page.term(term, sentence(&about.unwrap_or_default()))
}

fn exit_status(page: Page) -> Page {
    page.section("EXIT STATUS")
        .text(
            "After `run` and `create` the process is podman: its exit status is the container's own, or 126 or 127 when \
             the container's command cannot be started.",
        )
        .item("`0`", "Done; also after `--dry-run` and `--explain`.")
        .item(
            "`125`",
            "Nothing was started: refused, misunderstood, or something is missing. podman's own failures end so too.",
        )
        .text("`check` ends otherwise; see `safe-podman-check`(1).")
}

fn seal(page: Page) -> Page {
    page.section("THE SEAL")
        .text(
            "What podman makes of a command line is not all that a runtime gets: a containers.conf, a mounts.conf or an image \
             may add to it. So each run carries a promise in the annotation `safe-podman.promise`, and `safe-podman` is an OCI \
             hook that holds it against the runtime's `config.json`, against the control groups of the waiting process and \
             against the words that the runtime was started with. One difference that makes the container less confined, and it \
             does not start; the message that begins with `sealed:` names both, who is likely to have made the difference, and \
             what to do, and goes to the log too. What is more confined than promised is let through.",
        )
        .text(
            "Before that, what no flag of podman's takes back is taken out of every containers.conf (podman 4.5 or newer, by \
             CONTAINERS_CONF_OVERRIDE), or stops the run, which names the line. Programs that a containers.conf names have to \
             be root's. `--explain` lists the files that were read and the lines that were neutralised.",
        )
        .text(
            "A later `podman start` or restart is sealed where `make install` has put the hook. podman without root finds it \
             by </etc/containers/containers.conf.d/50-safe-podman.conf>. `safe-podman-verify`(1) looks at containers that run.",
        )
}

fn environment(page: Page) -> Page {
    page.section("ENVIRONMENT")
        .item(
            "`XDG_CONFIG_HOME`",
            "Where the user's profiles are, below `safe-podman/profiles`; `~/.config` when it is not set.",
        )
        .item("`NO_COLOR`", "When set, messages have no colours. They have none either when standard error is no terminal.")
        .item(
            "`NOTIFY_SOCKET`, `LISTEN_*`, `INVOCATION_ID`, `JOURNAL_STREAM`",
            "As systemd sets them; passed to podman when they look like it. With NOTIFY_SOCKET, `--sdnotify=conmon` is set, \
             so that a unit of `Type=notify` works.",
        )
        .item(
            "`HOME`, `TMPDIR`, `XDG_*`, `DBUS_SESSION_BUS_ADDRESS`",
            "Passed to podman when they name a place of the user's own; those of XDG and the bus never for root.",
        )
        .item("`LANG`, `LC_*`, `TERM`, `TZ`", "Passed to podman when they are plain names.")
        .text(
            "podman gets a fixed PATH and nothing else of the environment: what `-e` <NAME> asks for goes to the \
             container alone. So CONTAINER_HOST, CONTAINERS_CONF, LD_PRELOAD, the proxy variables and the like change nothing. `--explain` \
             lists what was dropped.",
        )
}

fn files(page: Page) -> Page {
    page.section("FILES")
        .item(
            "<~/.config/safe-podman/profiles/>, </etc/safe-podman/profiles/>",
            "Profiles, strongest first, and last <PREFIX/share/safe-podman/profiles/>; see `safe-podman-profile`(5).",
        )
        .item(
            "</etc/safe-podman/policy.yaml>",
            "The administrator's policy; see `safe-podman-rules`(7).",
        )
        .item(
            "</etc/containers/seccomp.json>, </usr/share/containers/seccomp.json>",
            "The default seccomp profile; the first that exists counts.",
        )
        .item(
            "</var/lib/safe-podman/>, <~/.local/share/safe-podman/>",
            "Seccomp profiles, hook files and the last containers.conf, root's and a user's. A container needs its own as \
             long as it exists: without the seccomp profile that was promised it does not start again.",
        )
        .item(
            "</usr/share/containers/oci/hooks.d/safe-podman.json>, </etc/containers/containers.conf.d/50-safe-podman.conf>",
            "The installed hook, and where podman without root is told of it.",
        )
        .item(
            "</run/safe-podman/>, <$XDG_RUNTIME_DIR/safe-podman/>",
            "What podman said about itself and about images, kept until the image store changes.",
        )
}

fn security(page: Page) -> Page {
    page.section("SECURITY")
        .text("`safe-podman` guards against accidents, careless images and settings that drift. It does not protect from:")
        .item(
            "`A user who may call podman`",
            "The wrapper is no cage. It is a boundary only where an administrator grants nothing but `safe-podman`, by \
             sudoers or a unit file, and owns the policy file.",
        )
        .item(
            "`The kernel`",
            "Containers share it. A flaw that an unprivileged process can use through an allowed system call stays one.",
        )
        .item(
            "`What was granted`",
            "A volume, a device, a capability, a network or a secret that a profile gives is given, to the program and to \
             whoever takes it over.",
        )
        .item(
            "`The image`",
            "Where it comes from and what is in it is not examined. Data in a volume is as safe as the program that \
             writes it.",
        )
        .item(
            "`Other ways in`",
            "`podman exec`, `podman cp`, the API socket, quadlets and pods do not pass through here; `verify` finds what \
             `podman exec` gave a process.",
        )
}
