//! The mount table, `/proc/self/mountinfo` of proc(5).

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// One line of the table, as far as it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelMount {
    /// Where it is mounted.
    pub point: PathBuf,
    /// `MAJOR:MINOR` of the file system.
    pub device: String,
    /// What of the file system is mounted: `/` is all of it.
    pub root: PathBuf,
    /// The options of the mount and of the file system: `ro`, `nosuid` and so on; `ro` of either counts.
    pub flags: Vec<String>,
    /// The type of file system, e.g. `cgroup2`.
    pub kind: String,
    /// The options of the file system itself, which for a version 1 hierarchy name its controllers.
    pub options: Vec<String>,
}

impl KernelMount {
    /// Is it mounted with this option?
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|found| found == flag)
    }
}

/// The file system that a path lies in, `MAJOR:MINOR`, and the path there: what a bind mount of it shows. None when the
/// table has no mount at or above it.
pub(crate) fn source_of(mounts: &[KernelMount], path: &Path) -> Option<(String, PathBuf)> {
    // Of mounts at one point the last is seen; of points the longest.
    let mount = mount_of(mounts, path)?;
    let below = path.strip_prefix(&mount.point).ok()?;
    Some((mount.device.clone(), join(&mount.root, below)))
}

/// The mount that a path lies in.
pub(super) fn mount_of<'a>(mounts: &'a [KernelMount], path: &Path) -> Option<&'a KernelMount> {
    let above = mounts.iter().filter(|mount| path.starts_with(&mount.point));
    above.max_by_key(|mount| mount.point.components().count())
}

/// Without the slash that joining nothing would append.
pub(super) fn join(path: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() {
        path.to_owned()
    } else {
        path.join(below)
    }
}

/// Reads the mounts in force: those that a path can lead to, for nothing was mounted over them or over a directory above.
///
/// # Errors
/// One line that is not understood spoils all: it may be the mount that matters.
pub(super) fn parse(table: &[u8]) -> Result<Vec<KernelMount>, Problem> {
    let lines = table.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty()).map(|line| {
        mount(line).ok_or_else(|| {
            let line = String::from_utf8_lossy(line);
            Problem::new(format!("\"{line}\" is not a line of the mount table"))
        })
    });
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let tree = MountTree::of(&lines);
    let in_force: Vec<bool> = lines.iter().map(|line| tree.is_in_force(line)).collect();
    let kept = lines.into_iter().zip(in_force).filter(|(_, keep)| *keep);
    Ok(kept.map(|(line, _)| line.mount).collect())
}

/// A mount, and which mount it is mounted on.
struct Line {
    id: u64,
    parent: u64,
    mount: KernelMount,
}

/// The mounts by their numbers, and the points where something is mounted on each.
struct MountTree<'a> {
    lines: BTreeMap<u64, &'a Line>,
    points: BTreeMap<u64, BTreeSet<&'a Path>>,
}

impl<'a> MountTree<'a> {
    fn of(lines: &'a [Line]) -> Self {
        let mut points = BTreeMap::<_, BTreeSet<_>>::new();
        for line in lines.iter().filter(|line| line.id != line.parent) {
            let on = points.entry(line.parent).or_default();
            on.insert(line.mount.point.as_path());
        }
        Self {
            lines: lines.iter().map(|line| (line.id, line)).collect(),
            points,
        }
    }

    fn is_in_force(&self, line: &Line) -> bool {
        let point = line.mount.point.as_path();
        let is_covered = self
            .points
            .get(&line.id)
            .is_some_and(|on| on.contains(point));
        !is_covered && self.is_reached(line)
    }

    /// Is nothing mounted above it on the mounts that lead to it? The table has no circles; an end of the walk is
    /// counted all the same.
    fn is_reached(&self, line: &Line) -> bool {
        let mut at = line;
        for _ in 0..self.lines.len() {
            let beside = self.points.get(&at.parent);
            let mut above = at.mount.point.ancestors().skip(1);
            if beside.is_some_and(|beside| above.any(|above| beside.contains(above))) {
                return false;
            }
            match self.lines.get(&at.parent) {
                Some(parent) if parent.id != at.id => at = parent,
                _ => return true,
            }
        }
        false
    }
}

fn mount(line: &[u8]) -> Option<Line> {
    let mut fields = line.split(|byte| *byte == b' ');
    let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse().ok();
    let (id, parent) = (number()?, number()?);
    let device = String::from_utf8(fields.next()?.to_vec()).ok()?;
    let root = unescape(fields.next()?)?;
    let point = unescape(fields.next()?)?;
    let text = |option: &[u8]| String::from_utf8_lossy(option).into_owned();
    let mut flags: Vec<String> = fields
        .next()?
        .split(|byte| *byte == b',')
        .map(text)
        .collect();
    fields.find(|field| *field == b"-")?;
    let kind = String::from_utf8(fields.next()?.to_vec()).ok()?;
    let options = fields.nth(1)?.split(|byte| *byte == b',');
    let options: Vec<String> = options.map(text).collect();
    if options.iter().any(|option| option == "ro") {
        flags.push("ro".to_owned());
    }
    let mount = KernelMount {
        point: PathBuf::from(OsString::from_vec(point)),
        device,
        root: PathBuf::from(OsString::from_vec(root)),
        kind,
        flags,
        options,
    };
    Some(Line { id, parent, mount })
}

