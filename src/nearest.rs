//! The known word closest to a mistyped one, for every "did you mean" of the house.

/// The candidate that takes the fewest single-character edits (insert, delete, replace, swap of two neighbours) to reach
/// from `word`, the first of equals; `None` when even the best is too far to be what was meant: more than a third of the
/// word's length, or more than one edit in a word of up to five characters.
///
/// An exact match counts as nearest. Case matters.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().collect();
    let limit = (word.len() / 3).max(1);
    candidates
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance, row by row.
fn distance(word: &[char], candidate: &str) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=word.len()).collect();
    let mut left_char = None;
    for (row, there) in candidate.chars().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        for (column, &here) in word.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX);
            let next = column.saturating_add(1);
            let replaced = at(&above, column).saturating_add(usize::from(here != there));
            let edited = at(&above, next).min(at(&current, column));
            let mut best = replaced.min(edited.saturating_add(1));
            if let Some(previous) = column.checked_sub(1)
                && word.get(previous) == Some(&there)
                && left_char == Some(here)
            {
                best = best.min(at(&before, previous).saturating_add(1));
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
        left_char = Some(there);
    }
    above.last().copied().unwrap_or(usize::MAX)
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
        assert_eq!(distance(&['ä', 'b'], "äb"), 0);
        assert_eq!(distance(&['ä', 'b'], "ab"), 1);
        assert_eq!(distance(&[], "abc"), 3);
        assert_eq!(distance(&['a', 'b'], ""), 2);
        assert_eq!(distance(&['a', 'b'], "ba"), 1);
    }
}
