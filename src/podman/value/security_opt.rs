//! `--security-opt`: everything podman hides behind one flag.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::label_opt::LabelOpt;
use super::number::boolean;
use super::text::{is_word, one_line};
use crate::problem::Invalid;

/// One `--security-opt`. Written `KEY=VALUE`, or `KEY:VALUE` where there is no `=` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecurityOpt {
    /// `no-new-privileges[=BOOL]`: the last one wins.
    NoNewPrivileges(NoNewPrivileges),
    /// `seccomp=…`
    Seccomp(SeccompArg),
    /// `apparmor=…`
    Apparmor(AppArmorArg),
    /// `label=…`: `SELinux`.
    Label(LabelOpt),
    /// `mask=PATH:PATH…`: more paths that the container cannot see; each absolute.
    Mask(Vec<String>),
    /// `unmask=…` and `systempaths=unconfined`.
    Unmask(Unmask),
    /// `proc-opts=OPTIONS`: replaces every mount option of `/proc`, so `nosuid,noexec,nodev` go unless named again.
    ProcOpts(String),
}

/// May a process gain privileges through setuid bits and file capabilities?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoNewPrivileges {
    /// It may not.
    On,
    /// It may.
    Off,
}

/// Which system calls are let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeccompArg {
    /// `unconfined`: all of them.
    Unconfined,
    /// Empty: podman's default profile.
    Default,
    /// What this JSON file says; a relative path starts at the working directory.
    File(PathBuf),
}

/// Which `AppArmor` profile confines the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppArmorArg {
    /// `unconfined`: none.
    Unconfined,
    /// The profile loaded under this name.
    Profile(String),
}

/// What of `/proc` and `/sys` is given back that podman hides or makes read-only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmask {
    /// `ALL` in any case, or `systempaths=unconfined`.
    All,
    /// These paths, which may be patterns of Go's `filepath.Match`; each absolute.
    Paths(Vec<String>),
}

impl FromStr for SecurityOpt {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what, instead| Err(Invalid::new(text, what, instead));
        let parts = match one_line(text)?.split_once('=') {
            Some(parts) => Some(parts),
            None => text.split_once(':'),
        };
        let Some((key, value)) = parts else {
            return match text {
                "no-new-privileges" => Ok(Self::NoNewPrivileges(NoNewPrivileges::On)),
                _ => bad("no security option", "write no-new-privileges or KEY=VALUE"),
            };
        };
        match (key, value) {
            ("no-new-privileges", value) => Ok(Self::NoNewPrivileges(if boolean(value)? {
                NoNewPrivileges::On
            } else {
                NoNewPrivileges::Off
            })),
            ("seccomp", value) => Ok(Self::Seccomp(match value {
                "" => SeccompArg::Default,
                "unconfined" => SeccompArg::Unconfined,
                file => SeccompArg::File(PathBuf::from(file)),
            })),
            ("apparmor", "unconfined") => Ok(Self::Apparmor(AppArmorArg::Unconfined)),
            ("apparmor", value) if is_word(value) => {
                Ok(Self::Apparmor(AppArmorArg::Profile(value.to_owned())))
            }
            ("apparmor", _) => bad(
                "no AppArmor profile",
                "name one, or leave the option out for podman's own",
            ),
            ("label", value) => value.parse().map(Self::Label),
            ("mask", value) => match paths(value) {
                Some(paths) => Ok(Self::Mask(paths)),
                None => bad(
                    "a mask that podman skips",
                    "write absolute paths, like mask=/proc/interrupts",
                ),
            },
            ("unmask", value) => value.parse().map(Self::Unmask),
            ("systempaths", "unconfined") => Ok(Self::Unmask(Unmask::All)),
            ("proc-opts", value) if value.split(',').any(takes_back) => bad(
                "an option of /proc that takes another one back",
                "leave out suid, dev, exec and rw: what is not named is not there",
            ),
            ("proc-opts", value) if value.split(',').all(is_word) => {
                Ok(Self::ProcOpts(value.to_owned()))
            }
            ("systempaths" | "proc-opts", _) => bad(
                "a security option with a value podman does not know",
                "write systempaths=unconfined, or proc-opts=hidepid=2",
            ),
            _ => bad(
                "no security option",
                "the keys are no-new-privileges, seccomp, apparmor, label, mask, unmask, systempaths, proc-opts",
            ),
        }
    }
}

/// The last of two words counts for the kernel: `nosuid,suid` reads like the one and is the other.
fn takes_back(option: &str) -> bool {
    ["suid", "dev", "exec", "rw"].contains(&option)
}

/// Absolute paths with colons between.
fn paths(value: &str) -> Option<Vec<String>> {
    value
        .split(':')
        .map(|path| path.starts_with('/').then(|| path.to_owned()))
        .collect()
}

impl FromStr for Unmask {
    type Err = Invalid;

    /// One `ALL` among paths counts as `ALL`: podman 5 reads it so, podman 4 does not.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.split(':').any(|path| path.eq_ignore_ascii_case("all")) {
            return Ok(Self::All);
        }
        let whole = |paths: &Vec<String>| paths.iter().all(|path| is_pattern(path));
        paths(text).filter(whole).map(Self::Paths).ok_or_else(|| {
            Invalid::new(
                text,
                "nothing that podman can unmask",
                "write ALL or absolute paths, like unmask=/proc/acpi",
            )
        })
    }
}

