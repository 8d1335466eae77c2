//! A made-up machine with what an ordinary one has: merged `/usr`, system services, engines with their sockets, two
//! users with keys, devices, and the links by which a path can be spelled otherwise.

use safe_podman::testing::{Fake, FileKind};
use std::path::Path;

/// The user of the machine.
pub(crate) const ANN: u32 = 1000;
/// The directory that commands are typed in.
pub(crate) const PROJECT: &str = "/home/ann/projects/site";
/// The default seccomp profile: what is left of the real one when only its shape matters.
pub(crate) const SECCOMP: &str = r#"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"archMap":[],"syscalls":[
{"names":["read","write","close","openat","execve","exit_group"],"action":"SCMP_ACT_ALLOW","args":[],"includes":{},"excludes":{}},
{"names":["mount","setns","bpf"],"action":"SCMP_ACT_ALLOW","args":[],"includes":{"caps":["CAP_SYS_ADMIN"]},"excludes":{}}]}"#;

/// The machine, used by root.
pub(crate) fn rootful() -> Fake {
    furnish(Fake::rootful())
}

/// The machine, used by `ann`.
pub(crate) fn rootless() -> Fake {
    furnish(Fake::rootless())
}

fn furnish(host: Fake) -> Fake {
    let host = links(homes(system(host)));
    let host = nodes(host, FileKind::Socket, 0o666, SOCKETS);
    let host = nodes(host, FileKind::CharDevice, 0o660, CHAR_DEVICES);
    let host = nodes(host, FileKind::BlockDevice, 0o660, BLOCK_DEVICES);
    filters(host)
}

const SOCKETS: &[&str] = &[
    "/run/podman/podman.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/dbus/system_bus_socket",
    "/run/systemd/private",
    "/run/systemd/notify",
    "/run/systemd/journal/socket",
    "/run/udev/control",
    "/run/user/1000/bus",
    "/run/user/1000/podman/podman.sock",
    "/run/user/1000/wayland-0",
    "/run/user/1000/pulse/native",
    "/run/user/1000/gnupg/S.gpg-agent",
    "/tmp/.X11-unix/X0",
    "/tmp/ssh-Ab12/agent.7",
    "/srv/proxy/docker.sock",
];

const CHAR_DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/mem",
    "/dev/port",
    "/dev/kmsg",
    "/dev/watchdog",
    "/dev/cpu/0/msr",
    "/dev/kvm",
    "/dev/vhost-net",
    "/dev/vfio/vfio",
    "/dev/fuse",
    "/dev/net/tun",
    "/dev/uinput",
    "/dev/tty",
    "/dev/tty0",
    "/dev/console",
    "/dev/ptmx",
    "/dev/pts/0",
    "/dev/ttyS0",
    "/dev/ttyUSB0",
    "/dev/ttyACM0",
    "/dev/dri/card0",
    "/dev/dri/renderD128",
    "/dev/kfd",
    "/dev/nvidia0",
    "/dev/video0",
    "/dev/snd/pcmC0D0p",
    "/dev/input/event0",
    "/dev/hidraw0",
    "/dev/bus/usb/001/002",
    "/dev/mapper/control",
];

const BLOCK_DEVICES: &[&str] = &[
    "/dev/sda",
    "/dev/sda1",
    "/dev/nvme0n1",
    "/dev/dm-0",
    "/dev/loop0",
    "/srv/node",
];

fn nodes(host: Fake, kind: FileKind, mode: u32, paths: &[&str]) -> Fake {
    paths
        .iter()
        .fold(host, |host, path| host.node(*path, kind, 0, mode))
}

fn system(host: Fake) -> Fake {
    let files = [
        ("/etc/passwd", 0o644),
        ("/etc/group", 0o644),
        ("/etc/shadow", 0o640),
        ("/etc/sudoers", 0o440),
        ("/etc/hosts", 0o644),
        ("/etc/hostname", 0o644),
        ("/etc/resolv.conf", 0o644),
        ("/etc/timezone", 0o644),
        ("/etc/machine-id", 0o444),
        ("/etc/crontab", 0o644),
        ("/etc/ssh/sshd_config", 0o644),
        ("/etc/ssh/ssh_host_ed25519_key", 0o600),
        ("/etc/ssl/certs/ca-certificates.crt", 0o644),
        ("/etc/ssl/private/server.pem", 0o600),
        ("/etc/containers/containers.conf", 0o644),
        ("/etc/systemd/system/app.service", 0o644),
        ("/etc/cron.d/app", 0o644),
        ("/etc/letsencrypt/live/example.org/privkey.pem", 0o600),
        ("/etc/wireguard/wg0.conf", 0o600),
        ("/usr/bin/podman", 0o755),
        ("/usr/bin/bash", 0o755),
        ("/usr/local/bin/tool", 0o755),
        ("/usr/lib/libc.so.6", 0o755),
        ("/usr/lib/os-release", 0o644),
        ("/usr/lib/modules/6.1.0/modules.dep", 0o644),
        ("/usr/share/zoneinfo/UTC", 0o644),
        ("/usr/share/ca-certificates/a.crt", 0o644),
        ("/boot/vmlinuz", 0o600),
        ("/proc/cpuinfo", 0o444),
        ("/proc/kcore", 0o400),
        ("/proc/sysrq-trigger", 0o200),
        ("/proc/sys/kernel/core_pattern", 0o644),
        ("/proc/1/environ", 0o400),
        ("/sys/kernel/uevent_helper", 0o644),
        ("/sys/class/thermal/temp", 0o444),
        ("/sys/fs/cgroup/cgroup.procs", 0o644),
        ("/sys/fs/bpf/map", 0o600),
        ("/var/lib/containers/storage/storage.lock", 0o600),
        ("/var/lib/docker/overlay2/l", 0o700),
        ("/var/lib/mysql/ibdata1", 0o600),
        ("/var/spool/cron/crontabs/root", 0o600),
        ("/var/log/auth.log", 0o640),
        ("/run/udev/data/b8:0", 0o644),
        ("/run/secrets/key", 0o600),
        ("/opt/app/bin/app", 0o755),
    ];
    let host = files.iter().fold(host, |host, (path, mode)| {
        host.file(*path, 0, *mode, "text")
    });
    let host = host.file("/usr/share/containers/seccomp.json", 0, 0o644, SECCOMP);
    let host = [
        "/tmp",
        "/var/tmp",
        "/dev/shm",
        "/run/lock",
        "/sys/kernel/debug",
    ]
    .iter()
    .fold(host, |host, path| host.directory(*path, 0, 0o1777));
    let host = [
        "/srv/app/data",
        "/srv/app/conf",
        "/mnt/media/films",
        "/data",
    ]
    .iter()
    .fold(host, |host, path| host.directory(*path, ANN, 0o755));
    host.mount("/dev/shm")
        .mount("/srv/app/data")
        .file("/srv/app/config.yml", ANN, 0o644, "a: b")
}

