//! A row of shell into simple commands and words, as sh(1) and bash(1) would cut it.

use super::ShellContext;

/// Substitutions within substitutions.
const MAX_DEPTH: u8 = 16;
/// Each thing that cannot be known is one character of plane 15, where Unicode assigns nothing.
const FIRST: u32 = 0xf_0000;
/// Things that cannot be known in one row.
const MAX_UNKNOWN: usize = 0xfffd;

/// Something that only the shell will know.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unknown {
    /// As it was written, e.g. `$DATA`.
    written: String,
    /// May it become several words, or none?
    splits: bool,
}

/// A row, cut up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellLine {
    /// Its simple commands, those inside `$(…)` too. What cannot be known in a word is a character for which
    /// [`is_unknown`] holds.
    pub commands: Vec<Vec<String>>,
    unknowns: Vec<Unknown>,
}

impl ShellLine {
    /// The word as it was written, without its quotes.
    pub fn written(&self, word: &str) -> String {
        let mut out = String::with_capacity(word.len());
        for c in word.chars() {
            match self.unknown(c) {
                Some(unknown) => out.push_str(&unknown.written),
                None => out.push(c),
            }
        }
        out
    }

    /// May the word become several words, or none?
    pub fn splits(&self, word: &str) -> bool {
        word.chars()
            .any(|c| self.unknown(c).is_some_and(|unknown| unknown.splits))
    }

    fn unknown(&self, c: char) -> Option<&Unknown> {
        let index = u32::from(c).checked_sub(FIRST)?;
        self.unknowns.get(usize::try_from(index).ok()?)
    }
}

/// Does this character of a word stand for something that cannot be known?
pub fn is_unknown(c: char) -> bool {
    u32::from(c) >= FIRST
}

/// Cuts up a row.
///
/// # Errors
/// The sentence that says why it is no complete row: an open quote or bracket, a backslash at the end, a control
/// character, too many nested substitutions.
pub fn read(row: &str, context: &ShellContext) -> Result<ShellLine, String> {
    if let Some(bad) = row
        .chars()
        .find(|c| is_unknown(*c) || c.is_control() && *c != '\t')
    {
        return Err(format!("it holds the character U+{:04X}", u32::from(bad)));
    }
    let mut lexer = Lexer {
        chars: row.chars().collect(),
        at: 0,
        depth: 0,
        context,
        line: ShellLine::default(),
    };
    lexer.script(None)?;
    Ok(lexer.line)
}

struct Lexer<'a> {
    chars: Vec<char>,
    at: usize,
    depth: u8,
    context: &'a ShellContext,
    line: ShellLine,
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
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(c)
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_it = self.peek() == Some(wanted);
        if is_it {
            self.at = self.at.saturating_add(1);
        }
        is_it
    }

    fn since(&self, start: usize) -> String {
        self.chars
            .get(start..self.at)
            .unwrap_or_default()
            .iter()
            .collect()
    }

    /// Reads commands up to `end`, or to the end of the row.
    fn script(&mut self, end: Option<char>) -> Result<(), String> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(format!(
                "more than {MAX_DEPTH} substitutions stand in each other"
            ));
        }
        let mut current = Current::default();
        let mut open: usize = 0;
        loop {
            let Some(c) = self.next() else {
                if let Some(end) = end {
                    return Err(format!("a \"{end}\" is missing"));
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
    fn angle(&mut self, c: char, current: &mut Current) -> Result<(), String> {
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
    fn part(&mut self, c: char, current: &mut Current) -> Result<(), String> {
        let is_first = current.word.is_none();
        let word = current.word();
        match c {
            '\\' => match self.next() {
                Some(next) => word.push(next),
                None => return Err("it ends with a backslash, and a row is one line".to_owned()),
            },
            '\'' => loop {
                match self.next() {
                    Some('\'') => break,
                    Some(c) => word.push(c),
                    None => return Err("a quote ' is left open".to_owned()),
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

    fn quoted(&mut self, word: &mut String) -> Result<(), String> {
        loop {
            match self.next() {
                None => return Err("a quote \" is left open".to_owned()),
                Some('"') => return Ok(()),
                Some('$') => self.dollar(word)?,
                Some('`') => self.backtick(word)?,
                Some('\\') => match self.next() {
                    Some(c @ ('$' | '`' | '"' | '\\')) => word.push(c),
                    Some(c) => word.extend(['\\', c]),
                    None => return Err("a quote \" is left open".to_owned()),
                },
                Some(c) => word.push(c),
            }
        }
    }

    fn tilde(&mut self, word: &mut String) -> Result<(), String> {
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
    fn brace(&mut self, word: &mut String) -> Result<(), String> {
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
    fn ansi(&mut self, word: &mut String) -> Result<(), String> {
        let start = self.at.saturating_sub(1);
        self.next();
        loop {
            match self.next() {
                None => return Err("a quote ' is left open".to_owned()),
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

    fn dollar(&mut self, word: &mut String) -> Result<(), String> {
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
    fn parameter(&mut self) -> Result<(), String> {
        let mut open: usize = 0;
        loop {
            match self.next().ok_or("a \"}\" is missing")? {
                '{' => open = open.saturating_add(1),
                '}' if open <= 1 => return Ok(()),
                '}' => open = open.saturating_sub(1),
                '`' => return Err("a command stands inside ${…}".to_owned()),
                '$' if self.peek() == Some('(') => {
                    return Err("a command stands inside ${…}".to_owned());
                }
                _ => {}
            }
        }
    }

    fn backtick(&mut self, word: &mut String) -> Result<(), String> {
        let start = self.at.saturating_sub(1);
        let mut inner = Vec::new();
        loop {
            match self.next() {
                None => return Err("a quote ` is left open".to_owned()),
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

    fn substitute(&mut self, word: &mut String, written: String) -> Result<(), String> {
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

    fn unknown(&mut self, word: &mut String, written: String, splits: bool) -> Result<(), String> {
        let index = self.line.unknowns.len();
        let c = u32::try_from(index)
            .ok()
            .and_then(|index| char::from_u32(FIRST.saturating_add(index)));
        match c {
            Some(c) if index < MAX_UNKNOWN => word.push(c),
            _ => return Err("it holds too many variables".to_owned()),
        }
        self.line.unknowns.push(Unknown { written, splits });
        Ok(())
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

#[cfg(test)]
mod tests;
