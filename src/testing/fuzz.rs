//! What `tests/fuzz` feeds with whatever comes to its mind: one function for each reader of what others wrote. Each says what
//! has to hold and stops the program where it does not.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::*;
use crate::policy::engine::Finding;

pub use crate::commands::fuzz::holds as rows;
pub use crate::seal::ambient::fuzz::holds as conf;
pub use crate::seal::fuzz::holds as config;
pub use crate::seccomp::fuzz::holds as seccomp;

/// Beside what [holds for every text](crate::yaml::fuzz::holds), what a profile gives is what podman's parser would read.
///
/// # Panics
/// Where that does not hold.
pub fn yaml(bytes: &[u8]) {
    crate::yaml::fuzz::holds(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let base = Path::new(DIRECTORY).into();
    if let Ok(layers) = layers(text, &base) {
        let is_podmans = |given: &&args::FlagValue| flags::by_name(given.flag.long).is_some();
        let given: Vec<_> = layers.given.iter().filter(is_podmans).cloned().collect();
        let words: Vec<_> = given.iter().map(args::FlagValue::argument).collect();
        let read = args::parse(&words, &[], &base).expect("podman could not read the profile");
        assert_eq!(said(&given), said(&read.given));
    }
    let _: Result<Site, Problem> = Site::parse(text, "policy.yaml");
}

/// A command line, a word in each line. What it means is what it means in the form that podman is given. What is refused
/// in one form is refused in the other, and at the higher level too. What is printed can be run again and is printed the
/// same.
///
/// # Panics
/// Where that does not hold.
pub fn argv(bytes: &[u8]) {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let words: Vec<OsString> = bytes
        .split(|byte| *byte == b'\n')
        .map(|word| OsStr::from_bytes(word).to_owned())
        .collect();
    let directory: Arc<Path> = Path::new(DIRECTORY).into();
    let Ok(first) = RunOptions::parse(&words, RUN_OPTIONS, &directory) else {
        return;
    };
    let again = |words: &[OsString]| RunOptions {
        args: args::parse(words, &[], &directory).expect("what is printed cannot be read"),
        ..first.clone()
    };
    let canonical = again(&first.args.argv());
    assert_eq!(meaning(&first), meaning(&canonical));
    for host in [furnished(Fake::rootful()), furnished(Fake::rootless())] {
        let run = TestRun::on(&host);
        let Ok(judged) = run.verdicts(&first) else {
            assert!(run.verdicts(&canonical).is_err(), "it is read otherwise");
            continue;
        };
        let other = run.verdicts(&canonical).expect("it is read otherwise");
        assert_eq!(verdicts(&judged), verdicts(&other), "judged otherwise");
        assert_eq!(judged.argv, other.argv);
        let restricted = RunOptions {
            level: Level::Restricted,
            ..first.clone()
        };
        let restricted = run.verdicts(&restricted).expect("a level changes no value");
        if judged.judgement.is_refused() {
            assert!(
                restricted.judgement.is_refused(),
                "the higher level is lower"
            );
        } else {
            let printed = run.verdicts(&again(&unsaid(&judged.argv, &run)));
            let printed = printed.expect("what is printed cannot be judged");
            assert!(
                !printed.judgement.is_refused(),
                "what is printed is refused: {:?}",
                verdicts(&printed)
            );
            assert_eq!(without_tmpfs(&judged), without_tmpfs(&printed));
        }
    }
}

/// The printed command without its tmpfs: one that was not asked for, as `/dev/shm`, is not given to the user; one that is
/// typed is.
fn without_tmpfs(judged: &Verdicts) -> Vec<&OsString> {
    let is_tmpfs = |word: &&OsString| word.as_bytes().starts_with(b"--tmpfs=");
    judged.argv.iter().filter(|word| !is_tmpfs(word)).collect()
}

/// A printed command without the flags that every command gets: to ask for one is not the same as to get it.
fn unsaid(argv: &[OsString], run: &TestRun<'_>) -> Vec<OsString> {
    let image = ["localhost/app".into()];
    let plain = RunOptions::parse(&image, &[], &run.directory).and_then(|said| run.verdicts(&said));
    let plain = plain.expect("a plain run").argv;
    let flags = argv.iter().take_while(|word| *word != "--");
    let rest = argv.iter().skip_while(|word| *word != "--");
    let asked = flags.filter(|word| !plain.contains(word));
    asked.chain(rest).cloned().collect()
}

fn meaning(said: &RunOptions) -> (Vec<(&'static str, &str)>, Option<&String>, &Vec<OsString>) {
    let RunOptions { args, .. } = said;
    (self::said(&args.given), args.image.as_ref(), &args.command)
}

fn said(given: &[args::FlagValue]) -> Vec<(&'static str, &str)> {
    let all = given.iter();
    all.map(|given| (given.flag.long, given.value.as_str()))
        .collect()
}

fn verdicts(judged: &Verdicts) -> Vec<(&'static str, std::mem::Discriminant<Verdict>)> {
    let verdict = |found: &Finding| (found.rule.id.name(), std::mem::discriminant(&found.verdict));
    judged.judgement.findings.iter().map(verdict).collect()
}

/// What a path may lead to.
fn furnished(host: Fake) -> Fake {
    host.file("/etc/passwd", 0, 0o644, "")
        .file("/srv/app/config", 1000, 0o644, "")
        .file("/home/user/project/a.env", 1000, 0o600, "A=b")
        .node("/run/podman/podman.sock", FileKind::Socket, 0, 0o660)
        .node("/dev/fuse", FileKind::CharDevice, 0, 0o666)
        .node("/dev/sda", FileKind::BlockDevice, 0, 0o660)
        .link("/srv/etc", "/etc")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    type Target = (&'static str, fn(&[u8]));

    /// What the fuzzer starts from and what it once stopped at, below `tests/fuzz/seeds`.
    #[test]
    fn every_seed_holds() {
        let targets: [Target; 6] = [
            ("argv", argv),
            ("conf", conf),
            ("config", config),
            ("rows", rows),
            ("seccomp", seccomp),
            ("yaml", yaml),
        ];
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
        let files = |directory: PathBuf| -> Vec<PathBuf> {
            let entries = fs::read_dir(directory).unwrap();
            entries.map(|entry| entry.unwrap().path()).collect()
        };
        assert_eq!(files(root.join("seeds")).len(), targets.len());
        assert_eq!(files(root.join("fuzz_targets")).len(), targets.len());
        for (name, holds) in targets {
            let seeds = files(root.join("seeds").join(name));
            assert!(!seeds.is_empty(), "{name}");
            for seed in seeds {
                let bytes = fs::read(&seed).unwrap();
                let held = std::panic::catch_unwind(|| holds(&bytes));
                assert!(held.is_ok(), "{} does not hold", seed.display());
            }
        }
    }
}
