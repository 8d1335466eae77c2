//! Command lines for the parsers to disagree about.

use std::ffi::OsString;

use proptest::prelude::*;
use proptest::sample::select;
use safe_podman::testing::Version;
use safe_podman::testing::flags::{self, Flag, Kind, PathUse, Topic};

/// Words that belong together, such as a flag and its value.
pub(crate) type Piece = Vec<OsString>;

/// Flags that a test must not use: podman would write a file or a log, or leave the store of the tests.
pub(crate) fn is_off_limits(flag: &Flag) -> bool {
    let global =
        flag.topic == Topic::Engine && !matches!(flag.long, "trace" | "log-level" | "max-workers");
    // With these there is no image to be missing, or another store and another engine to miss it in.
    let elsewhere = ["rootfs", "pull", "help"];
    global || flag.path == PathUse::Writes || elsewhere.contains(&flag.long)
}

/// A value that podman takes and that does nothing before the image is looked for.
pub(crate) fn plain_value(flag: &Flag) -> &'static str {
    match (flag.kind, flag.long) {
        (Kind::Int | Kind::Uint | Kind::UintSlice, _) => "7",
        (Kind::Float, _) => "0.5",
        (_, "log-level") => "error",
        (_, "publish" | "expose") => "8080",
        (_, "network") => "none",
        (_, "platform") => "linux/amd64",
        (_, "env" | "label" | "annotation" | "log-opt" | "sysctl" | "env-merge") => "a=b",
        (_, "memory" | "memory-swap" | "shm-size" | "memory-reservation") => "8m",
        _ => "x",
    }
}

/// Texts that are a value of some kind for podman, or nearly; `|` stands between them.
pub(crate) fn texts(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "true|false|1|0|t|T|F|TRUE|False|yes|on||tRUE|2| true",
        Kind::Int | Kind::Uint => {
            "0|1|-1|+1|0x10|0X1f|010|08|0b11|0o17|1_000|_1|1__0|0_7|| 1|1 |1.0|1e3|9223372036854775807|9223372036854775808|\
             -9223372036854775808|18446744073709551615|18446744073709551616|0x|-0x1|--1|x"
        }
        Kind::Float => {
            "0|0.5|.5|5.|1e1|1E-3|0x1p3|0x1.8p0|0x1|1_0|0x_1p1|NaN|nan|Inf|-Inf|+inf|infinity|| 1|1,5|+2|-1|1e400|e1|.|1e|0b1|--1"
        }
        Kind::UintSlice => "1|1,2||,|1,|0x1|-1|010|1_0| 1|+1|4294967295|99999999999999999999|x",
        Kind::Slice | Kind::SliceBefore5 => {
            "a=b|a,b||\"a\"|\"a,b\",c|a\"b|\"a|\"a\"b|\"\"|,|a,,b|\"a\"\"b\"| a|\"a\" ,b|\\|x\\\"y"
        }
        Kind::Array | Kind::Text => "x|a,b|\"a||--|-|-x|--privileged|a=b=c|ü| |=|x y",
    }
}

fn value(flag: &'static Flag) -> BoxedStrategy<String> {
    let good = Just(plain_value(flag).to_owned());
    // Texts that podman would stop at later are for the tests of the values.
    if matches!(
        flag.long,
        "publish" | "expose" | "network" | "log-level" | "platform"
    ) {
        return good.boxed();
    }
    let fixed: Vec<&str> = texts(flag.kind).split('|').collect();
    let numbers = matches!(
        flag.kind,
        Kind::Int | Kind::Uint | Kind::Float | Kind::UintSlice
    );
    let random = if numbers {
        "[-+]?[0-9xobe_.]{1,6}"
    } else {
        "[a-z\",= ]{0,6}"
    };
    prop_oneof![2 => good, 6 => select(fixed).prop_map(str::to_owned), 1 => random].boxed()
}

