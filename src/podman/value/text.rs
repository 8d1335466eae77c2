//! What the readers of several values share.

use crate::problem::Invalid;

/// Refuses NUL, CR and LF: podman's list flags stop reading at a line break, the kernel stops at NUL, and in both cases
/// what runs is not what was judged.
pub(super) fn one_line(text: &str) -> Result<&str, Invalid> {
    if text.contains(['\0', '\r', '\n']) {
        Err(Invalid::new(
            text,
            "more than one line",
            "leave out NUL, carriage return and line feed",
        ))
    } else {
        Ok(text)
    }
}

/// Is it a name as podman allows them for containers, networks and volumes: `[a-zA-Z0-9][a-zA-Z0-9_.-]*`?
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Is there something, and no blank or control character in it?
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Splits `key=value,key=value`. `None` when one of them has no `=` or no key.
pub(super) fn options(text: &str) -> Option<Vec<(String, String)>> {
    text.split(',')
        .map(|option| match option.split_once('=') {
            Some((key, value)) if !key.is_empty() => Some((key.to_owned(), value.to_owned())),
            _ => None,
        })
        .collect()
}

/// The inverse of [`options`].
pub(super) fn join(options: &[(String, String)]) -> String {
    let options: Vec<String> = options
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    options.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_nul_are_refused() {
        for bad in ["a\nb", "\n", "a\r", "\0", "a\0b"] {
            assert!(one_line(bad).is_err(), "{bad:?}");
        }
        assert_eq!(one_line("a b\tc"), Ok("a b\tc"));
    }

    #[test]
    fn names_are_podmans() {
        for good in ["a", "9", "web-1", "a.b_c"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", ".a", "a/b", "a b", "a:b", "ä", "a,b"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn an_option_needs_key_and_value() {
        let pairs = options("a=1,b=c=d,e=").unwrap_or_default();
        assert_eq!(pairs.len(), 3);
        assert_eq!(join(&pairs), "a=1,b=c=d,e=");
        for bad in ["", "a", "a=1,", ",a=1", "=1", "a=1,b"] {
            assert_eq!(options(bad), None, "{bad}");
        }
    }
}
