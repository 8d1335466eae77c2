//! safe-podman-profile(5).

use clap_mangen::roff::{bold, roman};

use super::page::{Page, marked, sentence};
use crate::podman::flags::{self, Flag, Kind, Shape, Topic};
use crate::profile::{key, library};

pub(super) fn page() -> Page {
    let page = Page::new("safe-podman-profile", 5, "what a container may do, in a few lines")
        .section("DESCRIPTION")
        .text(
            "A profile is a YAML file that says what a container gets besides the baseline, which nobody has to write. \
             Its keys are the long options of `podman run` with `_` for `-`; a few that are given more than once have a \
             plural: `ports`, `volumes`, `secrets`, `devices`, `labels`, `annotations`, `ulimits`, `sysctls`.",
        )
        .example(
            "# netinfo: a service on port 8000\nimages: [localhost/netinfo]\nuser: 998:998\nmemory: 225m\ncpus: 0.5\n\
             restart: on-failure:3\nports: [127.0.0.1:8000:8000]",
        );
    let page = built_in(search(layers(images(format(page)))));
    let mut page = own_keys(page.section("KEYS"));
    for topic in Topic::OF_PODMAN {
        page = below(page, topic);
    }
    ending(page)
}

fn format(page: Page) -> Page {
    page.section("FORMAT")
        .text(
            "The file is one YAML document in UTF-8 of at most 64 KiB, a map at the top. An unknown key, a key that stands \
             twice, a tag, an anchor or alias, a merge key, a directive, a second document or an empty value is an error. \
             A scalar is its text: `0.5`, `998:998`, `no` and `0644` are what they look like.",
        )
        .text(
            "A relative path in a value starts from the directory of the profile that holds it; one on the command line \
             from the working directory.",
        )
        .text("An error names the file, the line and the column, shows the line and what was perhaps meant:")
        .example(
            "safe-podman: error: unknown key \"memoyr\"\n  --> ./web.yaml:2:1\n  |\n2 | memoyr: 225m\n  | ^\n  instead: \
             memory",
        )
}

fn images(page: Page) -> Page {
    page.section("CHOICE BY IMAGE")
        .text(
            "Without `--profile` the profile is taken whose `images` match the image as it is typed; of several the one \
             that names it most closely: a digest before a tag, a tag before a repository, a repository before a pattern, \
             a longer pattern before a shorter one. Two that are equally close are an error. When none matches, the \
             profile `default` is taken.",
        )
        .item("`registry.example/team/web`", "Every tag and digest of it.")
        .item("`registry.example/team/web:1`", "This tag; `:latest` is also the reference without a tag.")
        .item("`registry.example/team/web@sha256:`<DIGEST>", "This digest.")
        .item(
            "`registry.example/team/*`, `registry.example/team/web-*`",
            "The repositories of that directory whose names begin so.",
        )
        .text(
            "Names are compared letter by letter: `nginx`, `localhost/nginx` and `docker.io/library/nginx` are three names.",
        )
}

fn layers(page: Page) -> Page {
    page.section("LAYERS")
        .text(
            "Weakest first: the baseline, each profile that is named by `extends`, the profile, the command line. A single \
             value replaces the weaker one. A list is appended to the weaker one; a volume, mount or tmpfs with the same \
             destination replaces it, and so do networks as a whole. `images` and `description` are not handed down, \
             `allow` is. At most eight profiles extend each other.",
        )
        .text(
            "Every value remembers where it was said: file, line and column, or the number of the argument. \
             `--explain` and every refusal print it.",
        )
}

fn search(page: Page) -> Page {
    page.section("SEARCH ORDER")
        .text("A name is looked for with `.yaml` appended in these places, and the first that has it counts:")
        .item("<$XDG_CONFIG_HOME/safe-podman/profiles>", "`~/.config` when the variable is not set.")
        .item("</etc/safe-podman/profiles>", "The administrator's.")
        .item("<PREFIX/share/safe-podman/profiles>", "Installed beside the program.")
        .item("built in", "In the program itself.")
        .text(
            "A name with a `/`, or ending in `.yaml` or `.yml`, is a file. For root, a profile of the library and every \
             directory on the way to it must belong to root and be writable by nobody else. \
             <~/.config/safe-podman/profiles/default.yaml> is how a person changes their own defaults.",
        )
        .text(
            "Beside the installed ones lies <profile.schema.json>, by which an editor with a YAML language server completes \
             keys and marks mistakes in a profile with this comment:",
        )
        .example("# yaml-language-server: $schema=/usr/local/share/safe-podman/profiles/profile.schema.json")
}

