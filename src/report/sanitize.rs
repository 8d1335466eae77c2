//! Text from a user, a profile or an image, made harmless for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Replaces control, bidirectional, zero-width and tag characters by `\u{…}`; newline and tab too.
///
/// See CVE-2021-42574 (bidirectional overrides) and terminal escape injection.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for a text of several lines, whose newlines stay.
pub fn safe_lines(text: &str) -> String {
    text.split('\n').map(safe).collect::<Vec<_>>().join("\n")
}

/// Does a terminal do something else with it than to show it?
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f
            | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xe0000..=0xe0fff)
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
