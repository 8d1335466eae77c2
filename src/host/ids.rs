//! Which ids of a user namespace are which outside of it, `user_namespaces(7)`.

use super::Host;
use super::file::Links;
use super::identity::{Identity, Mode};

/// More than any file of subordinate ids has.
const LARGEST: u64 = 1 << 20;

/// The ids of one kind, uids or gids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ids(Vec<Range>);

/// The first id inside, the first outside, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    inside: u64,
    outside: u64,
    size: u64,
}

impl Ids {
    /// From the first id inside, the first outside and how many, range by range.
    pub(crate) fn new(ranges: impl IntoIterator<Item = (u32, u32, u32)>) -> Self {
        let ranges = ranges.into_iter().filter(|(_, _, size)| *size != 0);
        let range = |(inside, outside, size): (u32, u32, u32)| Range {
            inside: inside.into(),
            outside: outside.into(),
            size: size.into(),
        };
        Self(ranges.map(range).collect())
    }

    /// Every id is itself.
    pub(crate) fn same() -> Self {
        Self::new([(0, 0, u32::MAX)])
    }

    /// `/proc/PID/uid_map` or `gid_map`.
    pub(super) fn parse(map: &str) -> Self {
        let range = |line: &str| {
            let mut numbers = line.split_whitespace().map(|number| number.parse().ok());
            Some(Range {
                inside: numbers.next()??,
                outside: numbers.next()??,
                size: numbers.next()??,
            })
        };
        Self(map.lines().filter_map(range).collect())
    }

    /// The id inside; none when the namespace has none for it.
    pub(crate) fn inside(&self, outside: u32) -> Option<u32> {
        let moved = |range: &Range| moved(outside.into(), range.outside, range.inside, range.size);
        self.0.iter().find_map(moved)
    }

    /// The id outside; none when nothing stands behind it.
    pub(crate) fn outside(&self, inside: u32) -> Option<u32> {
        let moved = |range: &Range| moved(inside.into(), range.inside, range.outside, range.size);
        self.0.iter().find_map(moved)
    }

    /// The same ids inside, where what stands outside of them is inside of `parent`.
    pub(crate) fn within(&self, parent: &Self) -> Self {
        let mut ranges = Vec::new();
        for own in &self.0 {
            for above in &parent.0 {
                let first = own.outside.max(above.inside);
                let end = own.outside.saturating_add(own.size);
                let end = end.min(above.inside.saturating_add(above.size));
                if first < end {
                    ranges.push(Range {
                        inside: own.inside.saturating_add(first.saturating_sub(own.outside)),
                        outside: above
                            .outside
                            .saturating_add(first.saturating_sub(above.inside)),
                        size: end.saturating_sub(first),
                    });
                }
            }
        }
        Self(ranges)
    }

    /// The largest id inside.
    pub(crate) fn last(&self) -> Option<u32> {
        let ends = self
            .0
            .iter()
            .map(|range| range.inside.saturating_add(range.size));
        u32::try_from(ends.max()?.saturating_sub(1)).ok()
    }
}

fn moved(id: u64, from: u64, to: u64, size: u64) -> Option<u32> {
    let offset = id.checked_sub(from).filter(|offset| *offset < size)?;
    u32::try_from(to.checked_add(offset)?).ok()
}

/// The uids and gids of a user namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceIds {
    /// The uids.
    pub(crate) uids: Ids,
    /// The gids.
    pub(crate) gids: Ids,
}

/// Those of the namespace that podman itself runs in, see [`Host::engine_ids`].
pub(super) fn engines(host: &dyn Host) -> Option<NamespaceIds> {
    let identity = host.identity();
    if identity.mode == Mode::Rootful {
        let uids = Ids::same();
        return Some(NamespaceIds {
            gids: uids.clone(),
            uids,
        });
    }
    let text = |path: &str| {
        let opened = host.open_file(path.as_ref(), LARGEST, Links::Follow).ok()?;
        Some(String::from_utf8_lossy(&opened.bytes).into_owned())
    };
    if text("/etc/nsswitch.conf").is_some_and(|text| is_elsewhere(&text)) {
        return None;
    }
    let ids = |own, path| {
        let listed = text(path).unwrap_or_default();
        subordinate(own, &listed, identity)
    };
    Some(NamespaceIds {
        uids: ids(identity.uid, "/etc/subuid"),
        gids: ids(identity.gid, "/etc/subgid"),
    })
}

