//! The id mappings of a user namespace as `/proc/PID/uid_map` shows them, `user_namespaces(7)`.

/// The id inside of the namespace; `u32::MAX` when it has none.
pub(super) fn inside(map: &str, outside: u32) -> u32 {
    let found = ranges(map).find_map(|(inner, outer, size)| moved(outside, outer, inner, size));
    found.unwrap_or(u32::MAX)
}

/// The id outside of the namespace; none when nothing is mapped to it.
pub(super) fn outside(map: &str, inside: u32) -> Option<u32> {
    ranges(map).find_map(|(inner, outer, size)| moved(inside, inner, outer, size))
}

/// The first id inside, the first outside, and how many.
fn ranges(map: &str) -> impl Iterator<Item = (u64, u64, u64)> {
    map.lines().filter_map(|line| {
        let mut numbers = line
            .split_whitespace()
            .map(|number| number.parse::<u64>().ok());
        Some((numbers.next()??, numbers.next()??, numbers.next()??))
    })
}

fn moved(id: u32, from: u64, to: u64, size: u64) -> Option<u32> {
    let offset = u64::from(id)
        .checked_sub(from)
        .filter(|offset| *offset < size)?;
    u32::try_from(to.checked_add(offset)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_each_side_calls_it() {
        let map = "0 1000 1\n1 200000 65536\n";
        assert_eq!(
            [1000, 200_000, 200_997, 0].map(|id| inside(map, id)),
            [0, 1, 998, u32::MAX]
        );
        assert_eq!(
            [0, 1, 998, 65_537].map(|id| outside(map, id)),
            [Some(1000), Some(200_000), Some(200_997), None]
        );
        let host = "         0          0 4294967295\n";
        assert_eq!((inside(host, 5), outside(host, 5)), (5, Some(5)));
        assert_eq!(outside("", 0), None);
    }
}
