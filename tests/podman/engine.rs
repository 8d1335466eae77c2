//! A real podman with a store of its own, which is gone when the tests are.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use crate::harness::{Skip, Tested};
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
    limits: OnceLock<Tested>,
    /// Directories outside our own that were not there before.
    makes: Vec<&'static str>,
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
        // In a process of its own: while a file of ours is open for writing, the children of other tests hold it too.
        let mut install = Command::new("/usr/bin/install");
        install.args(["-m", "755", env!("CARGO_BIN_EXE_safe-podman")]);
        assert!(install.arg(&safe_podman).status().unwrap().success());

        let mut makes = OWN_DIRECTORIES.to_vec();
        makes.retain(|path| account.is_root() && !Path::new(path).exists());
        let mut engine = Self {
            account,
            dir,
            driver: "overlay",
            safe_podman,
            network: OnceLock::new(),
            limits: OnceLock::new(),
            makes,
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
        self.limits.get_or_init(|| self.ask_for_limits()).clone()
    }

    fn ask_for_limits(&self) -> Tested {
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

    /// podman's release: the first two numbers.
    pub(crate) fn version(&self) -> (u32, u32) {
        let said = self.podman(["--version"]).ok();
        let mut numbers = said.rsplit(' ').next().unwrap().split('.');
        let mut next = || numbers.next().unwrap().trim().parse().unwrap();
        (next(), next())
    }

    /// Does the engine run as root?
    pub(crate) fn is_rootful(&self) -> bool {
        self.account.is_root()
    }

    /// Skips a test that is about podman's parser, which is the same for everybody, after it was asked as root.
    pub(crate) fn once(&self) -> Tested {
        if self.is_rootful() || !nix::unistd::Uid::effective().is_root() {
            return Ok(());
        }
        Err(Skip::new("the same podman is asked as root"))
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

    /// Writes a profile, and gives the argument that chooses it.
    pub(crate) fn profile(&self, name: &str, text: &str) -> String {
        let path = self.work_dir().join(format!("{name}.yaml"));
        fs::write(&path, text).unwrap();
        format!("--profile={}", path.display())
    }

    /// A directory of the account's for one test's files.
    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        let path = self.work_dir().join(name);
        // The container's user is somebody else.
        self.make_dir(&path);
        path
    }

    /// Makes a directory, and all above it, that belongs to the account and that others may enter.
    pub(crate) fn make_dir(&self, path: &Path) {
        self.account.make_dir(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
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
            .args(Self::plain_flags());
        said(command.args(args), &[])
    }

    /// What the host forces on plain `podman run`.
    pub(crate) fn plain_flags() -> Vec<&'static str> {
        // podman's defaults ask for more than a nested host's hard limits, and then nothing starts.
        let limits = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"];
        runtime_flag().into_iter().chain(limits).collect()
    }

    /// Is the runtime crun, which is also podman's own choice?
    pub(crate) fn is_crun() -> bool {
        runtime_flag() != Some("--runtime=runc")
    }

    /// `safe-podman run --rm`, on this store.
    pub(crate) fn safe<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> Said {
        said(self.safe_command("run").arg("--rm").args(args), &[])
    }

    /// `safe-podman SUBCOMMAND` on this store, to be given more arguments.
    pub(crate) fn safe_command(&self, subcommand: &str) -> Command {
        self.begin(self.patient(&self.safe_podman), subcommand)
    }

    /// The safe-podman that the account may run.
    pub(crate) fn program(&self) -> &Path {
        &self.safe_podman
    }

    /// The same as the child itself, for a test that sends it signals and ends it in any case.
    pub(crate) fn impatient_command(&self, subcommand: &str) -> Command {
        self.begin(self.command(&self.safe_podman), subcommand)
    }

    /// `safe-podman SUBCOMMAND` on the account's default store.
    pub(crate) fn storeless_command(&self, subcommand: &str) -> Command {
        self.allow(self.patient(&self.safe_podman), subcommand, &[])
    }

    /// Where safe-podman remembers what podman said, of an account whose default store is nobody else's.
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        let Account::Made { runtime_dir, .. } = &self.account else {
            return None;
        };
        Some(runtime_dir.join("safe-podman"))
    }

    fn begin(&self, command: Command, subcommand: &str) -> Command {
        let allowed = ["storage-redirect", "foreign-runtime"];
        let mut command = self.allow(command, subcommand, &allowed);
        command.args(self.store_flags());
        command
    }

    fn allow(&self, mut command: Command, subcommand: &str, allowed: &[&'static str]) -> Command {
        command.arg(subcommand);
        let mut allowed = allowed.to_vec();
        if self.enforces_limits().is_err() {
            allowed.push("limit-not-effective");
        }
        // What the harness itself needs.
        for id in allowed {
            command.arg(format!("--allow={id}=the tests' own store and runtime"));
        }
        command.args(runtime_flag());
        command
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

    /// The same, ended when it does not come back.
    pub(crate) fn patient(&self, program: impl AsRef<OsStr>) -> Command {
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

/// Where root's safe-podman keeps what it knows and what its containers need.
const OWN_DIRECTORIES: [&str; 2] = ["/run/safe-podman", "/var/lib/safe-podman"];

impl Drop for Engine {
    fn drop(&mut self) {
        self.empty_store();
        for made in &self.makes {
            let _ = fs::remove_dir_all(made);
        }
        // A rootless engine keeps a pause process in the runtime directory. One in the caller's own may serve other containers.
        if self.account.runtime_dir().starts_with(self.dir.path()) && !self.is_rootful() {
            self.podman(["system", "migrate"]);
        }
    }
}

/// The runtime that `SAFE_PODMAN_TEST_RUNTIME` names. Else podman's own choice, but for a host that mixes both versions of
/// cgroups: crun refuses it, runc takes it.
fn runtime_flag() -> Option<&'static str> {
    match env::var("SAFE_PODMAN_TEST_RUNTIME").as_deref() {
        Ok("runc") => return Some("--runtime=runc"),
        Ok("crun") => return Some("--runtime=crun"),
        Ok(other) => panic!("SAFE_PODMAN_TEST_RUNTIME is \"{other}\": write runc or crun"),
        Err(_) => {}
    }
    let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    (!unified).then_some("--runtime=runc")
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