/// Undoes the kernel's `\ooo` for blanks, newlines, hashes and backslashes.
fn unescape(field: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = field.iter();
    let mut plain = Vec::with_capacity(field.len());
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            plain.push(*byte);
            continue;
        }
        let digits = [*bytes.next()?, *bytes.next()?, *bytes.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        plain.push(u8::from_str_radix(digits, 8).ok()?);
    }
    Some(plain)
}

/// The mount points strictly below `path`, sorted.
pub(super) fn below(mounts: &[KernelMount], path: &Path) -> Vec<PathBuf> {
    let mut points: Vec<PathBuf> = mounts
        .iter()
        .filter(|mount| mount.point != path && mount.point.starts_with(path))
        .map(|mount| mount.point.clone())
        .collect();
    points.sort();
    points
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    const TABLE: &[u8] = br"22 1 0:21 / / rw - ext4 /dev/vda rw,discard
23 22 0:22 / /data rw,relatime shared:1 master:2 - tmpfs tmpfs rw
24 23 0:23 / /data/a\040b\134c rw - tmpfs none rw
25 22 0:23 / /database rw - tmpfs none rw
26 23 0:24 / /data/x/y rw - fuse.x /dev/fuse\040- rw,user_id=0
27 23 0:25 / /data/z rw - cgroup cgroup rw,cpu,cpuacct
";

    #[test]
    fn finds_what_lies_below_by_components() {
        let mounts = parse(TABLE).unwrap();
        let below_data = below(&mounts, Path::new("/data"));
        assert_eq!(
            below_data,
            [r"/data/a b\c", "/data/x/y", "/data/z"].map(PathBuf::from)
        );
        assert_eq!(below(&mounts, Path::new("/")).len(), 5);
        assert!(below(&mounts, Path::new("/data/x/y")).is_empty());
        assert_eq!(mounts[5].options, ["rw", "cpu", "cpuacct"]);
        assert_eq!(mounts[4].kind, "fuse.x");
    }

    #[test]
    fn a_bind_mount_shows_a_place_of_a_file_system() {
        let table = br"22 27 0:21 / / rw - ext4 /dev/vda rw
23 22 0:22 /sub /data rw - btrfs /dev/vdb rw
24 23 0:23 / /data rw - tmpfs tmpfs rw
";
        let mounts = parse(table).unwrap();
        let at = |path: &str| source_of(&mounts, Path::new(path)).unwrap();
        assert_eq!(at("/etc/x"), ("0:21".to_owned(), PathBuf::from("/etc/x")));
        assert_eq!(at("/data/x"), ("0:23".to_owned(), PathBuf::from("/x")));
        assert_eq!(
            at("/database"),
            ("0:21".to_owned(), PathBuf::from("/database"))
        );
        let table = table.split_inclusive(|byte| *byte == b'\n').take(2);
        let mounts = parse(&table.collect::<Vec<_>>().concat()).unwrap();
        let found = source_of(&mounts, Path::new("/data/x")).unwrap();
        assert_eq!(found, ("0:22".to_owned(), PathBuf::from("/sub/x")));
        assert_eq!(source_of(&[], Path::new("/")), None);
    }

    #[test]
    fn only_the_mounts_in_force_count() {
        let table = br"1 1 0:2 / / rw - rootfs rootfs rw
22 1 0:21 / / rw - ext4 /dev/vda rw
23 22 0:22 / /data rw - ext4 /dev/vdb rw
24 23 0:23 / /data/below rw - tmpfs covered rw
25 23 0:24 / /data rw - autofs systemd rw
26 25 0:25 / /data rw - xfs /dev/vdc rw
27 26 0:26 / /data/new rw - tmpfs new rw
28 22 0:27 / /srv/a rw - tmpfs covered rw
29 28 0:28 / /srv/a/b rw - tmpfs covered rw
30 22 0:29 / /srv rw - tmpfs over rw
";
        let mounts = parse(table).unwrap();
        let devices: Vec<&str> = mounts.iter().map(|mount| mount.device.as_str()).collect();
        assert_eq!(devices, ["0:21", "0:25", "0:26", "0:29"]);
        let at = |path: &str| source_of(&mounts, Path::new(path)).unwrap().0;
        assert_eq!(at("/data/below"), "0:25");
        assert_eq!(at("/srv/a/b/c"), "0:29");
    }

    #[test]
    fn a_line_that_is_not_understood_spoils_the_table() {
        for bad in [
            "22 27 0:21 /",
            "1 2 0:1 / /x rw",
            "1 2 0:1 / /x\\04 rw - tmpfs none rw",
            "1 2 0:1 / /x\\999 rw - tmpfs none rw",
            "1 2 0:1 / /x\\777 rw - tmpfs none rw",
            "1 2 0:1 / /x rw - tmpfs none",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse(b"").unwrap().is_empty());
    }
}
