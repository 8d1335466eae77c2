//! The variables that name a directory or a socket: kept when it is the user's own.

use std::path::Path;

use super::keep::{Keeper, is_made_of};
use crate::host::{FileKind, Mode, Resolved};

impl Keeper<'_> {
    /// The home of uid 0 is the one of the passwd file; another user's may be elsewhere as long as that user owns it.
    pub(super) fn home(&mut self) {
        let passwd = self.identity.home.clone();
        let kept = self.keep_if("HOME", |keeper, value| {
            let home = Path::new(value);
            passwd.as_deref() == Some(home)
                || (keeper.identity.mode == Mode::Rootless
                    && keeper.is_own(home, |found| found.kind == FileKind::Directory))
        });
        if kept {
            return;
        }
        match (passwd, self.identity.mode) {
            (Some(home), _) => self.set("HOME", home),
            (None, Mode::Rootful) => self.set("HOME", "/root"),
            (None, Mode::Rootless) => {}
        }
    }

    pub(super) fn temporary(&mut self) {
        self.keep_if("TMPDIR", |keeper, value| {
            let us = keeper.identity.euid;
            keeper.host.resolve(Path::new(value)).is_ok_and(|found| {
                let guarded = found.mode & 0o022 == 0 || found.mode & 0o1000 != 0;
                found.kind == FileKind::Directory
                    && (found.owner == us || found.owner == 0)
                    && guarded
            })
        });
    }

    /// The XDG base directory specification: ours, and no other user may look in. A session that was entered with su or
    /// cron lacks the variable, and podman would keep its state in /tmp instead.
    pub(super) fn runtime_directory(&mut self) {
        let private =
            |found: &Resolved| found.kind == FileKind::Directory && found.mode & 0o777 == 0o700;
        let name = "XDG_RUNTIME_DIR";
        let kept = self.keep_if(name, |keeper, value| {
            keeper.is_own(Path::new(value), private)
        });
        let standard = format!("/run/user/{}", self.identity.euid);
        if !kept && self.is_own(Path::new(&standard), private) {
            self.set(name, standard);
        }
    }

    /// Where a user keeps podman's configuration and images. Both move podman's own files, and so could move them to a
    /// place prepared by somebody else: only the user's own directories count. Without them podman would look into
    /// another store than the user's, which is not safer. For uid 0 they are dropped: they come from the user who became root.
    pub(super) fn own_directories(&mut self) {
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            self.keep_if(name, |keeper, value| {
                keeper.is_own(Path::new(value), |found| {
                    let may_be = matches!(found.kind, FileKind::Directory | FileKind::Missing);
                    may_be && found.mode & 0o022 == 0
                })
            });
        }
    }

    /// podman makes the container's control group through this bus, and without it sets no limits. The bus of the user's
    /// systemd, by which [`Host::limits`](crate::host::Host::limits) judges, goes before the caller's. Only a socket of
    /// the user's own counts; other transports of the D-Bus specification connect elsewhere or start programs.
    pub(super) fn session_bus(&mut self) {
        let name = "DBUS_SESSION_BUS_ADDRESS";
        let socket = |found: &Resolved| found.kind == FileKind::Socket;
        let standard = format!("/run/user/{}/bus", self.identity.euid);
        if self.is_own(Path::new(&standard), socket) {
            self.set(name, format!("unix:path={standard}"));
            return;
        }
        self.keep_if(name, |keeper, value| {
            // An address may carry more keys and more addresses, and escapes.
            let address = value.to_str().unwrap_or_default();
            let (path, guid) = address.split_once(",guid=").unwrap_or((address, "0"));
            path.strip_prefix("unix:path=")
                .filter(|path| is_made_of(path.as_ref(), b"/_.-") && is_made_of(guid.as_ref(), b""))
                .is_some_and(|path| keeper.is_own(Path::new(path), socket))
        });
    }

    fn is_own(&self, path: &Path, test: impl Fn(&Resolved) -> bool) -> bool {
        self.host
            .resolve(path)
            .is_ok_and(|found| found.owner == self.identity.euid && test(&found))
    }
}

#[cfg(test)]
mod tests {
    use super::super::keep::tests::gets;
    use super::*;
    use crate::host::Fake;

