//! Extended attributes of files in layers, xattr(7), which an image's author may have written.

/// The capabilities of a program file, and whether it cannot be started without them, capabilities(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileCapabilities {
    /// One bit for each capability that the program gets, if the bounding set has it.
    pub permitted: u64,
    /// The effective bit: the kernel starts the program with all of them or not at all, since a program that knows
    /// nothing of capabilities would not notice.
    pub effective: bool,
}

const REVISION: u32 = 0xff00_0000;
const REVISION_1: u32 = 0x0100_0000;
const REVISION_2: u32 = 0x0200_0000;
const REVISION_3: u32 = 0x0300_0000;
const EFFECTIVE: u32 = 1;

impl FileCapabilities {
    /// Reads `security.capability`, linux/capability.h's `struct vfs_ns_cap_data`. Those of the third revision are for the
    /// user namespaces of one uid, and the kernel passes over those of another one than `owner`.
    pub(super) fn parse(bytes: &[u8], owner: u32) -> Option<Self> {
        let words: Vec<u32> = bytes
            .chunks(4)
            .map(|word| word.try_into().map(u32::from_le_bytes))
            .collect::<Result<_, _>>()
            .ok()?;
        let (magic, low, high, root) = match *words.as_slice() {
            [magic, low, _] if magic & REVISION == REVISION_1 => (magic, low, 0, 0),
            [magic, low, _, high, _] if magic & REVISION == REVISION_2 => (magic, low, high, 0),
            [magic, low, _, high, _, root] if magic & REVISION == REVISION_3 => {
                (magic, low, high, root)
            }
            _ => return None,
        };
        (root == 0 || root == owner).then_some(Self {
            permitted: u64::from(high) << 32 | u64::from(low),
            effective: magic & EFFECTIVE != 0,
        })
    }
}

/// Owner, group and mode where a store keeps them apart from the file's own, because its file system or `force_mask` of
/// storage.conf(5) allows only one owner: `UID:GID:MODE`, perhaps with a type.
pub(super) fn overridden(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut parts = text.split(':');
    let mut number = |radix| u32::from_str_radix(parts.next()?, radix).ok();
    let (owner, group, mode) = (number(10)?, number(10)?, number(8)?);
    Some((owner, group, mode & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn reads_the_three_revisions() {
        let net_bind_service = FileCapabilities {
            permitted: 1 << 10,
            effective: true,
        };
        let checkpoint_restore = FileCapabilities {
            permitted: 1 << 40,
            effective: false,
        };
        for (attribute, expected) in [
            (vec![0x0100_0001, 1 << 10, 0], Some(net_bind_service)),
            (vec![0x0200_0001, 1 << 10, 0, 0, 0], Some(net_bind_service)),
            (vec![0x0200_0000, 0, 0, 1 << 8, 0], Some(checkpoint_restore)),
            (
                vec![0x0300_0001, 1 << 10, 0, 0, 0, 1000],
                Some(net_bind_service),
            ),
            (
                vec![0x0300_0001, 1 << 10, 0, 0, 0, 0],
                Some(net_bind_service),
            ),
            (vec![0x0300_0001, 1 << 10, 0, 0, 0, 1001], None),
            (vec![0x0300_0001, 1 << 10, 0, 0, 0], None),
            (vec![0x0400_0001, 1 << 10, 0, 0, 0], None),
            (vec![0x0200_0001], None),
            (vec![], None),
        ] {
            let found = FileCapabilities::parse(&words(&attribute), 1000);
            assert_eq!(found, expected, "{attribute:x?}");
        }
        assert_eq!(FileCapabilities::parse(&[1, 0, 0, 2, 0], 0), None);
    }

    #[test]
    fn reads_an_owner_that_stands_apart() {
        for (text, expected) in [
            ("0:0:0755", Some((0, 0, 0o755))),
            ("999:998:40700:dir", Some((999, 998, 0o700))),
            ("1:2:0644:file", Some((1, 2, 0o644))),
            ("1:2", None),
            ("1:2:999", None),
            ("-1:2:755", None),
            ("4294967296:0:755", None),
            ("", None),
        ] {
            assert_eq!(overridden(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(overridden(b"\xff"), None);
    }
}
