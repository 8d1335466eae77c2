//! `--secret`: `NAME[,type=mount|env][,target=T][,uid=N][,gid=N][,mode=OCTAL]`; see `podman-run(1)`.

use std::fmt;
use std::str::FromStr;

use super::csv::one_line;
use super::mount_words::once;
use super::path::ContainerPath;
use super::tmpfs::octal_mode;
use super::volume::is_name;
use crate::problem::Invalid;

/// A value of `--secret`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The secret's name in podman's store: `[a-zA-Z0-9][a-zA-Z0-9_.-]*`, at most 253 bytes.
    pub name: String,
    /// How the container gets it.
    pub kind: SecretKind,
}

/// How a container gets a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// As a file.
    Mount {
        /// A clean absolute path, or one below `/run/secrets`; `None`: the secret's name.
        target: Option<String>,
        /// The file's owner; `None`: 0.
        uid: Option<u32>,
        /// The file's group; `None`: 0.
        gid: Option<u32>,
        /// The file's permissions, 0 to 0o7777, written in octal; `None`: 0444.
        mode: Option<u16>,
    },
    /// As an environment variable, which every process of the container's user can read.
    Env {
        /// The variable's name; `None`: the secret's name.
        target: Option<String>,
    },
}

impl Secret {
    /// Where the file appears in the container; `None` for an environment variable.
    pub fn destination(&self) -> Option<ContainerPath> {
        match &self.kind {
            SecretKind::Env { .. } => None,
            SecretKind::Mount { target, .. } => match target.as_deref().unwrap_or(&self.name) {
                absolute if absolute.starts_with('/') => absolute.parse().ok(),
                relative => format!("/run/secrets/{relative}").parse().ok(),
            },
        }
    }
}

#[derive(Default)]
struct SecretKeys<'a> {
    name: Option<&'a str>,
    kind: Option<&'a str>,
    target: Option<&'a str>,
    uid: Option<u32>,
    gid: Option<u32>,
    mode: Option<u16>,
}

impl FromStr for Secret {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text)?;
        let mut keys = SecretKeys::default();
        for (index, word) in text.split(',').enumerate() {
            match word.split_once('=') {
                None if index == 0 => keys.name = Some(word),
                // podman looks up a lone source=NAME under that whole text.
                Some(("source", name)) if text.contains(',') => once(&mut keys.name, name, word)?,
                Some(("type", kind)) => once(&mut keys.kind, kind, word)?,
                Some(("target", target)) => once(&mut keys.target, target, word)?,
                Some(("uid" | "UID", id)) => once(&mut keys.uid, owner(id)?, word)?,
                Some(("gid" | "GID", id)) => once(&mut keys.gid, owner(id)?, word)?,
                Some(("mode", mode)) => once(&mut keys.mode, octal_mode(mode)?, word)?,
                _ => return Err(bad(word, "not an option of a secret")),
            }
        }
        let name = keys.name.unwrap_or_default();
        if !is_name(name) || name.len() > 253 {
            return Err(bad(name, "not a secret's name"));
        }
        Ok(Self {
            name: name.to_owned(),
            kind: keys.kind(text)?,
        })
    }
}

impl SecretKeys<'_> {
    fn kind(self, text: &str) -> Result<SecretKind, Invalid> {
        match self.kind {
            None | Some("mount") => Ok(SecretKind::Mount {
                target: self.target.map(file).transpose()?,
                uid: self.uid,
                gid: self.gid,
                mode: self.mode,
            }),
            Some("env") if self.uid.is_none() && self.gid.is_none() && self.mode.is_none() => {
                let target = self.target.map(variable).transpose()?;
                Ok(SecretKind::Env { target })
            }
            Some("env") => Err(bad(text, "an environment variable with an owner or a mode")),
            Some(kind) => Err(bad(kind, "not a type of secret")),
        }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let target = match &self.kind {
            SecretKind::Env { target } => {
                f.write_str(",type=env")?;
                target
            }
            SecretKind::Mount { target, .. } => target,
        };
        if let Some(target) = target {
            write!(f, ",target={target}")?;
        }
        let SecretKind::Mount { uid, gid, mode, .. } = &self.kind else {
            return Ok(());
        };
        if let Some(uid) = uid {
            write!(f, ",uid={uid}")?;
        }
        if let Some(gid) = gid {
            write!(f, ",gid={gid}")?;
        }
        mode.map_or(Ok(()), |mode| write!(f, ",mode={mode:o}"))
    }
}

