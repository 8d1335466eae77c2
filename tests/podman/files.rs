//! The container's own files: root, scratch directories, image volumes.

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};

tests!(fn(&Engine) -> Tested:
    only_the_scratch_directories_are_writable,
    tmp_is_bounded_and_runs_nothing,
    tmp_is_writable_although_the_image_closed_it,
    a_tmpfs_can_be_widened_and_replaced,
    image_volumes_are_kept_or_bounded,
    a_new_volume_is_the_containers_own,
    a_volume_covers_an_image_volume,
    a_writable_root_is_asked_for,
);

fn only_the_scratch_directories_are_writable(engine: &Engine) -> Tested {
    let places = ["/", "/etc", "/var/tmp", "/home/netinfo"];
    let plain = engine.probe_plain(&["--user=0:0"]);
    let safe = engine.probe_safe(&[]);
    for place in places {
        let key = format!("write.{place}");
        assert_eq!(&plain[key.as_str()], "yes", "{place}");
        assert_eq!(&safe[key.as_str()], "Read-only file system", "{place}");
    }
    assert!(plain.mount_has("/", "rw") && safe.mount_has("/", "ro"));
    for place in ["/tmp", "/dev/shm", "/run"] {
        assert_eq!(&safe[format!("write.{place}").as_str()], "yes", "{place}");
    }
    assert!(
        safe["mount./run"].contains("size=16384k"),
        "{}",
        &safe["mount./run"]
    );
    Ok(())
}

fn tmp_is_bounded_and_runs_nothing(engine: &Engine) -> Tested {
    assert_eq!(&engine.probe_plain(&[])["exec./tmp"], "yes");
    let safe = engine.probe_safe(&[]);
    assert_eq!(&safe["exec./tmp"], "Permission denied");
    assert_eq!(&safe["exec./dev/shm"], "Permission denied");
    for option in ["nosuid", "nodev", "noexec"] {
        assert!(safe.mount_has("/tmp", option), "{option}");
    }
    let fill = "dd if=/dev/zero of=/tmp/fill bs=1M count=65";
    let plain = engine.plain(["--network=none", IMAGE, "sh", "-c", fill]);
    assert_eq!(plain.code, 0, "{plain:#?}");
    let safe = engine.safe(["--network=none", IMAGE, "sh", "-c", fill]);
    assert!(safe.stderr.contains("No space left on device"), "{safe:#?}");
    Ok(())
}

/// runc 1.1 gives a tmpfs the mode of the image's directory, whatever `mode=` says.
fn tmp_is_writable_although_the_image_closed_it(engine: &Engine) -> Tested {
    engine.commit("localhost/closed", "chmod 755 /tmp && chown 0:0 /tmp");
    let flags = [
        "--user=998:998",
        "--network=none",
        "localhost/closed",
        "touch",
        "/tmp/x",
    ];
    assert_ne!(engine.plain(flags).code, 0);
    engine.safe(flags).ok();
    Ok(())
}

fn a_tmpfs_can_be_widened_and_replaced(engine: &Engine) -> Tested {
    let safe = engine.probe_safe(&["--tmpfs=/run:size=1m", "--tmpfs=/var/tmp:exec"]);
    assert_eq!(
        (&safe["write./run"], &safe["exec./run"]),
        ("yes", "Permission denied")
    );
    assert!(
        safe["mount./run"].contains("size=1024k"),
        "{}",
        &safe["mount./run"]
    );
    assert_eq!(
        (&safe["write./var/tmp"], &safe["exec./var/tmp"]),
        ("yes", "yes")
    );
    let safe = engine.probe_safe(&["--tmpfs=/tmp:size=2m"]);
    assert!(
        safe["mount./tmp"].contains("size=2048k"),
        "{}",
        &safe["mount./tmp"]
    );
    assert_eq!(&safe["exec./tmp"], "Permission denied");
    Ok(())
}

