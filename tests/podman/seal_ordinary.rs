//! The seal stays out of the way: whatever plain podman can do and nobody refuses starts, in every spelling of a container.

use std::collections::BTreeSet;
use std::fs;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    processes,
    users,
    privileges,
    namespaces,
    networks,
    files,
    devices,
    environments,
    limits,
    the_rest,
);

/// Runs each row, flags separated by spaces, where plain podman can. What a rule is against is allowed by name.
fn start(engine: &Engine, rows: &[&str]) -> Tested {
    let mut started = 0;
    let mut stopped = Vec::new();
    for row in rows {
        let args = arguments(engine, row);
        let plain = engine.plain(&args);
        if plain.code != 0 {
            eprintln!(
                "plain podman starts nothing with {row}: {}",
                plain.stderr.trim()
            );
            continue;
        }
        let safe = allowed(engine, &args);
        started += usize::from(safe.code == 0);
        let words = safe.stderr.lines().next_back().unwrap_or_default();
        if safe.stderr.contains("sealed:") {
            stopped.push(format!("{row}: {words}"));
        } else if safe.code != 0 {
            // A rule or a promise without an override, or what podman does not do together with what is always there.
            eprintln!("started by plain podman only: {row}: {words}");
        }
    }
    assert!(stopped.is_empty(), "{}", stopped.join("\n"));
    assert!(started > 0, "none of {rows:?} started");
    Ok(())
}

fn arguments(engine: &Engine, row: &str) -> Vec<String> {
    let work = engine.work_dir();
    let row = row.replace("WORK", work.to_str().unwrap());
    let mut args: Vec<String> = row.split(' ').map(str::to_owned).collect();
    for rule in args
        .iter_mut()
        .filter(|arg| arg.starts_with("--device-cgroup-rule"))
    {
        *rule = rule.replace('_', " ");
    }
    if !row.contains("--net") {
        args.push("--network=none".into());
    }
    if !args.iter().any(|arg| arg.starts_with("localhost/")) {
        args.extend([IMAGE, "true"].map(str::to_owned));
    }
    args
}

fn allowed(engine: &Engine, args: &[String]) -> Said {
    let mut rules = BTreeSet::new();
    loop {
        let mut command = engine.safe_command("run");
        command.arg("--rm");
        for rule in &rules {
            command.arg(format!("--allow={rule}=the seal is what is tested"));
        }
        let safe = said(command.args(args), &[]);
        let refused = safe.stderr.lines().filter_map(|line| {
            let rest = line.strip_prefix("safe-podman: refused: ")?;
            Some(rest.rsplit_once('[')?.1.strip_suffix(']')?.to_owned())
        });
        let before = rules.len();
        rules.extend(refused);
        if rules.len() == before {
            return safe;
        }
    }
}

fn processes(engine: &Engine) -> Tested {
    start(
        engine,
        &[
            "--init",
            "--systemd=always",
            "--systemd=true",
            "-t",
            "-i",
            "--entrypoint=/bin/true",
            "--workdir=/srv",
            "--stop-signal=SIGINT",
            "--timeout=30",
            "--tz=UTC",
            "--tz=local",
            "--umask=0077",
            "--hostname=other",
            "--name=ordinary-name --replace",
            "--sdnotify=ignore",
            "--pidfile=WORK/pid",
            "--cidfile=WORK/cid-ordinary",
            "--chrootdirs=/srv",
            "--rmi=false",
            "--chrootdirs=/srv",
        ],
    )
}

fn users(engine: &Engine) -> Tested {
    start(
        engine,
        &[
            "--user=1234",
            "--user=1234:5678",
            "--user=netinfo",
            "--user=root",
            "--user=0:0",
            "--user=998:0",
            "--group-add=27",
            "--group-add=nogroup",
            "--user=netinfo --group-add=keep-groups",
            "--userns=host",
            "--userns=auto",
            "--userns=auto:size=2048",
            "--userns=keep-id",
            "--userns=keep-id:uid=998,gid=998",
            "--userns=nomap",
            "--uidmap=0:100000:5000 --gidmap=0:100000:5000",
            "--passwd-entry=x:*:1234:0::/:/bin/sh --user=1234",
            "--hostuser=root",
            "--passwd=false",
        ],
    )
}

