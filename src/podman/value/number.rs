//! Numbers and booleans as Go's `strconv` reads them, because podman's flags are read by it.
//!
//! `--pids-limit 010` is eight and `--cpus 0x1p3` is eight too: a reader that took them for ten or refused them would
//! judge another container than the one that runs.

use crate::problem::Invalid;

/// A signed number in base 0: `0x`, `0o`, `0b`, a leading `0` for octal, `_` between digits. `strconv.ParseInt(text, 0, 64)`.
pub(crate) fn int(text: &str) -> Result<i64, Invalid> {
    let (sign, digits) = split_sign(text);
    base0(digits)
        .and_then(|(radix, digits)| i64::from_str_radix(&format!("{sign}{digits}"), radix).ok())
        .ok_or_else(|| {
            Invalid::new(
                text,
                "not a whole number of 64 bits",
                "write decimal digits, like 100",
            )
        })
}

/// An unsigned number in base 0; no sign at all. `strconv.ParseUint(text, 0, 64)`.
pub(crate) fn uint(text: &str) -> Result<u64, Invalid> {
    base0(text)
        .and_then(|(radix, digits)| u64::from_str_radix(&digits, radix).ok())
        .ok_or_else(|| {
            Invalid::new(
                text,
                "not a whole number from 0 on",
                "write decimal digits, like 100",
            )
        })
}

/// An unsigned decimal number: digits and nothing else. `strconv.ParseUint(text, 10, 64)`.
pub(crate) fn uint_decimal(text: &str) -> Result<u64, Invalid> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| number)
        .ok_or_else(|| Invalid::new(text, "not a number", "write decimal digits, like 100"))
}

/// The same, up to 32 bits: an id or the size of a map.
pub(super) fn uint32_decimal(text: &str) -> Result<u32, Invalid> {
    u32::try_from(uint_decimal(text)?)
        .map_err(|_| Invalid::new(text, "too large", "the largest is 4294967295"))
}

/// A number with a fraction: `0.5`, `.5`, `5.`, `1e1`, `0x1p-2`, `1_0`, `NaN`, `-Inf`. `strconv.ParseFloat(text, 64)`.
///
/// What overflows is refused, as Go does. A hexadecimal mantissa of more than 13 digits is refused too, because it may
/// have to be rounded.
pub(crate) fn float(text: &str) -> Result<f64, Invalid> {
    parse_float(text).ok_or_else(|| {
        Invalid::new(
            text,
            "not a number",
            "write a decimal number, like 0.5 or 2",
        )
    })
}

/// `1 t T true TRUE True 0 f F false FALSE False`, nothing else. `strconv.ParseBool`.
pub(crate) fn boolean(text: &str) -> Result<bool, Invalid> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Invalid::new(text, "not a boolean", "write true or false")),
    }
}

fn split_sign(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix('-') {
        ("-", rest)
    } else {
        ("", text.strip_prefix('+').unwrap_or(text))
    }
}

/// The radix a number without sign is written in, and its digits without prefix and underscores.
fn base0(text: &str) -> Option<(u32, String)> {
    if !underscores_stand_well(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (radix, rest) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else {
        match lower.strip_prefix('0') {
            Some(rest) if !rest.is_empty() => (8, rest),
            _ => (10, lower.as_str()),
        }
    };
    let digits = rest.replace('_', "");
    let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    valid.then_some((radix, digits))
}

/// Go's rule: an underscore stands after a digit, or after a base prefix, and before a digit.
fn underscores_stand_well(text: &str) -> bool {
    let (_, text) = split_sign(text);
    let lower = text.to_ascii_lowercase();
    let hex = lower.starts_with("0x");
    let mut after_digit = false;
    let mut open = false;
    for (index, c) in lower.chars().enumerate() {
        let prefix = index == 1 && lower.starts_with('0') && matches!(c, 'x' | 'o' | 'b');
        let digit = prefix || c.is_ascii_digit() || hex && c.is_ascii_hexdigit();
        match c {
            '_' if !after_digit => return false,
            _ if open && !digit => return false,
            _ => {}
        }
        open = c == '_';
        after_digit = digit;
    }
    !open
}

fn parse_float(text: &str) -> Option<f64> {
    let (sign, magnitude) = split_sign(text);
    let value = match magnitude.to_ascii_lowercase().as_str() {
        "nan" => return (magnitude == text).then_some(f64::NAN),
        "inf" | "infinity" => f64::INFINITY,
        lower if !underscores_stand_well(lower) => return None,
        lower => {
            let plain = lower.replace('_', "");
            let value = match plain.strip_prefix("0x") {
                Some(hex) => hex_float(hex)?,
                // What starts like a number is one; Rust would read the words again, and a second sign.
                None if plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                    plain.parse().ok()?
                }
                None => return None,
            };
            Some(value).filter(|value| value.is_finite())?
        }
    };
    Some(if sign == "-" { -value } else { value })
}

