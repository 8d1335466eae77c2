//! Which source answers which check.
#![allow(clippy::unwrap_used, reason = "tests")]
use std::collections::BTreeSet;
use std::path::Path;

use super::{CONFIG, PROFILE, promised};
use crate::host::{Fake, Process};
use crate::seal::check::{CHECKS, Comparison, Hold, compare};
use crate::seal::observed::{Observed, Waiting};
use crate::seal::oci::OciConfig;
use crate::seal::promise::Privilege;
use crate::seal::store::ContainerContext;

fn with<T>(look: impl FnOnce(ContainerContext<'_>) -> T) -> T {
    let host = Fake::rootful();
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
        let observed = Observed::of_process(context, &process, &process, privilege);
        compare(&promised(), &observed)
    })
}

/// The names of the checks of some kinds.
fn named(is_meant: fn(&Hold) -> bool) -> Vec<&'static str> {
    let meant = CHECKS.iter().filter(|(_, hold)| is_meant(hold));
    meant.map(|(name, _)| *name).collect()
}

#[test]
fn the_hook_leaves_nothing_unanswered() {
    let waiting = Waiting {
        pid: 1,
        runtime: &[],
    };
    assert_eq!(from_config(Some(waiting)).unanswered, [""; 0]);
    let started = from_config(None).unanswered;
    assert_eq!(started, named(|hold| matches!(hold, Hold::Start(_))));
}

#[test]
fn what_proc_does_not_show_is_not_kept_but_unanswered() {
    let only_config = |hold: &Hold| matches!(hold, Hold::Config(_) | Hold::Start(_));
    let confined = of_process(Privilege::Confined);
    assert_eq!(confined.unanswered, named(only_config));
    let mounts = |hold: &Hold| matches!(hold, Hold::Config(_) | Hold::Start(_) | Hold::Mounts(_));
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
