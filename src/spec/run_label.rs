//! The sizes that an image asks for in its RUN label, `LABEL run="podman run --shm-size=1g --tmpfs /x:size=256m IMAGE"`.
//!
//! Nothing else of the label is taken: whoever built the image wrote it. A size only says how much of the memory that the
//! container has anyway may lie in one place, so it is bounded by the memory limit, and one that a person names stands.

use std::ffi::OsString;
use std::path::Path;

use super::mount::Mount;
use super::mounts::SHARED_MEMORY;
use crate::origin::{Origin, Setting};
use crate::podman::args::{self, RunArgs};
use crate::podman::flags;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::bytes::Bytes;
use crate::podman::value::limit::{Limit, MemoryLimit};
use crate::podman::value::path::ContainerPath;
use crate::podman::value::tmpfs::{Tmpfs, TmpfsSize};

/// As long as a label may be.
const LONGEST: usize = 4_096;

/// Raises the sizes that nobody asked for.
pub(super) fn enlarge(
    mounts: &mut [Setting<Mount>],
    shm: &mut Setting<MemoryLimit>,
    memory: &MemoryLimit,
    image: Option<&ImageConfig>,
) {
    let (Limit::Max(memory), Some(label)) = (memory, image.and_then(read)) else {
        return;
    };
    for (at, size) in sizes(&label) {
        let size = Bytes(size.min(memory.0));
        let is_shm = at.as_str() == SHARED_MEMORY;
        if is_shm && !shm.origin.is_asked() && matches!(shm.value, Limit::Max(own) if own < size) {
            *shm = Setting::new(Limit::Max(size), Origin::Image("RUN label"));
        }
        for mount in mounts.iter_mut().filter(|mount| !mount.origin.is_asked()) {
            if let Mount::Tmpfs(tmpfs) = &mut mount.value
                && tmpfs.destination == at
                && tmpfs
                    .size
                    .and_then(TmpfsSize::bytes)
                    .is_some_and(|own| own < size.0)
            {
                tmpfs.size = size.0.to_string().parse().ok();
            }
        }
    }
}

/// The label's command line; none where it is not understood. Quotes and variables of a shell are not: no size needs them.
fn read(image: &ImageConfig) -> Option<RunArgs> {
    let mut labels = image.labels.iter();
    let (_, label) = labels.find(|(name, _)| name.eq_ignore_ascii_case("run"))?;
    if label.len() > LONGEST {
        return None;
    }
    let mut words = label.split_whitespace().skip_while(|word| *word != "run");
    words.next()?;
    let words: Vec<OsString> = words.map(OsString::from).collect();
    args::parse(&words, &[], &Path::new("/").into()).ok()
}

/// The places in memory that it names, with their sizes.
fn sizes(label: &RunArgs) -> Vec<(ContainerPath, u64)> {
    let sizes = label.given.iter().filter_map(|given| {
        if given.flag == &flags::TMPFS {
            let tmpfs: Tmpfs = given.value.parse().ok()?;
            return Some((tmpfs.destination, tmpfs.size?.bytes()?));
        }
        match given.value.parse::<MemoryLimit>() {
            Ok(Limit::Max(size)) if given.flag == &flags::SHM_SIZE => {
                Some((SHARED_MEMORY.parse().ok()?, size.0))
            }
            Ok(_) | Err(_) => None,
        }
    });
    sizes.collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    /// The sizes of what lies in memory, and all flags that a plain container has not.
    fn sizes(label: &str, args: &[&str]) -> (Vec<String>, usize) {
        let host = Fake::rootful();
        let run = TestRun {
            image: Some(ImageConfig {
                labels: [("RUN".to_owned(), label.to_owned())].into(),
                ..ImageConfig::default()
            }),
            ..TestRun::on(&host)
        };
        let told = run.judge(args).argv;
        let words = told.iter().map(|word| word.to_string_lossy());
        let sizes = words.filter_map(|word| {
            let (at, options) = word.strip_prefix("--tmpfs=")?.split_once(':')?;
            let size = options.split(',').find(|word| word.starts_with("size="))?;
            Some(format!("{at} {size}"))
        });
        (sizes.collect(), told.len())
    }

    const OWN: [&str; 3] = ["/tmp size=64m", "/dev/shm size=67108864", "/run size=16m"];

    #[test]
    fn sizes_and_nothing_else_up_to_the_memory() {
        let (own, number) = sizes("", &[]);
        assert_eq!(own, OWN);
        let label = "podman run -d --privileged -v /:/host --cap-add=all --shm-size=256m --tmpfs /tmp:size=4g,exec \
                     --tmpfs /run:size=1m --tmpfs /elsewhere:size=9m IMAGE";
        let larger = [
            "/tmp size=536870912",
            "/dev/shm size=268435456",
            "/run size=16m",
        ];
        assert_eq!(
            sizes(label, &[]),
            (larger.map(str::to_owned).into(), number)
        );
        let (asked, _) = sizes(label, &["--shm-size=8m", "--tmpfs=/tmp:size=8m"]);
        assert_eq!(asked[..2], ["/tmp size=8m", "/dev/shm size=8388608"]);
        for unread in [
            "docker run --shm-size=",
            "podman run --no-such-flag --shm-size=1g",
            "--shm-size=1g",
            "podman run --shm-size=$SIZE IMAGE",
            &format!("podman run --shm-size=1g {}", "x".repeat(super::LONGEST)),
        ] {
            assert_eq!(sizes(unread, &[]).0, OWN, "{unread}");
        }
    }
}
