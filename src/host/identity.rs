//! Who runs this process.

use std::path::PathBuf;

use super::ids::Ids;

/// Does podman run as uid 0 of the host?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Rootful,
    /// It runs as another user, in a user namespace.
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

/// Who a process belongs to outside of its user namespace. Rootless podman runs hooks as uid 0 of the user's
/// namespace, where this process itself looks like root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The effective uid, as the parent namespace numbers it.
    pub uid: u32,
    /// The home directory that the passwd file gives that uid; absolute.
    pub home: Option<PathBuf>,
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
    /// The same user from outside of this process's user namespace; no other one where there is none.
    pub owner: Owner,
}

impl Identity {
    /// A user with these numbers, and `uid_map` of the user namespace; names and homes from the text of `/etc/passwd`,
    /// passwd(5). The first line of a uid counts, as for getpwuid(3).
    pub(super) fn read(
        (euid, uid, gid): (u32, u32, u32),
        mut groups: Vec<u32>,
        passwd: &str,
        uid_map: &str,
    ) -> Self {
        groups.sort_unstable();
        groups.dedup();
        let outside = Ids::parse(uid_map).outside(euid).unwrap_or(euid);
        Self {
            euid,
            uid,
            gid,
            name: field(passwd, euid, NAME),
            home: home(passwd, euid),
            groups,
            mode: if euid == 0 {
                Mode::Rootful
            } else {
                Mode::Rootless
            },
            owner: Owner {
                uid: outside,
                home: home(passwd, outside),
            },
        }
    }
}

/// Fields of a line of passwd(5).
const NAME: usize = 0;
const UID: usize = 2;
const HOME: usize = 5;

fn field(passwd: &str, uid: u32, at: usize) -> Option<String> {
    let line = passwd
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|line| line.get(UID).and_then(|id| id.parse().ok()) == Some(uid))?;
    let field = line.get(at).filter(|field| !field.is_empty())?;
    Some((*field).to_owned())
}

fn home(passwd: &str, uid: u32) -> Option<PathBuf> {
    field(passwd, uid, HOME)
        .map(PathBuf::from)
        .filter(|home| home.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n# a comment\nbroken\n\
        ann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\nann2:x:1000:1000::/elsewhere:/bin/sh\n\
        rel:x:1001:1001::home/rel:/bin/sh\nnone:x:1002:1002:::\n";

    const HOST: &str = "0 0 4294967295";

    #[test]
    fn a_hook_in_a_namespace_of_ann_s_is_ann_s() {
        let hook = Identity::read((0, 0, 0), vec![], PASSWD, "0 1000 1\n1 200000 65536");
        assert_eq!(hook.home, Some(PathBuf::from("/root")));
        let ann = Identity::read((1000, 1000, 1000), vec![], PASSWD, HOST);
        assert_eq!(hook.owner, ann.owner);
        assert_eq!(ann.owner.uid, 1000);
        assert_eq!(ann.owner.home, ann.home);
        assert_eq!(Identity::read((0, 0, 0), vec![], PASSWD, "").owner.uid, 0);
    }

    #[test]
    fn the_first_line_of_a_uid_counts() {
        let ann = Identity::read((1000, 1000, 1000), vec![27, 4, 27], PASSWD, HOST);
        assert_eq!(ann.name.as_deref(), Some("ann"));
        assert_eq!(ann.home, Some(PathBuf::from("/home/ann")));
        assert_eq!(ann.groups, [4, 27]);
        assert_eq!(ann.mode, Mode::Rootless);
    }

    #[test]
    fn a_home_that_is_none_is_none() {
        for uid in [1001, 1002, 4242] {
            assert_eq!(
                Identity::read((uid, uid, uid), vec![], PASSWD, HOST).home,
                None
            );
        }
        let setuid = Identity::read((0, 1000, 1000), vec![], PASSWD, HOST);
        assert_eq!(setuid.mode, Mode::Rootful);
        assert_eq!(setuid.home, Some(PathBuf::from("/root")));
    }
}
