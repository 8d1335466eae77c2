//! What an image would bring along: plain podman takes it, we refuse it by name.

use std::fs;
use std::process::Command;

use safe_podman::testing::sha256;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::harness::{Skip, Tested, tests};
use crate::image::rootfs;
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    a_name_for_root,
    a_variable_of_the_caller_s,
    every_variable_of_the_caller_s,
    a_volume_over_etc,
    a_volume_for_data,
    a_checkpoint_in_place_of_a_container,
    labels_that_somebody_obeys,
    an_order_to_the_runtime,
);

/// An image of one layer with any configuration and annotations; `podman import` would not make some of them.
fn load(engine: &Engine, name: &str, config: &Value, annotations: &Value) {
    let dir = engine.dir(&format!("oci-{name}"));
    let blobs = dir.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |kind: &str, bytes: &[u8]| {
        let sha256 = sha256(bytes);
        fs::write(blobs.join(&sha256), bytes).unwrap();
        let media = format!("application/vnd.oci.image.{kind}");
        json!({"mediaType": media, "digest": format!("sha256:{sha256}"), "size": bytes.len()})
    };
    let layer = put("layer.v1.tar", rootfs());
    let rootfs = json!({"type": "layers", "diff_ids": [layer["digest"]]});
    let image =
        json!({"architecture": architecture(), "os": "linux", "config": config, "rootfs": rootfs});
    let image = put("config.v1+json", image.to_string().as_bytes());
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": image,
        "layers": [layer],
        "annotations": annotations,
    });
    let mut manifest = put("manifest.v1+json", manifest.to_string().as_bytes());
    manifest["annotations"] = json!({"org.opencontainers.image.ref.name": tag(name)});
    let write = |name: &str, value: Value| fs::write(dir.join(name), value.to_string()).unwrap();
    write(
        "index.json",
        json!({"schemaVersion": 2, "manifests": [manifest]}),
    );
    write("oci-layout", json!({"imageLayoutVersion": "1.0.0"}));
    let mut pack = Command::new("tar");
    let archive = pack.arg("-C").arg(&dir).args(["-c", "."]).output().unwrap();
    assert!(archive.status.success());
    let mut load = engine.patient("podman");
    load.args(engine.store_flags()).args(["load", "--quiet"]);
    said(&mut load, &archive.stdout).ok();
}

fn tag(name: &str) -> String {
    format!("localhost/{name}")
}

/// As the images call it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// Both programs with a secret in the environment.
fn run(engine: &Engine, safe: bool, args: &[&str]) -> Said {
    let mut command = if safe {
        engine.safe_command("run")
    } else {
        let mut command = engine.patient("podman");
        command
            .args(engine.store_flags())
            .arg("run")
            .args(Engine::plain_flags());
        command
    };
    command
        .env("SECRET", "hunter2")
        .args(["--rm", "--network=none"]);
    said(command.args(args), &[])
}

fn refused(said: &Said, rule: &str) {
    assert_eq!((said.code, said.stdout.as_str()), (125, ""), "{said:#?}");
    assert!(said.stderr.contains(rule), "{rule}: {said:#?}");
}

fn a_name_for_root(engine: &Engine) -> Tested {
    engine.commit(
        "localhost/toor-base",
        "echo toor:x:0:0::/:/bin/sh >>/etc/passwd",
    );
    let mut build = engine.patient("podman");
    build
        .args(engine.store_flags())
        .args(["build", "--quiet", "--tag=localhost/toor", "-"]);
    said(&mut build, b"FROM localhost/toor-base\nUSER toor\n").ok();
    let args = ["localhost/toor", "id", "-u"];
    assert_eq!(run(engine, false, &args).ok(), "0\n");
    let image = engine.profile("seal-image", "user: image\n");
    let auto = engine.profile("seal-auto", "user: auto\n");
    // The image's accounts are known before the start; what somebody typed is held at the seal.
    let known = "\"user: image\" needs an image whose USER is not root";
    let sealed = "sealed: the container is not started, for it is less confined than promised: its uid is 0, but a \
        uid other than 0 was promised; its gid is 0, but a gid other than 0 was promised (probably all by the image's /etc/passwd or /etc/group: give --user and --group-add numbers)";
    for (user, reason) in [(image.as_str(), known), ("--user=toor", sealed)] {
        let safe = run(engine, true, &[&[user][..], &args].concat());
        assert!(
            safe.code != 0 && safe.stdout.is_empty(),
            "{user}: {safe:#?}"
        );
        assert!(safe.stderr.contains(reason), "{user}: {safe:#?}");
    }
    let nobody = run(engine, true, &[&[auto.as_str()][..], &args].concat());
    assert_eq!(nobody.ok(), "65532\n");
    Ok(())
}

fn a_variable_of_the_caller_s(engine: &Engine) -> Tested {
    imports(engine, "bare", "SECRET")
}

fn every_variable_of_the_caller_s(engine: &Engine) -> Tested {
    imports(engine, "star", "*")
}

fn imports(engine: &Engine, name: &str, entry: &str) -> Tested {
    load(
        engine,
        name,
        &json!({"Env": ["PATH=/bin", entry]}),
        &json!({}),
    );
    let args = [tag(name), "env".to_owned()];
    let args = [args[0].as_str(), args[1].as_str()];
    let plain = run(engine, false, &args);
    if !plain.stdout.contains("SECRET=hunter2") {
        return Err(Skip(format!(
            "this podman imports nothing for ENV {entry}: {}",
            plain.stderr.trim()
        )));
    }
    refused(&run(engine, true, &args), "image-env-import");
    Ok(())
}

