//! How podman learns of the hook: directories of hook files, OCI hooks 1.0.0 (`oci-hooks(5)`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::own_hook::{ARGUMENTS, PATH, mark};
use crate::digest::sha256;
use crate::host::{FileKind, Host, Links, Mode, Sticky};
use crate::podman::releases::hooks::DIRECTORIES;
use crate::problem::Problem;

/// The name of our file, here and where it is installed: of two files with one name podman takes the later directory's.
pub(crate) const FILE: &str = "safe-podman.json";
/// The largest hook file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// What a run names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registered {
    /// The directories for `--hooks-dir`, ours last.
    pub directories: Vec<PathBuf>,
    /// The hooks in them that are not ours, each by its [`mark`].
    pub hooks: BTreeSet<String>,
}

/// The hook file for the program at this path; `config_home` is where its messages look for the person's containers.conf.
pub(crate) fn document(program: &Path, config_home: Option<&Path>) -> Value {
    let config_home = config_home.map(|path| format!("XDG_CONFIG_HOME={}", path.display()));
    let env: Vec<String> = std::iter::once(PATH.to_owned())
        .chain(config_home)
        .collect();
    json!({
        "version": "1.0.0",
        "hook": {"path": program, "args": ARGUMENTS, "env": env},
        "when": {"annotations": {r"^safe-podman\.promise$": ".*"}},
        "stages": ["precreate", "createRuntime"],
    })
}

/// Keeps our hook file below the state directory and lists what podman is to read: the system's directories where only
/// root can change them, those that a person asked for, and ours.
///
/// # Errors
/// This program could be replaced by others, or the file cannot be kept.
pub(crate) fn register(
    host: &dyn Host,
    state: &Path,
    config_home: Option<&Path>,
    asked: &[PathBuf],
) -> Result<Registered, Problem> {
    let program = program(host)?;
    let text = document(&program, config_home).to_string();
    // One directory for each program: an installed and a built one do not replace each other's.
    let name: String = sha256(text.as_bytes()).chars().take(16).collect();
    let directory = state.join("hooks").join(name);
    host.keep(&directory, FILE, text.as_bytes())?;
    alone(host, &directory)?;
    let system = DIRECTORIES.iter().map(|fact| PathBuf::from(fact.what));
    let system: Vec<PathBuf> = system.filter(|path| host.trusted(path).is_ok()).collect();
    let mut hooks = BTreeSet::new();
    for directory in &system {
        for (file, hook) in hooks_in(host, directory)? {
            // In a directory that only root can change there may be a file that another user owns, or a file that names a
            // program which another user can change.
            for path in [&file, &hook.path] {
                host.trusted(path).map_err(|problem| {
                    let what = format!(
                        "podman would run the hook of \"{}\", but {problem}",
                        file.display()
                    );
                    Problem::new(what)
                        .instead("remove the hook, or make file and program root's alone")
                })?;
            }
            hooks.insert(hook.mark());
        }
    }
    for directory in asked {
        let found = hooks_in(host, directory)?;
        hooks.extend(found.iter().map(|(_, hook)| hook.mark()));
    }
    let mut directories: Vec<PathBuf> = system.into_iter().chain(asked.iter().cloned()).collect();
    directories.push(directory);
    Ok(Registered { directories, hooks })
}

/// Refuses a directory of ours that holds another hook, or that others could put one into.
///
/// podman runs every hook that it finds there, with all rights of whoever calls it, and those of stage `precreate` stand in
/// no `config.json`: a container that was once given the directory to write to would be on the host with the next run.
fn alone(host: &dyn Host, directory: &Path) -> Result<(), Problem> {
    let is_there = host.resolve(directory)?.kind != FileKind::Missing;
    // A user's directories are often writable by a group that is the user's own, and podman's store lies beside ours.
    if is_there && host.identity().mode == Mode::Rootful {
        host.trusted(directory)?;
    }
    let ours = directory.join(FILE);
    match hook_files(host, directory)?
        .iter()
        .find(|path| **path != ours)
    {
        None => Ok(()),
        Some(other) => {
            let other = other.display();
            let what = format!(
                "podman would run the hook \"{other}\", which safe-podman did not put there"
            );
            let instead = format!("find out who did, then: rm -r {other}");
            Err(Problem::new(what).instead(instead))
        }
    }
}

/// Who may change what is run: uid 0 may run what it has built itself; what belongs to another user it may not.
fn owners(host: &dyn Host) -> Vec<u32> {
    let identity = host.identity();
    match identity.mode {
        Mode::Rootful => vec![0],
        Mode::Rootless => vec![0, identity.euid],
    }
}

/// Is our hook where `podman start` finds it by itself? Root's podman looks into [`DIRECTORIES`], a user's nowhere, until a
/// containers.conf says so: `configured`.
pub(crate) fn is_installed(host: &dyn Host, configured: Option<&[PathBuf]>) -> bool {
    let has = |directory: &Path| host.stamp(&directory.join(FILE)).is_some();
    match (configured, host.identity().mode) {
        (Some(directories), _) => directories.iter().any(|directory| has(directory)),
        (None, Mode::Rootful) => DIRECTORIES.iter().any(|fact| has(Path::new(fact.what))),
        (None, Mode::Rootless) => false,
    }
}