/// A user or group ID. The largest number means "leave it" to the kernel.
fn owner(text: &str) -> Result<u32, Invalid> {
    Some(text)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|id| *id != u32::MAX)
        .ok_or_else(|| bad(text, "not an owner's number"))
}

/// podman joins a relative target to `/run/secrets` without looking at it: `../../etc/x` leaves it.
fn file(text: &str) -> Result<String, Invalid> {
    let wrong = || bad(text, "not a place for a secret");
    let rooted = if text.starts_with('/') {
        text.to_owned()
    } else {
        format!("/{text}")
    };
    let path: ContainerPath = rooted.parse()?;
    if path.as_str() == "/" || rooted.split('/').any(|part| part == "." || part == "..") {
        return Err(wrong());
    }
    let clean = path.as_str();
    if text.starts_with('/') {
        return Ok(clean.to_owned());
    }
    clean.strip_prefix('/').map(str::to_owned).ok_or_else(wrong)
}

fn variable(text: &str) -> Result<String, Invalid> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if text.is_empty() || !text.chars().all(letter) {
        return Err(bad(text, "not a variable's name"));
    }
    Ok(text.to_owned())
}

fn bad(text: &str, what: &str) -> Invalid {
    Invalid::new(
        text,
        what,
        "write NAME, NAME,target=FILE,uid=N,gid=N,mode=0400 or NAME,type=env,target=VARIABLE",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn secret(text: &str) -> Secret {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints() {
        let table = r"
            db-password => db-password
            s,type=mount => s
            mode=0400,UID=1,source=s,GID=2,target=f => s,target=f,uid=1,gid=2,mode=400
            s,type=env,target=PGPASSWORD => s,type=env,target=PGPASSWORD
            type=env,source=s => s,type=env
            s,target=/etc//x/ => s,target=/etc/x
            s,target=a//b => s,target=a/b
        ";
        for row in table.lines().filter(|row| row.contains("=>")) {
            let (text, canonical) = row.trim().split_once(" => ").unwrap();
            assert_eq!(secret(text).to_string(), canonical);
            assert_eq!(secret(canonical), secret(text));
        }
    }

    #[test]
    fn knows_where_the_file_appears() {
        for (text, place) in [
            ("s", Some("/run/secrets/s")),
            ("s,target=f", Some("/run/secrets/f")),
            ("s,target=/etc/x", Some("/etc/x")),
            ("s,type=env", None),
        ] {
            let found = secret(text).destination();
            assert_eq!(found.as_ref().map(ContainerPath::as_str), place, "{text}");
        }
    }

    #[test]
    fn refuses_what_podman_refuses_or_bends() {
        for bad in [
            // podman 4.3.1 takes every one of these.
            "s,target=../x s,target=../../etc/x s,target=/run/secrets/../../etc/x s,target=.",
            "s,target=/ s,target= s,mode=177777 s,mode=17777 s,uid=4294967295 s,uid=1,uid=2",
            "s,uid=1,UID=2 s,source=s s,type=env,target=A=B s,type=env,target=",
            "s,target=a,target=b",
            // And refuses these.
            "s, ,s source=s s,type=ENV s,type= s,type=env,type=mount s,type=env,uid=1",
            "s,type=env,mode=0400 s,mode=8 s,mode=0o400 s,mode= s,uid=-1 s,uid=+1 s,uid=",
            "s,foo=1 s,s type=env a/b -s s,target=a:b",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain([
            "",
            "s,type=env,target=A B",
            "s ,uid=1",
            "s\n",
            "s\0",
            "s,target=a\nb",
            "\"s\"",
            "s,\"uid=1\"",
        ]) {
            assert!(bad.parse::<Secret>().is_err(), "{bad:?}");
        }
        assert!("s".repeat(253).parse::<Secret>().is_ok());
        assert!("s".repeat(254).parse::<Secret>().is_err());
    }
}
