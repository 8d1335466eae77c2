//! The floor: what the filter lets through, call by call, under plain podman and under safe-podman.
//!
//! `probe/` is the program that asks, `table.rs` says what has to come of each line. The first test writes
//! `floor: KIND<tab>NAME<tab>PLAIN<tab>OURS` to standard error, of which `tests/attack/run` makes a table.

mod foreign;
mod opened;
mod run;
mod table;

use self::foreign::{
    a_32_bit_image_has_the_same_floor, a_32_bit_program_runs_in_an_image_of_its_own,
};
use self::opened::{
    a_capability_opens_what_it_is_for, nesting_opens_namespaces_and_mounts,
    the_engine_s_filter_is_the_engine_s,
};
use self::run::{plain, safe};
use self::table::{ANSWERS, FOREIGN, PASSES, faults, opened};
use crate::engine::Engine;
use crate::harness::{Tested, tests};

tests!(fn(&Engine) -> Tested:
    no_line_passes_that_may_not,
    no_number_passes_that_plain_podman_stops,
    no_namespace_is_entered,
    a_capability_opens_what_it_is_for,
    nesting_opens_namespaces_and_mounts,
    the_engine_s_filter_is_the_engine_s,
    a_32_bit_program_runs_in_an_image_of_its_own,
    a_32_bit_image_has_the_same_floor,
);

/// How many lines have to be open under plain podman, or the table proves nothing there.
const VOID_BELOW: usize = 12;

fn no_line_passes_that_may_not(engine: &Engine) -> Tested {
    let (plain, ours) = (plain(engine, &[], &[]), safe(engine, &[], &[]));
    let kind = if engine.is_rootful() {
        "rootful"
    } else {
        "rootless"
    };
    for (name, answer) in &plain {
        eprintln!("floor: {kind}\t{name}\t{answer}\t{}", ours[name]);
    }
    let faults = faults(&ours, &[PASSES], &[&[FOREIGN], ANSWERS]);
    assert!(faults.is_empty(), "the floor has holes: {faults:#?}");
    let closed = opened(&plain, &ours);
    assert!(
        closed.len() >= VOID_BELOW,
        "void, plain podman has only these open: {closed:?}"
    );
    Ok(())
}

/// Every number, with no arguments: the floor opens nothing.
fn no_number_passes_that_plain_podman_stops(engine: &Engine) -> Tested {
    let words = &["numbers"];
    let (plain, ours) = (plain(engine, &[], words), safe(engine, &[], words));
    let opened = opened(&ours, &plain);
    assert!(
        opened.is_empty(),
        "open here and not under plain podman: {opened:?}"
    );
    let foreign = |name: &str| name.starts_with("x32 ") || name.starts_with("int80 ");
    let foreign: Vec<_> = ours
        .iter()
        .filter(|(name, answer)| foreign(name) && *answer != "killed SIGSYS")
        .collect();
    assert!(
        foreign.is_empty(),
        "calls of another architecture that do not end the program: {foreign:?}"
    );
    Ok(())
}

/// The attack itself, with the calls really run.
fn no_namespace_is_entered(engine: &Engine) -> Tested {
    const WAYS: [&str; 3] = ["enter by unshare", "enter by clone", "enter by clone3"];
    let words = &["enter"];
    let (plain, ours) = (plain(engine, &[], words), safe(engine, &[], words));
    for way in WAYS {
        assert!(ours[way].starts_with("denied "), "{ours:#?}");
        assert_eq!(plain[way], "allowed", "void: {plain:#?}");
    }
    assert_eq!(ours.len(), WAYS.len(), "{ours:#?}");
    for inside in [
        "capabilities",
        "socket AF_PACKET",
        "netlink NETFILTER",
        "mount tmpfs",
    ] {
        assert_eq!(
            plain[&format!("inside {inside}")],
            "allowed",
            "void: {plain:#?}"
        );
    }
    Ok(())
}
