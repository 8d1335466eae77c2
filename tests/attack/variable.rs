//! What the caller's environment makes podman do, and what it takes into the container.

use std::path::PathBuf;
use std::time::Duration;
use std::{fs, thread};

use crate::engine::IMAGE;
use crate::process::said;
use crate::row::{Parts, Seen, Try, attacks};

attacks!(a_variable_that_a_helper_of_podman_obeys);

/// The directory from which iptables, which sets up a container's network, loads its libraries.
const NAME: &str = "XTABLES_LIBDIR";

/// `-e XTABLES_LIBDIR`, which loaded a library as root. Nothing has to be refused: the container gets the variable, and
/// podman and what it starts do not.
fn a_variable_that_a_helper_of_podman_obeys() -> Parts {
    Parts {
        by: &[],
        attack: |t| {
            let mut command = t.command("run");
            command
                .env(NAME, "/srv/evil")
                .args(["--rm", "--network=none"]);
            command.args(["--name", t.container(), "-e", NAME, IMAGE, "sleep", "5"]);
            let podman = thread::spawn(move || said(&mut command, &[]));
            let reached = environment_of_podman(t).contains("XTABLES_LIBDIR=/srv/evil");
            let said = podman.join().unwrap();
            assert_eq!(said.code, 0, "{said:?}");
            Ok(Seen { reached, said })
        },
        twin: |t| {
            let mut command = t.command("run");
            command
                .env(NAME, "/srv/evil")
                .args(["--rm", "--network=none"]);
            let test = "test $XTABLES_LIBDIR = /srv/evil";
            command.args(["-e", NAME, IMAGE, "sh", "-c", test]);
            Ok(said(&mut command, &[]))
        },
    }
}

/// The environment of the podman that waits for the container, which is that of each helper it starts.
fn environment_of_podman(t: &Try<'_>) -> String {
    let is_ours = |process: &PathBuf| {
        let words = fs::read_to_string(process.join("cmdline")).unwrap_or_default();
        let podman = fs::read_to_string(process.join("comm")).is_ok_and(|name| name == "podman\n");
        podman && words.split('\0').any(|word| word.ends_with(t.container()))
    };
    for _ in 0..200 {
        thread::sleep(Duration::from_millis(20));
        let running = ["inspect", "--format={{.State.Running}}", t.container()];
        if t.engine.podman(running).stdout.trim() == "true" {
            let mut processes = fs::read_dir("/proc")
                .unwrap()
                .map(|entry| entry.unwrap().path());
            let podman = processes.find(is_ours).unwrap();
            let environment = fs::read(podman.join("environ")).unwrap();
            return String::from_utf8_lossy(&environment).into_owned();
        }
    }
    panic!("the container does not run");
}
