//! The known word closest to a mistyped one, for every "did you mean" of the house.

/// The candidate that takes the fewest single-character edits (insert, delete, replace, swap of two neighbours) to reach
/// from `word`, the first of equals; `None` when even the best is too far to be what was meant: more than a third of the
/// word's length, or more than one edit in a word of up to five characters.
///
/// An exact match counts as nearest. Case matters.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pick(word: &str) -> Option<&'static str> {
        nearest(
            word,
            ["ptrace", "read", "readv", "mount", "umount2"].into_iter(),
        )
    }

    #[test]
    fn one_edit_of_each_kind_is_found() {
        assert_eq!(pick("ptrce"), Some("ptrace"));
        assert_eq!(pick("pttrace"), Some("ptrace"));
        assert_eq!(pick("ptrage"), Some("ptrace"));
        assert_eq!(pick("ptarce"), Some("ptrace"));
    }

    #[test]
    fn the_exact_word_beats_its_neighbour() {
        assert_eq!(pick("readv"), Some("readv"));
        assert_eq!(pick("read"), Some("read"));
    }

    #[test]
    fn a_word_too_far_away_has_no_neighbour() {
        assert_eq!(pick("xyz"), None);
        assert_eq!(pick(""), None);
        assert_eq!(pick("moXXt"), None);
        assert_eq!(nearest("read", std::iter::empty()), None);
    }

    #[test]
    fn characters_count_not_bytes() {
        assert_eq!(nearest("äb", ["ab"].into_iter()), Some("ab"));
        assert_eq!(nearest("äöü", ["aou"].into_iter()), None);
        assert_eq!(nearest("ab", ["ba"].into_iter()), Some("ba"));
        assert_eq!(nearest("ab", [""].into_iter()), None);
    }
}
