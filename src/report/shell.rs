//! A command line that can be pasted into a shell.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

/// One shell line. Every word that a shell could read in another way is quoted; bytes that are no text, and control
/// characters, are written as `$'…'`.
pub fn line<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> String {
    words
        .into_iter()
        .map(|text| word(text.as_ref()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn word(word: &OsStr) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(b);
    let bytes = word.as_bytes();
    match word.to_str() {
        Some(text) if !bytes.is_empty() && bytes.iter().all(plain) => text.to_owned(),
        Some(text) if super::sanitize::safe(text) == text => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => escaped(bytes),
    }
}

fn escaped(bytes: &[u8]) -> String {
    let mut out = String::from("$'");
    for byte in bytes {
        match byte {
            b'\'' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn bash_reads_back_what_was_written() {
        let words: Vec<&OsStr> = [
            "a b",
            "",
            "it's",
            "$HOME",
            "--x=*",
            "new\nline",
            "\x1b[1m",
            "\u{202e}",
            "~",
            "a=b",
            "é",
        ]
        .map(OsStr::new)
        .into_iter()
        .chain([OsStr::from_bytes(b"\xff\\'"), OsStr::from_bytes(b"\x01f1")])
        .collect();
        let script = format!("printf '%s\\0' {}", line(words.iter().copied()));
        let out = Command::new("bash")
            .args(["-c", &script])
            .output()
            .unwrap()
            .stdout;
        let expected: Vec<u8> = words
            .iter()
            .flat_map(|word| [word.as_bytes(), b"\0"].concat())
            .collect();
        assert_eq!(out, expected);
    }
}
