//! Text as a terminal shows it: what cannot be seen of it.

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
