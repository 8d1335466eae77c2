//! Text from a user, a profile or an image, made harmless for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::text::is_invisible;

/// Replaces each invisible character by `\u{…}`; newline and tab too.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for a text of several lines, whose newlines stay.
pub(crate) fn safe_lines(text: &str) -> String {
    text.split('\n').map(safe).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(safe("a\x1b]0;x\x07b"), "a\\u{1b}]0;x\\u{7}b");
        assert_eq!(
            safe("a\u{202e}b\u{200b}c\u{9b}1m"),
            "a\\u{202e}b\\u{200b}c\\u{9b}1m"
        );
        assert_eq!(safe("naïve – 日本"), "naïve – 日本");
        assert_eq!(safe_lines("a\nb\r"), "a\nb\\u{d}");
    }
}
