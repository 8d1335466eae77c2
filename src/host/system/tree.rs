//! The file system as the path walker looks at it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::sys::statfs::{PROC_SUPER_MAGIC, statfs};

use super::System;
use crate::host::file;
use crate::host::image_files::Disk;
use crate::host::paths::{EntryKind, Tree, TreeEntry};

/// The bytes of an extended attribute that is read: a file's capabilities are 24.
const LARGEST_ATTRIBUTE: usize = 256;
/// The bytes that the names of a file's attributes are given: what nearly all need, and the most that the kernel gives.
const ATTRIBUTE_LISTS: [usize; 2] = [1 << 9, 1 << 16];

impl Tree for System {
    fn look(&self, path: &Path) -> io::Result<Option<TreeEntry>> {
        let meta = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            meta => meta?,
        };
        let kind = if meta.is_symlink() {
            EntryKind::Link(link_target(path)?)
        } else {
            EntryKind::Other(file::kind(&meta))
        };
        Ok(Some(TreeEntry {
            kind,
            owner: meta.uid(),
            group: meta.gid(),
            mode: meta.mode() & 0o7777,
        }))
    }
}

impl Disk for System {
    fn attribute_names(&self, path: &Path) -> Vec<String> {
        let listed = ATTRIBUTE_LISTS.into_iter().find_map(|room| {
            let mut names = vec![0; room];
            let read = rustix::fs::llistxattr(path, &mut names[..]).ok()?;
            names.truncate(read);
            Some(names)
        });
        let listed = listed.unwrap_or_default();
        let names = listed.split(|byte| *byte == 0);
        let names = names.filter(|name| !name.is_empty());
        names
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    fn attribute(&self, path: &Path, name: &str) -> Option<Vec<u8>> {
        let mut bytes = vec![0; LARGEST_ATTRIBUTE];
        let read = rustix::fs::lgetxattr(path, name, &mut bytes[..]).ok()?;
        bytes.truncate(read);
        Some(bytes)
    }
}

/// The target of a link. The magic links of a proc file system are followed by the kernel without regard to their text,
/// which may be true only in another mount namespace, or be no path at all (`pipe:[5]`, `/x (deleted)`); the text is
/// taken only when both lead to the same file.
fn link_target(link: &Path) -> io::Result<PathBuf> {
    let text = fs::read_link(link)?;
    let parent = link.parent().unwrap_or(link);
    if statfs(parent)?.filesystem_type() == PROC_SUPER_MAGIC {
        let place = |path: &Path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino()));
        if place(link)? != place(&parent.join(&text))? {
            return Err(io::Error::other(
                "it leads to a place that has no name in this mount namespace",
            ));
        }
    }
    Ok(text)
}
