//! Words that several differences are told with.

/// How many items of a set are named.
const NAMED: usize = 5;

/// A set for people.
pub(super) fn list<'a, I: IntoIterator<Item = &'a str>>(items: I) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    let named = items
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match items.len().saturating_sub(NAMED) {
        _ if items.is_empty() => "none".to_owned(),
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
