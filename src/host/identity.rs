//! Who runs this process.

use std::path::PathBuf;

/// Does podman run with root's powers?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As root.
    Rootful,
    /// As anybody else, in a user namespace.
    Rootless,
}

/// Where a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunsIn {
    /// A systemd unit, e.g. `web.service`.
    Unit(String),
    /// A terminal, e.g. `/dev/pts/0`.
    Tty(String),
}

/// The user of this process. Names and home come from `/etc/passwd` by uid, never from the environment; a user who is
/// only in a directory service has neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The effective uid: what files are opened as.
    pub euid: u32,
    /// The real uid. Another one than `euid` means a set-uid binary, which this program must never be.
    pub uid: u32,
    /// The real gid.
    pub gid: u32,
    /// The name.
    pub name: Option<String>,
    /// The home directory as the passwd file spells it; absolute.
    pub home: Option<PathBuf>,
    /// The supplementary groups, sorted.
    pub groups: Vec<u32>,
    /// Root or not, by `euid`.
    pub mode: Mode,
}

impl Identity {
    /// A user with these numbers; name and home from the text of `/etc/passwd`, passwd(5). The first line of a uid
    /// counts, as for getpwuid(3).
    pub(super) fn read(euid: u32, uid: u32, gid: u32, mut groups: Vec<u32>, passwd: &str) -> Self {
        groups.sort_unstable();
        groups.dedup();
        let line = passwd
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|line| line.get(2).and_then(|id| id.parse().ok()) == Some(euid));
        let field = |at: usize| {
            let field = line.as_ref()?.get(at)?;
            (!field.is_empty()).then(|| (*field).to_owned())
        };
        Self {
            euid,
            uid,
            gid,
            name: field(0),
            home: field(5)
                .map(PathBuf::from)
                .filter(|home| home.is_absolute()),
            groups,
            mode: if euid == 0 {
                Mode::Rootful
            } else {
                Mode::Rootless
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n# a comment\nbroken\n\
        ann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\nann2:x:1000:1000::/elsewhere:/bin/sh\n\
        rel:x:1001:1001::home/rel:/bin/sh\nnone:x:1002:1002:::\n";

    #[test]
    fn the_first_line_of_a_uid_counts() {
        let ann = Identity::read(1000, 1000, 1000, vec![27, 4, 27], PASSWD);
        assert_eq!(ann.name.as_deref(), Some("ann"));
        assert_eq!(ann.home, Some(PathBuf::from("/home/ann")));
        assert_eq!(ann.groups, [4, 27]);
        assert_eq!(ann.mode, Mode::Rootless);
    }

    #[test]
    fn a_home_that_is_none_is_none() {
        for uid in [1001, 1002, 4242] {
            assert_eq!(Identity::read(uid, uid, uid, vec![], PASSWD).home, None);
        }
        let setuid = Identity::read(0, 1000, 1000, vec![], PASSWD);
        assert_eq!(setuid.mode, Mode::Rootful);
        assert_eq!(setuid.home, Some(PathBuf::from("/root")));
    }
}
