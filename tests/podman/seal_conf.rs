//! What the host and the environment would add to every container: it arrives in plain podman's, never in ours.

use std::fs;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::host::Host;
use crate::process::said;

tests!(fn(&Engine) -> Tested:
    a_volume_of_the_host_s,
    a_device_of_the_host_s,
    an_annotation_of_the_host_s,
    a_variable_of_the_host_s,
    every_variable_of_the_caller_s,
    a_kernel_setting_of_the_host_s,
    a_cgroup_file_of_the_host_s,
    capabilities_of_the_host_s,
    the_host_s_network,
    the_host_s_processes,
    no_seccomp_filter,
    a_privileged_container,
    a_file_of_default_mounts,
);

type Version = (u32, u32);

/// What becomes of a key that plain podman obeys.
enum Fate {
    /// A flag or the last containers.conf takes it back: the container starts without it.
    Overruled,
    /// No flag takes it back. From podman 4.5 on the last containers.conf does; before that the run is refused.
    RefusedBefore45,
}

/// One hostile line in containers.conf.
struct Attack<'a> {
    line: &'a str,
    since: Version,
    fate: Fate,
    /// Succeeds in a container that the line has reached.
    taken: &'a str,
}

impl Attack<'_> {
    fn fails(&self, engine: &Engine) -> Tested {
        let Self { line, since, .. } = self;
        if version(engine) < *since {
            return Err(Skip(format!(
                "{} does not know {line}",
                engine.podman(["--version"]).ok().trim()
            )));
        }
        let key = line.split(['=', ' ']).next().unwrap();
        let host = Host::new(engine)?;
        fs::write(
            host.etc.path().join("containers.conf"),
            format!("[containers]\n{line}\n"),
        )
        .unwrap();
        let script = format!("if {}; then echo taken; else echo intact; fi", self.taken);
        let plain = host.plain(&script);
        assert_eq!(plain.stdout, "taken\n", "{line}: {plain:#?}");
        let safe = host.safe(&script);
        match self.fate {
            Fate::RefusedBefore45 if version(engine) < (4, 5) => {
                assert_eq!(
                    (safe.code, safe.stdout.as_str()),
                    (125, ""),
                    "{line}: {safe:#?}"
                );
                let expected = format!("containers.conf:2: {key} adds to every container");
                assert!(safe.stderr.contains(&expected), "{line}: {safe:#?}");
            }
            Fate::RefusedBefore45 | Fate::Overruled => {
                assert_eq!(safe.stdout, "intact\n", "{line}: {safe:#?}");
            }
        }
        Ok(())
    }
}

fn version(engine: &Engine) -> Version {
    let said = engine.podman(["--version"]).ok();
    let mut numbers = said.rsplit(' ').next().unwrap().split('.');
    let mut next = || numbers.next().unwrap().trim().parse().unwrap();
    (next(), next())
}

fn a_volume_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "volumes = [\"/etc:/x\"]",
        since: (4, 0),
        fate: Fate::RefusedBefore45,
        taken: "test -e /x/passwd",
    }
    .fails(engine)
}

fn a_device_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "devices = [\"/dev/null:/dev/mine:rwm\"]",
        since: (4, 0),
        fate: Fate::RefusedBefore45,
        taken: "test -c /dev/mine",
    }
    .fails(engine)
}

/// Nothing inside shows an annotation, so podman is asked.
fn an_annotation_of_the_host_s(engine: &Engine) -> Tested {
    let host = Host::new(engine)?;
    let line = "[containers]\nannotations = [\"run.oci.keep_original_groups=1\"]\n";
    fs::write(host.etc.path().join("containers.conf"), line).unwrap();
    let annotations = |name: &str| {
        let format = "--format={{.Config.Annotations}}";
        let shown = engine.podman(["container", "inspect", format, name]).ok();
        engine.podman(["rm", "--force", name]).ok();
        shown
    };
    let mut plain = engine.patient("podman");
    plain
        .args(engine.store_flags())
        .arg("create")
        .args(Engine::plain_flags());
    plain.args(["--name=annotated", IMAGE, "true"]);
    said(&mut host.inside(&plain), &[]).ok();
    let shown = annotations("annotated");
    assert!(shown.contains("run.oci.keep_original_groups:1"), "{shown}");
    let mut safe = engine.safe_command("create");
    safe.args(["--name=annotated", "--network=none", IMAGE, "true"]);
    let safe = said(&mut host.inside(&safe), &[]);
    if version(engine) < (4, 5) {
        let expected = "containers.conf:2: annotations adds to every container";
        assert!(
            safe.code == 125 && safe.stderr.contains(expected),
            "{safe:#?}"
        );
    } else {
        safe.ok();
        let shown = annotations("annotated");
        assert!(!shown.contains("run.oci"), "{shown}");
    }
    Ok(())
}

