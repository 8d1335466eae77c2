//! safe-podman-seccomp(1).

use super::page::Page;

pub(super) fn page() -> Page {
    let page = Page::new("safe-podman-seccomp", 1, "show and compare system call filters")
        .section("SYNOPSIS")
        .text("`safe-podman seccomp show` [<OPTION>...] [`--format` `human`|`json`|`pfc`]")
        .text("`safe-podman seccomp diff` [<OPTION>...] [`--format` `human`|`json`] [<FILE>]")
        .section("DESCRIPTION")
        .text(
            "A container gets the floor: a system call filter of safe-podman's own, the same bytes on every host and under \
             every release of podman. It is a list of calls that are left and a table of rows, each of which denies calls, \
             under a condition or always, and says why and what opens it. Where the default profile of this host's engines \
             refuses something that the floor leaves, that is refused as well.",
        )
        .text(
            "`show` prints the filter that a container would get here: its SHA-256, which is the name of the file that podman \
             gets, its size, how many calls it leaves, and the rows. It says when this host's own default takes more away.",
        )
        .text(
            "`diff` holds a seccomp profile against the floor, call by call, as the kernel would decide: what <FILE> lets \
             through and the floor does not, and the other way round. Without <FILE> it is the engines' default, \
             </etc/containers/seccomp.json> or </usr/share/containers/seccomp.json>.",
        );
    examples(options(page))
}

fn options(page: Page) -> Page {
    page.section("OPTIONS")
        .text("The first four say which container is meant; without them it is one without capabilities.")
        .item("`--profile=`<NAME|FILE>", "A profile, whose `seccomp`, `nesting` and `cap_add` decide as in a run.")
        .item("`--cap-add=`<CAPABILITY>", "As podman's: the capability opens the rows that name it.")
        .item("`--nesting`", "As `nesting: true` in a profile.")
        .item("`--arch=`<ARCH>", "As podman's. Programs of 386 beside those of amd64, and of arm beside arm64, have a part of the filter.")
        .item(
            "`--format=`<FORMAT>",
            "`human`: text. `json`: with `show` the profile that podman gets, byte for byte, to begin a file of one's own with; \
             with `diff` one document of the schema `safe-podman/seccomp-diff/1`. `pfc`: what libseccomp makes of the \
             filter, in its pseudo code; see `seccomp_export_pfc`(3).",
        )
        .section("EXIT STATUS")
        .item("`0`", "Shown; with `diff`: <FILE> lets through nothing that the floor does not.")
        .item("`1`", "`diff`: it does.")
        .item("`2`", "`diff`: nothing could be compared: the file cannot be read, or is no seccomp profile.")
        .item("`125`", "The command line was misunderstood, or the result could not be made or written.")
        .section("SECURITY")
        .text(
            "A filter is judged by what libseccomp and the kernel of this host make of it. A call that this libseccomp does \
             not know by name is shown by its number. A container that runs is looked at by `safe-podman-verify`(1).",
        )
}

fn examples(page: Page) -> Page {
    page.section("EXAMPLES")
        .text("What a profile's container may call:")
        .example("safe-podman seccomp show --profile web")
        .text("A file of one's own that begins with the floor, and what it has become:")
        .example(
            "safe-podman seccomp show --format json >own.json\nsafe-podman seccomp diff own.json",
        )
        .text("What the engines on this host would let through besides:")
        .example("safe-podman seccomp diff")
        .see_also(&[
            ("safe-podman", 1),
            ("safe-podman-run", 1),
            ("safe-podman-verify", 1),
            ("seccomp", 2),
            ("seccomp_export_pfc", 3),
            ("safe-podman-profile", 5),
        ])
}
