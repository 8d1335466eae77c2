//! The size of a tmpfs, as the kernel reads it; see `tmpfs(5)`.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;
use crate::words::words;

words! {
    /// What a size counts.
    pub(crate) enum SizeUnit {
        /// Bytes.
        Bytes = "",
        /// Kibibytes.
        Kib = "k",
        /// Mebibytes.
        Mib = "m",
        /// Gibibytes.
        Gib = "g",
        /// Hundredths of the machine's memory.
        Percent = "%",
    }
}

/// `size=`: the most a tmpfs may hold, never 0 (which the kernel takes for no limit), at most 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TmpfsSize {
    number: u64,
    unit: SizeUnit,
}

impl TmpfsSize {
    /// The size in bytes; `None` when it is a share of the machine's memory.
    pub fn bytes(self) -> Option<u64> {
        let factor = match self.unit {
            SizeUnit::Bytes => 1,
            SizeUnit::Kib => 1 << 10,
            SizeUnit::Mib => 1 << 20,
            SizeUnit::Gib => 1 << 30,
            SizeUnit::Percent => return None,
        };
        self.number.checked_mul(factor)
    }
}

impl FromStr for TmpfsSize {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |instead| Invalid::new(text, "not a size of a tmpfs", instead);
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = text.strip_prefix(digits).unwrap_or_default();
        let unit = SizeUnit::from_word(&unit.to_ascii_lowercase())
            .ok_or_else(|| bad("write 64m, 1g, a number of bytes or 50%"))?;
        // The kernel reads a leading zero as octal, and 0 as no limit.
        if digits.starts_with('0') {
            return Err(bad("write it without a leading zero; 0 would be no limit"));
        }
        let number = digits
            .parse()
            .ok()
            .filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or_else(|| bad("write 64m, 1g, a number of bytes or 50%"))?;
        let size = Self { number, unit };
        match unit {
            SizeUnit::Percent if number > 100 => Err(bad("write 100% or less")),
            SizeUnit::Percent => Ok(size),
            _ if size.bytes().is_none() => Err(bad("write less than 16 EiB")),
            _ => Ok(size),
        }
    }
}

impl fmt::Display for TmpfsSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn sizes_are_limits() {
        for (text, bytes) in [
            ("1", Some(1)),
            ("5k", Some(5 << 10)),
            ("64M", Some(64 << 20)),
            ("1g", Some(1 << 30)),
            ("17179869183g", Some(17_179_869_183 << 30)),
            ("50%", None),
        ] {
            assert_eq!(text.parse::<TmpfsSize>().unwrap().bytes(), bytes, "{text}");
        }
        for bad in [
            "0 0% 00 010000 0x10000 -1 +1 1.5g 64mb 1t 101% m % 1kk 17179869184g",
            "99999999999999999999 1_000 ٣m 1e3",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain(["", "64 m", " 64m"])
        {
            assert!(bad.parse::<TmpfsSize>().is_err(), "{bad:?}");
        }
    }
}
