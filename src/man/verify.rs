//! safe-podman-verify(1).

use super::page::Page;

pub(super) fn page() -> Page {
    Page::new("safe-podman-verify", 1, "hold running containers against what was promised")
        .section("SYNOPSIS")
        .text("`safe-podman verify` [`--format` `human`|`json`] [`--allow` <RULE>`=`<REASON>] [<CONTAINER>...|`--all`]")
        .section("DESCRIPTION")
        .text(
            "`safe-podman run` and `safe-podman create` write what they promise about a container into its annotation \
             `safe-podman.promise`. `verify` reads it from each running container, or from those that are named, and holds \
             it against what the kernel shows: user and groups, capabilities, no-new-privileges, seccomp, the label of \
             AppArmor or SELinux, namespaces, the source and options of every mount, the limits of its control groups and \
             of those above, resource limits and the OOM score. The other processes of the container are looked at too, \
             since `podman exec` gives them whatever it is told to. The `config.json` that the runtime was given is held \
             against the promise once more.",
        )
        .text(
            "What is more confined than promised is as good as promised. The host's root reads the system call filters of the \
             container's first process back from the kernel, and what they do together is held against the promise, whatever \
             `config.json` says by now. For that the process is traced and stands still for about a millisecond; a call in which \
             it waits begins again, or ends with EINTR where signal(7) says so. Where the kernel does not give them (to a user \
             without root, under a filter, while another program traces the process), a line says why; then that there is one \
             is seen in /proc, which one in `config.json`.",
        )
        .section("OPTIONS")
        .item("`--all`", "Look at every running container. This is what happens without a name as well.")
        .item("`--format=`<FORMAT>", "`human`: a line for each container and one for each difference. `json`: one document of \
             the schema `safe-podman/verify/1`; `seal` is `kept`, `broken` or `unsealed`; `filter` is \
             `kernel` or `config.json`, whichever says which system call filter it has; `renewal` is what \
             a container that was made by an older safe-podman would promise besides if it were made again.")
        .item("`--root=`<DIR>, `--runroot=`<DIR>, ...", "podman's own flags for the place of its store. They are judged as those of a \
             run are, and need `--allow` `storage-redirect=`<REASON>: see `safe-podman rules storage-redirect`.")
        .section("EXIT STATUS")
        .item("`0`", "Every container is as promised.")
        .item("`1`", "One is not, or nothing was promised about it.")
        .item("`2`", "Nothing could be looked at: no such container, none that runs, no podman, or another user's.")
        .section("SECURITY")
        .text(
            "A promise is no proof of who made it: whoever may call podman may write one. What a container did between two \
             looks is not seen. See `safe-podman`(1).",
        )
        .section("EXAMPLES")
        .text("All of root's containers, from a timer:")
        .example("safe-podman verify --all || systemd-cat -p warning echo 'a container is not as promised'")
        .text("The names of those that are not as promised:")
        .example("safe-podman verify --format json | jq -r '.containers[] | select(.seal != \"kept\") | .name'")
        .see_also(&[
            ("safe-podman", 1),
            ("safe-podman-run", 1),
            ("podman-exec", 1),
            ("podman-inspect", 1),
            ("proc", 5),
            ("ptrace", 2),
        ])
}
