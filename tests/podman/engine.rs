//! A real podman with a store of its own, which is gone when the tests are.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use crate::harness::{Skip, Tested};
use crate::probe::Probe;
use crate::process::{Said, said};
use crate::user::Account;

/// The image that every engine has: `tests/image`.
pub(crate) const IMAGE: &str = "localhost/netinfo";

/// Seconds after which an engine that does not come back is stopped.
const PATIENCE: &str = "120";

/// Started when the first test asks, so a filtered run makes no user for nothing.
#[derive(Default)]
pub(crate) struct Engines {
    rootful: OnceLock<Result<Engine, Skip>>,
    rootless: OnceLock<Result<Engine, Skip>>,
}

impl Engines {
    pub(crate) fn rootful(&self) -> Result<&Engine, Skip> {
        let started = self.rootful.get_or_init(|| Engine::start(Account::rootful));
        started.as_ref().map_err(Clone::clone)
    }

    pub(crate) fn rootless(&self) -> Result<&Engine, Skip> {
        let started = self
            .rootless
            .get_or_init(|| Engine::start(Account::rootless));
        started.as_ref().map_err(Clone::clone)
    }
}

/// podman, and the account and store it works with.
pub(crate) struct Engine {
    // Dropped in this order: the account's processes hold files in the directory.
    account: Account,
    dir: tempfile::TempDir,
    driver: &'static str,
    safe_podman: PathBuf,
    network: OnceLock<Tested>,
}

impl Engine {
    fn start(account: fn(&Path) -> Result<Account, Skip>) -> Result<Self, Skip> {
        // Not /tmp, which may be a tmpfs and is no place for an overlay; and short, because podman limits the run root's length.
        let dir = tempfile::Builder::new()
            .prefix("sp-test.")
            .tempdir_in("/var/tmp")
            .unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let account = account(dir.path())?;
        for name in ["home", "work", "root", "run"] {
            account.make_dir(&dir.path().join(name));
        }
        account.make_dir(account.runtime_dir());
        // A copy, because the account may not be allowed to enter the directory we were built in.
        let safe_podman = dir.path().join("safe-podman");
        fs::copy(env!("CARGO_BIN_EXE_safe-podman"), &safe_podman).unwrap();

        let mut engine = Self {
            account,
            dir,
            driver: "overlay",
            safe_podman,
            network: OnceLock::new(),
        };
        let mut why = String::new();
        for driver in ["overlay", "vfs"] {
            engine.driver = driver;
            match engine.fill_store() {
                Ok(()) => return Ok(engine),
                Err(said) => why = format!("{why}{driver}: {}; ", said.stderr.trim()),
            }
            engine.empty_store();
        }
        Err(Skip(format!("podman starts no container here: {why}")))
    }

    /// Proves that the engine works at all, so that later failures are the tests' own.
    fn fill_store(&self) -> Result<(), Said> {
        let done = |said: Said| if said.code == 0 { Ok(()) } else { Err(said) };
        // First, because podman 4 chooses the old network backend for a store that has images when it first looks.
        done(self.podman(["info"]))?;
        done(self.import(IMAGE, &[]))?;
        done(self.plain(["--network=none", IMAGE, "true"]))
    }

    /// Skips where this engine cannot set cgroup limits, whoever asks for them.
    pub(crate) fn enforces_limits(&self) -> Tested {
        let info = self.podman(["info", "--format={{.Host.Security.Rootless}} {{.Host.CgroupsVersion}} {{.Host.CgroupControllers}}"]).ok();
        let all = ["cpu", "memory", "pids"]
            .iter()
            .all(|controller| info.contains(controller));
        if info.starts_with("false ") || all && info.contains(" v2 ") {
            return Ok(());
        }
        Err(Skip(format!(
            "a rootless engine has no cgroup limits here (cgroups and controllers: {})",
            info.trim()
        )))
    }

    /// Does the engine run as root?
    pub(crate) fn is_rootful(&self) -> bool {
        self.account.is_root()
    }

    /// podman's global flags for the store.
    pub(crate) fn store_flags(&self) -> Vec<OsString> {
        let path = |flag: &str, name: &str| {
            let mut text = OsString::from(flag);
            text.push(self.dir.path().join(name));
            text
        };
        vec![
            path("--root=", "root"),
            path("--runroot=", "run"),
            format!("--storage-driver={}", self.driver).into(),
        ]
    }

