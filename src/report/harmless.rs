//! JSON that can be printed on a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::text::is_invisible;

/// Writes a value as JSON, with a newline at the end. `serde_json` escapes the control characters of ASCII only; here
/// every character that could do something to a terminal, or hide text on one, is `\u` and four digits. Arrays down to a
/// depth of `lines` have a line for each element.
///
/// # Errors
/// Those of `out`.
pub(crate) fn to_writer(out: &mut dyn Write, lines: u8, value: &impl Serialize) -> io::Result<()> {
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, Harmless { lines, depth: 0 });
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// [`to_writer`] into a text.
///
/// # Errors
/// A map with keys that are no text.
pub(crate) fn to_string(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    to_writer(&mut out, 1, value)?;
    String::from_utf8(out).map_err(io::Error::other)
}

struct Harmless {
    lines: u8,
    depth: u8,
}

impl Formatter for Harmless {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth = self.depth.saturating_add(1);
        out.write_all(b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        out.write_all(b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        let comma: &[u8] = if first { b"" } else { b"," };
        out.write_all(comma)?;
        if self.depth <= self.lines {
            out.write_all(b"\n")
        } else {
            Ok(())
        }
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((before, c)) = rest
            .find(is_invisible)
            .and_then(|at| rest.get(..at).zip(rest.get(at..)?.chars().next()))
        {
            out.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = rest
                .get(before.len().saturating_add(c.len_utf8())..)
                .unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sanitize::safe;

    #[test]
    fn every_character_survives_and_none_acts() {
        let all: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        let text = to_string(&[&all]).unwrap();
        for line in text.lines() {
            assert_eq!(safe(line), line);
        }
        let back: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, [all]);
    }
}
