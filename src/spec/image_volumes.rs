//! What becomes of the VOLUMEs of an image: a mount each, for podman's own way differs by release and by containers.conf.

use super::layers::Layers;
use super::level::Level;
use super::mount::{Mount, NamedVolume};
use super::mounts::{TMPFS_SIZE, harden_tmpfs};
use crate::origin::{Origin, Setting};
use crate::podman::flags;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::image_volume::ImageVolume;
use crate::podman::value::mount_options::{Access, Dev, MountOptions, Suid};
use crate::podman::value::path::ContainerPath;
use crate::podman::value::tmpfs::Tmpfs;
use crate::problem::Problem;

/// As many as an image may have: whoever built it chose them.
const MOST: usize = 100;

/// Where such a mount comes from.
pub(crate) const VOLUME: Origin = Origin::Image("VOLUME");

/// `--image-volume`. At the stricter level nothing that is written stays, unless a person says so.
pub(super) fn mode(layers: &Layers<'_>, level: Level) -> Result<Setting<ImageVolume>, Problem> {
    let mode: Setting<ImageVolume> = layers.scalar(&flags::IMAGE_VOLUME)?;
    Ok(match (level, mode.origin.is_asked()) {
        (Level::Restricted, false) => mode.map(|_| ImageVolume::Tmpfs),
        (Level::Restricted, true) | (Level::Baseline, _) => mode,
    })
}

/// What podman is told: it has nothing left to do where each is a mount already.
pub(super) fn said(mode: Setting<ImageVolume>) -> Setting<ImageVolume> {
    mode.map(|mode| match mode {
        ImageVolume::Anonymous | ImageVolume::Ignore => ImageVolume::Ignore,
        ImageVolume::Tmpfs => ImageVolume::Tmpfs,
    })
}

/// A mount for each VOLUME that nothing covers.
pub(super) fn mounts(
    mode: ImageVolume,
    asked: &[Setting<Mount>],
    image: Option<&ImageConfig>,
) -> Result<Vec<Setting<Mount>>, Problem> {
    let volumes = image.map_or(&[][..], |image| &image.volumes);
    if volumes.len() > MOST && mode != ImageVolume::Ignore {
        let what = format!("the image has added than {MOST} VOLUMEs");
        return Err(Problem::new(what)
            .at(&VOLUME)
            .instead("--image-volume=ignore, and -v NAME:DIR for those that are needed"));
    }
    let mut volumes_made: Vec<Setting<Mount>> = Vec::new();
    let volumes = volumes.iter().filter(|_| mode != ImageVolume::Ignore);
    for path in volumes {
        // podman takes one without a slash from the root.
        let at: ContainerPath = format!("/{path}").parse().map_err(|error| {
            Problem::from(error).at(&VOLUME).instead(
                "--image-volume=ignore, and -v NAME:DIR for the directories that are needed",
            )
        })?;
        let is_there = |mount: &Setting<Mount>| mount.value.destination() == Some(&at);
        if asked.iter().chain(&volumes_made).any(is_there) {
            continue;
        }
        let mount = match mode {
            ImageVolume::Ignore => continue,
            ImageVolume::Anonymous => Mount::Volume(anonymous(at)),
            ImageVolume::Tmpfs => Mount::Tmpfs(harden_tmpfs(Tmpfs {
                size: Some(TMPFS_SIZE.parse().map_err(Problem::from)?),
                ..Tmpfs::new(at)
            })?),
        };
        volumes_made.push(Setting::new(mount, VOLUME));
    }
    Ok(volumes_made)
}

/// As podman makes it: programs in it can be run, for a VOLUME may hold plugins. Nothing in it is added than its user.
fn anonymous(destination: ContainerPath) -> NamedVolume {
    NamedVolume {
        name: None,
        destination,
        options: MountOptions {
            access: Some(Access::ReadWrite),
            suid: Some(Suid::NoSuid),
            dev: Some(Dev::NoDev),
            ..MountOptions::default()
        },
        volume_opts: Vec::new(),
        subpath: None,
        device: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;
    use crate::testing::TestRun;

    /// What `run` makes of the VOLUMEs of an image.
    fn mounts(volumes: &[&str], level: Level, args: &[&str]) -> Vec<String> {
        let host = Fake::rootful().directory("/layers/1", 0, 0o755);
        let run = TestRun {
            image: Some(ImageConfig {
                layers: vec!["/layers/1".into()],
                volumes: volumes.iter().map(|at| (*at).to_owned()).collect(),
                ..ImageConfig::default()
            }),
            level,
            ..TestRun::on(&host)
        };
        let words = run.judge(args).argv.into_iter();
        let words = words.map(|word| word.into_string().unwrap());
        words
            .filter(|word| word.starts_with("--image-volume") || word.contains("/data"))
            .collect()
    }

    const KEPT: &str = "--mount=type=volume,dst=/data,rw,nosuid,nodev";
    const MEMORY: &str = "--tmpfs=/data:rw,nosuid,nodev,noexec,size=64m,mode=1777,U";

    #[test]
    fn each_is_a_mount_of_its_own() {
        use Level::{Baseline, Restricted};
        let [ignore, tmpfs] = ["--image-volume=ignore", "--image-volume=tmpfs"];
        for (level, asked, expected) in [
            (Baseline, &[][..], &[ignore, KEPT][..]),
            (Baseline, &["--image-volume=bind"], &[ignore, KEPT]),
            (Baseline, &["--image-volume=anonymous"], &[ignore, KEPT]),
            (Baseline, &["--image-volume=ignore"], &[ignore]),
            (Baseline, &["--image-volume=tmpfs"], &[tmpfs, MEMORY]),
            (Restricted, &[], &[tmpfs, MEMORY]),
            (Restricted, &["--image-volume=anonymous"], &[ignore, KEPT]),
            (
                Baseline,
                &["-v", "d:/data"],
                &[ignore, "--volume=d:/data:rw,nosuid,nodev,noexec"],
            ),
            (
                Baseline,
                &["-v", "d:/data/x"],
                &[ignore, KEPT, "--volume=d:/data/x:rw,nosuid,nodev,noexec"],
            ),
        ] {
            let mut found = mounts(&["/data", "/data/"], level, asked);
            let mut expected: Vec<_> = expected.iter().map(|word| (*word).to_owned()).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{level:?} {asked:?}");
        }
    }

    #[test]
    fn an_image_with_very_many_is_refused() {
        let image = ImageConfig {
            volumes: (0..=MOST).map(|number| format!("/v{number}")).collect(),
            ..ImageConfig::default()
        };
        let of = |mode| super::mounts(mode, &[], Some(&image)).map(|mounts| mounts.len());
        assert!(of(ImageVolume::Anonymous).is_err() && of(ImageVolume::Tmpfs).is_err());
        assert_eq!(of(ImageVolume::Ignore).unwrap(), 0);
    }
}