    fn ann() -> Fake {
        Fake::rootless()
            .directory("/data/ann", 1000, 0o755)
            .directory("/open/ann", 1000, 0o777)
            .directory("/bob", 1001, 0o700)
            .directory("/tmp", 0, 0o1777)
            .directory("/loose", 0, 0o777)
            .directory("/run/user/1001", 1001, 0o700)
            .directory("/run/ann", 1000, 0o700)
            .node("/bob/bus", FileKind::Socket, 1001, 0o666)
            .node("/run/ann/bus", FileKind::Socket, 1000, 0o666)
    }

    #[test]
    fn home_is_the_users_own() {
        for (home, expected) in [
            ("/home/ann", "/home/ann"),
            ("/data/ann", "/data/ann"),
            ("/bob", "/home/ann"),
            ("/missing", "/home/ann"),
            ("relative", "/home/ann"),
            ("", "/home/ann"),
        ] {
            assert_eq!(
                gets(&ann(), &[("HOME", home)], "HOME").as_deref(),
                Some(expected),
                "{home}"
            );
        }
        let root = Fake::rootful().directory("/data/root", 0, 0o700);
        for home in ["/root", "/data/root", "/home/ann"] {
            assert_eq!(
                gets(&root, &[("HOME", home)], "HOME").as_deref(),
                Some("/root")
            );
        }
    }

    #[test]
    fn directories_of_a_session_must_be_the_users() {
        for (given, expected) in [
            ("/run/ann", "/run/ann"),
            ("/run/user/1001", "/run/user/1000"),
            ("/data/ann", "/run/user/1000"),
            ("run/ann", "/run/user/1000"),
        ] {
            let got = gets(&ann(), &[("XDG_RUNTIME_DIR", given)], "XDG_RUNTIME_DIR");
            assert_eq!(got.as_deref(), Some(expected), "{given}");
        }
        let bare = ann().directory("/run/user/1000", 0, 0o755);
        assert_eq!(gets(&bare, &[], "XDG_RUNTIME_DIR"), None);
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            for (given, kept) in [
                ("/data/ann", true),
                ("/data/ann/new/dir", true),
                ("/open/ann", false),
                ("/bob", false),
                ("/bob/new", false),
                ("data", false),
            ] {
                assert_eq!(
                    gets(&ann(), &[(name, given)], name).is_some(),
                    kept,
                    "{name}={given}"
                );
            }
        }
    }

    #[test]
    fn root_gets_nothing_of_a_session() {
        let host = Fake::rootful().directory("/run/user/0", 0, 0o700);
        for name in [
            "XDG_RUNTIME_DIR",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            assert_eq!(gets(&host, &[(name, "/run/user/0")], name), None, "{name}");
        }
    }

    #[test]
    fn the_bus_is_a_socket_of_the_user() {
        let name = "DBUS_SESSION_BUS_ADDRESS";
        let without = ann().directory("/run/user/1000/bus", 1000, 0o700);
        for (given, kept) in [
            ("unix:path=/run/ann/bus", true),
            ("unix:path=/run/ann/bus,guid=0a1b", true),
            ("unix:path=/run/ann", false),
            ("unix:path=/bob/bus", false),
            ("unix:path=/run/ann/bus;tcp:host=evil,port=1", false),
            ("unix:path=/run/ann/bus,guid=0a;unixexec:path=/evil", false),
            ("unixexec:path=/data/ann/evil", false),
            ("tcp:host=evil", false),
            ("autolaunch:", false),
        ] {
            let got = gets(&without, &[(name, given)], name);
            assert_eq!(got, kept.then(|| given.to_owned()), "{given}");
            let got = gets(&ann(), &[(name, given)], name);
            assert_eq!(
                got.as_deref(),
                Some("unix:path=/run/user/1000/bus"),
                "{given}"
            );
        }
        assert_eq!(gets(&without, &[], name), None);
    }

    #[test]
    fn temporary_files_go_where_nobody_else_can_swap_them() {
        for (value, kept) in [
            ("/tmp", true),
            ("/data/ann", true),
            ("/loose", false),
            ("/bob", false),
            ("/missing", false),
            ("tmp", false),
        ] {
            let got = gets(&ann(), &[("TMPDIR", value)], "TMPDIR");
            assert_eq!(got.is_some(), kept, "{value}");
        }
    }
}
