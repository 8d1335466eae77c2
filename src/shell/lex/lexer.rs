//! The pieces of a row: separators, redirections, quotes.

use super::{MAX_DEPTH, ShellLine};
use crate::problem::Problem;
use crate::shell::ShellContext;

pub(super) struct Lexer<'a> {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    pub(super) depth: u8,
    pub(super) context: &'a ShellContext,
    pub(super) line: ShellLine,
}

/// The simple command that is being read.
#[derive(Default)]
struct Current {
    words: Vec<String>,
    word: Option<String>,
    /// The next word is the file of a redirection.
    is_file: bool,
}

impl Current {
    fn word(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.is_file)
        {
            self.words.push(word);
        }
    }

    fn end(&mut self, line: &mut ShellLine) {
        self.end_word();
        self.is_file = false;
        if !self.words.is_empty() {
            line.commands.push(std::mem::take(&mut self.words));
        }
    }
}

impl Lexer<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(c)
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        let is_it = self.peek() == Some(wanted);
        if is_it {
            self.at = self.at.saturating_add(1);
        }
        is_it
    }

    pub(super) fn since(&self, start: usize) -> String {
        self.chars
            .get(start..self.at)
            .unwrap_or_default()
            .iter()
            .collect()
    }

    /// Reads commands up to `end`, or to the end of the row.
    pub(super) fn script(&mut self, end: Option<char>) -> Result<(), Problem> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(Problem::new(format!(
                "more than {MAX_DEPTH} substitutions stand in each other"
            )));
        }
        let mut current = Current::default();
        let mut open: usize = 0;
        loop {
            let Some(c) = self.next() else {
                if let Some(end) = end {
                    return Err(Problem::new(format!("a \"{end}\" is missing")));
                }
                break;
            };
            match c {
                _ if Some(c) == end && open == 0 => break,
                ' ' | '\t' => current.end_word(),
                '#' if current.word.is_none() => self.at = self.chars.len(),
                '&' if self.peek() == Some('>') => {}
                '(' => {
                    open = open.saturating_add(1);
                    current.end(&mut self.line);
                }
                ')' => {
                    open = open.saturating_sub(1);
                    current.end(&mut self.line);
                }
                ';' | '&' | '|' => current.end(&mut self.line),
                '<' | '>' => self.angle(c, &mut current)?,
                _ => self.part(c, &mut current)?,
            }
        }
        current.end(&mut self.line);
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// A redirection, a process substitution, or a placeholder such as `<name>`.
    fn angle(&mut self, c: char, current: &mut Current) -> Result<(), Problem> {
        let start = self.at.saturating_sub(1);
        if c == '<' && self.placeholder() {
            let written = self.since(start);
            return self.unknown(current.word(), written, false);
        }
        if self.take('(') {
            self.script(Some(')'))?;
            let written = self.since(start);
            return self.unknown(current.word(), written, false);
        }
        // The number before it names a descriptor: 2>file.
        if current
            .word
            .as_deref()
            .is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit()))
        {
            current.word = None;
        }
        current.end_word();
        while self
            .peek()
            .is_some_and(|c| matches!(c, '<' | '>' | '&' | '|'))
        {
            self.next();
        }
        current.is_file = true;
        Ok(())
    }

    /// Documents write `<name>` for what the reader has to fill in; that somebody means a file and `>` is less likely.
    fn placeholder(&mut self) -> bool {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let is_bare = |c: &&char| !c.is_whitespace() && !"<>\"'`$&;()".contains(**c);
        let length = rest.iter().take_while(is_bare).count();
        let is_one =
            rest.first().is_some_and(|c| c.is_alphabetic()) && rest.get(length) == Some(&'>');
        if is_one {
            self.at = self.at.saturating_add(length).saturating_add(1);
        }
        is_one
    }

    /// A part of a word outside double quotes.
    fn part(&mut self, c: char, current: &mut Current) -> Result<(), Problem> {
        let is_first = current.word.is_none();
        let word = current.word();
        match c {
            '\\' => match self.next() {
                Some(next) => word.push(next),
                None => {
                    return Err(Problem::new(
                        "it ends with a backslash, and a row is one line",
                    ));
                }
            },
            '\'' => loop {
                match self.next() {
                    Some('\'') => break,
                    Some(c) => word.push(c),
                    None => return Err(Problem::new("a quote ' is left open")),
                }
            },
            '"' => self.quoted(word)?,
            '~' if is_first => self.tilde(word)?,
            '~' if is_assigned(word) => self.unknown(word, c.to_string(), false)?,
            '*' | '?' | '[' => self.unknown(word, c.to_string(), is_first)?,
            '{' => self.brace(word)?,
            '$' if self.peek() == Some('\'') => self.ansi(word)?,
            '$' if self.take('"') => self.quoted(word)?,
            '$' => self.dollar(word)?,
            '`' => self.backtick(word)?,
            c => word.push(c),
        }
        Ok(())
    }

    pub(super) fn quoted(&mut self, word: &mut String) -> Result<(), Problem> {
        loop {
            match self.next() {
                None => return Err(Problem::new("a quote \" is left open")),
                Some('"') => return Ok(()),
                Some('$') => self.dollar(word)?,
                Some('`') => self.backtick(word)?,
                Some('\\') => match self.next() {
                    Some(c @ ('$' | '`' | '"' | '\\')) => word.push(c),
                    Some(c) => word.extend(['\\', c]),
                    None => return Err(Problem::new("a quote \" is left open")),
                },
                Some(c) => word.push(c),
            }
        }
    }
}

/// `NAME=` or `NAME=…:`, behind which bash expands a tilde too, even where nothing is assigned.
fn is_assigned(word: &str) -> bool {
    let is_name = |name: &str| {
        !name.starts_with(|c: char| c.is_ascii_digit())
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    word.ends_with(['=', ':']) && word.split_once('=').is_some_and(|(name, _)| is_name(name))
}