const VOLUMES: &str = "for dir in /var/tmp /new; do \
    printf '#!/bin/sh\\n' >$dir/x && chmod 755 $dir/x && $dir/x && echo $dir runs; done; \
    grep -E ' /(new|var/tmp) ' /proc/self/mountinfo | sed 's/.* - //'";

fn image_volumes_are_kept_or_bounded(engine: &Engine) -> Tested {
    engine
        .import("localhost/volumes", &["VOLUME /var/tmp", "VOLUME /new"])
        .ok();
    let flags = [
        "--user=0:0",
        "--network=none",
        "localhost/volumes",
        "sh",
        "-c",
        VOLUMES,
    ];
    let plain = engine.plain(flags).ok();
    assert!(
        plain.contains("/var/tmp runs") && plain.contains("/new runs"),
        "{plain}"
    );

    let safe = |mode: &str| {
        let image = ["localhost/volumes", "sh", "-c", VOLUMES];
        engine
            .safe([&["--network=none", mode][..], &image].concat())
            .ok()
    };
    for mode in ["--image-volume=bind", "--image-volume=anonymous"] {
        let kept = safe(mode);
        assert_eq!(kept.matches(" runs").count(), 2, "{mode}: {kept}");
        assert!(!kept.contains("tmpfs"), "{mode}: {kept}");
    }
    let bounded = safe("--image-volume=tmpfs");
    assert!(!bounded.contains("runs"), "{bounded}");
    assert_eq!(bounded.matches("tmpfs tmpfs").count(), 2, "{bounded}");
    assert_eq!(bounded.matches("size=65536k").count(), 2, "{bounded}");
    // They go with the container, as podman's own. Other tests name theirs.
    let left = engine.podman(["volume", "ls", "--quiet", "--filter=dangling=true"]);
    let left = left.ok();
    assert!(left.lines().all(|name| name.len() < 64), "{left}");
    Ok(())
}

/// In the image `/srv` is root's, and has files.
fn a_new_volume_is_the_containers_own(engine: &Engine) -> Tested {
    let write = ["sh", "-c", "echo mine >/srv/file; cat /srv/file; ls /srv"];
    let words = |volume: &'static str| {
        let flags = ["--network=none", "--user=7:7", volume, IMAGE];
        [&flags[..], &write].concat()
    };
    let plain = engine.plain(words("--volume=plain:/srv"));
    assert!(plain.stderr.contains("Permission denied"), "{plain:#?}");
    for volume in ["--volume=/srv", "--volume=new:/srv", "--volume=new:/srv"] {
        let safe = engine.safe(words(volume));
        assert_eq!(safe.stdout, "mine\nfile\nnetinfo\n", "{volume}: {safe:#?}");
    }
    // What somebody else left there is not taken away from them.
    let other = ["--network=none", "--user=8:8", "--volume=new:/srv", IMAGE];
    let other = engine.safe([&other[..], &["touch", "/srv/other"]].concat());
    assert_ne!(other.code, 0, "{other:#?}");
    engine.podman(["volume", "rm", "plain", "new"]).ok();
    Ok(())
}

fn a_volume_covers_an_image_volume(engine: &Engine) -> Tested {
    engine.import("localhost/covered", &["VOLUME /new"]).ok();
    let dir = engine.dir("covered");
    std::fs::write(dir.join("mine"), "").unwrap();
    let volume = format!("--volume={}:/new", dir.display());
    let said = engine.safe([&volume, "--network=none", "localhost/covered", "ls", "/new"]);
    assert_eq!(said.ok(), "mine\n");
    Ok(())
}

fn a_writable_root_is_asked_for(engine: &Engine) -> Tested {
    let profile = engine.profile("writable", "read_only: false\n");
    for flag in [profile.as_str(), "--read-only=false"] {
        let safe = engine.probe_safe(&[flag, "--user=998:998", "--allow=rootfs-writable=a test"]);
        assert_eq!(&safe["write./home/netinfo"], "yes", "{flag}");
        assert_eq!(safe.capabilities("CapBnd"), 0);
    }
    Ok(())
}