    /// A directory that belongs to the account, for files a test needs.
    pub(crate) fn work_dir(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// A command that runs as the account, in a small environment and without a terminal.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", self.dir.path().join("home"))
            .env("XDG_RUNTIME_DIR", self.account.runtime_dir())
            .env("PODMAN_IGNORE_CGROUPSV1_WARNING", "1")
            .current_dir(self.work_dir())
            .stdin(Stdio::null());
        if let (Account::Own { .. }, Some(bus)) =
            (&self.account, env::var_os("DBUS_SESSION_BUS_ADDRESS"))
        {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        self.account.assume(&mut command);
        command
    }

    /// `podman ARG…`, with the store's flags in front.
    pub(crate) fn podman<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> Said {
        let mut command = self.patient("podman");
        said(command.args(self.store_flags()).args(args), &[])
    }

    /// Plain `podman run --rm`, with only what the host forces on it.
    pub(crate) fn plain<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> Said {
        let mut command = self.patient("podman");
        command
            .args(self.store_flags())
            .args(["run", "--rm"])
            .args(runtime_flag());
        // podman's defaults ask for more than a nested host's hard limits, and then nothing starts.
        command.args(["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"]);
        said(command.args(args), &[])
    }

    /// `safe-podman run --rm`, on this store.
    pub(crate) fn safe<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> Said {
        said(self.safe_command("run").arg("--rm").args(args), &[])
    }

    /// `safe-podman SUBCOMMAND` on this store, to be given more arguments.
    pub(crate) fn safe_command(&self, subcommand: &str) -> Command {
        let mut command = self.patient(&self.safe_podman);
        command
            .arg(subcommand)
            .arg("--allow=storage-redirect=test store")
            .args(self.store_flags())
            .args(runtime_flag());
        command
    }

    /// What plain podman's container sees. It has no network unless the flags ask for one.
    pub(crate) fn probe_plain(&self, flags: &[&str]) -> Probe {
        Probe::parse(&self.plain(probing(flags)).ok())
    }

    /// What safe-podman's container sees. It has no network unless the flags ask for one.
    #[allow(dead_code, reason = "for the tests of a hardened container")]
    pub(crate) fn probe_safe(&self, flags: &[&str]) -> Probe {
        Probe::parse(&self.safe(probing(flags)).ok())
    }

    /// Skips where plain podman cannot give a container a network.
    pub(crate) fn has_network(&self) -> Tested {
        let tried = self.network.get_or_init(|| {
            let said = self.plain([IMAGE, "true"]);
            if said.code == 0 {
                Ok(())
            } else {
                Err(Skip(format!(
                    "no container network here: {}",
                    said.stderr.split(['\\', '\n']).next().unwrap()
                )))
            }
        });
        tried.clone()
    }

    /// Imports the root file system of `tests/image` under a name, with its config and further changes, e.g. `USER 998`.
    pub(crate) fn import(&self, name: &str, changes: &[&str]) -> Said {
        let own = include_str!("../image/changes");
        let mut command = self.patient("podman");
        command.args(self.store_flags()).args(["import", "--quiet"]);
        for change in own.lines().chain(changes.iter().copied()) {
            command.arg("--change").arg(change);
        }
        said(command.args(["-", name]), rootfs())
    }

    fn patient(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command("timeout");
        command.args(["--kill-after=5", PATIENCE]).arg(program);
        command
    }

    fn empty_store(&self) {
        self.podman(["rm", "--all", "--force", "--time=0"]);
        self.podman(["volume", "rm", "--all", "--force"]);
        self.podman(["rmi", "--all", "--force"]);
        for name in ["root", "run"] {
            let path = self.dir.path().join(name);
            unmount_below(&path);
            // The files of a rootless store belong to mapped users, whom only its own user namespace can act for.
            if fs::remove_dir_all(&path).is_err() {
                let mut command = self.patient("podman");
                said(
                    command
                        .args(self.store_flags())
                        .args(["unshare", "rm", "-rf"])
                        .arg(&path),
                    &[],
                );
            }
            self.account.make_dir(&path);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.empty_store();
        // A rootless engine keeps a pause process in the runtime directory. One in the caller's own may serve other containers.
        if self.account.runtime_dir().starts_with(self.dir.path()) && !self.is_rootful() {
            self.podman(["system", "migrate"]);
        }
    }
}

/// Arguments of a run whose container is the probe.
fn probing<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    let mut args = flags.to_vec();
    // Few tests are about networks, and not every rootless engine can make one.
    if !flags.iter().any(|flag| flag.starts_with("--net")) {
        args.push("--network=none");
    }
    args.extend([IMAGE, "probe"]);
    args
}

/// crun refuses a host that mixes both kinds of cgroups; runc takes it.
fn runtime_flag() -> Option<&'static str> {
    let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    (!unified).then_some("--runtime=runc")
}

/// The archive that `tests/image/rootfs` writes.
fn rootfs() -> &'static [u8] {
    static ARCHIVE: OnceLock<Vec<u8>> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/image/rootfs"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    })
}

/// The engine keeps the overlay directory mounted on itself, and a killed one more.
fn unmount_below(dir: &Path) {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let below = table
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .filter(|path| Path::new(path).starts_with(dir));
    for path in below.collect::<Vec<_>>().into_iter().rev() {
        let _ = nix::mount::umount2(path, nix::mount::MntFlags::MNT_DETACH);
    }
}
