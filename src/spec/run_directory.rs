//! Where a server writes what is not data: a small `/run`, and the image's own directories that a tmpfs hides.
//!
//! A server puts its pid and its socket below `/run`, and the public images have a directory there that is its user's. A tmpfs
//! on a parent spoils those: podman copies them up with their owner, and runc 1.1 takes away the write bits that others than
//! the owner have (3777 becomes 1755). So each gets a tmpfs of its own, which is the container's user's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Switch;
use super::layers::Layers;
use super::mount::Mount;
use super::mounts::harden_tmpfs;
use crate::host::{FileKind, Host, ImageFiles, Mode, Resolved};
use crate::origin::{Origin, Setting};
use crate::podman::flags;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::mount_options::Access;
use crate::podman::value::path::ContainerPath;
use crate::podman::value::systemd::Systemd;
use crate::podman::value::tmpfs::{CopyUp, Tmpfs};
use crate::problem::Problem;

/// The directory by its two names; in most images the second is a link to the first.
const PLACES: [&str; 2] = ["/run", "/var/run"];
const OPTIONS: &str = "rw,nosuid,nodev,noexec,size=16m,mode=755,notmpcopyup,U";

/// As many directories as get a tmpfs of their own, and as far down: whoever built the image chose them.
const MOST: usize = 32;
const DEEPEST: usize = 4;

/// What is added to these mounts.
pub(super) fn mounts(
    layers: &Layers<'_>,
    asked: &[Setting<Mount>],
    host: &dyn Host,
    image: Option<&ImageConfig>,
) -> Result<Vec<Setting<Mount>>, Problem> {
    let shown = image.map_or(&[][..], |image| &image.layers);
    let files = host.image_files(shown);
    let image = Image {
        covered: covered(&*files, asked),
        files: &*files,
        root: match host.identity().mode {
            Mode::Rootful => (0, 0),
            Mode::Rootless => (host.identity().uid, host.identity().gid),
        },
    };
    let mut parents = Vec::new();
    let mut more = Vec::new();
    // An init gets its own from podman, and whoever may write to the root file system has the image's.
    let is_for_init = layers.scalar::<Systemd>(&flags::SYSTEMD)?.value != Systemd::False;
    if !is_for_init && layers.switch(&flags::READ_ONLY)?.value == Switch::On {
        for at in PLACES.into_iter().filter(|at| image.has_place(at)) {
            let tmpfs: Tmpfs = format!("{at}:{OPTIONS}").parse().map_err(Problem::from)?;
            parents.push(tmpfs.clone());
            more.push(Setting::baseline(Mount::Tmpfs(tmpfs)));
        }
    }
    // One that starts empty because somebody said so stays empty.
    let said = asked.iter().filter(|mount| mount.origin.is_asked());
    parents.extend(said.filter_map(|mount| match &mount.value {
        Mount::Tmpfs(tmpfs)
            if tmpfs.copy_up != Some(CopyUp::No) && tmpfs.access == Some(Access::ReadWrite) =>
        {
            Some(tmpfs.clone())
        }
        Mount::Tmpfs(_) | Mount::Bind(_) | Mount::Volume(_) | Mount::Other(_) => None,
    }));
    for parent in &parents {
        let mut found = Vec::new();
        image.below(Path::new(parent.destination.as_str()), 0, &mut found);
        for (at, mode) in found {
            let leaf = harden_tmpfs(Tmpfs {
                destination: at,
                mode: Some(mode),
                ..parent.clone()
            })?;
            more.push(Setting::new(
                Mount::Tmpfs(leaf),
                Origin::Image("directories"),
            ));
        }
    }
    Ok(more)
}

/// The image's own files, and what is mounted over them.
struct Image<'a> {
    files: &'a dyn ImageFiles,
    /// The ids of this host that are root in the image.
    root: (u32, u32),
    /// Where something is mounted, by the name that was said and by the image's own.
    covered: BTreeSet<PathBuf>,
}

fn covered(files: &dyn ImageFiles, asked: &[Setting<Mount>]) -> BTreeSet<PathBuf> {
    let places = asked.iter().filter_map(|mount| mount.value.destination());
    let names = |place: &ContainerPath| {
        let place = PathBuf::from(place.as_str());
        let own = files.find(&place).map(|found| found.path);
        own.into_iter().chain([place])
    };
    places.flat_map(names).collect()
}

