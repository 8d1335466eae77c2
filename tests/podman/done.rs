//! The two commands that this program was made for, as they are typed.

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    the_netinfo_service_is_held,
    the_host_s_etc_stays_outside,
);

/// The profile as the design shows it.
const NETINFO: &str = "\
# netinfo: a FastAPI service on port 8000
images: [localhost/netinfo]        # chosen by itself for these images
user: 998:998
memory: 225m
cpus: 0.5
restart: on-failure:3
ports: [127.0.0.1:8000:8000]
";

/// `safe-podman run --rm --profile netinfo localhost/netinfo COMMAND`
fn netinfo(engine: &Engine, profile: &str, command: &[&str]) -> Said {
    // A network would also take port 8000 of this host, which may be in use.
    engine.safe([&["--profile", profile, "--network=none", IMAGE], command].concat())
}

fn the_netinfo_service_is_held(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    for profile in [NETINFO, include_str!("../image/netinfo.yaml")] {
        let written = engine.profile("netinfo", profile);
        let profile = written.strip_prefix("--profile=").unwrap();
        let touch = netinfo(engine, profile, &["touch", "hello"]);
        assert_eq!(touch.code, 1, "{touch:#?}");
        assert!(
            touch.stderr.contains("touch: hello: Read-only file system"),
            "{touch:#?}"
        );

        let probe = crate::probe::Probe::parse(&netinfo(engine, profile, &["probe"]).ok());
        assert_eq!(
            (probe.capabilities("CapEff"), probe.capabilities("CapBnd")),
            (0, 0)
        );
        assert_eq!((&probe["NoNewPrivs"], &probe["Seccomp"]), ("1", "2"));
        assert_eq!(&probe["memory.max"], (225 << 20).to_string().as_str());
        assert_eq!(&probe["cpu.max"], "50000 100000");
        assert_eq!(&probe["uid"], "998");
    }
    let plain = engine.plain(["--network=none", IMAGE, "touch", "hello"]);
    assert_eq!(plain.code, 0, "{plain:#?}");
    Ok(())
}

fn the_host_s_etc_stays_outside(engine: &Engine) -> Tested {
    let mut command = engine.safe_command("run");
    command.args([
        "-it",
        "--rm",
        "-v",
        "/etc:/host_etc",
        IMAGE,
        "head",
        "-n4",
        "/host_etc/ssh/sshd_config",
    ]);
    let said = said(&mut command, &[]);
    assert_eq!(said.code, 125, "{said:#?}");
    assert_eq!(said.stdout, "");
    for part in [
        "-v /etc:/host_etc",
        "command line, argument",
        "instead: ",
        "override: --allow ",
    ] {
        assert!(said.stderr.contains(part), "{part}: {said:#?}");
    }
    assert!(!said.stderr.contains("PermitRootLogin"), "{said:#?}");
    Ok(())
}
