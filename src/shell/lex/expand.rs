//! What the shell would put in the place of something: known where the context says so, else unknown.

use super::lexer::Lexer;
use super::{FIRST, MAX_UNKNOWN, Unknown};
use crate::problem::Problem;
use crate::shell::ShellContext;

impl Lexer<'_> {
    pub(super) fn tilde(&mut self, word: &mut String) -> Result<(), Problem> {
        let start = self.at.saturating_sub(1);
        while self
            .peek()
            .is_some_and(|c| c.is_alphanumeric() || "_-+.".contains(c))
        {
            self.next();
        }
        let written = self.since(start);
        let ends = match self.peek() {
            None | Some('/' | ' ' | '\t' | ';' | '&' | '|' | '<' | '>' | '(' | ')') => true,
            Some(_) => false,
        };
        match &self.context.home {
            Some(home) if written == "~" && ends => word.push_str(home),
            _ => self.unknown(word, written, false)?,
        }
        Ok(())
    }

    /// `{a,b}` and `{1..3}` become several words, and so do odder spellings; a brace with neither is itself.
    pub(super) fn brace(&mut self, word: &mut String) -> Result<(), Problem> {
        let rest = self.rest_of_word();
        if rest.contains('}') && (rest.contains(',') || rest.contains("..")) {
            return self.unknown(word, "{".to_owned(), true);
        }
        word.push('{');
        Ok(())
    }

    /// What is left of the word, quotes and all.
    fn rest_of_word(&self) -> String {
        let mut quote = None;
        let mut is_escaped = false;
        let is_in_word = |c: &&char| {
            match (**c, quote) {
                _ if is_escaped => {
                    is_escaped = false;
                    return true;
                }
                ('\\', None | Some('"')) => is_escaped = true,
                (c @ ('\'' | '"'), None) => quote = Some(c),
                (c, Some(open)) if c == open => quote = None,
                (' ' | '\t' | ';' | '&' | '|' | '<' | '>' | '(' | ')', None) => return false,
                _ => {}
            }
            true
        };
        let rest = self.chars.get(self.at..).unwrap_or_default();
        rest.iter().take_while(is_in_word).collect()
    }

    /// `$'…'` can spell any character; names and paths do not need it.
    pub(super) fn ansi(&mut self, word: &mut String) -> Result<(), Problem> {
        let start = self.at.saturating_sub(1);
        self.next();
        loop {
            match self.next() {
                None => return Err(Problem::new("a quote ' is left open")),
                Some('\\') => {
                    self.next();
                }
                Some('\'') => break,
                Some(_) => {}
            }
        }
        let written = self.since(start);
        self.unknown(word, written, false)
    }

    pub(super) fn dollar(&mut self, word: &mut String) -> Result<(), Problem> {
        let start = self.at.saturating_sub(1);
        match self.peek() {
            Some('(') => {
                self.next();
                self.script(Some(')'))?;
            }
            Some('{') => self.parameter()?,
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!' | '0'..='9') => {
                self.next();
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                while self
                    .peek()
                    .is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
                {
                    self.next();
                }
            }
            _ => {
                word.push('$');
                return Ok(());
            }
        }
        let written = self.since(start);
        self.substitute(word, written)
    }

    /// `${…}`, whose inside does not matter as long as no command hides there.
    fn parameter(&mut self) -> Result<(), Problem> {
        let mut open: usize = 0;
        loop {
            match self
                .next()
                .ok_or_else(|| Problem::new("a \"}\" is missing"))?
            {
                '{' => open = open.saturating_add(1),
                '}' if open <= 1 => return Ok(()),
                '}' => open = open.saturating_sub(1),
                '`' => return Err(Problem::new("a command stands inside ${…}")),
                '$' if self.peek() == Some('(') => {
                    return Err(Problem::new("a command stands inside ${…}"));
                }
                _ => {}
            }
        }
    }

    pub(super) fn backtick(&mut self, word: &mut String) -> Result<(), Problem> {
        let start = self.at.saturating_sub(1);
        let mut inner = Vec::new();
        loop {
            match self.next() {
                None => return Err(Problem::new("a quote ` is left open")),
                Some('`') => break,
                Some('\\') if self.peek().is_some_and(|c| matches!(c, '`' | '\\' | '$')) => {
                    inner.extend(self.next());
                }
                Some(c) => inner.push(c),
            }
        }
        let written = self.since(start);
        let outer = (
            std::mem::replace(&mut self.chars, inner),
            std::mem::take(&mut self.at),
        );
        let canonical = format!("$({})", self.chars.iter().collect::<String>());
        self.script(None)?;
        (self.chars, self.at) = outer;
        match self.known(&canonical) {
            Some(value) => word.push_str(&value),
            None => self.unknown(word, written, false)?,
        }
        Ok(())
    }

    fn substitute(&mut self, word: &mut String, written: String) -> Result<(), Problem> {
        if let Some(value) = self.known(&written) {
            word.push_str(&value);
            return Ok(());
        }
        let is_list = ["$@", "$*", "${@", "${*"]
            .iter()
            .any(|start| written.starts_with(start));
        let is_array = written.contains("[@]") || written.contains("[*]");
        self.unknown(word, written, is_list || is_array)
    }

    fn known(&self, written: &str) -> Option<String> {
        let ShellContext {
            directory,
            home,
            uid,
            gid,
        } = self.context;
        match written {
            "$PWD" | "${PWD}" | "$(pwd)" | "$(pwd -P)" => directory.clone(),
            "$HOME" | "${HOME}" => home.clone(),
            "$UID" | "${UID}" | "$EUID" | "${EUID}" | "$(id -u)" => uid.map(|uid| uid.to_string()),
            "$(id -g)" => gid.map(|gid| gid.to_string()),
            _ => None,
        }
    }

    pub(super) fn unknown(
        &mut self,
        word: &mut String,
        written: String,
        splits: bool,
    ) -> Result<(), Problem> {
        let index = self.line.unknowns.len();
        let c = u32::try_from(index)
            .ok()
            .and_then(|index| char::from_u32(FIRST.saturating_add(index)));
        match c {
            Some(c) if index < MAX_UNKNOWN => word.push(c),
            _ => return Err(Problem::new("it holds too many variables")),
        }
        self.line.unknowns.push(Unknown { written, splits });
        Ok(())
    }
}
