//! What holds for every text, whoever wrote it.

use std::io::Cursor;
use std::path::Path;

use serde_json::Value;

use super::{Checker, Request};
use crate::cli::{CheckFormat, CheckOptions};
use crate::env::Environment;
use crate::host::Fake;
use crate::plan::Context;
use crate::policy::site::Site;
use crate::profile::ProfileLayers;
use crate::report::shell::line;
use crate::shell::{self, ShellContext};
use crate::text::is_invisible;

/// A row is cut into the same words behind another command, and words are read back from the line that is printed of
/// them. Whatever a file says, what is printed about it is JSON, or text that steers no terminal.
///
/// # Panics
/// Where that does not hold.
pub fn holds(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    text.lines().for_each(behind_another);
    printed(&text.lines().collect::<Vec<_>>());
    let rows = text.lines().map(str::trim);
    let rows = rows.filter(|row| !row.is_empty() && !row.starts_with('#'));
    let [human, json, sarif] = checked(bytes);
    let human = anstream::adapter::strip_str(&human).to_string();
    assert!(
        !human.contains(|c| is_invisible(c) && c != '\n'),
        "{human:?} steers a terminal"
    );
    let subjects = document(&json)["subjects"].as_array().map_or(0, Vec::len);
    assert!(subjects >= rows.count(), "a row is left out");
    document(&sarif);
}

fn behind_another(row: &str) {
    let context = ShellContext::default();
    let alone = shell::read(row, &context);
    match (alone, shell::read(&format!("true; {row}"), &context)) {
        (Ok(alone), Ok(behind)) => {
            let first = vec!["true".to_owned()];
            let all: Vec<_> = [first].into_iter().chain(alone.commands).collect();
            assert_eq!(behind.commands, all);
        }
        (Err(_), Err(_)) => {}
        (alone, _) => assert!(alone.is_err(), "unreadable behind another command"),
    }
}

/// Each line of the text is a word. What cannot be seen is written in a way that is not read.
fn printed(words: &[&str]) {
    let is_hidden = |c| is_invisible(c) || shell::lex::is_unknown(c);
    if words.is_empty() || words.iter().any(|word| word.contains(is_hidden)) {
        return;
    }
    let printed = line(words);
    let read = shell::read(&printed, &ShellContext::default());
    let read = read.expect("what is printed is no row").commands;
    assert_eq!(read, [words], "{printed}");
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).expect("what is printed is JSON")
}

/// What is printed about a file, in each format.
fn checked(bytes: &[u8]) -> [String; 3] {
    let directory = Path::new("/home/user/project").into();
    let words = ["--commands".into(), "-".into()];
    let said = CheckOptions::parse(&words, &directory).expect("options of check");
    let host = Fake::rootful();
    let today = "2026-11-22".parse().expect("a day");
    let environment = Environment::default();
    let context = Context::new(&host, environment, Site::default(), directory, today);
    let mut checker = Checker {
        line: String::new(),
        said,
        context: &context,
        shell: ShellContext::default(),
        layered: &|said| Request::layered(said, ProfileLayers::default(), Vec::new()),
    };
    let subjects = checker.rows(Cursor::new(bytes), None);
    let subjects: Vec<_> = subjects.collect::<Result<_, _>>().expect("memory is read");
    [CheckFormat::Human, CheckFormat::Json, CheckFormat::Sarif].map(|format| {
        checker.said.format = format;
        let mut out = Vec::new();
        let mut subjects = subjects.iter().cloned().map(Ok);
        let written = checker.write(&mut out, &mut subjects);
        written.expect("it is kept in memory");
        String::from_utf8(out).expect("text")
    })
}
