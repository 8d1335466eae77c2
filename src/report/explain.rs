//! `--explain`: every flag that podman would get, who asked for it, and why it is there.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;

use serde::Serialize;

use super::sanitize::safe;
use super::shell;
use crate::cli::Format;
use crate::env::Scrubbed;
use crate::origin::Origin;
use crate::plan::Plan;
use crate::podman::flags;
use crate::seal::ambient::{Ambient, OVERRIDE};
use crate::seccomp::Syscall;
use crate::spec::argv::Line;
use crate::spec::{Seccomp, Spec, baseline};

#[derive(Serialize)]
struct SettingRow<'a> {
    flag: &'a str,
    value: &'a str,
    by: String,
    why: Cow<'a, str>,
}

/// The whole explanation, in the order of the command line.
pub(crate) fn explain(format: Format, plan: &Plan) -> String {
    let (spec, scrubbed, ambient) = (plan.spec(), plan.scrubbed(), plan.ambient());
    let lines = plan.lines().iter();
    let rows: Vec<SettingRow<'_>> = lines.map(|line| row(line, spec)).collect();
    match format {
        Format::Json => json(&rows, spec, scrubbed, ambient),
        Format::Human => human(&rows, spec, scrubbed, ambient),
    }
}

fn row<'a>(line: &'a Line, spec: &Spec) -> SettingRow<'a> {
    let help = line.flag.help;
    let why = match line.origin {
        _ if line.flag == &flags::SECURITY_OPT && line.value.starts_with("seccomp=") => {
            filter(&spec.seccomp.value, spec.floor().nesting).into()
        }
        Origin::Baseline => baseline::why(line.flag).unwrap_or(help).into(),
        _ => help.into(),
    };
    SettingRow {
        flag: line.flag.long,
        value: &line.value,
        by: line.origin.to_string(),
        why,
    }
}

/// What the system call filter is.
fn filter(seccomp: &Seccomp, is_nesting: bool) -> String {
    let names = |names: &[Syscall]| {
        let names: Vec<&str> = names.iter().map(Syscall::as_str).collect();
        names.join(", ")
    };
    match seccomp {
        Seccomp::Default if is_nesting => {
            "the floor with nesting: namespaces and mounts are left, keys and rare sockets are denied; \
             safe-podman seccomp show --nesting"
                .to_owned()
        }
        Seccomp::Default => {
            "the floor: namespaces, mounts, keys and rare sockets are denied; safe-podman seccomp show"
                .to_owned()
        }
        Seccomp::Engine => {
            "the default of this host's engines, not the floor; safe-podman seccomp diff".to_owned()
        }
        Seccomp::File(path) => {
            let words = ["safe-podman", "seccomp", "diff"].map(OsStr::new);
            let words = words.into_iter().chain([path.as_os_str()]);
            format!("a file, not the floor; {}", shell::line(words))
        }
        Seccomp::Denying(denied) => format!("the floor without {}", names(denied)),
        Seccomp::Allowing(allowed) => format!("of the floor only {}", names(allowed)),
        Seccomp::Unconfined => "no filter: every system call can be made".to_owned(),
    }
}

fn human(rows: &[SettingRow<'_>], spec: &Spec, scrubbed: &Scrubbed, ambient: &Ambient) -> String {
    let mut out = String::new();
    for SettingRow {
        flag,
        value,
        by,
        why,
    } in rows
    {
        let _ = writeln!(
            out,
            "--{flag}={}\n    {}: {}",
            safe(value),
            safe(by),
            safe(why)
        );
    }
    let _ = writeln!(
        out,
        "{}\n    {}: the image",
        safe(&spec.image.value.to_string()),
        safe(&spec.image.origin.to_string())
    );
    for (name, why) in &scrubbed.dropped {
        let _ = writeln!(
            out,
            "environment: {} is withheld from podman\n    {why}",
            safe(&name.to_string_lossy())
        );
    }
    for file in &ambient.files {
        let _ = writeln!(
            out,
            "read: {}\n    podman loads it before the command line",
            safe(&file.display().to_string())
        );
    }
    for line in &ambient.neutralised {
        let _ = writeln!(
            out,
            "neutralised: {}\n    no flag takes it back",
            safe(line)
        );
    }
    if let Some(file) = &ambient.overriding {
        let _ = writeln!(
            out,
            "{OVERRIDE}={}\n    the last containers.conf empties the lists of all others",
            safe(&file.display().to_string())
        );
    }
    out
}

fn json(rows: &[SettingRow<'_>], spec: &Spec, scrubbed: &Scrubbed, ambient: &Ambient) -> String {
    let withheld: Vec<_> = scrubbed
        .dropped
        .iter()
        .map(|(name, why)| serde_json::json!({"name": name.to_string_lossy(), "why": why}))
        .collect();
    let document = serde_json::json!({
        "schema": "safe-podman/explain/1",
        "settings": rows,
        "image": spec.image.value.to_string(),
        "command": spec.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>(),
        "withheld": withheld,
        "ambient": {
            "files": ambient.files,
            "neutralised": ambient.neutralised,
            "override": ambient.overriding,
        },
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_is_told_apart() {
        let calls: Vec<Syscall> = ["mkdir", "mkdirat"]
            .iter()
            .map(|name| name.parse().unwrap())
            .collect();
        for (seccomp, told) in [
            (Seccomp::Default, "the floor: namespaces, "),
            (Seccomp::Engine, "the default of this host's engines, "),
            (
                Seccomp::File("/srv/a b.json".into()),
                "a file, not the floor; safe-podman seccomp diff '/srv/a b.json'",
            ),
            (
                Seccomp::Denying(calls.clone()),
                "the floor without mkdir, mkdirat",
            ),
            (Seccomp::Allowing(calls), "of the floor only mkdir, mkdirat"),
            (Seccomp::Unconfined, "no filter: "),
        ] {
            let why = filter(&seccomp, false);
            assert!(why.starts_with(told), "{why}");
        }
        assert!(filter(&Seccomp::Default, true).contains("seccomp show --nesting"));
    }
}
