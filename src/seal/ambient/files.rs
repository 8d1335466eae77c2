//! Which files podman loads, in its order.

use std::path::{Path, PathBuf};

use super::conf;
use crate::env::Scrubbed;
use crate::host::{Host, Identity, Links, Mode};
use crate::podman::releases::conf::ConfKey;
use crate::podman::releases::files as facts;
use crate::podman::version::Version;
use crate::problem::Problem;

/// The largest containers.conf that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Where podman looks for the person's own files.
pub(crate) fn config_home(host: &dyn Host, scrubbed: &Scrubbed) -> Option<PathBuf> {
    if let Some(config) = scrubbed.get("XDG_CONFIG_HOME") {
        return Some(PathBuf::from(config));
    }
    let home = scrubbed.get("HOME").map(PathBuf::from);
    let home = home.or_else(|| host.identity().home.clone())?;
    Some(home.join(".config"))
}

/// Every containers.conf that may exist, weakest first.
pub(super) fn all(host: &dyn Host, version: Version, scrubbed: &Scrubbed) -> Vec<PathBuf> {
    let identity = host.identity();
    let own = identity.mode == Mode::Rootless || facts::ROOTS_HOME.holds_in(version);
    of_mode(host, identity, config_home(host, scrubbed).filter(|_| own))
}

/// More than one release reads: podman 6 takes fewer main files, and looks for drop-ins in more places.
fn of_mode(host: &dyn Host, identity: &Identity, config: Option<PathBuf>) -> Vec<PathBuf> {
    let uid = Some(identity.owner.uid).filter(|uid| *uid != 0);
    let by_mode = facts::BY_MODE.iter().map(|fact| match (fact.what, uid) {
        ((rootful, _), None) => rootful,
        ((_, rootless), Some(_)) => rootless,
    });
    let mut files = Vec::new();
    for system in facts::SYSTEM.iter().map(|fact| Path::new(fact.what)) {
        files.extend(of(host, system));
        for mode in by_mode.clone() {
            let drop_in = system.join(format!("containers.{mode}.conf.d"));
            files.push(system.join(format!("containers.{mode}.conf")));
            files.extend(drop_ins(host, &drop_in));
            let own = uid.iter().map(|uid| drop_in.join(uid.to_string()));
            files.extend(own.flat_map(|own| drop_ins(host, &own)));
        }
    }
    if let Some(config) = config {
        files.extend(of(host, &config.join("containers")));
    }
    files
}

/// The text of a file; none when it does not exist.
pub(super) fn read(host: &dyn Host, path: &Path) -> Result<Option<String>, Problem> {
    if host.stamp(path).is_none() {
        return Ok(None);
    }
    let file = host.open_file(path, MAX_BYTES, Links::Follow)?;
    let text = String::from_utf8(file.bytes);
    text.map(Some)
        .map_err(|_| Problem::new(format!("\"{}\" is not UTF-8", path.display())))
}

/// The file of a directory and its drop-ins.
fn of(host: &dyn Host, directory: &Path) -> Vec<PathBuf> {
    let mut files = vec![directory.join("containers.conf")];
    files.extend(drop_ins(host, &directory.join("containers.conf.d")));
    files
}

fn drop_ins(host: &dyn Host, directory: &Path) -> Vec<PathBuf> {
    let mut files = host.list(directory).unwrap_or_default();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "conf")
    });
    files
}

