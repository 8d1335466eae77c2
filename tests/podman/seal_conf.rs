//! What a containers.conf would add to every container: it arrives in plain podman's, never in ours.
//!
//! Each line is tried three times: with plain podman, which it reaches; with safe-podman; and with the command line that
//! safe-podman made before the line was there, where only the seal is in its way.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::host::Host;
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    a_volume_of_the_host_s,
    a_mount_of_the_host_s,
    a_list_that_is_appended_to,
    a_device_of_the_host_s,
    an_annotation_of_the_host_s,
    a_variable_of_the_host_s,
    every_variable_of_the_caller_s,
    a_kernel_setting_of_the_host_s,
    a_cgroup_file_of_the_host_s,
    capabilities_of_the_host_s,
    the_host_s_network,
    the_host_s_processes,
    the_host_s_ipc,
    the_host_s_name,
    the_host_s_control_groups,
    no_seccomp_filter,
    a_privileged_container,
    a_file_of_the_host_s_among_the_names,
    another_podman_service,
    another_runtime,
    a_file_of_default_mounts,
    what_is_no_attack,
);

type Version = (u32, u32);

/// What becomes of a key that plain podman obeys.
enum Fate {
    /// A flag takes it back: the container starts without it.
    Overruled,
    /// No flag takes it back. From podman 4.5 on the last containers.conf does; before that the run is refused.
    RefusedBefore45,
    /// Nothing takes it back.
    Refused,
}

/// One hostile line in containers.conf.
struct Attack<'a> {
    section: &'a str,
    line: &'a str,
    since: Version,
    fate: Fate,
    /// Succeeds in a container that the line has reached.
    taken: &'a str,
}

/// Exit codes of a container that the line reached, and of one that it did not.
const TAKEN: i32 = 42;
const INTACT: i32 = 43;

/// What most of them are.
const ADDS: Attack<'_> = Attack {
    section: "containers",
    line: "",
    since: (4, 0),
    fate: Fate::RefusedBefore45,
    taken: "",
};

/// The host whose containers.conf says this.
fn host_with<'a>(engine: &'a Engine, section: &str, line: &str) -> Host<'a> {
    let host = Host::new(engine);
    host.write("containers.conf", &format!("[{section}]\n{line}\n"));
    host
}

impl Attack<'_> {
    fn fails(&self, engine: &Engine) -> Tested {
        let Self { line, since, .. } = self;
        if engine.version() < *since {
            return Err(Skip(format!(
                "{} does not know {line}",
                engine.podman(["--version"]).ok().trim()
            )));
        }
        let host = host_with(engine, self.section, line);
        // By the exit code, because podman 4 loses the last words of a short life now and then.
        let script = format!(
            "if {}; then exit {TAKEN}; else exit {INTACT}; fi",
            self.taken
        );
        let plain = host.plain(&script);
        if plain.code == 125 && line.ends_with("\"host\"") {
            let why = plain.stderr.trim();
            return Err(Skip(format!("podman itself refuses {line}: {why}")));
        }
        assert_eq!(plain.code, TAKEN, "{line}: {plain:#?}");
        let safe = host.safe(&script);
        let is_old = engine.version() < (4, 5);
        match self.fate {
            Fate::RefusedBefore45 if !is_old => intact(line, &safe),
            Fate::RefusedBefore45 | Fate::Refused => self.refused(&safe),
            Fate::Overruled => intact(line, &safe),
        }
        let pasted = host.pasted(&script);
        match self.fate {
            Fate::RefusedBefore45 => self.sealed(&pasted),
            Fate::Overruled => intact(line, &pasted),
            // The container itself is not changed.
            Fate::Refused => {}
        }
        Ok(())
    }

    fn key(&self) -> &str {
        self.line.split(['=', ' ']).next().unwrap()
    }

    fn refused(&self, said: &Said) {
        let line = self.line;
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (125, ""),
            "{line}: {said:#?}"
        );
        let expected = format!("containers.conf:2: {} ", self.key());
        assert!(said.stderr.contains(&expected), "{line}: {said:#?}");
    }

    /// The reason, the key that is likely to have made it, and where that stands.
    fn sealed(&self, said: &Said) {
        let line = self.line;
        assert!(
            ![0, TAKEN, INTACT].contains(&said.code),
            "{line}: {said:#?}"
        );
        for part in [
            "sealed: ",
            &format!("by \"{}\" in /", self.key()),
            "containers.conf:2: take it out, or ask for it with --",
        ] {
            assert!(said.stderr.contains(part), "{line}: {part}: {said:#?}");
        }
    }
}

