//! The same command line in other words. What podman understands alike must be judged alike: every row of
//! [`super::rows`] that refuses still refuses, by the same rule.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::machine::PROJECT;
use crate::rows::{Expect, Row};
use safe_podman::testing::args;
use safe_podman::testing::flags::{self, Flag, Kind, Shape};
use safe_podman::testing::key::{self, Means};
use safe_podman::testing::{Fake, FileKind, Host as _};

/// A flag as it was written: its row of the table and its value.
#[derive(Clone, Debug)]
struct Part {
    flag: &'static Flag,
    value: String,
}

/// The parts of a row's arguments; `None` where one is no flag that is known, so that nothing can be said of it.
fn parts(args: &[String]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let (flag, value) = if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').unzip();
            let flag = flags::by_name(name.unwrap_or(long))?;
            (flag, value.map(str::to_owned))
        } else {
            let mut letters = word.strip_prefix('-')?.chars();
            let letter = letters.next()?;
            let flag = flags::by_letter(letter)?;
            let rest = letters.as_str();
            if flag.kind == Kind::Bool && !rest.is_empty() {
                return None;
            }
            let rest = rest.strip_prefix('=').unwrap_or(rest);
            (flag, Some(rest.to_owned()).filter(|rest| !rest.is_empty()))
        };
        let value = match value {
            Some(value) => value,
            None if flag.kind == Kind::Bool => "true".to_owned(),
            None => words.next()?.clone(),
        };
        parts.push(Part { flag, value });
    }
    Some(parts)
}

/// The choices that a mutation makes, each taken by the first that asks.
struct Choices<'a>(std::slice::Iter<'a, Index>);

impl Choices<'_> {
    fn of<T: Clone>(&mut self, ways: &[T]) -> T {
        let at = self.0.next().map_or(0, |index| index.index(ways.len()));
        ways[at].clone()
    }
}

/// Ways to spell a value that podman reads alike.
fn values(part: &Part) -> Vec<String> {
    let value = &part.value;
    let mut ways = vec![value.clone()];
    match part.flag.long {
        "cap-add" => ways.extend([value.to_lowercase(), value.to_uppercase(), swap_case(value)]),
        "security-opt" if !value.contains("no-new-privileges") => {
            ways.extend(
                value
                    .split_once('=')
                    .map(|(key, value)| format!("{key}:{value}"))
                    .filter(|text| !text.contains('=')),
            );
        }
        "security-opt" => ways.extend([value.replace('=', ":"), value.replace(':', "=")]),
        "volume" => ways.extend(paths_of_volume(value)),
        "mount" => ways.extend(orders(value)),
        "device" => ways.extend(
            value
                .split(':')
                .next()
                .filter(|path| path.starts_with('/'))
                .into_iter()
                .flat_map(|path| {
                    let rest = value.strip_prefix(path).unwrap_or_default();
                    let absolute = spellings(path)
                        .into_iter()
                        .filter(|path| path.starts_with('/'));
                    absolute.map(move |path| format!("{path}{rest}"))
                }),
        ),
        "pids-limit" | "preserve-fds" | "oom-score-adj" => {
            ways.extend(value.parse::<u64>().ok().map(|n| format!("0x{n:x}")));
            ways.extend(
                value
                    .parse::<u64>()
                    .ok()
                    .map(|n| format!("+{n}"))
                    .filter(|_| part.flag.kind == Kind::Int),
            );
        }
        _ => {}
    }
    if part.flag.kind == Kind::Bool {
        let truths: &[&str] = if ["1", "t", "T", "true", "TRUE", "True"].contains(&value.as_str()) {
            &["1", "t", "T", "true", "TRUE", "True"]
        } else {
            &["0", "f", "F", "false", "FALSE", "False"]
        };
        ways.extend(truths.iter().map(|truth| (*truth).to_owned()));
    }
    if part.flag.kind == Kind::Slice && !value.contains(['"', ',', '\n']) {
        ways.push(format!("\"{value}\""));
    }
    ways
}