/// Where a key is set last: `FILE:LINE`, as the hook of a container sees it. In a user's namespace the files are those of
/// its owner; `config` is where they keep them when that is not below their home.
pub(crate) fn find(host: &dyn Host, key: ConfKey, config: Option<&Path>) -> Option<String> {
    let identity = host.identity();
    let config = match config {
        Some(config) => Some(config.to_owned()),
        None => identity
            .owner
            .home
            .as_ref()
            .map(|home| home.join(".config")),
    };
    let place = |path: PathBuf| {
        let text = read(host, &path).ok()??;
        let line = conf::line(&text, key)?;
        Some(format!("{}:{line}", path.display()))
    };
    of_mode(host, identity, config)
        .into_iter()
        .rev()
        .find_map(place)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::env::{Environment, scrub};
    use crate::host::Fake;
    use crate::podman::releases::conf::{INIT_PATH, VOLUMES};
    use crate::seal::ambient::neutralise;

    const NEW: Version = Version(5, 8, 0);

    fn on(host: &Fake, variables: &[(&str, &str)]) -> Vec<String> {
        let environment = Environment::new(variables.iter().copied(), 1);
        let files = all(host, NEW, &scrub(&environment, host));
        let text = |path: &PathBuf| path.display().to_string();
        files.iter().map(text).collect()
    }

    fn machine(host: Fake, home: &str) -> Fake {
        let etc = "/etc/containers/containers";
        let names = [
            ".conf.d/b.conf",
            ".conf.d/a.conf",
            ".conf.d/a.txt",
            ".conf.d/conf",
        ];
        let modes = [".rootful.conf.d/c.conf", ".rootless.conf.d/c.conf"];
        let users = [
            ".rootless.conf.d/1000/d.conf",
            ".rootless.conf.d/1/d.conf",
            ".rootful.conf.d/0/d.conf",
        ];
        let names = names.into_iter().chain(modes).chain(users);
        let host = names.fold(host, |host, name| {
            host.file(format!("{etc}{name}"), 0, 0o644, "")
        });
        host.file(
            format!("{home}/.config/containers/containers.conf.d/e.conf"),
            0,
            0o644,
            "",
        )
    }

    #[test]
    fn a_mode_and_a_user_have_files_of_their_own() {
        let etc = |mode: &str| {
            let names = [
                "/usr/share/containers/containers.conf".to_owned(),
                format!("/usr/share/containers/containers.{mode}.conf"),
            ];
            let main = ["conf", "conf.d/a.conf", "conf.d/b.conf"]
                .map(|name| format!("/etc/containers/containers.{name}"));
            let more = ["conf", "conf.d/c.conf"]
                .map(|name| format!("/etc/containers/containers.{mode}.{name}"));
            [&names[..], &main, &more].concat()
        };
        let own = |home: &str| {
            ["conf", "conf.d/e.conf"].map(|name| format!("{home}/containers/containers.{name}"))
        };
        let found = on(&machine(Fake::rootful(), "/root"), &[]);
        assert_eq!(found, [&etc("rootful")[..], &own("/root/.config")].concat());
        let ann = machine(Fake::rootless(), "/home/ann");
        let user = ["/etc/containers/containers.rootless.conf.d/1000/d.conf".to_owned()];
        let expected = |home: &[String]| [&etc("rootless")[..], &user, home].concat();
        assert_eq!(on(&ann, &[]), expected(&own("/home/ann/.config")));
        let elsewhere = "/srv/x/containers/containers.conf".to_owned();
        let ann = ann.directory("/srv/x", 1000, 0o700);
        assert_eq!(
            on(&ann, &[("XDG_CONFIG_HOME", "/srv/x")]),
            expected(&[elsewhere])
        );
    }

    #[test]
    fn the_last_file_that_says_it_counts() {
        let first =
            "[containers]\ninit_path=\"/a\"\n[engine]\nvolume_path=\"/a\"\nhooks_dir=[\"/a\"]\n";
        let one = Fake::rootful().file("/usr/share/containers/containers.conf", 0, 0o644, first);
        let two = |text: &str| {
            one.clone()
                .file("/etc/containers/containers.conf", 0, 0o644, text)
        };
        let say = |host: &Fake| {
            let scrubbed = scrub(&Environment::default(), host);
            let found =
                neutralise(host, NEW, &scrubbed, Path::new("/var/lib/safe-podman"), &[]).unwrap();
            assert!(found.overriding.is_some());
            (
                found.init_path.unwrap(),
                found.volume_path.unwrap(),
                found.hooks_dir.unwrap(),
            )
        };
        let of = |path: &str| (path.into(), path.into(), vec![path.into()]);
        assert_eq!(say(&one), of("/a"));
        assert_eq!(say(&two("[containers]\nvolumes=[]\n")), of("/a"));
        assert_eq!(say(&two(&first.replace("/a", "/b"))), of("/b"));
        let both = two("\n[containers]\ninit_path=\"/b\"\n");
        let place = find(&both, INIT_PATH.what, None);
        assert_eq!(place.as_deref(), Some("/etc/containers/containers.conf:3"));
        let place = find(&one, INIT_PATH.what, None);
        assert_eq!(
            place.as_deref(),
            Some("/usr/share/containers/containers.conf:2")
        );
        assert_eq!(find(&both, VOLUMES.what, None), None);
        let mine = both.file("/srv/x/containers/containers.conf", 0, 0o644, first);
        let place = find(&mine, INIT_PATH.what, Some(Path::new("/srv/x")));
        assert_eq!(
            place.as_deref(),
            Some("/srv/x/containers/containers.conf:2")
        );
    }
}