fn a_variable_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "env = [\"FOO=bar\"]",
        since: (4, 0),
        fate: Fate::RefusedBefore45,
        taken: "env | grep -q ^FOO=bar",
    }
    .fails(engine)
}

fn every_variable_of_the_caller_s(engine: &Engine) -> Tested {
    for line in ["env = [\"*\"]", "env = [\"SECRET\"]"] {
        Attack {
            line,
            since: (4, 0),
            fate: Fate::RefusedBefore45,
            taken: "env | grep -q ^SECRET=hunter2",
        }
        .fails(engine)?;
    }
    Ok(())
}

fn a_kernel_setting_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "default_sysctls = [\"net.ipv4.ip_unprivileged_port_start=7\"]",
        since: (4, 0),
        fate: Fate::RefusedBefore45,
        taken: "test $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) = 7",
    }
    .fails(engine)
}

fn a_cgroup_file_of_the_host_s(engine: &Engine) -> Tested {
    if !fs::exists("/sys/fs/cgroup/cgroup.controllers").unwrap() {
        return Err(Skip::new(
            "this host has no cgroup version 2, which has these files",
        ));
    }
    Attack {
        line: "cgroup_conf = [\"pids.max=4321\"]",
        since: (4, 5),
        fate: Fate::Overruled,
        taken: "test $(cat /sys/fs/cgroup/pids.max) = 4321",
    }
    .fails(engine)
}

fn capabilities_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "default_capabilities = [\"SYS_ADMIN\"]",
        since: (4, 0),
        fate: Fate::Overruled,
        taken: "grep -q '^CapBnd:.*0000000000200000' /proc/self/status",
    }
    .fails(engine)
}

fn namespace(kind: &str) -> String {
    let own = fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
    format!(
        "test \"$(readlink /proc/self/ns/{kind})\" = \"{}\"",
        own.display()
    )
}

fn the_host_s_network(engine: &Engine) -> Tested {
    engine.has_network()?;
    Attack {
        line: "netns = \"host\"",
        since: (4, 0),
        fate: Fate::Overruled,
        taken: &namespace("net"),
    }
    .fails(engine)
}

fn the_host_s_processes(engine: &Engine) -> Tested {
    Attack {
        line: "pidns = \"host\"",
        since: (4, 0),
        fate: Fate::Overruled,
        taken: &namespace("pid"),
    }
    .fails(engine)
}

fn no_seccomp_filter(engine: &Engine) -> Tested {
    Attack {
        line: "seccomp_profile = \"unconfined\"",
        since: (4, 0),
        fate: Fate::Overruled,
        taken: "grep -q '^Seccomp:.*0' /proc/self/status",
    }
    .fails(engine)
}

fn a_privileged_container(engine: &Engine) -> Tested {
    Attack {
        line: "privileged = true",
        since: (4, 8),
        fate: Fate::Overruled,
        taken: "grep -q '^CapBnd:.*1ff' /proc/self/status",
    }
    .fails(engine)
}

fn a_file_of_default_mounts(engine: &Engine) -> Tested {
    let host = Host::new(engine)?;
    fs::write(host.etc.path().join("mounts.conf"), "/etc/ssl:/run/mine\n").unwrap();
    let script = "if test -d /run/mine; then echo taken; else echo intact; fi";
    if host.plain(script).ok() != "taken\n" {
        return Err(Skip::new("this podman takes nothing from this mounts.conf"));
    }
    assert_eq!(host.safe(script).ok(), "intact\n");
    Ok(())
}
