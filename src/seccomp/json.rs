//! The JSON of a profile and of `linux.seccomp`, read strictly.
//!
//! podman's own reader takes keys in any case, ignores unknown ones and lets the last of two equal keys win. A profile that
//! needs any of that says one thing to a person and another to podman, so it is refused.

use nix::errno::Errno;
use serde::Deserialize;

use super::rule::EPERM;
use super::{
    Architectures, Condition, Filter, FilterAction, FilterRule, Gate, Group, Listener,
    SeccompProblem, SeccompProfile,
};
use crate::problem::Invalid;

/// The largest profile that is read, in bytes; containers' default has 16 KiB.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// The kernel's `MAX_ERRNO`: a larger number would be returned as this one.
const MAX_ERRNO: u32 = 4095;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawProfile {
    default_action: Option<String>,
    default_errno_ret: Option<u32>,
    default_errno: Option<String>,
    architectures: Option<Vec<String>>,
    arch_map: Option<Vec<RawArchMap>>,
    syscalls: Option<Vec<RawGroup>>,
    flags: Option<Vec<String>>,
    listener_path: Option<String>,
    listener_metadata: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawArchMap {
    architecture: String,
    sub_architectures: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawGroup {
    name: Option<String>,
    names: Option<Vec<String>>,
    action: String,
    args: Option<Vec<RawCondition>>,
    comment: Option<String>,
    includes: Option<RawGate>,
    excludes: Option<RawGate>,
    errno_ret: Option<u32>,
    errno: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawGate {
    arches: Option<Vec<String>>,
    caps: Option<Vec<String>>,
    min_kernel: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawCondition {
    index: u64,
    value: u64,
    value_two: Option<u64>,
    op: String,
}

/// `linux.seccomp` of the OCI runtime specification.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawFilter {
    default_action: String,
    default_errno_ret: Option<u32>,
    architectures: Option<Vec<String>>,
    flags: Option<Vec<String>>,
    listener_path: Option<String>,
    listener_metadata: Option<String>,
    syscalls: Option<Vec<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawRule {
    names: Vec<String>,
    action: String,
    errno_ret: Option<u32>,
    args: Option<Vec<RawCondition>>,
}

impl SeccompProfile {
    /// Reads a profile in the format of `/usr/share/containers/seccomp.json`, at most [`MAX_BYTES`] long.
    ///
    /// Refused, because podman or a runtime would quietly do something else than written: unknown and repeated keys, unknown
    /// actions, comparisons, architectures and flags, `{}`, an error number beside an action that has none, `errno` and
    /// `errnoRet` that disagree, more than six conditions in a rule. Unknown system call names are not: every default
    /// profile has names newer than the library.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SeccompProblem> {
        if bytes.len() > MAX_BYTES {
            return Err(SeccompProblem::TooLarge);
        }
        let raw: RawProfile = serde_json::from_slice(bytes)
            .map_err(|error| SeccompProblem::Json(error.to_string()))?;
        let groups = raw.syscalls.unwrap_or_default();
        let Some(default) = raw.default_action else {
            return Err(if groups.is_empty() {
                SeccompProblem::SwitchedOff
            } else {
                SeccompProblem::Json("missing field `defaultAction`".to_owned())
            });
        };
        let errno = errno(raw.default_errno_ret, raw.default_errno.as_deref())?;
        Ok(Self {
            default: FilterAction::parse(&default, errno)?,
            architectures: architectures(raw.architectures, raw.arch_map)?,
            groups: groups.into_iter().map(group).collect::<Result<_, _>>()?,
            flags: words(raw.flags)?,
            listener: listener(raw.listener_path, raw.listener_metadata)?,
        })
    }
}

impl Filter {
    /// Reads `linux.seccomp` of an OCI `config.json`, with the same strictness as [`SeccompProfile::parse`].
    ///
    /// A `config.json` without that key has no filter at all, which is the caller's to notice; `null` is refused.
    pub(crate) fn from_oci(seccomp: &serde_json::Value) -> Result<Self, SeccompProblem> {
        let raw = RawFilter::deserialize(seccomp)
            .map_err(|error| SeccompProblem::Json(error.to_string()))?;
        let rules = raw.syscalls.unwrap_or_default().into_iter();
        Ok(Self {
            default: FilterAction::parse(&raw.default_action, errno(raw.default_errno_ret, None)?)?,
            arches: words(raw.architectures)?,
            rules: rules
                .map(|raw| {
                    rule(
                        raw.names,
                        &raw.action,
                        errno(raw.errno_ret, None)?,
                        raw.args,
                    )
                })
                .collect::<Result<_, SeccompProblem>>()?,
            flags: words(raw.flags)?,
            listener: listener(raw.listener_path, raw.listener_metadata)?,
        })
    }
}

fn group(raw: RawGroup) -> Result<Group, SeccompProblem> {
    let names = match (raw.name.filter(|name| !name.is_empty()), raw.names) {
        (Some(name), None) => vec![name],
        (Some(name), Some(names)) if names.is_empty() => vec![name],
        (None, names) => names.unwrap_or_default(),
        (Some(name), Some(_)) => {
            let what = "given as \"name\" beside \"names\"";
            return Err(Invalid::new(name, what, "move it into \"names\"").into());
        }
    };
    let errno = errno(raw.errno_ret, raw.errno.as_deref())?;
    Ok(Group {
        rule: rule(names, &raw.action, errno, raw.args)?,
        comment: raw.comment.unwrap_or_default(),
        includes: gate(raw.includes),
        excludes: gate(raw.excludes),
    })
}

fn rule(
    names: Vec<String>,
    action: &str,
    errno: Option<u16>,
    args: Option<Vec<RawCondition>>,
) -> Result<FilterRule, SeccompProblem> {
    let action = FilterAction::parse(action, errno)?;
    let args = args.unwrap_or_default();
    if args.len() > 6 {
        let first = names.into_iter().next().unwrap_or_default();
        let what = format!("given {} conditions in one rule", args.len());
        return Err(Invalid::new(first, what, "write at most six, crun ignores the rest").into());
    }
    if names.iter().any(String::is_empty) {
        return Err(Invalid::new("", "not a system call", "name one, as in \"ptrace\"").into());
    }
    let condition = |raw: RawCondition| {
        let operator = raw.op.parse()?;
        Condition::new(raw.index, operator, raw.value, raw.value_two.unwrap_or(0))
    };
    Ok(FilterRule {
        names,
        action,
        args: args
            .into_iter()
            .map(condition)
            .collect::<Result<_, Invalid>>()?,
    })
}

fn gate(raw: Option<RawGate>) -> Gate {
    let raw = raw.unwrap_or_default();
    Gate {
        arches: raw.arches.unwrap_or_default(),
        caps: raw.caps.unwrap_or_default(),
        min_kernel: raw.min_kernel,
    }
}

/// `errno` is a name or a number and beats `errnoRet` in podman since 4.0, which older engines ignore: they must agree.
fn errno(number: Option<u32>, name: Option<&str>) -> Result<Option<u16>, Invalid> {
    let named = match name.filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => Some(errno_named(name)?),
    };
    if let (Some(number), Some(named)) = (number, named)
        && number != named
    {
        let what = format!("an error number beside errno {named}");
        return Err(Invalid::new(
            number.to_string(),
            what,
            "keep one of the two",
        ));
    }
    let Some(number) = named.or(number) else {
        return Ok(None);
    };
    let small = u16::try_from(number).ok();
    match small.filter(|_| number <= MAX_ERRNO) {
        Some(small) => Ok(Some(small)),
        None => Err(Invalid::new(
            number.to_string(),
            "not an error number",
            format!("write 1 to {MAX_ERRNO}, e.g. {EPERM} for EPERM"),
        )),
    }
}

fn errno_named(name: &str) -> Result<u32, Invalid> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let named = |number: &u32| {
        let errno = Errno::from_raw(i32::try_from(*number).unwrap_or(0));
        errno != Errno::UnknownErrno && format!("{errno:?}") == name
    };
    (1..=MAX_ERRNO).find(named).ok_or_else(|| {
        Invalid::new(
            name,
            "not an error name of this system",
            "write EPERM or ENOSYS",
        )
    })
}

fn architectures(
    listed: Option<Vec<String>>,
    mapped: Option<Vec<RawArchMap>>,
) -> Result<Architectures, SeccompProblem> {
    let listed = listed.filter(|list| !list.is_empty());
    let mapped = mapped.filter(|list| !list.is_empty());
    match (listed, mapped) {
        (None, None) => Ok(Architectures::Native),
        (Some(list), None) => Ok(Architectures::Listed(words(Some(list))?)),
        (None, Some(map)) => {
            let entry =
                |raw: RawArchMap| Ok((raw.architecture.parse()?, words(raw.sub_architectures)?));
            let map = map.into_iter().map(entry).collect::<Result<_, Invalid>>();
            Ok(Architectures::Mapped(map?))
        }
        (Some(_), Some(_)) => {
            let what = "given beside \"archMap\"";
            Err(Invalid::new("architectures", what, "keep one of the two").into())
        }
    }
}

fn listener(path: Option<String>, metadata: Option<String>) -> Result<Option<Listener>, Invalid> {
    let metadata = metadata.unwrap_or_default();
    match path.filter(|path| !path.is_empty()) {
        Some(path) => Ok(Some(Listener { path, metadata })),
        None if metadata.is_empty() => Ok(None),
        None => Err(Invalid::new(
            metadata,
            "listenerMetadata without a listenerPath",
            "remove it",
        )),
    }
}

fn words<T, C>(list: Option<Vec<String>>) -> Result<C, Invalid>
where
    T: std::str::FromStr<Err = Invalid>,
    C: FromIterator<T>,
{
    let list = list.unwrap_or_default();
    list.iter().map(|word| word.parse()).collect()
}