/// A hexadecimal float without sign and prefix, such as `1.8p3`; the exponent is not optional.
fn hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 13 || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let mantissa = digits
        .chars()
        .filter_map(|c| c.to_digit(16))
        .fold(0.0, |sum, digit| sum * 16.0 + f64::from(digit));
    let shift = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(shift)?;
    Some(mantissa * 2f64.powi(exponent))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, clippy::unwrap_used, reason = "tests")]
    use super::*;

    // Each spelling was given to podman 4.3.1 (--cpu-quota, --cpus) and the number read back from its inspect.
    #[test]
    fn base_0_is_gos() {
        for (text, value) in [
            ("0", 0),
            ("0x10", 16),
            ("0X1F", 31),
            ("010", 8),
            ("0o17", 15),
            ("0O17", 15),
            ("0b11", 3),
            ("0B1", 1),
            ("1_000", 1000),
            ("0_7", 7),
            ("0x_1", 1),
            ("+5", 5),
            ("-5", -5),
            ("-0x10", -16),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(int(text), Ok(value), "{text}");
        }
        for bad in [
            "",
            "+",
            "-",
            "08",
            "_1",
            "1_",
            "1__0",
            "0x",
            "0_",
            "0x1_",
            " 5",
            "5 ",
            "1e3",
            "--5",
            "+-5",
            "9223372036854775808",
            "٣",
            "0b2",
            "5\n",
            "5\0",
            "0x-1",
        ] {
            assert!(int(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn unsigned_numbers_have_no_sign() {
        assert_eq!(uint("0x10"), Ok(16));
        assert_eq!(uint("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(uint_decimal("010"), Ok(10));
        for bad in ["-1", "+1", "", "18446744073709551616"] {
            assert!(uint(bad).is_err(), "{bad}");
            assert!(uint_decimal(bad).is_err(), "{bad}");
        }
        for bad in ["0x10", "1_0", "1 "] {
            assert!(uint_decimal(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn floats_are_gos() {
        for (text, value) in [
            ("1_0", 10.0),
            ("0x1p3", 8.0),
            ("0x1_0p1", 32.0),
            ("0x_1p1", 2.0),
            ("0x.8p0", 0.5),
            ("0x1.8p-1", 0.75),
            (".5", 0.5),
            ("5.", 5.0),
            ("+2", 2.0),
            ("-2", -2.0),
            ("1e1", 10.0),
            ("1E+1", 10.0),
            ("1.e1", 10.0),
            ("1e-400", 0.0),
            ("-inf", f64::NEG_INFINITY),
            ("Infinity", f64::INFINITY),
        ] {
            assert_eq!(float(text), Ok(value), "{text}");
        }
        assert!(float("NaN").unwrap().is_nan());
        for bad in [
            "",
            ".",
            "1_",
            "_1",
            "1__0",
            "1e_1",
            "0x10",
            "0b1",
            "1e400",
            " 1",
            "1 ",
            "+nan",
            "--1",
            "-+inf",
            "0xp1",
            "0x1p",
            "0x1p99999",
            "e5",
            "1,5",
            "1\n",
            "0x12345678901234p0",
        ] {
            assert!(float(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn booleans_are_gos() {
        assert_eq!(boolean("T"), Ok(true));
        assert_eq!(boolean("False"), Ok(false));
        for bad in ["", "yes", "on", "tRUE", " true", "2"] {
            assert!(boolean(bad).is_err(), "{bad}");
        }
    }
}
