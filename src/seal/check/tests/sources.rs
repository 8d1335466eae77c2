//! Which source answers which check.
#![allow(clippy::unwrap_used, reason = "tests")]
use std::collections::BTreeSet;
use std::path::Path;

use super::{CONFIG, PROFILE, promised};
use crate::host::{Fake, KernelMount, Process};
use crate::seal::check::{CHECKS, Comparison, Hold, compare};
use crate::seal::observed::{Observed, Waiting};
use crate::seal::oci::OciConfig;
use crate::seal::promise::Privilege;
use crate::seal::store::ContainerContext;

fn with<T>(look: impl FnOnce(ContainerContext<'_>) -> T) -> T {
    let host = Fake::rootful().with_process(1, super::running::kept());
    look(ContainerContext {
        host: &host,
        id: "x",
        bundle: Path::new("/x"),
        root: None,
    })
}

fn from_config(waiting: Option<Waiting<'_>>) -> Comparison {
    let config = OciConfig::parse(CONFIG.as_bytes()).unwrap();
    let program = Path::new("/usr/bin/safe-podman");
    with(|context| {
        let observed = Observed::from_config(context, &config, program, Some(PROFILE), waiting);
        compare(&promised(), &observed)
    })
}

fn of_process(privilege: Privilege) -> Comparison {
    let process = Process::default();
    with(|context| {
        let observed = Observed::of_process(context, (7, &process), &process, privilege);
        compare(&promised(), &observed)
    })
}

/// The names of the checks of some kinds.
fn named(is_meant: fn(&Hold) -> bool) -> Vec<&'static str> {
    let meant = CHECKS.iter().filter(|(_, hold)| is_meant(hold));
    meant.map(|(name, _)| *name).collect()
}

fn is_of_start(hold: &Hold) -> bool {
    matches!(hold, Hold::Start(_) | Hold::Mounted(_))
}

#[test]
fn the_hook_leaves_nothing_unanswered() {
    let root = KernelMount {
        point: OciConfig::parse(CONFIG.as_bytes()).unwrap().root.path,
        ..KernelMount::default()
    };
    let mut waiting = Waiting {
        pid: 1,
        runtime: &[],
        tables: Some((&[root], &[])),
    };
    assert_eq!(from_config(Some(waiting)).unanswered, [""; 0]);
    waiting.tables = Some((&[], &[]));
    // Where there is no root file system nothing is known of what is mounted in it.
    let mounted = named(|hold| matches!(hold, Hold::Mounted(_)));
    assert_eq!(from_config(Some(waiting)).unanswered, mounted);
    waiting.tables = None;
    assert_eq!(from_config(Some(waiting)).unanswered, mounted);
    let started = from_config(None).unanswered;
    assert_eq!(started, named(is_of_start));
}

#[test]
fn what_proc_does_not_show_is_not_kept_but_unanswered() {
    let only_config = |hold: &Hold| matches!(hold, Hold::Config(_)) || is_of_start(hold);
    let confined = of_process(Privilege::Confined);
    assert_eq!(confined.unanswered, named(only_config));
    let mounts =
        |hold: &Hold| matches!(hold, Hold::Config(_) | Hold::Mounts(_)) || is_of_start(hold);
    let privileged = of_process(Privilege::Privileged);
    assert_eq!(privileged.unanswered, named(mounts));
    assert_eq!(privileged.left_unanswered(&from_config(None)), [""; 0]);
    assert_eq!(
        confined.left_unanswered(&privileged),
        named(|hold| matches!(hold, Hold::Config(_)))
    );
}

#[test]
fn a_name_is_one_check() {
    let names: BTreeSet<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), CHECKS.len());
}
