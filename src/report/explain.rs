//! `--explain`: every flag that podman would get, who asked for it, and why it is there.

use std::fmt::Write as _;

use serde::Serialize;

use super::sanitize::safe;
use crate::cli::Format;
use crate::env::Scrubbed;
use crate::origin::Origin;
use crate::plan::Plan;
use crate::seal::ambient::{Ambient, OVERRIDE};
use crate::spec::argv::Line;
use crate::spec::{Spec, baseline};

#[derive(Serialize)]
struct SettingRow<'a> {
    flag: &'a str,
    value: &'a str,
    by: String,
    why: &'a str,
}

/// The whole explanation, in the order of the command line.
pub(crate) fn explain(format: Format, plan: &Plan) -> String {
    let rows: Vec<SettingRow<'_>> = plan.lines().iter().map(row).collect();
    let (spec, scrubbed, ambient) = (plan.spec(), plan.scrubbed(), plan.ambient());
    match format {
        Format::Json => json(&rows, spec, scrubbed, ambient),
        Format::Human => human(&rows, spec, scrubbed, ambient),
    }
}

fn row(line: &Line) -> SettingRow<'_> {
    let help = line.flag.help;
    let why = match line.origin {
        Origin::Baseline => baseline::why(line.flag).unwrap_or(help),
        _ => help,
    };
    SettingRow {
        flag: line.flag.long,
        value: &line.value,
        by: line.origin.to_string(),
        why,
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
        let _ = writeln!(out, "--{flag}={}\n    {}: {why}", safe(value), safe(by));
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
