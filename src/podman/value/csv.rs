//! The comma-separated records that podman's flags take.
//!
//! podman's slice flags and `--mount` read their value with Go's `encoding/csv`, not by splitting at commas: quotes
//! hide commas, blank lines in front are skipped, and a slice silently drops everything after its first record
//! (pflag `string_slice.go`, `readAsCSV`). Reading it any other way would judge something else than what podman runs.

use crate::problem::Invalid;

/// The fields of the first record, exactly as pflag reads a slice flag's value.
///
/// The empty text has no field at all; `""` (two quotes) has one, empty. Text behind the record's line end is dropped,
/// as podman drops it: a caller who must not lose anything refuses line ends first, or uses [`whole`].
///
/// # Errors
///
/// A quote inside an unquoted field, text after a closing quote, a quote that is never closed, or nothing but blank
/// lines.
pub(crate) fn record(text: &str) -> Result<Vec<String>, Invalid> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<String> = text.split_inclusive('\n').map(line).collect();
    let mut lines = lines
        .iter()
        .map(String::as_str)
        .skip_while(|line| line.trim_end_matches('\n').is_empty());
    let mut rest = lines.next();
    if rest.is_none() {
        return Err(bad(text, "nothing but blank lines"));
    }
    let mut fields = Vec::new();
    while let Some(line) = rest {
        let (field, more) = match line.strip_prefix('"') {
            Some(line) => quoted(text, line, &mut lines)?,
            None => bare(text, line)?,
        };
        fields.push(field);
        rest = more;
    }
    Ok(fields)
}

/// The fields of a value that is one record and nothing else, as `--mount` wants it.
///
/// # Errors
///
/// What [`record`] refuses, an empty text, and every line end: podman skips the blank lines around a record, and
/// nobody means them.
pub(crate) fn whole(text: &str) -> Result<Vec<String>, Invalid> {
    one_line(text)?;
    if text.is_empty() {
        return Err(bad(text, "empty"));
    }
    record(text)
}

/// Refuses NUL, carriage return and line feed, which no value of podman's has a use for: the first ends a C string,
/// the others end a CSV record or a line of a log.
pub(super) fn one_line(text: &str) -> Result<(), Invalid> {
    if text.contains(['\0', '\r', '\n']) {
        return Err(Invalid::new(
            text,
            "more than one line",
            "remove the NUL, carriage return or line feed",
        ));
    }
    Ok(())
}

/// A line as Go's reader sees it: `\r\n` is `\n`, and a `\r` that ends the text is dropped.
fn line(raw: &str) -> String {
    match raw.strip_suffix('\n') {
        Some(line) => format!("{}\n", line.strip_suffix('\r').unwrap_or(line)),
        None => raw.strip_suffix('\r').unwrap_or(raw).to_owned(),
    }
}

/// A field, and what follows its comma.
type Field<'a> = (String, Option<&'a str>);

fn bare<'a>(text: &str, line: &'a str) -> Result<Field<'a>, Invalid> {
    let (field, rest) = match line.split_once(',') {
        Some((field, rest)) => (field, Some(rest)),
        None => (line.strip_suffix('\n').unwrap_or(line), None),
    };
    if field.contains('"') {
        return Err(bad(text, "a quote inside an unquoted field"));
    }
    Ok((field.to_owned(), rest))
}

/// `line` starts after the opening quote; a field that is not closed on it goes on with the next one.
fn quoted<'a>(
    text: &str,
    mut line: &'a str,
    lines: &mut impl Iterator<Item = &'a str>,
) -> Result<Field<'a>, Invalid> {
    let mut field = String::new();
    loop {
        let Some((before, after)) = line.split_once('"') else {
            if line.is_empty() {
                return Err(bad(text, "a quote that is never closed"));
            }
            field.push_str(line);
            line = lines.next().unwrap_or_default();
            continue;
        };
        field.push_str(before);
        if let Some(rest) = after.strip_prefix('"') {
            field.push('"');
            line = rest;
        } else if let Some(rest) = after.strip_prefix(',') {
            return Ok((field, Some(rest)));
        } else if after.is_empty() || after == "\n" {
            return Ok((field, None));
        } else {
            return Err(bad(text, "text after a closing quote"));
        }
    }
}

fn bad(text: &str, what: &str) -> Invalid {
    Invalid::new(
        text,
        format!("not a comma-separated list ({what})"),
        "write the items separated by commas, without quotes",
    )
}

/// Does a list of comma-separated values give this text back as its one element, without any quoting?
pub(crate) fn is_plain(text: &str) -> bool {
    record(text).is_ok_and(|fields| matches!(fields.as_slice(), [field] if field == text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_the_first_record_as_go_does() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("\"\"", &[""]),
            (",", &["", ""]),
            ("a", &["a"]),
            (" a, b ", &[" a", " b "]),
            ("\"sys_admin\",x", &["sys_admin", "x"]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"a\"\"b\"", &["a\"b"]),
            ("\nSYS_ADMIN", &["SYS_ADMIN"]),
            ("\r\n\n\r\nSYS_ADMIN", &["SYS_ADMIN"]),
            ("CHOWN\nSYS_ADMIN", &["CHOWN"]),
            ("CHOWN\r\nSYS_ADMIN", &["CHOWN"]),
            ("CHOWN\r", &["CHOWN"]),
            ("a\rb", &["a\rb"]),
            ("\"a\r\nb\",c\nd", &["a\nb", "c"]),
            ("\"a\n\nb\"", &["a\n\nb"]),
            ("\"a\"\nb", &["a"]),
            ("a,\"\"", &["a", ""]),
            ("#a", &["#a"]),
        ];
        for (text, fields) in cases {
            assert_eq!(record(text).unwrap(), *fields, "{text:?}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for bad in [
            "a\"b",
            " \"a\"",
            "a,b\"",
            "\"",
            "\"a",
            "\"a,b",
            "\"a\"b",
            "\"a\" ",
            "\"a\nb",
            "\n",
            "\r",
            "\r\n",
            "\"\"\"",
            "\"a\"\r\r\n",
        ] {
            assert!(record(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn whole_takes_one_record_and_nothing_else() {
        assert_eq!(whole("a,\"b,c\"").unwrap(), ["a", "b,c"]);
        for bad in ["", "\na", "a\n", "a\nb", "a\r", "a\0"] {
            assert!(whole(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn hostile_length_is_linear() {
        let text = format!("\"{}\"", "\"\"".repeat(100_000));
        assert_eq!(record(&text).unwrap(), ["\"".repeat(100_000)]);
    }
}