impl Image<'_> {
    /// Is it a directory of the image's or to be made, and nothing mounted there? `/var/run` is not made.
    fn has_place(&self, at: &str) -> bool {
        let is_itself = match self.files.find(Path::new(at)) {
            Some(found) => found.kind == FileKind::Directory && found.path == Path::new(at),
            None => at == PLACES[0],
        };
        is_itself && !self.is_covered(Path::new(at))
    }

    /// Is something mounted there, by whatever name?
    fn is_covered(&self, at: &Path) -> bool {
        self.covered.contains(at)
    }

    /// The directories below that others than root may write to, with their modes. No link is followed, and what is mounted
    /// is left alone with all below it.
    fn below(&self, at: &Path, depth: usize, found: &mut Vec<(ContainerPath, u16)>) {
        if depth == DEEPEST {
            return;
        }
        for name in self.files.names(at) {
            let path = at.join(name);
            let Some(entry) = self.files.find(&path) else {
                continue;
            };
            let is_own = entry.kind == FileKind::Directory && entry.path == path;
            // A name that no flag can carry stays hidden.
            let place = path.to_str().and_then(|path| path.parse().ok());
            let Some(place) = place.filter(|_| is_own && !self.is_covered(&path)) else {
                continue;
            };
            if self.is_for_others(&entry) && found.len() < MOST {
                let mode = u16::try_from(entry.mode & 0o7777).unwrap_or_default();
                found.push((place, mode | 0o700));
            }
            self.below(&path, depth.saturating_add(1), found);
        }
    }

    fn is_for_others(&self, found: &Resolved) -> bool {
        let (uid, gid) = self.root;
        let by_group = found.mode & 0o020 != 0 && found.group != gid;
        found.owner != uid || found.mode & 0o002 != 0 || by_group
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    /// The tmpfs that a run gets beside `/tmp` and `/dev/shm`: their places and modes.
    fn found(host: &Fake, args: &[&str]) -> Vec<String> {
        let run = TestRun {
            image: Some(ImageConfig {
                layers: vec!["/layers/1".into()],
                ..ImageConfig::default()
            }),
            ..TestRun::on(host)
        };
        let words = run.judge(args).argv.into_iter();
        let words = words.map(|word| word.into_string().unwrap());
        let tmpfs = words.filter_map(|word| {
            let (at, options) = word.strip_prefix("--tmpfs=")?.split_once(':')?;
            let mode = options.split(',').find(|word| word.starts_with("mode="))?;
            let is_plain = ["/tmp", "/dev/shm"].contains(&at);
            (!is_plain).then(|| format!("{at} {mode}"))
        });
        tmpfs.collect()
    }

    fn image(host: Fake, root: u32, other: u32) -> Fake {
        host.directory("/layers/1", root, 0o755)
            .directory("/layers/1/run", root, 0o755)
            .directory("/layers/1/run/lock", root, 0o1777)
            .directory("/layers/1/run/lock/web", other, 0o755)
            .directory("/layers/1/run/postgresql", other, 0o3775)
            .directory("/layers/1/run/private", root, 0o755)
            .directory("/layers/1/run/private/deep", root, 0o777)
            .directory("/layers/1/run/a:b", root, 0o777)
            .link("/layers/1/run/link", "lock")
            .link("/layers/1/var/run", "../run")
            .directory("/layers/1/var/cache", root, 0o755)
            .directory("/layers/1/var/cache/nginx", other, 0o755)
            .directory("/layers/1/var/cache/apt", root, 0o755)
    }

    const OWN: [&str; 5] = [
        "/run mode=755",
        "/run/lock mode=1777",
        "/run/lock/web mode=755",
        "/run/postgresql mode=3775",
        "/run/private/deep mode=777",
    ];

    #[test]
    fn what_others_than_root_may_write_to_stays_writable() {
        for host in [
            image(Fake::rootful(), 0, 101),
            image(Fake::rootless(), 1000, 100_100),
        ] {
            assert_eq!(found(&host, &[]), OWN);
        }
        let host = image(Fake::rootful(), 0, 101);
        let more = |args: &[&str]| -> Vec<String> {
            let found = found(&host, args).into_iter();
            found.filter(|one| !OWN.contains(&one.as_str())).collect()
        };
        let cache = ["/var/cache mode=1777", "/var/cache/nginx mode=755"];
        assert_eq!(more(&["--tmpfs=/var/cache"]), cache);
        assert_eq!(more(&["--tmpfs=/var/cache:notmpcopyup"]), cache[..1]);
        assert_eq!(more(&["--tmpfs=/var/cache:ro"]), cache[..1]);
        assert_eq!(
            more(&["--tmpfs=/var/cache", "-v", "c:/var/cache/nginx"]),
            cache[..1]
        );
        let without = |gone: &[&str], args: &[&str]| {
            let mut kept = OWN.to_vec();
            kept.retain(|one| !gone.iter().any(|gone| one.starts_with(gone)));
            assert_eq!(found(&host, args), kept, "{args:?}");
        };
        without(&["/run/lock"], &["-v", "l:/run/lock"]);
        without(&["/run/lock"], &["-v", "l:/var/run/lock"]);
        without(&["/run"], &["-v", "r:/run"]);
        without(&["/run"], &["-v", "r:/var/run"]);
        without(
            &["/run"],
            &["--read-only=false", "--allow=rootfs-writable=t"],
        );
        without(&["/run"], &["--systemd=always", "--allow=systemd-mode=t"]);
    }

    #[test]
    fn a_real_directory_of_the_second_name_counts_too() {
        let host = Fake::rootful()
            .directory("/layers/1/run", 0, 0o755)
            .directory("/layers/1/var/run", 0, 0o755)
            .directory("/layers/1/var/run/mysqld", 101, 0o755);
        let both = [
            "/run mode=755",
            "/var/run mode=755",
            "/var/run/mysqld mode=755",
        ];
        assert_eq!(found(&host, &[]), both);
        let elsewhere = Fake::rootful().link("/layers/1/run", "/data");
        assert_eq!(
            found(&elsewhere.directory("/layers/1/data", 0, 0o755), &[]),
            [""; 0]
        );
    }

    #[test]
    fn an_image_cannot_ask_for_very_many() {
        let mut host = Fake::rootful();
        for number in 0..100 {
            host = host.directory(format!("/layers/1/run/{number:03}"), 1, 0o755);
        }
        assert_eq!(found(&host, &[]).len(), 1 + super::MOST);
        let deep = Fake::rootful().directory("/layers/1/run/1/2/3/4/5", 1, 0o755);
        let deep = found(&deep, &[]);
        assert!(!deep.iter().any(|one| one.contains("/4/5")), "{deep:?}");
    }
}
