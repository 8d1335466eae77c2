//! The accounts of an image, passwd(5) and group(5), as podman looks them up (opencontainers/runc, `libcontainer/user`): the
//! first line that fits counts, a number that is none is 0. Whoever built the image wrote them.

use super::value::user::{Id, MAX_ID};

/// More than podman's own library would read a line of; an image with more accounts has none for us.
pub(crate) const LARGEST: u64 = 1 << 20;

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The uid.
    pub(crate) uid: u32,
    /// The primary group.
    pub(crate) gid: u32,
}

/// The account of a user, by name or by number, from the text of `/etc/passwd`; none too where podman stops at its numbers.
pub(crate) fn account(passwd: &str, user: &Id) -> Option<Account> {
    let asked = user.to_string();
    let mut accounts = passwd.lines().map(fields);
    let [_, _, uid, gid] = accounts.find(|[name, _, uid, _]| {
        *name == asked || matches!(user, Id::Number(id) if number(uid) == i64::from(*id))
    })?;
    Some(Account {
        uid: id(uid)?,
        gid: id(gid)?,
    })
}

/// The gid of a group, by name or by number, from the text of `/etc/group`.
pub(crate) fn gid(group: &str, asked: &Id) -> Option<u32> {
    let name = asked.to_string();
    let mut groups = group.lines().map(fields);
    match (groups.find(|[other, ..]| *other == name), asked) {
        (Some([_, _, gid, _]), _) => id(gid),
        (None, Id::Number(gid)) => Some(*gid),
        (None, Id::Name(_)) => None,
    }
}

/// The gids of the groups that list a name, from the text of `/etc/group`.
pub(crate) fn groups_of<'a>(group: &'a str, name: &'a str) -> impl Iterator<Item = u32> + 'a {
    let groups = group.lines().map(fields);
    let listing =
        groups.filter(move |[.., members]| members.split(',').any(|member| member == name));
    listing.filter_map(|[_, _, gid, _]| id(gid))
}

/// What is missing is empty.
fn fields(line: &str) -> [&str; 4] {
    let mut fields = line.trim().split(':');
    [(); 4].map(|()| fields.next().unwrap_or_default())
}

/// What is no number is 0.
fn number(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}

fn id(text: &str) -> Option<u32> {
    u32::try_from(number(text)).ok().filter(|id| *id <= MAX_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nbroken\nredis:x:999:1000::/:/bin/sh\n\
        redis:x:7:7::/:\ntwin:x:999:5::/:\nhuge:x:4294967295:0::/:\nminus:x:-1:0::/:\nshort:x:5\n  spaced:x:zz:\n\
        44:x:6:7::/:\n";

    #[test]
    fn the_first_line_that_fits_counts() {
        let found = |user: &str| account(PASSWD, &user.parse().unwrap());
        let redis = Some(Account {
            uid: 999,
            gid: 1000,
        });
        assert_eq!([found("redis"), found("999")], [redis, redis]);
        assert_eq!(found("root"), Some(Account { uid: 0, gid: 0 }));
        for none in ["huge", "minus", "7777", "nobody"] {
            assert_eq!(found(none), None, "{none}");
        }
        let root = Some(Account { uid: 0, gid: 0 });
        assert_eq!([found("broken"), found("spaced")], [root, root]);
        assert_eq!(found("short"), Some(Account { uid: 5, gid: 0 }));
        assert_eq!(found("44"), Some(Account { uid: 6, gid: 7 }));
        assert_eq!(account("", &Id::Number(0)), None);
    }

    #[test]
    fn a_group_by_name_or_number() {
        let group = "root:x:0:\nbroken\nweb:x:33:www,ann\nweb:x:34:\n";
        let found = |asked: &str| gid(group, &asked.parse().unwrap());
        assert_eq!(groups_of(group, "ann").collect::<Vec<_>>(), [33]);
        assert_eq!(groups_of(group, "an").count(), 0);
        assert_eq!(
            [found("web"), found("44"), found("none")],
            [Some(33), Some(44), None]
        );
    }
}
