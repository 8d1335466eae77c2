//! Amounts of memory, as `--memory`, `--memory-swap` and `--shm-size` take them.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// A number of bytes, at most 2^63 - 1.
///
/// podman reads it with go-units' `RAMInBytes`: a number, perhaps a fraction, a unit of 1024 steps (`k m g t p`) in
/// either case, perhaps `b` or `ib`. Two generations of that reader are in use; what only one of them takes (`.5g`,
/// `1e3k`, `5ki`) is refused here. So is what both take and get wrong: `8192p` overflows into no limit at all, and
/// `0.5` is rounded down to 0, which means no limit too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

const UNITS: [(char, u8); 5] = [('p', 50), ('t', 40), ('g', 30), ('m', 20), ('k', 10)];
const INSTEAD: &str = "write a number and a unit, like 225m or 1.5g";

impl FromStr for Bytes {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
        let shift = shift(&unit)
            .filter(|_| is_decimal(number))
            .ok_or_else(|| Invalid::new(text, "not an amount of memory", INSTEAD))?;
        let exact = number
            .parse::<f64>()
            .map_err(|_| Invalid::new(text, "not an amount of memory", INSTEAD))?;
        let bytes = exact * 2f64.powi(i32::from(shift));
        if bytes >= 2f64.powi(63) {
            let what = "more memory than 64 bits hold, which podman takes for no limit";
            return Err(Invalid::new(text, what, INSTEAD));
        }
        if bytes < 1.0 && number.contains(|c| matches!(c, '1'..='9')) {
            let what = "less than a byte, which podman takes for no limit";
            return Err(Invalid::new(text, what, INSTEAD));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 2^63, and podman cuts the fraction off too"
        )]
        let bytes = bytes as u64;
        Ok(Self(bytes))
    }
}

/// Digits, perhaps with one point between them.
fn is_decimal(number: &str) -> bool {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// The power of two that a lower-case unit stands for.
fn shift(unit: &str) -> Option<u8> {
    let mut rest = unit.chars();
    let first = match rest.next() {
        None | Some('b') => return rest.as_str().is_empty().then_some(0),
        Some(first) => first,
    };
    let (_, shift) = UNITS.into_iter().find(|(letter, _)| *letter == first)?;
    matches!(rest.as_str(), "" | "b" | "ib").then_some(shift)
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, shift) in UNITS {
            let shift = u32::from(shift);
            if self.0 != 0 && self.0.trailing_zeros() >= shift {
                return write!(f, "{}{unit}", self.0 >> shift);
            }
        }
        write!(f, "{}b", self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_what_podman_reads_and_prints_the_shortest() {
        for (text, bytes, printed) in [
            ("225m", 225 << 20, "225m"),
            ("1g", 1 << 30, "1g"),
            ("1.5m", 1536 << 10, "1536k"),
            ("1000", 1000, "1000b"),
            ("5b", 5, "5b"),
            ("5 k", 5120, "5k"),
            ("5 ", 5, "5b"),
            ("5KiB", 5120, "5k"),
            ("5kB", 5120, "5k"),
            ("1024P", 1 << 60, "1024p"),
            ("0.3g", 322_122_547, "322122547b"),
            ("1.5b", 1, "1b"),
            ("0", 0, "0b"),
            ("0.0k", 0, "0b"),
        ] {
            let value: Bytes = text.parse().unwrap();
            assert_eq!(value, Bytes(bytes), "{text}");
            assert_eq!(value.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(value), "{printed}");
        }
    }

    // 8192p, 9223372036854775807 and 0.5 are "no limit" to podman 4.3.1; 5ib and 5ki are amounts to it, not to newer ones.
    #[test]
    fn refuses_what_podman_refuses_or_takes_for_no_limit() {
        for bad in [
            "",
            "8192p",
            "9223372036854775807",
            "9223372036854775808",
            "9999999999g",
            "0.5",
            "0.5b",
            "0.0000001k",
            "-1",
            "+1m",
            ".5g",
            "1.g",
            "1.2.3m",
            "1e3k",
            "0x1p4m",
            "1_000",
            "5  k",
            "5ib",
            "5ki",
            "5bb",
            "5e",
            "k",
            "Infm",
            "nan",
            " 5m",
            "5m ",
            "5\nm",
            "5m\n",
            "5\0",
            "5m\0",
            "５m",
            "max",
            "unlimited",
        ] {
            assert!(bad.parse::<Bytes>().is_err(), "{bad:?}");
        }
    }
}
