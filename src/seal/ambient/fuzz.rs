//! What holds for every text, whoever wrote it.

use std::fmt::Write as _;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::conf::{self, ConfFindings};

/// A containers.conf says the same below a comment, one line later, and in another spelling of TOML: each table under its
/// own heading, each key and text in quotes.
///
/// # Panics
/// Where that does not hold.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // A byte order mark is passed over only where it stands first, by podman's reader too.
    let text = text.trim_start_matches('\u{feff}');
    let below = read(&format!("# a comment\n{text}"));
    let Some(found) = read(text) else {
        assert!(below.is_none(), "a comment makes it readable");
        return;
    };
    let below = below.expect("a comment makes it unreadable");
    assert_eq!(said(&found), said(&below), "a comment changes it");
    for (one, other) in lines(&found).zip(lines(&below)) {
        assert_eq!(one.saturating_add(1), other, "a comment is one line");
    }
    let table = DeTable::parse(text).expect("it was read");
    let mut other = String::new();
    write(table.get_ref(), &[], &mut other);
    let respelled = read(&other).expect("spelled otherwise, it is unreadable");
    let sorted = |found| {
        let mut said = said(found);
        said.sort();
        said
    };
    assert_eq!(sorted(&found), sorted(&respelled), "{other}");
}

fn read(text: &str) -> Option<ConfFindings> {
    conf::read(Path::new("/etc/containers/containers.conf"), text).ok()
}

/// What was found, without its lines.
fn said(found: &ConfFindings) -> Vec<String> {
    let weak = found.weak.iter();
    let weak = weak.map(|weak| weak.key.key.what.name.to_owned());
    let programs = found.programs.iter();
    let programs =
        programs.map(|found| format!("{} {}", found.key.key.what.name, found.path.display()));
    let places = [&found.volume_path, &found.init_path];
    let places = places.map(|place| format!("{place:?}"));
    let hooks = format!("{:?}", found.hooks_dir);
    weak.chain(programs).chain(places).chain([hooks]).collect()
}

fn lines(found: &ConfFindings) -> impl Iterator<Item = usize> + '_ {
    let weak = found.weak.iter().map(|weak| weak.line);
    weak.chain(found.programs.iter().map(|program| program.line))
}

/// Writes a table below a heading: what is no table first, as TOML wants it.
fn write(table: &DeTable<'_>, heading: &[String], out: &mut String) {
    let is_table = |value: &DeValue<'_>| matches!(value, DeValue::Table(_));
    for (name, value) in table {
        if !is_table(value.get_ref()) {
            let _ = writeln!(
                out,
                "{} = {}",
                quoted(name.get_ref()),
                inline(value.get_ref())
            );
        }
    }
    for (name, value) in table {
        if let DeValue::Table(inner) = value.get_ref() {
            let heading = [heading, &[quoted(name.get_ref())]].concat();
            let _ = writeln!(out, "[{}]", heading.join("."));
            write(inner, &heading, out);
        }
    }
}

fn inline(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        // The reader takes over a number without looking at it.
        DeValue::Integer(number) => {
            let number = i128::from_str_radix(number.as_str(), number.radix());
            number.unwrap_or_default().to_string()
        }
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(_) => number.as_str().to_owned(),
            Err(_) => "0.0".to_owned(),
        },
        DeValue::Boolean(is_on) => is_on.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(entries) => {
            let entries = entries.iter().map(|entry| inline(entry.get_ref()));
            format!("[{}]", entries.collect::<Vec<_>>().join(", "))
        }
        DeValue::Table(table) => {
            let entry = |(name, value): (&toml::Spanned<_>, &toml::Spanned<_>)| {
                let name: &std::borrow::Cow<'_, str> = name.get_ref();
                let value: &DeValue<'_> = value.get_ref();
                format!("{} = {}", quoted(name), inline(value))
            };
            format!(
                "{{{}}}",
                table.iter().map(entry).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || " _./-=:".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "\\U{:08x}", u32::from(c));
        }
    }
    out.push('"');
    out
}
