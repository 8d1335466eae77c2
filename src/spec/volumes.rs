//! New volumes, which podman fills and makes the owner of the image's directory own.

use std::path::Path;

use super::build::Inputs;
use super::mount::{Mount, NamedVolume};
use super::runner::Runner;
use crate::host::{FileKind, NamespaceIds, Resolved};
use crate::origin::Setting;
use crate::podman::value::mount_options::{Access, Ownership};

/// `U` for each new volume whose directory in the image the container's user may not write to: what nobody has used yet is
/// this container's alone, and an image that runs as root writes there as root.
///
/// Tried with a directory of root's, empty and with files, `-v NAME:DIR` and without a name, as root and not. On podman
/// 5.4.2 with crun `U` makes it and all below it writable at the first start, and it stays so over stop, start and restart;
/// with `nocopy` the files of the image are missing besides. On 4.3.1 with runc all below it is the user's at once, but podman
/// then gives the directory itself back to the image's owner, with `nocopy` too: it would be writable from the second start on,
/// and the seal's hook gives it once more before the first.
/// A directory that the image has not is the user's without `U`, on both. The owner that `--mount` can name for a new volume
/// (`volume-opt=o=uid=N`) ends in an error of mount(8) on both.
pub(super) fn give(mounts: &mut [Setting<Mount>], runner: &Runner, inputs: &Inputs<'_>) {
    let layers = inputs.image_config.map_or(&[][..], |image| &image.layers);
    let files = inputs.host.image_files(layers);
    // An image numbers its owners as podman's own namespace does, whatever the container's is.
    let ids = inputs.host.engine_ids();
    for mount in mounts {
        let Mount::Volume(volume) = &mut mount.value else {
            continue;
        };
        let at = Path::new(volume.destination.as_str());
        let is_closed = match (files.find(at), layers) {
            (Some(found), _) => !may_write(&found, runner, ids.as_ref()),
            (None, []) => inputs.image_config.is_some(),
            (None, [_, ..]) => false,
        };
        if is_closed && is_new(volume, inputs) {
            volume.options.ownership = Some(Ownership::Chown);
        }
    }
}

/// Will podman make it, and the container write to it?
fn is_new(volume: &NamedVolume, inputs: &Inputs<'_>) -> bool {
    let NamedVolume {
        name,
        destination: _,
        options,
        volume_opts,
        subpath,
        device,
    } = volume;
    let is_used = name
        .as_ref()
        .and_then(|name| inputs.volumes.get(name.as_str()))
        .is_some_and(|volume| !volume.is_new);
    let is_plain = volume_opts.is_empty() && subpath.is_none() && device.is_none();
    let is_written = options.access == Some(Access::ReadWrite) && options.overlay.is_none();
    !is_used && is_plain && is_written && options.idmap.is_none()
}

/// By the numbers of the image. What cannot be told is no.
fn may_write(found: &Resolved, runner: &Runner, ids: Option<&NamespaceIds>) -> bool {
    let ids = ids.filter(|_| found.kind == FileKind::Directory);
    ids.and_then(|ids| runner.may(Access::ReadWrite, found, ids, &[])) == Some(true)
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::spec::mount::ExistingVolume;
    use crate::testing::TestRun;

    /// The mounts that get `U`.
    fn given(host: &Fake, layers: &[&str], args: &[&str]) -> Vec<String> {
        let mut run = TestRun {
            image: Some(ImageConfig {
                layers: layers.iter().map(Into::into).collect(),
                ..ImageConfig::default()
            }),
            ..TestRun::on(host)
        };
        run.volumes.insert("used".into(), ExistingVolume::default());
        let words = run.judge(args).argv.into_iter();
        let words = words.map(|word| word.into_string().unwrap());
        let volumes =
            words.filter(|word| word.starts_with("--mount=") || word.starts_with("--volume="));
        volumes.filter(|word| word.contains(",U")).collect()
    }

    fn image(host: Fake, root: u32, other: u32) -> Fake {
        host.directory("/layers/1/root", root, 0o755)
            .directory("/layers/1/open", root, 0o1777)
            .directory("/layers/1/own", other, 0o755)
            .directory("/layers/1/closed", other, 0o555)
    }

    #[test]
    fn what_the_user_may_not_write_to_is_given() {
        for host in [
            image(Fake::rootful(), 0, 101),
            image(Fake::rootless(), 1000, 100_100),
        ] {
            let is_given = |at: &str| {
                let named = format!("new:{at}");
                let [named, unnamed] = [named.as_str(), at].map(|volume| {
                    let args = ["--user=101:101", "-v", volume];
                    !given(&host, &["/layers/1"], &args).is_empty()
                });
                assert_eq!(named, unnamed, "{at}");
                named
            };
            assert!(is_given("/root") && is_given("/closed"));
            assert!(!is_given("/own") && !is_given("/open") && !is_given("/nowhere"));
        }
    }

    #[test]
    fn only_what_is_new_and_written() {
        let host = image(Fake::rootful(), 0, 101).directory("/srv/app", 0, 0o755);
        for volume in [
            "used:/root",
            "new:/root:ro",
            "new:/root:O",
            "/srv/app:/root:rw",
        ] {
            assert_eq!(given(&host, &["/layers/1"], &["-v", volume]), [""; 0]);
        }
        // Of a store that does not show them nobody knows.
        let unknown = given(&host, &[], &["-v", "new:/nowhere"]);
        assert_eq!(unknown, ["--volume=new:/nowhere:rw,nosuid,nodev,noexec,U"]);
    }
}
