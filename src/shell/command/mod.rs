//! Simple commands: which of them start a container, and through what.

use super::lex::{ShellLine, is_unknown};
use crate::podman::flags::{self, Topic};
use crate::problem::Problem;

/// `podman run` or one of its relatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// What follows `run` or `create`.
    pub words: Vec<String>,
    /// What stands before it and makes the engine another one, as it was written.
    pub engine: Vec<String>,
}

/// What a simple command is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Simple {
    /// It starts or creates a container.
    Run(Run),
    /// It does something else.
    Other,
    /// It changes the directory, so that it is unknown where relative paths start after it.
    ChangesDirectory,
    /// It might start a container in a way that cannot be followed: why.
    Unclear(String),
}

/// The engines; docker's flags are those that podman took over.
const ENGINES: [&str; 4] = ["podman", "docker", "podman-remote", "safe-podman"];
/// Words of the shell, and programs that do no more than start the rest of the line.
const PASSED: [&str; 16] = [
    "!", "{", "}", "do", "done", "then", "else", "elif", "if", "while", "until", "fi", "time",
    "exec", "command", "nohup",
];
/// Options of sudo(8) and doas(1) that take a value.
const SUDO_VALUES: &str = "ugphCrtTUDRa";
const SUDO_LONG: [&str; 10] = [
    "--user",
    "--group",
    "--prompt",
    "--host",
    "--close-from",
    "--role",
    "--type",
    "--command-timeout",
    "--chdir",
    "--chroot",
];
/// Options that take a value, of podman(1) where they may stand before the command only, and of docker(1).
const VALUES: [&str; 19] = [
    "--config",
    "--connection",
    "-c",
    "--context",
    "--host",
    "-H",
    "--identity",
    "--module",
    "--out",
    "--ssh",
    "--tls-ca",
    "--tls-cert",
    "--tls-details",
    "--tls-key",
    "--url",
    "-l",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
];
/// The same for options without one.
const SWITCHES: [&str; 7] = [
    "--debug",
    "-D",
    "--noout",
    "--remote",
    "-r",
    "--tls",
    "--tlsverify",
];
/// Variables by which podman or docker becomes another engine or reads another configuration.
const ENGINE_VARIABLES: [&str; 6] = [
    "CONTAINER_",
    "CONTAINERS_",
    "STORAGE_",
    "PODMAN_",
    "_CONTAINERS_",
    "DOCKER_",
];

/// Says what a simple command is.
pub(crate) fn simple(line: &ShellLine, words: &[String]) -> Simple {
    let mut reader = CommandReader {
        line,
        words,
        engine: Vec::new(),
    };
    match reader.read() {
        Ok(simple) => simple,
        Err(problem) => Simple::Unclear(problem.what),
    }
}

struct CommandReader<'a> {
    line: &'a ShellLine,
    words: &'a [String],
    engine: Vec<String>,
}

