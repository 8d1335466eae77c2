//! A joined namespace is somebody's, and may be the host's.

use std::fs;

use crate::engine::{Engine, IMAGE};
use crate::harness::Skip;
use crate::process::{Said, said};
use crate::row::{Parts, Seen, Try, attacks};

attacks!(
    a_network_of_a_container_that_has_the_host_s,
    processes_of_a_container_that_has_the_host_s,
    a_name_of_a_container_that_has_the_host_s,
    a_name_of_a_container_that_does_not_run_yet,
);

fn a_network_of_a_container_that_has_the_host_s() -> Parts {
    Parts {
        by: &["[host-network]"],
        attack: |on| joins(on, "network", "net"),
        twin: |on| twin(on, "network"),
    }
}

fn processes_of_a_container_that_has_the_host_s() -> Parts {
    Parts {
        by: &["[pid-host]"],
        attack: |on| joins(on, "pid", "pid"),
        twin: |on| twin(on, "pid"),
    }
}

fn a_name_of_a_container_that_has_the_host_s() -> Parts {
    Parts {
        by: &["[uts-host]"],
        attack: |on| joins(on, "uts", "uts"),
        twin: |on| twin(on, "uts"),
    }
}

/// Nobody can tell before the start what one that does not run will have: podman starts it first.
fn a_name_of_a_container_that_does_not_run_yet() -> Parts {
    Parts {
        by: &["its uts namespace is the host's, but another container's was promised"],
        attack: |on| {
            // A user's podman may not even look at the namespaces of root's processes.
            on.rootful()?;
            let path = format!("--uts=ns:/proc/{}/ns/uts", std::process::id());
            let other = other(on, "create", &[&path]);
            let seen = seen(on, &format!("--uts=container:{other}"), "uts");
            remove(on, &[&other]);
            Ok(seen)
        },
        twin: |on| twin(on, "uts"),
    }
}

fn joins(on: &Try<'_>, flag: &str, kernels: &str) -> Result<Seen, Skip> {
    let other = other(on, "run", &["--detach", &format!("--{flag}=host")]);
    let seen = seen(on, &format!("--{flag}=container:{other}"), kernels);
    remove(on, &[&other]);
    Ok(seen)
}

fn twin(on: &Try<'_>, flag: &str) -> Result<Said, Skip> {
    let other = other(on, "run", &["--detach", "--network=none"]);
    let said = joined(on, &format!("--{flag}=container:{other}"), "net");
    remove(on, &[&other]);
    Ok(said)
}

/// Is the container in the namespace of this very process?
fn seen(on: &Try<'_>, arg: &str, kernels: &str) -> Seen {
    let said = joined(on, arg, kernels);
    let own = fs::read_link(format!("/proc/self/ns/{kernels}")).unwrap();
    Seen {
        reached: said.stdout.trim() == own.to_str().unwrap(),
        said,
    }
}

fn joined(on: &Try<'_>, arg: &str, kernels: &str) -> Said {
    let mut command = on.command("run");
    command.args(["--rm", "--name", on.container(), arg]);
    if !arg.starts_with("--network") {
        command.arg("--network=none");
    }
    let link = format!("/proc/self/ns/{kernels}");
    said(command.args([IMAGE, "readlink", &link]), &[])
}

/// Another container, which somebody made with plain podman.
fn other(on: &Try<'_>, verb: &str, flags: &[&str]) -> String {
    let name = format!("{}-other", on.container());
    made(on, verb, &name, flags);
    name
}

fn made(on: &Try<'_>, verb: &str, name: &str, flags: &[&str]) {
    let mut command = on.engine.patient("podman");
    command.args(on.engine.store_flags()).arg(verb);
    command.args(Engine::plain_flags()).args(["--name", name]);
    if !flags.iter().any(|flag| flag.starts_with("--network")) {
        command.arg("--network=none");
    }
    said(command.args(flags).args([IMAGE, "sleep", "60"]), &[]).ok();
}

fn remove(on: &Try<'_>, names: &[&str]) {
    let force = ["rm", "--force", "--ignore", "--time=0"];
    for name in [&[on.container()], names].concat() {
        on.engine.podman(force.iter().copied().chain([name]));
    }
}