/// Where this very program lies.
///
/// # Errors
/// It cannot be followed.
pub(crate) fn own_path(host: &dyn Host) -> Result<PathBuf, Problem> {
    Ok(host.resolve(Path::new("/proc/self/exe"))?.path)
}

/// This very program.
///
/// # Errors
/// Another user could replace it, and as a hook of a rootful podman it runs as uid 0.
pub(crate) fn program(host: &dyn Host) -> Result<PathBuf, Problem> {
    let found = host.resolve(Path::new("/proc/self/exe"))?;
    host.only_changed_by(&found.path, &owners(host), Sticky::Passed)
        .map_err(|mut problem| {
            let path = found.path.display();
            problem.what = format!(
                "\"{path}\" could be replaced by others, although it runs as a hook of the container: {problem}"
            );
            problem
        })?;
    Ok(found.path)
}

/// A hook as podman hands it to the runtime.
struct InstalledHook {
    path: PathBuf,
    args: Vec<String>,
    env: Vec<String>,
}

impl InstalledHook {
    /// Reads a hook file: version 1.0.0 holds the hook itself, 0.1.0 the path, and the arguments beside it.
    fn read(document: &Value) -> Option<Self> {
        let hook = document.get("hook")?;
        let texts = |list: Option<&Value>| -> Vec<String> {
            let list = list.and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        };
        if let Some(path) = hook.as_str() {
            let mut args = texts(document.get("arguments"));
            if !args.is_empty() {
                args.insert(0, path.to_owned());
            }
            let env = Vec::new();
            return Some(Self {
                path: path.into(),
                args,
                env,
            });
        }
        Some(Self {
            path: hook.get("path")?.as_str()?.into(),
            args: texts(hook.get("args")),
            env: texts(hook.get("env")),
        })
    }

    fn mark(&self) -> String {
        mark(&self.path, &self.args, &self.env)
    }
}

/// What podman takes for a hook in a directory.
fn hook_files(host: &dyn Host, directory: &Path) -> Result<Vec<PathBuf>, Problem> {
    let is_hook = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    };
    Ok(host.list(directory)?.into_iter().filter(is_hook).collect())
}