fn swap_case(text: &str) -> String {
    let flip = |(i, c): (usize, char)| {
        if i % 2 == 0 {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().enumerate().map(flip).collect()
}

/// Other names of a path on the machine.
fn spellings(path: &str) -> Vec<String> {
    let inner = path.strip_prefix('/').unwrap_or(path);
    vec![
        format!("//{inner}"),
        format!("/./{inner}"),
        format!("/usr/../{inner}"),
        format!("/srv/app/../../{inner}"),
        format!("/proc/self/root/{inner}"),
        format!("/proc/thread-self/root/{inner}"),
        format!("/proc/1/root/{inner}"),
        format!("/proc/self/root/proc/1/root/{inner}"),
        format!("/alias/{inner}"),
        format!("../../../../{inner}"),
        path.replace('/', "//"),
    ]
}

/// The machine with `/alias`, a link to its root.
fn with_alias(host: Fake) -> Fake {
    host.link("/alias", "proc/self/root")
}

fn is_directory(path: &str) -> bool {
    thread_local!(static MACHINE: Fake = with_alias(crate::machine::rootful()));
    let found = MACHINE.with(|host| host.resolve(Path::new(path)));
    found.is_ok_and(|found| found.kind == FileKind::Directory)
}

fn paths_of_volume(value: &str) -> Vec<String> {
    let Some((source, rest)) = value.split_once(':') else {
        return Vec::new();
    };
    if !source.starts_with('/') {
        return Vec::new();
    }
    let mut ways: Vec<String> = spellings(source)
        .into_iter()
        .map(|source| format!("{source}:{rest}"))
        .collect();
    if is_directory(source) {
        ways.push(format!("{source}/:{rest}"));
        ways.push(format!("{source}/.:{rest}"));
    }
    let (at, options) = rest.split_once(':').unzip();
    let at = at.unwrap_or(rest);
    let mut mixed: Vec<&str> = options
        .into_iter()
        .flat_map(|text| text.split(','))
        .collect();
    mixed.reverse();
    let end = if mixed.is_empty() {
        String::new()
    } else {
        format!(":{}", mixed.join(","))
    };
    ways.push(format!("{source}:{at}/{end}"));
    ways.push(format!("{source}:/x/..{at}{end}"));
    ways
}

/// The keys of a mount in another order, quoted, and its source by other names.
fn orders(value: &str) -> Vec<String> {
    if value.contains('"') {
        return Vec::new();
    }
    let fields: Vec<&str> = value.split(',').collect();
    let backwards: Vec<&str> = fields.iter().rev().copied().collect();
    let quoted: Vec<String> = fields.iter().map(|field| format!("\"{field}\"")).collect();
    let mut ways = vec![quoted.join(",")];
    // Of two options of a volume the last would win.
    if fields
        .iter()
        .filter(|field| field.starts_with("volume-opt=device"))
        .count()
        < 2
    {
        ways.push(backwards.join(","));
    }
    let renamed = |from: &str, to: &str| {
        let new = fields.iter().map(|field| {
            field
                .split_once('=')
                .filter(|(key, _)| *key == from)
                .map_or((*field).to_owned(), |(_, text)| format!("{to}={text}"))
        });
        new.collect::<Vec<_>>().join(",")
    };
    ways.push(renamed("src", "source"));
    ways.push(renamed("source", "src"));
    ways.push(renamed("dst", "target"));
    ways.push(renamed("target", "destination"));
    let source = fields.iter().find_map(|field| field.strip_prefix("src="));
    if let Some(path) = source.filter(|path| path.starts_with('/') && value.contains("type=bind")) {
        ways.extend(
            spellings(path)
                .iter()
                .map(|new| value.replacen(&format!("src={path}"), &format!("src={new}"), 1)),
        );
    }
    ways
}

/// `-v` as `--mount`, where both can say it.
fn as_mount(part: &Part) -> Option<Part> {
    let mut fields = part.value.split(':');
    let (source, at, options) = (fields.next()?, fields.next()?, fields.next().unwrap_or(""));
    if part.flag.long != "volume" || !source.starts_with('/') || source.contains(',') {
        return None;
    }
    let mut keys = vec![
        "type=bind".to_owned(),
        format!("src={source}"),
        format!("dst={at}"),
    ];
    for option in options.split(',').filter(|option| !option.is_empty()) {
        keys.push(match option {
            "ro" | "rw" | "z" | "Z" | "U" => option.to_owned(),
            "shared" | "rshared" | "slave" | "rslave" | "private" | "rprivate" => {
                format!("bind-propagation={option}")
            }
            _ => return None,
        });
    }
    let flag = flags::by_name("mount")?;
    Some(Part {
        flag,
        value: keys.join(","),
    })
}

/// `--mount` as `-v`.
fn as_volume(part: &Part) -> Option<Part> {
    if part.flag.long != "mount" || part.value.contains('"') {
        return None;
    }
    let (mut source, mut at, mut options) = (None, None, Vec::new());
    for field in part.value.split(',') {
        match field.split_once('=') {
            Some(("type", "bind")) => {}
            Some(("src" | "source", path)) if path.starts_with('/') => source = Some(path),
            Some(("dst" | "target" | "destination", path)) => at = Some(path),
            Some(("bind-propagation", word)) => options.push(word.to_owned()),
            Some(("ro", "false")) => options.push("rw".to_owned()),
            None if field == "readonly" => options.push("ro".to_owned()),
            None => options.push(field.to_owned()),
            Some(_) => return None,
        }
    }
    let at = at?;
    let source = source.unwrap_or(at);
    let end = if options.is_empty() {
        String::new()
    } else {
        format!(":{}", options.join(","))
    };
    let flag = flags::by_name("volume")?;
    Some(Part {
        flag,
        value: format!("{source}:{at}{end}"),
    })
}

/// Ways to write a flag with its value.
fn written(part: &Part) -> Vec<Vec<String>> {
    let Part { flag, value } = part;
    let names = std::iter::once(flag.long).chain(flag.aliases.iter().copied());
    let mut ways: Vec<Vec<String>> = names
        .clone()
        .map(|name| vec![format!("--{name}={value}")])
        .collect();
    if flag.kind == Kind::Bool {
        if value == "true" {
            ways.extend(names.map(|name| vec![format!("--{name}")]));
            ways.extend(flag.short.map(|letter| vec![format!("-{letter}")]));
            ways.extend(flag.short.map(|letter| vec![format!("-iq{letter}t")]));
        }
        ways.extend(flag.short.map(|letter| vec![format!("-{letter}={value}")]));
        return ways;
    }
    ways.extend(names.map(|name| vec![format!("--{name}"), value.clone()]));
    if let Some(letter) = flag.short {
        ways.extend([
            vec![format!("-{letter}"), value.clone()],
            vec![format!("-it{letter}"), value.clone()],
        ]);
        if !value.is_empty() {
            ways.push(vec![format!("-{letter}={value}")]);
            ways.push(vec![format!("-qit{letter}={value}")]);
            if !value.starts_with('=') {
                ways.push(vec![format!("-{letter}{value}")]);
            }
        }
    }
    ways
}

/// What a weaker value of the same scalar says: given before, it changes nothing.
fn weaker(flag: &Flag) -> Option<String> {
    let value = match flag.long {
        "privileged" | "publish-all" | "env-host" | "oom-kill-disable" | "systemd" => "false",
        "read-only" | "tls-verify" => "true",
        "pid" | "ipc" | "uts" | "cgroupns" => "private",
        "userns" => "auto",
        "memory" => "64m",
        "cpus" => "0.5",
        "pids-limit" => "10",
        "restart" => "no",
        "user" => "1000:1000",
        "cgroups" => "enabled",
        "seccomp-policy" => "default",
        "preserve-fds" => "0",
        "oom-score-adj" => "100",
        _ => return None,
    };
    Some(format!("--{}={value}", flag.long))
}

/// Whether the order of a row's flags says nothing: no two of them are the same flag, nor two mounts.
fn is_unordered(parts: &[Part]) -> bool {
    let group = |part: &Part| match part.flag.long {
        "mount" | "tmpfs" => "volume",
        "cpu-quota" | "cpu-period" => "cpus",
        long => long,
    };
    parts
        .iter()
        .enumerate()
        .all(|(i, part)| parts[..i].iter().all(|other| group(other) != group(part)))
}

/// The row in other words.
fn mutate(row: &Row, choices: &mut Choices<'_>) -> Option<Vec<String>> {
    let mut parts = parts(&row.args)?;
    if is_unordered(&parts) && choices.of(&[false, true]) {
        parts.reverse();
    }
    let mut words: Vec<String> = Vec::new();
    for mut part in parts {
        if choices.of(&[false, true])
            && let Some(value) = weaker(part.flag)
        {
            words.push(value);
        }
        let other = [None, as_mount(&part).or_else(|| as_volume(&part))];
        part = choices.of(&other).unwrap_or(part);
        part.value = choices.of(&values(&part));
        words.extend(choices.of(&written(&part)));
    }
    if choices.of(&[false, true]) {
        words.push("--".to_owned());
    }
    words.push(row.image.clone());
    // What follows the image is the container's.
    words.extend(["--privileged=false", "--security-opt=no-new-privileges"].map(str::to_owned));
    Some(words)
}

fn refusals() -> Vec<Row> {
    let rows = Row::all().into_iter();
    rows.filter(|row| row.expect == Expect::Refuse && row.rule != "grammar")
        .collect()
}

/// The row's flags as a profile; `None` where a profile cannot say one of them.
fn profile(row: &Row) -> Option<String> {
    let mut keys: Vec<(String, Shape, Vec<String>)> = Vec::new();
    if row.profile.is_some() {
        return None;
    }
    for Part { flag, value } in parts(&row.args)? {
        let found = key::of_flag(flag)?;
        let Means::Flag(flag) = found.means else {
            return None;
        };
        match keys.iter_mut().find(|(name, ..)| *name == found.name) {
            Some((_, Shape::One, values)) => *values = vec![value],
            Some((.., values)) => values.push(value),
            None => keys.push((found.name, flag.shape, vec![value])),
        }
    }
    let text = keys
        .iter()
        .map(|(name, shape, values)| match (shape, values.as_slice()) {
            (Shape::One, [value]) => format!("{name}: {}\n", quoted(value)),
            (_, values) => {
                let items: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                format!("{name}: [{}]\n", items.join(", "))
            }
        });
    Some(text.collect()).filter(|text: &String| !text.is_empty())
}

/// A YAML scalar in double quotes; JSON's quoting is a subset of YAML's.
fn quoted(value: &str) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn a_profile_may_not_say_what_a_flag_may_not() {
    let mut tried = 0;
    let mut faults = Vec::new();
    for row in refusals() {
        let Some(text) = profile(&row) else {
            continue;
        };
        tried += 1;
        if let Some(fault) = row.fault(
            &row.machine(),
            Some(&text),
            std::slice::from_ref(&row.image),
        ) {
            faults.push(format!("{}: {text:?}: {fault}", row.rule));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tried > 200, "only {tried} rows can be written as a profile");
}

#[test]
fn a_flag_cannot_undo_a_list_of_the_profile() {
    let lists = [
        "cap-add",
        "device",
        "sysctl",
        "annotation",
        "volume",
        "mount",
    ];
    for row in refusals() {
        let is_list = parts(&row.args)
            .is_some_and(|parts| parts.iter().all(|part| lists.contains(&part.flag.long)));
        if let Some(text) = profile(&row).filter(|_| is_list) {
            let words = [
                "--cap-add=kill",
                "--device=/dev/null",
                "-v",
                "/srv/app:/else",
                &row.image,
            ];
            let words = words.map(str::to_owned);
            let fault = row.fault(&row.machine(), Some(&text), &words);
            assert_eq!(fault, None, "{}: {text}", row.rule);
        }
    }
}

/// Every other value of every flag of every row, the rest as it stands: what chance may miss below.
#[test]
fn every_single_change_is_seen_through() {
    let mut tried = 0;
    let mut faults = Vec::new();
    for row in refusals() {
        let host = with_alias(row.machine());
        let parts = parts(&row.args).unwrap_or_default();
        for (i, part) in parts.iter().enumerate() {
            let values = values(part).into_iter().skip(1);
            let flag = part.flag;
            let others = values.map(|value| Part { flag, value });
            for other in others.chain(as_mount(part)).chain(as_volume(part)) {
                let all = parts.iter().enumerate();
                let all = all.map(|(j, part)| if i == j { &other } else { part });
                let words: Vec<String> = all.map(plain).chain([row.image.clone()]).collect();
                tried += 1;
                if let Some(fault) = row.fault(&host, None, &words) {
                    faults.push(format!("{}: {words:?}: {fault}", row.rule));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tried > 1500, "only {tried} changes");
}

fn plain(part: &Part) -> String {
    format!("--{}={}", part.flag.long, part.value)
}

/// What a command line says, whoever says it where.
fn meaning(words: &[String]) -> Option<Vec<(&'static str, String)>> {
    let base: Arc<Path> = Path::new(PROJECT).into();
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = args::parse(&words, &[], &base).ok()?.given.into_iter();
    let said = said.map(|given| (given.flag.long, given.value));
    // The letters of a cluster that only stand before the one that counts.
    Some(
        said.filter(|(long, _)| !["interactive", "tty", "quiet"].contains(long))
            .collect(),
    )
}

#[test]
fn a_flag_means_the_same_in_every_form() {
    for part in refusals()
        .iter()
        .filter_map(|row| parts(&row.args))
        .flatten()
    {
        let expected = meaning(&[plain(&part)]);
        assert!(expected.is_some(), "{part:?}");
        for words in written(&part) {
            assert_eq!(meaning(&words), expected, "{words:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_of_changes_is_seen_through(
        row in prop::sample::select(refusals()),
        choices in prop::collection::vec(any::<Index>(), 24),
    ) {
        if let Some(words) = mutate(&row, &mut Choices(choices.iter())) {
            let fault = row.fault(&with_alias(row.machine()), None, &words);
            prop_assert_eq!(fault, None, "{}: {:?} as {:?}", row.rule, row.args, words);
        }
    }
}
