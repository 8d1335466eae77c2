//! What is known of an image's files before it starts: they are looked at in the layers that the engine itself wrote.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};
use crate::image::rootfs;
use crate::process::Said;

tests!(fn(&Engine) -> Tested:
    a_program_with_a_capability_of_its_own_starts,
    a_capability_that_opens_more_is_asked_for,
    the_files_are_those_of_all_layers,
    a_program_in_a_mount_that_runs_nothing,
);

const PROGRAM: &str = "/opt/own/busybox";
const NET_BIND_SERVICE: u32 = 10;
const NET_RAW: u32 = 13;

/// An image with one more program, that has this capability of its own.
fn capable(engine: &Engine, name: &str, capability: u32) -> String {
    let name = format!("localhost/{name}");
    let low = 1_u32 << capability;
    let attribute: Vec<u8> = [0x0200_0001, low, 0, 0, 0].map(u32::to_le_bytes).concat();
    let mut archive = entry(
        b'x',
        "attributes",
        &record("security.capability", &attribute),
    );
    archive.extend(entry(b'0', PROGRAM.trim_start_matches('/'), &busybox()));
    archive.extend(rootfs());
    engine.import_archive(&name, &archive, &[]).ok();
    name
}

/// A record of a pax header, whose length counts itself.
fn record(attribute: &str, value: &[u8]) -> Vec<u8> {
    let rest = [
        format!(" SCHILY.xattr.{attribute}=").as_bytes(),
        value,
        b"\n",
    ]
    .concat();
    let of = |digits: usize| (rest.len() + digits).to_string();
    let length = (1..10)
        .map(of)
        .zip(1..)
        .find(|(length, digits)| length.len() == *digits);
    [length.unwrap().0.as_bytes(), &rest].concat()
}

/// An entry of a tar archive, of mode 0755.
fn entry(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000755\x000000000\x000000000\x00");
    put(
        124,
        format!("{:011o}\0{:011o}\0", content.len(), 0).as_bytes(),
    );
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

/// The program itself, from the archive.
fn busybox() -> Vec<u8> {
    let mut rest = rootfs();
    loop {
        let (header, content) = rest.split_at(512);
        let size = std::str::from_utf8(&header[124..135]).unwrap();
        let size = usize::from_str_radix(size, 8).unwrap();
        if header.starts_with(b"./bin/busybox\0") {
            return content[..size].to_vec();
        }
        rest = &content[size.next_multiple_of(512)..];
    }
}

fn start(engine: &Engine, image: &str, flags: &[&str]) -> Said {
    let program = [image, PROGRAM, "grep", "CapEff", "/proc/self/status"];
    engine.safe([flags, &["--network=none"], &program].concat())
}

fn a_program_with_a_capability_of_its_own_starts(engine: &Engine) -> Tested {
    let image = capable(engine, "low-ports", NET_BIND_SERVICE);
    let plain = ["--cap-drop=all", "--network=none", &image, PROGRAM, "true"];
    let plain = engine.plain(plain);
    assert!(plain.code != 0, "the kernel starts it anyway: {plain:#?}");
    let safe = start(engine, &image, &[]);
    assert_eq!(safe.ok(), "CapEff:\t0000000000000400\n");
    let restricted = start(engine, &image, &["--level=restricted"]);
    assert!(
        restricted.stderr.contains("[file-capability]"),
        "{restricted:#?}"
    );
    Ok(())
}

fn a_capability_that_opens_more_is_asked_for(engine: &Engine) -> Tested {
    let image = capable(engine, "raw", NET_RAW);
    let refused = start(engine, &image, &[]);
    assert_eq!(refused.code, 125);
    let words = ["--cap-add=NET_RAW", "--allow=cap-privilege=a test"];
    assert!(refused.stderr.contains(words[0]), "{refused:#?}");
    assert_eq!(
        start(engine, &image, &words).ok(),
        "CapEff:\t0000000000002000\n"
    );
    Ok(())
}

/// Of a program that a later layer replaces, or whose directory it makes anew, the old capabilities are gone.
fn the_files_are_those_of_all_layers(engine: &Engine) -> Tested {
    let image = capable(engine, "below", NET_BIND_SERVICE);
    for (name, script, is_added) in [
        ("kept", "touch /opt/new", true),
        (
            "link",
            "mv /opt/own/busybox /opt/own/real; ln -s real /opt/own/busybox",
            true,
        ),
        (
            "file",
            "cp /bin/busybox /new; mv /new /opt/own/busybox",
            false,
        ),
        (
            "directory",
            "rm -r /opt/own; mkdir /opt/own; cp /bin/busybox /opt/own",
            false,
        ),
    ] {
        let above = format!("localhost/{name}");
        let container = format!("maker-{name}");
        let maker = format!("--name={container}");
        let mut make = vec!["run"];
        make.extend(Engine::plain_flags());
        make.extend([&maker, "--network=none", &image, "sh", "-c", script]);
        engine.podman(make).ok();
        engine
            .podman(["commit", "--quiet", &container, &above])
            .ok();
        engine.podman(["rm", &container]).ok();
        let dry = start(engine, &above, &["--dry-run"]).ok();
        let is_there = dry.contains("--cap-add=NET_BIND_SERVICE");
        assert_eq!(is_there, is_added, "{name}: {dry}");
        start(engine, &above, &[]).ok();
    }
    Ok(())
}

fn a_program_in_a_mount_that_runs_nothing(engine: &Engine) -> Tested {
    let dir = engine.dir("program");
    let program = dir.join("start");
    fs::write(&program, "#!/bin/sh\necho ran\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let start = |options: &str, allow: &'static str| {
        let volume = format!("--volume={}:/app:{options}", dir.display());
        engine.safe(["--network=none", allow, &volume, IMAGE, "/app/start"])
    };
    let quiet = "--quiet";
    let refused = start("rw", quiet);
    assert!(refused.stderr.contains("[noexec-program]"), "{refused:#?}");
    assert!(refused.stderr.contains(":/app:rw,exec"), "{refused:#?}");
    // It is the mount that stops it, not the rule.
    let denied = start("rw", "--allow=noexec-program=a test");
    assert!(denied.code != 0 && denied.stdout.is_empty(), "{denied:#?}");
    for options in ["ro", "rw,exec"] {
        assert_eq!(start(options, quiet).ok(), "ran\n", "{options}");
    }
    Ok(())
}