/// The hook files of a directory, and the hooks in them.
fn hooks_in(host: &dyn Host, directory: &Path) -> Result<Vec<(PathBuf, InstalledHook)>, Problem> {
    let mut hooks = Vec::new();
    for path in hook_files(host, directory)? {
        let file = host.open_file(&path, MAX_BYTES, Links::Follow)?;
        let Ok(document) = serde_json::from_slice::<Value>(&file.bytes) else {
            continue;
        };
        hooks.extend(InstalledHook::read(&document).map(|hook| (path.clone(), hook)));
    }
    Ok(hooks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::host::Fake;
    use crate::testing::Told;

    const STATE: &str = "/var/lib/safe-podman";

    fn host(owner: u32, mode: u32) -> Fake {
        Fake::rootful()
            .file("/usr/bin/safe-podman", owner, mode, "")
            .link("/proc/self/exe", "/usr/bin/safe-podman")
    }

    #[test]
    fn the_installed_file_says_the_same() {
        let installed = include_str!("safe-podman.json.in").replace("@BINDIR@", "/usr/bin");
        let installed: Value = serde_json::from_str(&installed).unwrap();
        assert_eq!(installed, document(Path::new("/usr/bin/safe-podman"), None));
    }

    #[test]
    fn the_hook_is_this_very_program() {
        let found = own_path(&host(0, 0o755)).unwrap();
        assert_eq!(found, Path::new("/usr/bin/safe-podman"));
        assert!(own_path(&Fake::rootful().link("/proc/self/exe", "/proc/self/exe")).is_err());
    }

    #[test]
    fn a_program_that_others_could_replace_is_no_hook() {
        let mut told = Told::default();
        assert!(register(&host(0, 0o755), Path::new(STATE), None, &[]).is_ok());
        for (owner, mode) in [(1000, 0o755), (0, 0o775), (0, 0o757)] {
            let problem = register(&host(owner, mode), Path::new(STATE), None, &[]).unwrap_err();
            told.problem(format!("uid {owner}, mode {mode:o}"), &problem);
        }
        let renamed = host(0, 0o755).directory("/usr/bin", 1000, 0o755);
        let problem = register(&renamed, Path::new(STATE), None, &[]).unwrap_err();
        told.problem("a directory of uid 1000", &problem);
        insta::assert_snapshot!("program", told.text());
    }

    #[test]
    fn a_user_s_podman_has_to_be_told_where_the_hook_is() {
        let path = format!("{}/{FILE}", DIRECTORIES[0].what);
        let told = [PathBuf::from(DIRECTORIES[0].what)];
        for (host, by_itself) in [(Fake::rootful(), true), (Fake::rootless(), false)] {
            assert!(!is_installed(&host, None) && !is_installed(&host, Some(&told)));
            let host = host.file(path.as_str(), 0, 0o644, "");
            assert_eq!(is_installed(&host, None), by_itself);
            assert!(is_installed(&host, Some(&told)) && !is_installed(&host, Some(&[])));
        }
    }

    #[test]
    fn directories_of_others_are_left_out() {
        let hook = r#"{"version": "1.0.0",
            "hook": {"path": "/usr/bin/other", "args": ["old", "-x"], "env": ["A=b"]}}"#;
        let old = r#"{"hook": "/usr/bin/old", "arguments": ["-x"]}"#;
        let host = host(0, 0o755)
            .file(format!("{}/a.json", DIRECTORIES[0].what), 0, 0o644, hook)
            .file(format!("{}/b.json", DIRECTORIES[0].what), 0, 0o644, old)
            .file(format!("{}/c.json", DIRECTORIES[1].what), 1000, 0o644, hook)
            .file("/usr/bin/other", 0, 0o755, "")
            .file("/usr/bin/old", 0, 0o755, "")
            .directory(DIRECTORIES[1].what, 1000, 0o755);
        let found = register(&host, Path::new(STATE), None, &[]).unwrap();
        assert_eq!(found.directories.len(), 2);
        assert_eq!(found.directories[0], Path::new(DIRECTORIES[0].what));
        assert!(found.directories[1].starts_with(STATE));
        let args = ["old", "-x"].map(str::to_owned);
        let old = mark(
            Path::new("/usr/bin/old"),
            &["/usr/bin/old".to_owned(), "-x".to_owned()],
            &[],
        );
        let other = mark(Path::new("/usr/bin/other"), &args, &["A=b".to_owned()]);
        assert_eq!(found.hooks, [old, other].into());
    }

    #[test]
    fn hooks_that_a_person_asked_for_may_run() {
        let hook = |path: &str| format!("{{\"hook\": {{\"path\": \"{path}\"}}}}");
        let host = host(0, 0o755)
            .file("/srv/hooks/a.json", 1000, 0o644, hook("/srv/a"))
            .file("/srv/hooks/b.json", 1000, 0o644, r#"{"hook": "/srv/b"}"#)
            .file("/srv/hooks/c.txt", 1000, 0o644, hook("/srv/c"))
            .file("/srv/hooks/json", 1000, 0o644, hook("/srv/d"));
        let found = register(&host, Path::new(STATE), None, &["/srv/hooks".into()]).unwrap();
        let marks = ["/srv/a", "/srv/b"].map(|path| mark(Path::new(path), &[], &[]));
        assert_eq!(found.hooks, marks.into());
        let [.., asked, ours] = found.directories.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(asked, Path::new("/srv/hooks"));
        assert!(host.recall(ours, FILE).is_some());
    }

    #[test]
    fn our_own_directory_holds_our_hook_alone() {
        let host = host(0, 0o755);
        let found = register(&host, Path::new(STATE), None, &[]).unwrap();
        let ours = found.directories.last().unwrap();
        assert!(register(&host, Path::new(STATE), None, &[]).is_ok());
        let mut told = Told::default();
        for (title, name) in [("a planted hook", "a.json"), ("a hidden one", ".json.json")] {
            let host = host.clone().file(ours.join(name), 0, 0o600, "{}");
            let problem = register(&host, Path::new(STATE), None, &[]).unwrap_err();
            told.problem(title, &problem);
        }
        let draft = host
            .clone()
            .file(ours.join(".safe-podman.json.7"), 0, 0o600, "");
        assert!(register(&draft, Path::new(STATE), None, &[]).is_ok());
        for (owner, mode) in [(1000, 0o755), (0, 0o777)] {
            let host = host.clone().directory(STATE, owner, mode);
            let host = host.directory(ours, 0, 0o700);
            let problem = register(&host, Path::new(STATE), None, &[]).unwrap_err();
            told.problem(format!("a way of uid {owner}, mode {mode:o}"), &problem);
        }
        insta::assert_snapshot!("own", told.text());
    }

    #[test]
    fn a_hook_that_others_could_change_stops_the_run() {
        let hook = r#"{"version": "1.0.0", "hook": {"path": "/opt/x"}, "stages": ["prestart"]}"#;
        let file = format!("{}/a.json", DIRECTORIES[0].what);
        let host = |file_owner, program_owner| {
            Fake::rootful()
                .file(file.as_str(), file_owner, 0o644, hook)
                .file("/opt/x", program_owner, 0o755, "")
                .file("/usr/bin/safe-podman", 0, 0o755, "")
                .link("/proc/self/exe", "/usr/bin/safe-podman")
        };
        assert!(register(&host(0, 0), Path::new(STATE), None, &[]).is_ok());
        let mut told = Told::default();
        for (title, host) in [("file", host(1000, 0)), ("program", host(0, 1000))] {
            let problem = register(&host, Path::new(STATE), None, &[]).unwrap_err();
            told.problem(format!("a {title} of uid 1000"), &problem);
        }
        insta::assert_snapshot!("hooks", told.text());
    }
}