fn built_in(page: Page) -> Page {
    let mut page = page.section("BUILT-IN PROFILES").text(
        "`safe-podman profile show` <NAME> prints one, with what it denies and how to widen it.",
    );
    for profile in library::built_in_entries().filter_map(|entry| entry.profile.ok()) {
        let images: Vec<_> = profile.images.iter().map(ToString::to_string).collect();
        let about = profile
            .description
            .unwrap_or_else(|| format!("for the image {}", images.join(", ")));
        page = page.term(vec![bold(profile.name)], sentence(&about));
    }
    page
}

fn own_keys(page: Page) -> Page {
    page.subsection("Of safe-podman")
        .item("`extends:` web", "The profile below this one: a name, or a path beside this file.")
        .item("`description:` a network service", "One line for `profile list`.")
        .item("`images:` [localhost/web, \"registry.example/team/*\"]", "The images it is chosen for. A list.")
        .item(
            "`seccomp:` default",
            "The filter of `safe-podman seccomp show`, the same on every host; a host whose own default is stricter is heeded. \
             Or `{deny: [ptrace]}`, the default without these system calls (what does the same by another name is noted by `seccomp-siblings`); or `{allow: [read, write]}`, these only; or the path \
             of a seccomp profile; or `engine`, the default of the host's engines. What is wider than the default is refused \
             by the rules `seccomp-weak-profile` and `seccomp-engine`.",
        )
        .item(
            "`nesting:` true",
            "The program may make user namespaces, mounts and what else `bubblewrap`, a browser's sandbox or a nested podman \
             needs. Refused by the rule `user-namespaces` unless that is overridden.",
        )
        .item(
            "`allow:` [{rule: host-network, reason: \"reads interfaces\"}]",
            "Overrides; see `safe-podman-rules`(7). A list of maps with `rule`, `reason` and perhaps `until`, the last day.",
        )
        .text(
            "For `user` there are two more words. `auto`, the default: the image's own user unless that is root, else \
             whom its data belong to; see WHO IT RUNS AS in `safe-podman-run`(1). `image`: the image's own user, refused when it is root.",
        )
}

/// The keys of one topic; a topic whose flags are no keys has no heading.
fn below(page: Page, topic: Topic) -> Page {
    let mut entries = flags::about(topic)
        .filter_map(|flag| Some((flag, key::of_flag(flag)?)))
        .peekable();
    if entries.peek().is_none() {
        return page;
    }
    entries.fold(page.subsection(topic.title()), |page, (flag, key)| {
        let term = vec![
            bold(format!("{}:", key.name)),
            roman(format!(" {}", flag.example)),
        ];
        let mut meaning = sentence(flag.help);
        let shape = shape(flag);
        meaning.extend(marked(&format!(" {shape} `--{}`.", flag.long)));
        page.term(term, meaning)
    })
}

/// What may stand behind a key.
fn shape(flag: &Flag) -> &'static str {
    match (flag.shape, flag.kind) {
        (Shape::One, Kind::Bool) => "true or false.",
        (Shape::One, Kind::Int | Kind::Uint | Kind::Float) => "A number.",
        (Shape::One, _) => "One value.",
        (Shape::List, _) => "A list.",
        (Shape::OneOrList, _) => "One value or a list.",
        (Shape::Pairs, _) => "A map, or a list of NAME=VALUE.",
    }
}

fn ending(page: Page) -> Page {
    page.section("FILES")
        .text("See SEARCH ORDER.")
        .section("SECURITY")
        .text(
            "A profile is obeyed: whoever can write it can give the container what the rules permit, and with `allow` what \
             they refuse. Only </etc/safe-podman/policy.yaml> stands above it; see `safe-podman-rules`(7).",
        )
        .section("EXAMPLES")
        .text("A web server upon the built-in profile for network services:")
        .example(
            "extends: web\nimages: [localhost/site]\nports: [\"127.0.0.1:8080:80\"]\nvolumes:\n  - ./htdocs:/srv/www\n  \
             - uploads:/srv/uploads:rw",
        )
        .text("An exporter that needs the host's network until the end of March:")
        .example(
            "images: [localhost/node-exporter]\nnetwork: host\nallow:\n  - rule: host-network\n    reason: reads the \
             host's interfaces\n    until: 2027-03-31",
        )
        .text("More memory for everything, in `~/.config/safe-podman/profiles/default.yaml`:")
        .example("memory: 2g\ncpus: 2")
        .see_also(&[
            ("podman-run", 1),
            ("safe-podman", 1),
            ("safe-podman-run", 1),
            ("safe-podman-rules", 7),
        ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_an_entry() {
        let text = page().render();
        for key in key::all() {
            let name = format!("\n.TP\n\\fB{}:\\fR", key.name);
            assert_eq!(text.matches(&name).count(), 1, "{}", key.name);
        }
    }

    #[test]
    fn every_built_in_profile_has_an_entry() {
        let text = page().render();
        for name in ["default", "job", "shell", "web"] {
            assert!(text.contains(&format!("\n.TP\n\\fB{name}\\fR\n")), "{name}");
        }
    }
}
