//! Limits of memory, swap, CPUs and processes, where podman has several spellings for "none".

use std::fmt;
use std::str::FromStr;

use super::bytes::Bytes;
use super::number;
use crate::problem::Invalid;

/// A limit, or its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit<T> {
    /// No limit: the container may take what the host has.
    Unlimited,
    /// No more than this.
    Max(T),
}

/// `--memory`, `--memory-reservation`, `--shm-size`: empty and 0 are no limit. podman itself has no smallest one.
pub(crate) type MemoryLimit = Limit<Bytes>;

/// `--cpus`: 0 and negative numbers are no limit. What podman takes silently for no limit (`NaN`), or what the kernel
/// cannot hold (below 0.01), is refused.
pub(crate) type Cpus = Limit<NanoCpus>;

/// `--pids-limit`: 0 and -1 are no limit.
pub(crate) type PidsLimit = Limit<Pids>;

/// Billionths of a CPU, from 0.01 to 1000000 CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NanoCpus(pub u64);

/// A number of processes and threads, from 1 to 2^31 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pids(pub u32);

/// `--memory-swap`: memory and swap together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapLimit {
    /// `-1`: as much swap as the host has.
    Unlimited,
    /// Empty or 0: podman makes it twice the memory limit.
    Unset,
    /// Memory and swap together; the same as the memory limit means no swap.
    Max(Bytes),
}

impl FromStr for MemoryLimit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(match text {
            "" => Self::Unlimited,
            _ => match text.parse()? {
                Bytes(0) => Self::Unlimited,
                bytes => Self::Max(bytes),
            },
        })
    }
}

impl fmt::Display for MemoryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("0"),
            Self::Max(bytes) => bytes.fmt(f),
        }
    }
}

impl FromStr for SwapLimit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text == "-1" {
            return Ok(Self::Unlimited);
        }
        Ok(match text.parse()? {
            MemoryLimit::Unlimited => Self::Unset,
            MemoryLimit::Max(bytes) => Self::Max(bytes),
        })
    }
}

impl fmt::Display for SwapLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("-1"),
            Self::Unset => f.write_str("0"),
            Self::Max(bytes) => bytes.fmt(f),
        }
    }
}

const NANO: u64 = 1_000_000_000;

impl FromStr for Cpus {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let cpus = number::float(text)?;
        if !cpus.is_finite() {
            return Err(Invalid::new(
                text,
                "no number of CPUs",
                "write one from 0.01 on, like 0.5",
            ));
        }
        if cpus <= 0.0 {
            return Ok(Self::Unlimited);
        }
        if !(0.01..=1e6).contains(&cpus) {
            return Err(Invalid::new(
                text,
                "a number of CPUs that the kernel cannot hold a container to",
                "write one from 0.01 to 1000000, like 0.5",
            ));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 10^7 and 10^15"
        )]
        let nano = (cpus * 1e9).round() as u64;
        Ok(Self::Max(NanoCpus(nano)))
    }
}

impl fmt::Display for Cpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Max(NanoCpus(nano)) = self else {
            return f.write_str("0");
        };
        let fraction = format!("{:09}", nano % NANO);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}", nano / NANO),
            fraction => write!(f, "{}.{fraction}", nano / NANO),
        }
    }
}

impl FromStr for PidsLimit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let pids = number::int(text)?;
        match i32::try_from(pids).map(u32::try_from) {
            Ok(Ok(0)) => Ok(Self::Unlimited),
            Ok(Ok(pids)) => Ok(Self::Max(Pids(pids))),
            Ok(Err(_)) if pids == -1 => Ok(Self::Unlimited),
            _ => Err(Invalid::new(
                text,
                "no number of processes",
                "write one from 1 to 2147483647, like 100",
            )),
        }
    }
}

impl fmt::Display for PidsLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("-1"),
            Self::Max(Pids(pids)) => pids.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_memory_limit_has_two_spellings() {
        for text in ["", "0", "0b", "0.0g"] {
            assert_eq!(text.parse(), Ok(MemoryLimit::Unlimited), "{text}");
        }
        assert_eq!(
            MemoryLimit::Unlimited.to_string().parse(),
            Ok(MemoryLimit::Unlimited)
        );
        assert_eq!("225m".parse(), Ok(Limit::Max(Bytes(225 << 20))));
        for bad in ["-1", "8192p", "0.5", "max", " ", "1m\n"] {
            assert!(bad.parse::<MemoryLimit>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_swap_may_be_minus_one() {
        assert_eq!("-1".parse(), Ok(SwapLimit::Unlimited));
        assert_eq!("".parse(), Ok(SwapLimit::Unset));
        assert_eq!("0".parse(), Ok(SwapLimit::Unset));
        assert_eq!("1g".parse(), Ok(SwapLimit::Max(Bytes(1 << 30))));
        for value in [
            SwapLimit::Unlimited,
            SwapLimit::Unset,
            SwapLimit::Max(Bytes(1000)),
        ] {
            assert_eq!(value.to_string().parse(), Ok(value));
        }
        for bad in ["-2", "-01", "8192p", "-1 "] {
            assert!(bad.parse::<SwapLimit>().is_err(), "{bad}");
        }
    }

    // podman 4.3.1 sets no quota for 0, -1, NaN and -Inf, and starts the container.
    #[test]
    fn cpus() {
        for (text, nano, printed) in [
            ("0.5", 500_000_000, "0.5"),
            (".5", 500_000_000, "0.5"),
            ("0.29", 290_000_000, "0.29"),
            ("1e1", 10_000_000_000, "10"),
            ("0x1p3", 8_000_000_000, "8"),
            ("1_0", 10_000_000_000, "10"),
            ("0.01", 10_000_000, "0.01"),
            ("1.000000001", 1_000_000_001, "1.000000001"),
        ] {
            assert_eq!(text.parse(), Ok(Limit::Max(NanoCpus(nano))), "{text}");
            assert_eq!(Cpus::Max(NanoCpus(nano)).to_string(), printed);
            assert_eq!(printed.parse(), Ok(Limit::Max(NanoCpus(nano))), "{printed}");
        }
        for none in ["0", "-1", "-0.5", "0.0", "-0"] {
            assert_eq!(none.parse(), Ok(Cpus::Unlimited), "{none}");
        }
        assert_eq!(Cpus::Unlimited.to_string(), "0");
        for bad in [
            "", "NaN", "Inf", "-inf", "0.009", "1e9", "1e300", "0x10", "1,5", "max",
        ] {
            assert!(bad.parse::<Cpus>().is_err(), "{bad}");
        }
    }

    #[test]
    fn pids() {
        for (text, pids) in [
            ("100", 100),
            ("0x10", 16),
            ("010", 8),
            ("2147483647", 2_147_483_647),
        ] {
            assert_eq!(text.parse(), Ok(Limit::Max(Pids(pids))), "{text}");
            assert_eq!(
                PidsLimit::Max(Pids(pids)).to_string().parse(),
                Ok(Limit::Max(Pids(pids)))
            );
        }
        for none in ["0", "-1", "0x0", "-0", "-01"] {
            assert_eq!(none.parse(), Ok(PidsLimit::Unlimited), "{none}");
        }
        assert_eq!(PidsLimit::Unlimited.to_string(), "-1");
        for bad in [
            "",
            "-2",
            "2147483648",
            "-2147483649",
            "1e2",
            "max",
            "1.5",
            " 1",
        ] {
            assert!(bad.parse::<PidsLimit>().is_err(), "{bad}");
        }
    }
}
