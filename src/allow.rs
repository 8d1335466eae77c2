//! Overrides: one rule, a reason, and perhaps a last day.

use std::fmt;
use std::str::FromStr;

use unicode_width::UnicodeWidthChar as _;

use crate::origin::Origin;
use crate::problem::{Invalid, Problem};
use crate::rule_id::RuleId;
use crate::text::is_invisible;

/// Leave to break one rule, as a person gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rule.
    pub rule: RuleId,
    /// Why; it says something that a person sees.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it was given.
    pub origin: Origin,
}

impl Allow {
    /// Reads the value of `--allow`: `RULE=REASON`.
    ///
    /// # Errors
    /// No `=`, nothing but blanks on one of its sides, or no rule of this name.
    pub fn parse(text: &str, origin: &Origin) -> Result<Self, Problem> {
        let bad = |what| Invalid::new(text, what, "write --allow RULE=\"why it is needed\"");
        let (rule, reason) = text
            .split_once('=')
            .ok_or_else(|| bad("an override without a reason"))?;
        Self::new(rule, reason, None, origin.clone())?
            .ok_or_else(|| bad("an override without a rule or a reason").into())
    }

    /// An override; `None` when the rule is blank, or the reason to the eye.
    ///
    /// # Errors
    /// There is no rule of this name.
    pub fn new(
        rule: &str,
        reason: &str,
        until: Option<Date>,
        origin: Origin,
    ) -> Result<Option<Self>, Problem> {
        let (rule, reason) = (rule.trim(), reason.trim());
        // What has neither letter nor digit says nothing, whatever blanks and fillers it is made of.
        let says = |c: char| c.is_alphanumeric() && c.width() > Some(0) && !is_invisible(c);
        if rule.is_empty() || !reason.contains(says) {
            return Ok(None);
        }
        match RuleId::find(rule) {
            Ok(rule) => Ok(Some(Self {
                rule,
                reason: reason.to_owned(),
                until,
                origin,
            })),
            Err(instead) => {
                let what = format!("there is no rule \"{rule}\" to override");
                Err(Problem::new(what).at(&origin).instead(instead))
            }
        }
    }
}

/// A day of the Gregorian calendar, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, in UTC, of a number of seconds since 1970.
    pub fn from_unix(seconds: u64) -> Self {
        let mut days = seconds / 86_400;
        let mut year: u16 = 1970;
        loop {
            let length = if is_leap(year) { 366 } else { 365 };
            let Some(rest) = days.checked_sub(length) else {
                break;
            };
            days = rest;
            year = year.saturating_add(1);
        }
        let mut month: u8 = 1;
        while let Some(rest) = days.checked_sub(u64::from(days_in(year, month))) {
            days = rest;
            month = month.saturating_add(1);
        }
        Self {
            year,
            month,
            day: u8::try_from(days).unwrap_or(0).saturating_add(1),
        }
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new(text, "not a day", "write YYYY-MM-DD, e.g. 2027-03-31");
        let digits = |part: Option<&str>, length: usize| {
            part.filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|part| part.parse::<u16>().ok())
                .ok_or_else(bad)
        };
        let mut parts = text.split('-');
        let year = digits(parts.next(), 4)?;
        let month = u8::try_from(digits(parts.next(), 2)?).map_err(|_| bad())?;
        let day = u8::try_from(digits(parts.next(), 2)?).map_err(|_| bad())?;
        let exists = parts.next().is_none()
            && year >= 1970
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        if exists {
            Ok(Self { year, month, day })
        } else {
            Err(bad())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day() {
        for good in ["1970-01-01", "2024-02-29", "2027-03-31", "2000-02-29"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "2027-3-31",
            "2023-02-29",
            "2024-02-30",
            "2100-02-29",
            "1900-02-29",
            "1969-12-31",
            "2027-+3-31",
            "2027-13-01",
            "2027-00-10",
            "27-03-31",
            "2027-03-31 ",
            "2027-03-31-1",
            "+027-03-31",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn counts_days_as_the_calendar_does() {
        assert_eq!(Date::from_unix(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_unix(951_782_400).to_string(), "2000-02-29");
        assert_eq!(Date::from_unix(4_107_542_400).to_string(), "2100-03-01");
        assert_eq!(Date::from_unix(1_798_761_599).to_string(), "2026-12-31");
        assert_eq!(Date::from_unix(1_798_761_600).to_string(), "2027-01-01");
    }

    #[test]
    fn an_override_has_a_reason() {
        let origin = Origin::Baseline;
        assert_eq!(
            Allow::parse("host-network=a=b", &origin).unwrap().reason,
            "a=b"
        );
        let spaced = Allow::parse(" host-network = why ", &origin).unwrap();
        assert_eq!((spaced.rule, &*spaced.reason), (RuleId::HostNetwork, "why"));
        for reason in ["nötig", "監視", "#42"] {
            let text = format!("host-network={reason}");
            assert_eq!(Allow::parse(&text, &origin).unwrap().reason, reason);
        }
        for bad in [
            "host-network",
            "host-network=",
            "host-network=  ",
            "host-network=\u{a0}\u{2003}\u{3000}",
            "host-network=\u{200b}\u{202e}\u{ad}\u{feff}",
            "host-network=\u{3164}\u{115f}\u{ffa0}",
            "host-network=\u{2800}",
            "host-network=\u{301}\u{345}",
            "host-network=...",
            "=why",
            "",
        ] {
            let problem = Allow::parse(bad, &origin).unwrap_err();
            assert!(
                problem.what.contains("is an override without"),
                "{bad}: {problem}"
            );
        }
    }

    #[test]
    fn an_override_is_for_a_rule_that_exists() {
        let problem = Allow::parse("host-netwrok=why", &Origin::Baseline).unwrap_err();
        assert_eq!(
            problem.what,
            "there is no rule \"host-netwrok\" to override"
        );
        assert_eq!(problem.instead.as_deref(), Some("host-network"));
        assert_eq!(problem.origin, Some(Origin::Baseline));
    }
}