impl<'a> CommandReader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn read(&mut self) -> Result<Simple, Problem> {
        loop {
            self.assignments();
            let Some(word) = self.next() else {
                return Ok(Simple::Other);
            };
            match program(word) {
                name if ENGINES.contains(&name) => return self.engine(name),
                "sudo" | "doas" => self.sudo(),
                "env" => self.env()?,
                _ if PASSED.contains(&word) => {}
                "cd" | "pushd" | "popd" => return Ok(Simple::ChangesDirectory),
                _ => return self.other(word),
            }
        }
    }

    /// `NAME=VALUE` before a command.
    fn assignments(&mut self) {
        while let Some(word) = self.words.first()
            && let Some((name, _)) = word.split_once('=')
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            if ENGINE_VARIABLES.iter().any(|start| name.starts_with(start)) {
                self.engine.push(self.line.written(word));
            }
            self.next();
        }
    }

    fn sudo(&mut self) {
        while let Some(word) = self.words.first().filter(|word| word.starts_with('-')) {
            self.next();
            if word == "--" {
                break;
            }
            let takes_value = match word.strip_prefix("--") {
                Some(_) => SUDO_LONG.contains(&word.as_str()),
                // -nu root and -uroot: the first letter with a value takes what is left, else the next word.
                None => word.find(|c| SUDO_VALUES.contains(c)) == word.len().checked_sub(1),
            };
            if takes_value {
                self.next();
            }
        }
    }

    fn env(&mut self) -> Result<(), Problem> {
        while let Some(word) = self.words.first().filter(|word| word.starts_with('-')) {
            self.next();
            match word.as_str() {
                "-u" | "--unset" | "-C" | "--chdir" => {
                    self.next();
                }
                "-i" | "-" | "--ignore-environment" | "-0" | "--null" | "-v" | "--debug" => {}
                "--" => break,
                _ => {
                    return Err(Problem::new(format!(
                        "env's option \"{}\" is not understood",
                        self.line.written(word)
                    )));
                }
            }
        }
        Ok(())
    }

    /// What stands between the engine's name and its command.
    fn engine(&mut self, name: &str) -> Result<Simple, Problem> {
        if name == "podman-remote" {
            self.engine.push(name.to_owned());
        }
        loop {
            let Some(word) = self.next() else {
                return Ok(Simple::Other);
            };
            match word {
                "run" | "create" => {
                    let words = self.words.to_vec();
                    let engine = std::mem::take(&mut self.engine);
                    return Ok(Simple::Run(Run { words, engine }));
                }
                "container" => {}
                _ if word.starts_with('-') => self.option(name, word)?,
                _ if word.contains(is_unknown) => {
                    return Err(Problem::new(format!(
                        "\"{}\" may stand for any command of {name}",
                        self.line.written(word)
                    )));
                }
                _ => return Ok(Simple::Other),
            }
        }
    }

    fn option(&mut self, engine: &str, word: &str) -> Result<(), Problem> {
        let mut written = self.line.written(word);
        let (long, has_value) = match word.split_once('=') {
            Some((long, _)) => (long, true),
            None => (word, false),
        };
        let row = flags::about(Topic::Engine).find(|flag| match long.strip_prefix("--") {
            Some(long) => flag.names().any(|name| name == long),
            None => flag
                .short
                .is_some_and(|letter| long == format!("-{letter}")),
        });
        let takes_value = match row {
            Some(flag) => flag.kind.takes_value(),
            None if SWITCHES.contains(&long) => false,
            None if VALUES.contains(&long) => true,
            None => {
                return Err(Problem::new(format!(
                    "{engine}'s option \"{written}\" is not understood"
                )));
            }
        };
        if takes_value && !has_value {
            let value = self
                .next()
                .ok_or_else(|| Problem::new(format!("\"{written}\" lacks its value")))?;
            written = format!("{written} {}", self.line.written(value));
        }
        self.engine.push(written);
        Ok(())
    }

    /// Another program: harmless, unless it might hand over to an engine.
    fn other(&self, word: &str) -> Result<Simple, Problem> {
        let written = self.line.written(word);
        if word.contains(is_unknown) {
            return Err(Problem::new(format!(
                "\"{written}\" may stand for any program"
            )));
        }
        let names_engine = |word: &String| {
            word.split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)))
                .any(|part| ENGINES.contains(&part))
        };
        let only_speaks = matches!(
            word,
            "echo" | "printf" | "#" | "which" | "type" | "apt" | "apt-get" | "dnf" | "systemctl"
        );
        if !only_speaks && self.words.iter().any(names_engine) {
            return Err(Problem::new(format!(
                "\"{written}\" may hand over to an engine"
            )));
        }
        Ok(Simple::Other)
    }
}

fn program(word: &str) -> &str {
    match word.rsplit_once('/') {
        Some((dir, name)) if !dir.contains(is_unknown) => name,
        _ => word,
    }
}

#[cfg(test)]
mod tests;