fn privileges(engine: &Engine) -> Tested {
    start(
        engine,
        &[
            "--cap-add=NET_BIND_SERVICE",
            "--cap-add=SYS_PTRACE --cap-add=CHOWN",
            "--cap-add=all",
            "--user=0 --cap-add=CHOWN,SETUID,SETGID",
            "--privileged",
            "--privileged --user=0",
            "--security-opt=no-new-privileges=false",
            "--security-opt=seccomp=unconfined",
            "--security-opt=apparmor=unconfined",
            "--security-opt=label=disable",
            "--security-opt=mask=/proc/meminfo",
            "--security-opt=unmask=/proc/acpi",
            "--security-opt=unmask=ALL",
            "--security-opt=unmask=/proc/*",
            "--security-opt=proc-opts=hidepid=2",
            "--seccomp-policy=image",
        ],
    )
}

fn namespaces(engine: &Engine) -> Tested {
    engine
        .podman(
            ["run", "--detach", "--name=ordinary-other", "--network=none"]
                .iter()
                .copied()
                .chain(Engine::plain_flags())
                .chain([IMAGE, "sleep", "100"]),
        )
        .ok();
    let done = start(
        engine,
        &[
            "--pid=host",
            "--pid=container:ordinary-other",
            "--ipc=host",
            "--ipc=none",
            "--ipc=shareable",
            "--ipc=private",
            "--uts=host",
            "--cgroupns=host",
            "--network=container:ordinary-other",
            "--ipc=container:ordinary-other --security-opt=label=disable",
            "--pid=host --ipc=host --uts=host --network=host",
        ],
    );
    engine.podman(["rm", "--force", "--time=0", "ordinary-other"]);
    done
}

fn networks(engine: &Engine) -> Tested {
    engine.has_network()?;
    start(
        engine,
        &[
            "--net=default",
            "--net=bridge",
            "--net=host",
            "--net=slirp4netns",
            "--net=pasta",
            "--net=none",
            "--net=default -p 127.0.0.1::8000",
            "--net=default --dns=192.0.2.53 --dns-search=example.org --dns-option=ndots:1",
            "--net=default --add-host=other:192.0.2.1",
            "--net=default --no-hosts",
            "--net=default --hostname=here",
        ],
    )
}

