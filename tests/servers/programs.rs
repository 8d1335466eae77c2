//! The programs that are tried, and what each needs.

/// A row of the table.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What bash runs, in an empty directory of its own.
    pub(crate) script: &'static str,
    pub(crate) image: Image,
    /// Flags for both, podman and safe-podman.
    pub(crate) flags: &'static [&'static str],
    /// A profile for safe-podman.
    pub(crate) profile: Option<&'static str>,
    /// The rules that those flags and that profile are against.
    pub(crate) allowed: &'static [&'static str],
    /// What comes of it under safe-podman.
    pub(crate) expected: Expected,
    /// Lines that it has to print under safe-podman.
    pub(crate) says: &'static [&'static str],
}

/// An archive of `tests/servers/images`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Image {
    /// For the processor.
    Native,
    /// For the processor's 32-bit mode.
    Foreign,
}

impl Image {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "localhost/servers",
            Self::Foreign => "localhost/servers32",
        }
    }
}

/// What comes of a program under safe-podman; under plain podman all of them work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    Works,
    /// It fails, with these words: what the floor shuts on purpose.
    Says(&'static str),
}

/// A server has an account of its own.
const SERVER: &[&str] = &["--user=1000:1000"];
/// What a package manager and the tools of accounts work as.
const ROOT: &[&str] = &[
    "--user=0:0",
    "--read-only=false",
    "--cap-drop=all",
    "--cap-add=CHOWN,DAC_OVERRIDE,FOWNER,FSETID,SETGID,SETUID,SYS_CHROOT",
];

macro_rules! program {
    ($name:literal) => {
        program!($name, script: $name, image: Native)
    };
    ($name:literal, script: $script:literal, image: $image:ident $(, $field:ident: $value:expr)*) => {
        Program {
            $($field: $value,)*
            ..Program {
                name: $name,
                script: include_str!(concat!("programs/", $script)),
                image: Image::$image,
                flags: SERVER,
                profile: None,
                allowed: &[],
                expected: Expected::Works,
                says: &[],
            }
        }
    };
}

pub(crate) const PROGRAMS: &[Program] = &[
    program!("nginx"),
    program!("redis"),
    program!("postgres"),
    program!("mariadb"),
    program!("memcached"),
    program!("python"),
    program!("node"),
    program!("java"),
    program!("golang"),
    program!("shell"),
    program!("git"),
    program!("gcc"),
    program!("iproute"),
    program!("apt", script: "apt", image: Native, flags: ROOT, allowed: &["root-user", "rootfs-writable", "cap-privilege"]),
    program!("accounts", script: "accounts", image: Native, flags: ROOT, allowed: &["root-user", "rootfs-writable", "cap-privilege"]),
    program!("bubblewrap", script: "bubblewrap", image: Native,
        profile: Some("description: a sandbox of its own\nnesting: true\n"),
        allowed: &["user-namespaces"],
        says: &["name: own", "root: own", "shut: packet", "shut: alg", "shut: vsock", "shut: netfilter", "shut: xfrm"]),
    program!("shell32", script: "shell", image: Foreign),
    program!("musl32", script: "musl32", image: Foreign),
    program!("glibc32", script: "glibc32", image: Foreign, expected: Expected::Says("Operation not permitted")),
];