fn homes(host: Fake) -> Fake {
    let files = [
        (".bashrc", 0o644),
        (".gitconfig", 0o644),
        (".netrc", 0o600),
        (".npmrc", 0o600),
        (".ssh/id_ed25519", 0o600),
        (".ssh/config", 0o600),
        (".aws/credentials", 0o600),
        (".kube/config", 0o600),
        (".docker/config.json", 0o600),
        (".gnupg/trustdb.gpg", 0o600),
        (".cache/pip/wheel", 0o600),
        (".config/gh/hosts.yml", 0o600),
        (".config/systemd/user/a.service", 0o644),
        (".config/app/settings.json", 0o644),
        (".local/bin/tool", 0o755),
        (".local/share/containers/storage/db", 0o600),
        ("Documents/letter.txt", 0o644),
        ("projects/site/index.html", 0o644),
        ("projects/site/config/app.toml", 0o644),
        ("projects/site/app.env", 0o600),
        ("projects/site/with space/a", 0o644),
    ];
    let host = files.iter().fold(host, |host, (path, mode)| {
        host.file(Path::new("/home/ann").join(path), ANN, *mode, "A=b")
    });
    host.directory("/home/ann", ANN, 0o700)
        .directory("/root", 0, 0o700)
        .file("/root/.ssh/id_rsa", 0, 0o600, "key")
        .file("/root/.bashrc", 0, 0o644, "")
        .file("/home/bob/notes/a", 1001, 0o600, "")
        .directory("/home/ann/projects/site/data", ANN, 0o755)
        .directory("/home/ann/projects/site/src", ANN, 0o755)
}

fn links(host: Fake) -> Fake {
    let links = [
        ("/bin", "usr/bin"),
        ("/sbin", "usr/sbin"),
        ("/lib", "usr/lib"),
        ("/lib64", "usr/lib"),
        ("/var/run", "/run"),
        ("/var/lock", "/run/lock"),
        ("/etc/localtime", "/usr/share/zoneinfo/UTC"),
        ("/etc/os-release", "../usr/lib/os-release"),
        ("/proc/self", "7"),
        ("/proc/thread-self", "7/task/7"),
        ("/proc/7/root", "/"),
        ("/proc/7/cwd", PROJECT),
        ("/proc/7/fd/3", "/etc"),
        ("/proc/7/task/7/root", "/"),
        ("/proc/1/root", "/"),
        ("/dev/fd", "/proc/self/fd"),
        ("/dev/disk/by-id/ata-disk", "../../sda"),
        ("/dev/mapper/root", "../dm-0"),
        ("/srv/etc-link", "/etc"),
        ("/srv/chain", "etc-link"),
        ("/srv/sock-link", "../run/podman/podman.sock"),
        ("/srv/null-link", "/dev/sda"),
        ("/home/ann/projects/site/up", "../../../../etc"),
        ("/home/ann/projects/site/outside", "/home/ann"),
    ];
    links
        .iter()
        .fold(host, |host, (path, target)| host.link(*path, *target))
}

/// Seccomp profiles beside the project.
fn filters(host: Fake) -> Fake {
    let files = [
        ("empty.json", "{}"),
        (
            "open.json",
            r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}"#,
        ),
        (
            "log.json",
            r#"{"defaultAction":"SCMP_ACT_LOG","syscalls":[]}"#,
        ),
        (
            "wide.json",
            r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","mount"],"action":"SCMP_ACT_ALLOW"}]}"#,
        ),
        (
            "narrow.json",
            r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","write"],"action":"SCMP_ACT_ALLOW"}]}"#,
        ),
    ];
    files.iter().fold(host, |host, (name, text)| {
        host.file(Path::new(PROJECT).join(name), ANN, 0o644, *text)
    })
}