/// The caller's own id as 0, then the ranges of subuid(5) in the order of the file.
fn subordinate(own: u32, listed: &str, identity: &Identity) -> Ids {
    let uid = identity.uid.to_string();
    let is_own = |name: &str| name == uid || Some(name) == identity.name.as_deref();
    let mut ranges = vec![(0, own, 1)];
    let mut next = 1_u32;
    for line in listed.lines() {
        let mut fields = line.split(':');
        let name = fields.next().unwrap_or_default();
        let mut number = || fields.next()?.trim().parse::<u32>().ok();
        if let (true, Some(first), Some(count)) = (is_own(name), number(), number()) {
            ranges.push((next, first, count));
            next = next.saturating_add(count);
        }
    }
    Ids::new(ranges)
}

/// Does a directory service know the subordinate ids, nsswitch.conf(5)?
fn is_elsewhere(nsswitch: &str) -> bool {
    let lines = nsswitch
        .lines()
        .filter_map(|line| line.trim().strip_prefix("subid:"));
    let mut services = lines.flat_map(str::split_whitespace);
    services.any(|service| service != "files")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    #[test]
    fn an_id_is_what_each_side_calls_it() {
        let map = Ids::parse("0 1000 1\n1 200000 65536\n");
        assert_eq!(
            [1000, 200_000, 200_997, 0].map(|id| map.inside(id)),
            [Some(0), Some(1), Some(998), None]
        );
        assert_eq!(
            [0, 1, 998, 65_537].map(|id| map.outside(id)),
            [Some(1000), Some(200_000), Some(200_997), None]
        );
        assert_eq!(map.last(), Some(65_536));
        let host = Ids::parse("         0          0 4294967295\n");
        assert_eq!((host.inside(5), host.outside(5)), (Some(5), Some(5)));
        assert_eq!(Ids::parse("").outside(0), None);
        assert_eq!(Ids::parse("").last(), None);
    }

    /// `podman unshare cat /proc/self/uid_map` and the `uid_map` of a container of keep-id:uid=999.
    #[test]
    fn a_namespace_in_a_namespace() {
        let podmans = Ids::parse("0 1001 1\n1 100000 65536");
        let kept = Ids::new([(0, 1, 999), (999, 0, 1), (1000, 1000, 64_537)]);
        let kept = kept.within(&podmans);
        for (inside, outside) in [(0, 100_000), (998, 100_998), (999, 1001), (1000, 100_999)] {
            assert_eq!(kept.outside(inside), Some(outside));
            assert_eq!(kept.inside(outside), Some(inside));
        }
        assert_eq!(kept.last(), Some(65_536));
        assert_eq!(Ids::new([(0, 70_000, 5)]).within(&podmans).last(), None);
    }

    #[test]
    fn the_subordinate_ids_of_a_user() {
        let host = |subuid: &str| Fake::rootless().file("/etc/subuid", 0, 0o644, subuid);
        for (subuid, outside) in [
            (
                "bob:1:5\nann:200000:10\n1000:300000:10",
                [Some(200_009), Some(300_000), None],
            ),
            (
                "1000:300000:10\nann:200000:10",
                [Some(300_009), Some(200_000), None],
            ),
            ("ann:x:1\nann:5\nannx:7:100\n", [None; 3]),
            ("", [None; 3]),
        ] {
            let ids = host(subuid).engine_ids().unwrap().uids;
            assert_eq!([10, 11, 21].map(|id| ids.outside(id)), outside, "{subuid}");
            assert_eq!(ids.outside(0), Some(1000));
        }
        let ldap = host("").file(
            "/etc/nsswitch.conf",
            0,
            0o644,
            "passwd: files\nsubid: sss\n",
        );
        assert_eq!(ldap.engine_ids(), None);
        let root = Fake::rootful().engine_ids().unwrap();
        assert_eq!(root.uids.inside(70_000), Some(70_000));
    }
}
