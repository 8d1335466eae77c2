//! Text as a terminal shows it: what cannot be seen of it, how wide it is, how it is folded.

use unicode_width::UnicodeWidthStr as _;

/// Is this a character that a person does not see, or that steers the terminal: control, format, bidirectional,
/// zero-width, line-separating, variation-selecting and tag characters, and letters without a shape?
///
/// See CVE-2021-42574 (bidirectional overrides) and terminal escape injection. A text with one of them can look like
/// another text, so profiles that hold one are refused, and messages show them as `\u{…}`.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// How many columns of a terminal a text takes.
pub(crate) fn columns(text: &str) -> usize {
    // Nearly every text is plain ASCII; asking about each character was a tenth of a check.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(is_plain) {
        return text.len();
    }
    text.width()
}

/// The columns that a text stands in, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margins {
    /// Where its first word begins.
    pub(crate) first: usize,
    /// Where every further line begins.
    pub(crate) left: usize,
    /// Where a line ends.
    pub(crate) right: usize,
}

/// Folds a text between its blanks, as far as its words allow. A word for which `may_begin` does not hold stays behind
/// the one before it.
pub(crate) fn fold(text: &str, margins: Margins, may_begin: impl Fn(&str) -> bool) -> String {
    let Margins { first, left, right } = margins;
    let mut out = String::with_capacity(text.len());
    let mut column = first;
    for (index, word) in text.split(' ').enumerate() {
        let width = columns(word);
        if column.saturating_add(width) > right && column > left && may_begin(word) {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', left));
            column = left;
        } else if index > 0 {
            out.push(' ');
        }
        out.push_str(word);
        column = column.saturating_add(width).saturating_add(1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, first: usize, left: usize) -> String {
        let right = 10;
        fold(text, Margins { first, left, right }, |word| word != ".")
    }

    #[test]
    fn lines_end_at_the_right_margin() {
        assert_eq!(folded("one two three", 0, 0), "one two\nthree");
        assert_eq!(folded("12345 6789 x", 0, 0), "12345 6789\nx");
        assert_eq!(folded("one two", 5, 2), "one\n  two");
        assert_eq!(folded("averylongword", 5, 2), "\n  averylongword");
        assert_eq!(folded("averylongword b", 2, 2), "averylongword\n  b");
        assert_eq!(folded("12345678 . x", 3, 0), "\n12345678 .\nx");
        assert_eq!(folded("1234567890 . x", 0, 0), "1234567890 .\nx");
        assert_eq!(folded("", 0, 0), "");
    }

    #[test]
    fn columns_count_not_characters() {
        assert_eq!(
            (columns("naïve"), columns("日本"), columns("e\u{301}")),
            (5, 4, 1)
        );
        assert_eq!(folded("日本 日本 x", 0, 0), "日本 日本\nx");
    }
}
