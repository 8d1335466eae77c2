//! The accounts of an image, passwd(5) and group(5), as podman looks them up: the first line that fits counts, and a line
//! that cannot be read is passed over. Whoever built the image wrote them.

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

/// The account of a user, by name or by number, from the text of `/etc/passwd`.
pub(crate) fn account(passwd: &str, user: &Id) -> Option<Account> {
    let mut accounts = passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let account = Account {
            uid: number(fields.nth(1)?)?,
            gid: number(fields.next()?)?,
        };
        Some((name, account))
    });
    let found = accounts.find(|(name, account)| match user {
        Id::Number(uid) => account.uid == *uid,
        Id::Name(asked) => name == asked,
    });
    found.map(|(_, account)| account)
}

/// The gid of a group, by name or by number, from the text of `/etc/group`.
pub(crate) fn gid(group: &str, asked: &Id) -> Option<u32> {
    let name = match asked {
        Id::Number(gid) => return Some(*gid),
        Id::Name(name) => name,
    };
    let mut groups = group.lines().filter_map(|line| {
        let mut fields = line.split(':');
        Some((fields.next()?, number(fields.nth(1)?)?))
    });
    groups.find(|(other, _)| other == name).map(|(_, gid)| gid)
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|id| *id <= MAX_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nbroken\nredis:x:999:1000::/:/bin/sh\n\
        redis:x:7:7::/:\ntwin:x:999:5::/:\nhuge:x:4294967295:0::/:\nminus:x:-1:0::/:\nshort:x:5\n";

    #[test]
    fn the_first_line_that_fits_counts() {
        let found = |user: &str| account(PASSWD, &user.parse().unwrap());
        let redis = Some(Account {
            uid: 999,
            gid: 1000,
        });
        assert_eq!([found("redis"), found("999")], [redis, redis]);
        assert_eq!(found("root"), Some(Account { uid: 0, gid: 0 }));
        for none in ["huge", "minus", "short", "broken", "7777", "nobody"] {
            assert_eq!(found(none), None, "{none}");
        }
        assert_eq!(account("", &Id::Number(0)), None);
    }

    #[test]
    fn a_group_by_name_or_number() {
        let group = "root:x:0:\nbroken\nweb:x:33:www,ann\nweb:x:34:\n";
        let found = |asked: &str| gid(group, &asked.parse().unwrap());
        assert_eq!(
            [found("web"), found("44"), found("none")],
            [Some(33), Some(44), None]
        );
    }
}