fn files(engine: &Engine) -> Tested {
    fs::create_dir_all(engine.work_dir().join("ordinary/below")).unwrap();
    fs::write(engine.work_dir().join("ordinary/file"), "x").unwrap();
    engine.podman(["volume", "create", "--ignore", "ordinary-volume"]);
    let mut secret = engine.patient("podman");
    secret.args(engine.store_flags());
    secret.args(["secret", "create", "ordinary-secret", "-"]);
    let id = said(&mut secret, b"hunter2").ok();
    let by_id = format!("--secret={}", id.trim());
    // Debian's and most others' /var/run.
    engine.commit("localhost/linked", "rm -rf /var/run; ln -s /run /var/run");
    engine.import(
        "localhost/volumes",
        &["VOLUME /var/lib/data", "VOLUME /var/cache/x"],
    );
    start(
        engine,
        &[
            "--read-only=false",
            "--read-only-tmpfs=true",
            "--tmpfs=/run",
            "--tmpfs=/var/cache:size=10%",
            "--tmpfs=/opt/x:rw,exec,size=1m,mode=0700",
            "--volume=WORK/ordinary:/data",
            "--volume=WORK/ordinary:/data:rw",
            "--volume=WORK/ordinary/file:/etc/file",
            "--volume=WORK/ordinary:/data:O",
            "--volume=WORK/ordinary:/data:z",
            "--volume=WORK/ordinary:/data:rbind,rslave",
            "--volume=WORK/ordinary:/data:exec,dev,suid",
            "--volume=WORK/ordinary:/data:idmap",
            "--volume=ordinary-volume:/data",
            "--volume=ordinary-volume:/data:ro",
            "--volume=ordinary-volume:/data:O",
            "--volume=ordinary-volume:/data:nocopy",
            "--volume=/anonymous",
            "--mount=type=bind,source=WORK/ordinary,destination=/data",
            "--mount=type=volume,source=ordinary-volume,destination=/data",
            "--mount=type=volume,destination=/data",
            "--mount=type=tmpfs,destination=/data,tmpfs-size=1m",
            "--mount=type=image,source=localhost/netinfo,destination=/data",
            "--mount=type=image,source=localhost/netinfo,destination=/data,rw=true",
            "--mount=type=devpts,destination=/dev/more",
            "--mount=type=ramfs,destination=/data",
            "--image-volume=ignore",
            "--image-volume=anonymous",
            "--shm-size=1m",
            "--shm-size-systemd=1m --systemd=always",
            "--tmpfs=/var/run:size=1m localhost/linked true",
            "localhost/volumes true",
            "--image-volume=anonymous localhost/volumes true",
            "--image-volume=bind localhost/volumes true",
            "--image-volume=ignore localhost/volumes true",
            "--secret=ordinary-secret",
            "--secret=ordinary-secret,target=other",
            "--secret=ordinary-secret,target=/etc/key,uid=65532,mode=0400",
            "--secret=ordinary-secret,type=env,target=KEY",
            &by_id,
        ],
    )
}

fn devices(engine: &Engine) -> Tested {
    start(
        engine,
        &[
            "--device=/dev/fuse",
            "--device=/dev/null:/dev/mine:r",
            "--device=/dev/net",
            // Three words in one argument: the row's spaces are between arguments.
            "--device-cgroup-rule=c_10:229_rwm",
        ],
    )
}

fn environments(engine: &Engine) -> Tested {
    let file = engine.work_dir().join("ordinary.env");
    fs::write(file, "# a comment\nFROM_FILE=1\n\nOTHER=2\n").unwrap();
    start(
        engine,
        &[
            "-e A=1",
            "-e PATH=/bin",
            "-e HOME",
            "-e XDG_*",
            "--env-file=WORK/ordinary.env",
            "--env-host",
            "--http-proxy=true",
            "--unsetenv=PATH --entrypoint=/bin/true",
            "--unsetenv-all --entrypoint=/bin/true",
            "--env-merge=PATH=${PATH}:/opt",
        ],
    )
}

fn limits(engine: &Engine) -> Tested {
    start(
        engine,
        &[
            "-m 64m",
            "-m 64m --memory-swap=128m",
            "-m 64m --memory-swap=-1",
            "-m 0",
            "--memory-reservation=32m",
            "--cpus=0.333",
            "--cpus=0",
            "--cpu-quota=12345 --cpu-period=54321",
            "--cpu-shares=512",
            "--cpuset-cpus=0",
            "--pids-limit=50",
            "--pids-limit=-1",
            "--pids-limit=0",
            "--oom-score-adj=500",
            "--oom-kill-disable",
            "--ulimit=nofile=100:200",
            "--ulimit=stack=1000000",
            "--cgroups=no-conmon",
            "--cgroups=disabled",
            "--blkio-weight=100",
        ],
    )
}

fn the_rest(engine: &Engine) -> Tested {
    start(
        engine,
        &[
            "--annotation=org.example.key=value",
            "--label=a=b",
            "--label=io.containers.autoupdate=registry",
            "--sysctl=net.ipv4.ip_unprivileged_port_start=80",
            "--sysctl=net/ipv4/ip_forward=0",
            "--log-driver=none",
            "--log-driver=k8s-file --log-opt=max-size=1m",
            "--health-cmd=true --health-interval=disable",
            "--no-healthcheck",
            "--pull=never",
            "--restart=no",
            "--preserve-fds=0",
        ],
    )
}
