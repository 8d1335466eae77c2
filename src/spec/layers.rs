//! The flags of all layers, weakest first, and what survives of a flag that several of them give.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use super::Switch;
use crate::origin::{Origin, Setting};
use crate::podman::args::FlagValue;
use crate::podman::flags::{Flag, Treatment};
use crate::problem::Problem;

/// All flags, with a memory of which were read, so that none is lost.
pub(super) struct Layers<'a> {
    given: &'a [FlagValue],
    read: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Layers<'a> {
    pub(super) fn new(given: &'a [FlagValue]) -> Self {
        Self {
            given,
            read: RefCell::default(),
        }
    }

    /// Every value of a list flag, weakest layer first.
    pub(super) fn all(&self, flag: &'static Flag) -> impl Iterator<Item = &'a FlagValue> {
        self.read.borrow_mut().insert(flag.long);
        self.given.iter().filter(move |given| given.flag == flag)
    }

    /// Every value of several list flags, in the order they were given.
    pub(super) fn any_of<const N: usize>(
        &self,
        flags: [&'static Flag; N],
    ) -> impl Iterator<Item = &'a FlagValue> + use<'a, N> {
        self.read.borrow_mut().extend(flags.map(|flag| flag.long));
        self.given
            .iter()
            .filter(move |given| flags.contains(&given.flag))
    }

    /// The value that holds: the last one.
    pub(super) fn last(&self, flag: &'static Flag) -> Option<&'a FlagValue> {
        self.all(flag).last()
    }

    /// The value that holds of a flag that is forwarded.
    pub(super) fn peek(&self, flag: &Flag) -> Option<&'a FlagValue> {
        self.given.iter().rev().find(|given| given.flag == flag)
    }

    /// Does a flag come from a stronger layer than a setting?
    pub(super) fn is_stronger(&self, flag: &FlagValue, setting: &Origin) -> bool {
        let place = self
            .given
            .iter()
            .rposition(|given| given.origin == *setting);
        let own = self
            .given
            .iter()
            .position(|given| given.origin == flag.origin);
        !same_layer(&flag.origin, setting) && own > place
    }

    /// The values of the strongest layer that gives the flag.
    pub(super) fn strongest(&self, flag: &'static Flag) -> impl Iterator<Item = &'a FlagValue> {
        let layer = self.last(flag).map(|given| &given.origin);
        self.all(flag)
            .filter(move |given| layer.is_some_and(|layer| same_layer(layer, &given.origin)))
    }

    /// The last value, parsed. Every flag asked for this way has a row in the baseline.
    pub(super) fn scalar<T: FromStr<Err: Display>>(
        &self,
        flag: &'static Flag,
    ) -> Result<Setting<T>, Problem> {
        self.scalar_with(flag, str::parse)
    }

    pub(super) fn scalar_with<T, E: Display>(
        &self,
        flag: &'static Flag,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Setting<T>, Problem> {
        self.optional_with(flag, parse)?
            .ok_or_else(|| Problem::new(format!("--{} has no value", flag.long)))
    }

    pub(super) fn optional_with<T, E: Display>(
        &self,
        flag: &'static Flag,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<Setting<T>>, Problem> {
        self.last(flag)
            .map(|given| setting(given, parse))
            .transpose()
    }

    pub(super) fn switch(&self, flag: &'static Flag) -> Result<Setting<Switch>, Problem> {
        self.scalar_with(flag, on_or_off)
    }

    /// Off when nobody said anything.
    pub(super) fn off_or(&self, flag: &'static Flag) -> Result<Setting<Switch>, Problem> {
        let asked = self.optional_with(flag, on_or_off)?;
        Ok(asked.unwrap_or_else(|| Setting::baseline(Switch::Off)))
    }

    /// Every value, parsed; one that `replaces` an earlier one takes its place.
    pub(super) fn list<T: FromStr<Err: Display>>(
        &self,
        flag: &'static Flag,
        replaces: impl Fn(&T, &T) -> bool,
    ) -> Result<Vec<Setting<T>>, Problem> {
        let mut values: Vec<Setting<T>> = Vec::new();
        for given in self.all(flag) {
            let new: Setting<T> = setting(given, str::parse)?;
            values.retain(|old| !replaces(&new.value, &old.value));
            values.push(new);
        }
        Ok(values)
    }

    /// The flags that have a place in the spec and were not read.
    #[cfg(test)]
    pub(super) fn unread(&self) -> Vec<&'static str> {
        let read = self.read.borrow();
        crate::podman::flags::all()
            .filter(|flag| flag.treatment == Treatment::Spec && !read.contains(flag.long))
            .map(|flag| flag.long)
            .collect()
    }

    /// The flags that are forwarded, scalars once.
    ///
    /// Fails when a flag of the table that has a place in the spec was not read: a hole in this program.
    pub(super) fn passed(&self) -> Result<Vec<FlagValue>, Problem> {
        let read = self.read.borrow();
        let mut passed: Vec<FlagValue> = Vec::new();
        for given in self.given {
            match given.flag.treatment {
                Treatment::Spec if read.contains(given.flag.long) => {}
                Treatment::Spec | Treatment::Help => {
                    return Err(
                        Problem::new(format!("--{} has no effect here", given.flag.long))
                            .at(&given.origin),
                    );
                }
                Treatment::NoOp | Treatment::Own => {}
                Treatment::Pass | Treatment::Judged(_) => {
                    if !given.flag.kind.is_list() {
                        passed.retain(|old| old.flag != given.flag);
                    }
                    passed.push(from_its_directory(given)?);
                }
            }
        }
        Ok(passed)
    }
}

/// The same flag, its path absolute: podman would look it up in the directory it is started in, a profile means beside
/// itself, and the file that is judged has to be the one that is used.
fn from_its_directory(given: &FlagValue) -> Result<FlagValue, Problem> {
    let mut given = given.clone();
    if let Some(path) = given.flag.path_in(&given.value) {
        let path = given.base.join(path);
        path.to_str()
            .ok_or_else(|| {
                let what = format!("the directory of \"{}\" is not UTF-8", given.value);
                Problem::new(what).at(&given.origin)
            })?
            .clone_into(&mut given.value);
    }
    Ok(given)
}

fn on_or_off(text: &str) -> Result<Switch, String> {
    match text {
        "true" => Ok(Switch::On),
        "false" => Ok(Switch::Off),
        other => Err(format!("\"{other}\" is neither true nor false")),
    }
}

/// A value parsed, its flag and origin named when it does not parse.
pub(super) fn setting<T, E: Display>(
    given: &FlagValue,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Setting<T>, Problem> {
    match parse(&given.value) {
        Ok(value) => Ok(Setting::new(value, given.origin.clone())),
        Err(error) => {
            Err(Problem::new(format!("{}: {error}", given.flag.said())).at(&given.origin))
        }
    }
}

/// Do two values come from the same layer: the baseline, one profile, the command line?
pub(super) fn same_layer(a: &Origin, b: &Origin) -> bool {
    match (a, b) {
        (Origin::Profile { file: a, .. }, Origin::Profile { file: b, .. }) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::podman::flags;

    #[test]
    fn a_flag_that_was_not_read_is_not_dropped() {
        let origin = Origin::Host("a test");
        let given = FlagValue::read(&flags::USER, "998", &origin, &Path::new("/").into()).unwrap();
        let layers = Layers::new(&given);
        let problem = layers.passed().unwrap_err();
        assert_eq!(problem.what, "--user has no effect here");
        assert_eq!(problem.origin, Some(origin));
        assert_eq!(layers.last(&flags::USER).unwrap().value, "998");
        assert_eq!(layers.passed().unwrap(), []);
    }
}