fn intact(line: &str, said: &Said) {
    assert_eq!(said.code, INTACT, "{line}: {said:#?}");
}

fn a_volume_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "volumes = [\"/etc:/x\"]",
        taken: "test -e /x/passwd",
        ..ADDS
    }
    .fails(engine)
}

fn a_mount_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "mounts = [\"type=bind,source=/etc,destination=/x\"]",
        since: (4, 7),
        taken: "test -e /x/passwd",
        ..ADDS
    }
    .fails(engine)
}

/// From then on every later list is appended to, unless it says otherwise.
fn a_list_that_is_appended_to(engine: &Engine) -> Tested {
    Attack {
        line: "volumes = [\"/etc:/x\", {append=true}]",
        since: (4, 8),
        taken: "test -e /x/passwd",
        ..ADDS
    }
    .fails(engine)
}

fn a_device_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "devices = [\"/dev/null:/dev/mine:rwm\"]",
        taken: "test -c /dev/mine",
        ..ADDS
    }
    .fails(engine)
}

/// Nothing inside shows an annotation, so podman is asked.
fn an_annotation_of_the_host_s(engine: &Engine) -> Tested {
    let line = "annotations = [\"run.oci.keep_original_groups=1\"]";
    let host = host_with(engine, "containers", line);
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
    if engine.version() < (4, 5) {
        let expected = "containers.conf:2: annotations adds its entries to every container";
        assert!(
            safe.code == 125 && safe.stderr.contains(expected),
            "{safe:#?}"
        );
    } else {
        safe.ok();
        let shown = annotations("annotated");
        assert!(!shown.contains("run.oci"), "{shown}");
    }
    Attack { line, ..ADDS }.sealed(&host.pasted("true"));
    Ok(())
}

fn a_variable_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "env = [\"FOO=bar\"]",
        taken: "env | grep -q ^FOO=bar",
        ..ADDS
    }
    .fails(engine)
}

fn every_variable_of_the_caller_s(engine: &Engine) -> Tested {
    for line in ["env = [\"*\"]", "env = [\"SECRET\"]"] {
        Attack {
            line,
            taken: "env | grep -q ^SECRET=hunter2",
            ..ADDS
        }
        .fails(engine)?;
    }
    Ok(())
}

fn a_kernel_setting_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "default_sysctls = [\"net.ipv4.ip_default_ttl=7\"]",
        taken: "test $(cat /proc/sys/net/ipv4/ip_default_ttl) = 7",
        ..ADDS
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
        taken: "test $(cat /sys/fs/cgroup/pids.max) = 4321",
        ..ADDS
    }
    .fails(engine)
}

fn capabilities_of_the_host_s(engine: &Engine) -> Tested {
    Attack {
        line: "default_capabilities = [\"SYS_ADMIN\"]",
        fate: Fate::Overruled,
        taken: "grep -q '^CapBnd:.*0000000000200000' /proc/self/status",
        ..ADDS
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
        fate: Fate::Overruled,
        taken: &namespace("net"),
        ..ADDS
    }
    .fails(engine)
}

fn the_host_s_processes(engine: &Engine) -> Tested {
    Attack {
        line: "pidns = \"host\"",
        fate: Fate::Overruled,
        taken: &namespace("pid"),
        ..ADDS
    }
    .fails(engine)
}

fn the_host_s_ipc(engine: &Engine) -> Tested {
    the_host_s(engine, "ipc")
}

fn the_host_s_name(engine: &Engine) -> Tested {
    the_host_s(engine, "uts")
}

fn the_host_s_control_groups(engine: &Engine) -> Tested {
    the_host_s(engine, "cgroup")
}

fn the_host_s(engine: &Engine, kind: &str) -> Tested {
    Attack {
        line: &format!("{kind}ns = \"host\""),
        fate: Fate::Overruled,
        taken: &namespace(kind),
        ..ADDS
    }
    .fails(engine)
}

fn no_seccomp_filter(engine: &Engine) -> Tested {
    Attack {
        line: "seccomp_profile = \"unconfined\"",
        fate: Fate::Overruled,
        taken: "grep -q '^Seccomp:.*0' /proc/self/status",
        ..ADDS
    }
    .fails(engine)
}