/// Are its brackets closed and its backslashes followed by something?
fn is_pattern(path: &str) -> bool {
    let mut open = false;
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next().is_none() => return false,
            '[' => open = true,
            ']' => open = false,
            _ => {}
        }
    }
    !open
}

impl fmt::Display for SecurityOpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNewPrivileges(NoNewPrivileges::On) => f.write_str("no-new-privileges"),
            Self::NoNewPrivileges(NoNewPrivileges::Off) => f.write_str("no-new-privileges=false"),
            Self::Seccomp(SeccompArg::Unconfined) => f.write_str("seccomp=unconfined"),
            Self::Seccomp(SeccompArg::Default) => f.write_str("seccomp="),
            Self::Seccomp(SeccompArg::File(path)) => write!(f, "seccomp={}", path.display()),
            Self::Apparmor(AppArmorArg::Unconfined) => f.write_str("apparmor=unconfined"),
            Self::Apparmor(AppArmorArg::Profile(name)) => write!(f, "apparmor={name}"),
            Self::Label(label) => write!(f, "label={label}"),
            Self::Mask(paths) => write!(f, "mask={}", paths.join(":")),
            Self::Unmask(Unmask::All) => f.write_str("unmask=ALL"),
            Self::Unmask(Unmask::Paths(paths)) => write!(f, "unmask={}", paths.join(":")),
            Self::ProcOpts(options) => write!(f, "proc-opts={options}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("no-new-privileges", "no-new-privileges"),
            ("no-new-privileges=T", "no-new-privileges"),
            ("no-new-privileges:true", "no-new-privileges"),
            ("no-new-privileges:false", "no-new-privileges=false"),
            ("no-new-privileges=0", "no-new-privileges=false"),
            ("seccomp=unconfined", "seccomp=unconfined"),
            ("seccomp:unconfined", "seccomp=unconfined"),
            ("seccomp=", "seccomp="),
            ("seccomp:", "seccomp="),
            ("seccomp=/a=b:c", "seccomp=/a=b:c"),
            ("apparmor:unconfined", "apparmor=unconfined"),
            (
                "apparmor=containers-default-0.50",
                "apparmor=containers-default-0.50",
            ),
            ("label:disable", "label=disable"),
            ("label=nested", "label=nested"),
            ("label:type:spc_t", "label=type:spc_t"),
            ("label=level:s0:c1,c2", "label=level:s0:c1,c2"),
            ("mask=/a:/b", "mask=/a:/b"),
            ("unmask=aLl", "unmask=ALL"),
            ("unmask:/proc/acpi:all", "unmask=ALL"),
            (
                "unmask=/proc/*:/sys/firmware",
                "unmask=/proc/*:/sys/firmware",
            ),
            ("unmask:/a:/b", "unmask=/a:/b"),
            ("systempaths:unconfined", "unmask=ALL"),
            ("proc-opts=hidepid=2,nosuid", "proc-opts=hidepid=2,nosuid"),
        ] {
            let value: SecurityOpt = text.parse().unwrap();
            assert_eq!(value.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    // A file, and so no way round the profile: podman compares the word exactly.
    #[test]
    fn only_the_exact_word_is_unconfined() {
        let value: SecurityOpt = "seccomp=Unconfined".parse().unwrap();
        assert_eq!(
            value,
            SecurityOpt::Seccomp(SeccompArg::File("Unconfined".into()))
        );
    }

    // podman 4.3.1 takes label=foo where SELinux is off, and skips mask=rel and unmask=[ with a log line.
    #[test]
    fn refuses_what_podman_refuses_or_skips() {
        for bad in [
            "",
            "=",
            ":",
            "foo",
            "foo=bar",
            "seccomp",
            "mask",
            "No-New-Privileges",
            "no-new-privileges=",
            "no-new-privileges=yes",
            "no-new-privileges ",
            " seccomp=unconfined",
            "seccomp:/a=b",
            "apparmor=",
            "apparmor=a b",
            "label=",
            "label:",
            "label=foo",
            "label=Disable",
            "label=disable:x",
            "label=type:",
            "label=type=spc_t",
            "mask=",
            "mask=rel",
            "mask=/a:",
            "mask=/a:b",
            "unmask=",
            "unmask=proc",
            "unmask=/a:",
            "unmask=[",
            "unmask=/proc/[a",
            "unmask=/a\\",
            "systempaths=",
            "systempaths=Unconfined",
            "systempaths=all",
            "proc-opts=",
            "proc-opts=a,",
            "proc-opts=nosuid,noexec,nodev,suid",
            "proc-opts=exec,nosuid",
            "proc-opts=dev",
            "proc-opts=ro,rw",
            "credentialspec=x",
            "seccomp=unconfined\n",
            "\nseccomp=unconfined",
            "seccomp=/a\0b",
            "no-new-privileges\n",
        ] {
            assert!(bad.parse::<SecurityOpt>().is_err(), "{bad:?}");
        }
    }
}