fn mounted(at: &str) -> String {
    format!("grep ' {at} ' /proc/self/mountinfo")
}

/// It would be writable, and executable, in a container whose root file system is neither.
fn a_volume_over_etc(engine: &Engine) -> Tested {
    load(
        engine,
        "volume-etc",
        &json!({"Env": ["PATH=/bin"], "Volumes": {"/etc": {}}}),
        &json!({}),
    );
    let script = mounted("/etc");
    let args = ["localhost/volume-etc", "sh", "-c", &script];
    let plain = run(engine, false, &args).ok();
    assert!(plain.contains("/_data "), "{plain}");
    let safe = run(engine, true, &args);
    refused(&safe, "dest-injection");
    assert!(
        safe.stderr.contains("the image's VOLUME \"/etc\""),
        "{safe:#?}"
    );
    let ignored = run(
        engine,
        true,
        &[&["--image-volume=ignore"], &args[..]].concat(),
    );
    assert_eq!(
        (ignored.code, ignored.stdout.as_str()),
        (1, ""),
        "{ignored:#?}"
    );
    Ok(())
}

/// What would be a volume of the host's is a small file system that is gone with the container.
fn a_volume_for_data(engine: &Engine) -> Tested {
    load(
        engine,
        "volume-data",
        &json!({"Env": ["PATH=/bin"], "Volumes": {"/srv/data": {}}}),
        &json!({}),
    );
    let script = mounted("/srv/data");
    let args = ["localhost/volume-data", "sh", "-c", &script];
    let plain = run(engine, false, &args).ok();
    assert!(plain.contains("/_data "), "{plain}");
    let kept = run(engine, true, &args).ok();
    for option in ["/_data ", "nosuid,nodev"] {
        assert!(kept.contains(option), "{option}: {kept}");
    }
    let seen = run(
        engine,
        true,
        &[&["--image-volume=tmpfs"], &args[..]].concat(),
    )
    .ok();
    for option in [" - tmpfs tmpfs ", "nosuid,nodev,noexec", "size="] {
        assert!(seen.contains(option), "{option}: {seen}");
    }
    Ok(())
}

/// With it podman restores the container that the image describes, and looks at no flag: CVE-2026-94603, from 4.4 on.
fn a_checkpoint_in_place_of_a_container(engine: &Engine) -> Tested {
    let key = "io.podman.annotations.checkpoint.runtime.name";
    let config = json!({"Env": ["PATH=/bin"], "Labels": {"name": "checkpoint"}});
    load(engine, "checkpoint", &config, &json!({key: "runc"}));
    let args = ["localhost/checkpoint", "echo", "here"];
    let plain = run(engine, false, &args);
    let restores = engine.version() >= (4, 4);
    assert_eq!(plain.stdout == "here\n", !restores, "{plain:#?}");
    let safe = run(engine, true, &args);
    refused(&safe, "image-annotations");
    assert!(safe.stderr.contains(key), "{safe:#?}");
    Ok(())
}

/// Commands of podman's obey them; a run says so and does not.
fn labels_that_somebody_obeys(engine: &Engine) -> Tested {
    let labels =
        json!({"run": "podman run --privileged IMAGE", "io.containers.autoupdate": "registry"});
    load(
        engine,
        "labels",
        &json!({"Env": ["PATH=/bin"], "Labels": labels}),
        &json!({}),
    );
    let safe = run(engine, true, &["localhost/labels", "true"]);
    assert_eq!(safe.code, 0, "{safe:#?}");
    for label in ["run", "io.containers.autoupdate"] {
        let note = format!("note[image-label-options]: the image has the label \"{label}\"");
        assert!(safe.stderr.contains(&note), "{note}: {safe:#?}");
    }
    Ok(())
}

/// podman before 4.5.1 gives the container what the manifest says.
fn an_order_to_the_runtime(engine: &Engine) -> Tested {
    let mut taken = 0;
    for (name, key) in [
        ("order-crun", "run.oci.keep_original_groups"),
        ("order-podman", "io.podman.annotations.other"),
        ("order-systemd", "org.systemd.property.DeviceAllow"),
        ("order-ours", "safe-podman.promise"),
    ] {
        // Images of the same configuration are one image to podman, whatever their manifests say.
        let config = json!({"Env": ["PATH=/bin"], "Labels": {"name": name}});
        load(engine, name, &config, &json!({key: "1"}));
        let tag = tag(name);
        let container = format!("seal-{name}");
        let flags = [
            "create",
            "--network=none",
            "--name",
            &container,
            &tag,
            "true",
        ];
        engine.podman(flags).ok();
        let format = "--format={{.Config.Annotations}}";
        let shown = engine
            .podman(["container", "inspect", format, &container])
            .ok();
        engine.podman(["rm", &container]).ok();
        taken += usize::from(shown.contains(&format!("{key}:1")));
        let safe = run(engine, true, &[&tag, "true"]);
        refused(&safe, "image-annotations");
        assert!(
            safe.stderr
                .contains(&format!("the image's annotation \"{key}\"")),
            "{safe:#?}"
        );
    }
    match taken {
        0 => Err(Skip::new(
            "this podman takes no annotation of an image's; ours is refused all the same",
        )),
        taken => {
            assert_eq!(taken, 4);
            Ok(())
        }
    }
}