fn flag(version: Version) -> impl Strategy<Value = &'static Flag> {
    let flags: Vec<_> = flags::all()
        .filter(|flag| flag.is_in(version) && !is_off_limits(flag))
        .collect();
    select(flags)
}

/// `--name=value`, `--name value`, `-nvalue`, `-n=value`, `-n value`, `--name`, `-n`.
fn one_flag(version: Version) -> impl Strategy<Value = Piece> {
    let parts = flag(version).prop_flat_map(|flag| {
        (
            Just(flag),
            value(flag),
            0..8_usize,
            any::<prop::sample::Index>(),
        )
    });
    parts.prop_map(|(flag, value, form, name)| {
        let names: Vec<&str> = flag.names().collect();
        let long = format!("--{}", name.get(&names));
        let words = match (flag.short, flag.kind.takes_value(), form) {
            (Some(letter), true, 0) => vec![format!("-{letter}{value}")],
            (Some(letter), true, 1) => vec![format!("-{letter}={value}")],
            (Some(letter), true, 2) => vec![format!("-{letter}"), value],
            (Some(letter), false, 0..=2) => vec![format!("-{letter}")],
            // The next word is not the value of a switch, whatever it is.
            (_, true, 0..=3) | (_, false, 3) => vec![long, value],
            (_, false, 0..=4) => vec![long],
            (..) => vec![format!("{long}={value}")],
        };
        words.into_iter().map(OsString::from).collect()
    })
}

/// Several letters in one word, and the value of the last.
fn cluster() -> impl Strategy<Value = Piece> {
    let switches: Vec<char> = flags::all()
        .filter(|flag| flag.kind == Kind::Bool)
        .filter_map(|flag| flag.short)
        .collect();
    let takers: Vec<char> = flags::all()
        .filter(|flag| flag.kind == Kind::Text)
        .filter_map(|flag| flag.short)
        .collect();
    let ends = select(vec!["", "=", "=false", "=x", "=="]);
    let taker = (select(takers), select(vec!["x", "=x", "==x", "", "="]))
        .prop_map(|(letter, rest)| format!("{letter}{rest}"));
    let end = prop_oneof![3 => ends.prop_map(str::to_owned), 3 => taker, 1 => "[a-zA-Z.=]{1,4}"];
    (prop::collection::vec(select(switches), 0..4), end).prop_map(|(letters, end)| {
        vec![format!("-{}{end}", letters.into_iter().collect::<String>()).into()]
    })
}

/// Words that end the flags, that are no flags, or that look like some.
fn odd() -> impl Strategy<Value = Piece> {
    let odd = [
        "--",
        "---x",
        "--=x",
        "-",
        "--no-such",
        "-Z",
        "--priv",
        "-privileged",
        "-net=host",
        "--Name=x",
        "--cap_add=x",
        "-test.v",
        "-itest.x",
        "--test.v",
        "--help=false",
        "-=",
        "--name",
        "--env",
        "-e",
        "-v",
        "--=",
        "--privileged=",
        "--memory\u{200b}=1m",
        "-é",
    ];
    select(odd.to_vec()).prop_map(|word| vec![word.into()])
}

/// Some flags, then images that can be told from each other: whichever is taken shows where the flags ended.
pub(crate) fn command_line(version: Version) -> impl Strategy<Value = Vec<Piece>> {
    let flags =
        prop_oneof![12 => one_flag(version).boxed(), 3 => cluster().boxed(), 1 => odd().boxed()];
    let tail = prop_oneof![4 => Just(vec![]), 1 => one_flag(version).prop_map(|piece| vec![piece])];
    (prop::collection::vec(flags, 0..4), any::<bool>(), tail).prop_map(|(flags, dashes, tail)| {
        let mut line = flags;
        if dashes && line.len() > 2 {
            line.push(vec!["--".into()]);
        }
        for number in 0..4 {
            line.push(vec![format!("localhost/nothing/{number}").into()]);
        }
        line.extend(tail);
        line
    })
}