fn a_privileged_container(engine: &Engine) -> Tested {
    Attack {
        line: "privileged = true",
        since: (4, 8),
        fate: Fate::Overruled,
        taken: "grep -q '^CapBnd:.*1ff' /proc/self/status",
        ..ADDS
    }
    .fails(engine)
}

/// Its lines would be read as addresses and names.
fn a_file_of_the_host_s_among_the_names(engine: &Engine) -> Tested {
    let secret = engine.work_dir().join("names");
    fs::write(&secret, "10.0.0.1 hunter2\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    Attack {
        line: &format!("base_hosts_file = \"{}\"", secret.display()),
        fate: Fate::Refused,
        taken: "grep -q hunter2 /etc/hosts",
        ..ADDS
    }
    .fails(engine)
}

/// The question about the image would already go there.
fn another_podman_service(engine: &Engine) -> Tested {
    let host = host_with(engine, "engine", "remote = true");
    let plain = host.plain("echo here");
    assert!(plain.code != 0 && plain.stdout.is_empty(), "{plain:#?}");
    let safe = host.safe("echo here");
    if engine.version() < (4, 5) {
        let expected = "containers.conf:2: remote sends every run to another podman";
        assert!(
            safe.code == 125 && safe.stderr.contains(expected),
            "{safe:#?}"
        );
    } else {
        assert_eq!(safe.ok(), "here\n");
    }
    Ok(())
}

/// Everything else is up to the runtime.
fn another_runtime(engine: &Engine) -> Tested {
    let mark = engine.work_dir().join("runtime-was-here");
    let program = engine.work_dir().join("runtime");
    let text = format!("#!/bin/sh\necho taken >>{}\nexit 1\n", mark.display());
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    chown(&program, Some(65534), Some(65534)).unwrap_or_default();
    let name = if Engine::is_crun() { "crun" } else { "runc" };
    for line in [
        format!("runtime = \"{}\"", program.display()),
        format!("[engine.runtimes]\n{name} = [\"{}\"]", program.display()),
    ] {
        let host = host_with(engine, "engine", &line);
        let _ = fs::remove_file(&mark);
        let mut plain = engine.patient("podman");
        plain.args(engine.store_flags()).args(["run", "--rm"]);
        // The flag that names a runtime is beaten by the table, and beats the key.
        let flags = Engine::plain_flags();
        let table = line.contains("runtimes");
        let flags = flags
            .iter()
            .filter(|flag| table || !flag.starts_with("--runtime"));
        plain.args(flags).args(["--network=none", IMAGE, "true"]);
        let plain = said(&mut host.inside(&plain), &[]);
        assert!(plain.code != 0 && mark.exists(), "{line}: {plain:#?}");
        fs::remove_file(&mark).unwrap();
        let safe = host.safe("echo here");
        assert_eq!(
            (safe.code, safe.stdout.as_str()),
            (125, ""),
            "{line}: {safe:#?}"
        );
        assert!(
            safe.stderr.contains("names what podman starts on the host"),
            "{safe:#?}"
        );
        assert!(!mark.exists());
    }
    Ok(())
}

/// Settings that administrators have for good reasons.
fn what_is_no_attack(engine: &Engine) -> Tested {
    for line in [
        "init = true",
        "tz = \"local\"",
        "umask = \"0027\"",
        "no_hosts = true",
        "dns_servers = [\"192.0.2.1\"]",
        "log_driver = \"k8s-file\"",
        "pids_limit = 1000",
        "shm_size = \"1m\"",
        "default_capabilities = [\"CHOWN\"]",
        "default_sysctls = [\"net.ipv4.ping_group_range=0 0\"]",
        "default_ulimits = [\"nofile=512:512\"]",
        "env = [\"PATH=/usr/bin:/bin\"]",
        "http_proxy = false",
        "volumes = []",
        "cgroupns = \"private\"",
        "label = true",
    ] {
        let safe = host_with(engine, "containers", line).safe(&format!("exit {INTACT}"));
        intact(line, &safe);
    }
    Ok(())
}

fn a_file_of_default_mounts(engine: &Engine) -> Tested {
    let host = Host::new(engine);
    host.mount_by_default("/run/mine");
    let script = format!("if test -d /run/mine; then exit {TAKEN}; else exit {INTACT}; fi");
    if host.plain(&script).code != TAKEN {
        return Err(Skip::new("this podman takes nothing from this mounts.conf"));
    }
    intact("mounts.conf", &host.safe(&script));
    Ok(())
}
