//! One row of shell, read for what it most likely means. What only its author knows gets a stand-in.

use crate::machine::PROJECT;

const HOME: &str = "/home/ann";

/// The words of each `docker run` and `podman run` of a row, from the first flag on.
pub(crate) fn runs(row: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let mut found = Vec::new();
    for words in commands(row)? {
        let Some(at) = words.iter().position(|word| is_engine(word)) else {
            continue;
        };
        let mut rest = words.get(at + 1..).unwrap_or_default();
        if let Some((first, more)) = rest.split_first()
            && first == "container"
        {
            rest = more;
        }
        if let Some((verb, flags)) = rest.split_first()
            && (verb == "run" || verb == "create")
        {
            found.push(flags.iter().filter_map(|word| settled(word)).collect());
        }
    }
    Ok(found)
}

/// A word without what stands for others: `...` and `[OPTIONS]` say nothing, `IMAGE` is an image.
fn settled(word: &str) -> Option<String> {
    let dots = |text: &str| text.chars().all(|c| c == '.' || c == '…');
    match word {
        word if dots(word) && word.len() > 2 => None,
        word if word.starts_with('[') && word.ends_with([']', '.']) && !word.contains(':') => None,
        "IMAGE" | "imageID" | "IMAGE_NAME" | "image:tag" | "<image>" => Some("standin".to_owned()),
        word => {
            let word = word
                .replace(":...", ":standin")
                .replace("[version]", "standin");
            Some(word.replace("%IG_TAG%", "standin"))
        }
    }
}

fn is_engine(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    ["docker", "podman", "nerdctl", "$docker"].contains(&name)
}

/// The simple commands of a row, each cut into words.
fn commands(row: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let row = without_templates(row);
    Cutter {
        left: row.chars().collect::<Vec<_>>().into_iter().peekable(),
        word: None,
        words: Vec::new(),
        commands: Vec::new(),
    }
    .run()
}

/// `%%IMAGE%%`, `{{ latest }}`: what a template engine would fill in.
fn without_templates(row: &str) -> String {
    let mut text = row.to_owned();
    for (open, close) in [("%%", "%%"), ("{{", "}}")] {
        while let Some((before, rest)) = text.split_once(open)
            && let Some((_, after)) = rest.split_once(close)
        {
            text = format!("{before}standin{after}");
        }
    }
    text
}

struct Cutter {
    left: std::iter::Peekable<std::vec::IntoIter<char>>,
    word: Option<String>,
    words: Vec<String>,
    commands: Vec<Vec<String>>,
}

impl Cutter {
    fn run(mut self) -> Result<Vec<Vec<String>>, &'static str> {
        while let Some(c) = self.left.next() {
            match c {
                '\\' => self.escape(),
                '\'' => {
                    let text = self.until('\'')?;
                    self.push(&text);
                }
                '"' => self.double()?,
                '$' => {
                    let stand_in = self.variable();
                    self.push(&stand_in);
                }
                '`' => {
                    let stand_in = command(&self.until('`')?);
                    self.push(stand_in);
                }
                '~' if self.word.is_none() => self.push(HOME),
                '#' if self.word.is_none() => while self.left.next_if(|c| *c != '\n').is_some() {},
                '<' if let Some(name) = self.placeholder() => {
                    let stand_in = self.named(&name);
                    self.push(&stand_in);
                }
                '<' | '>' => {
                    // What is redirected is no word of the command.
                    self.end_word();
                    self.words.push("\0redirection".to_owned());
                }
                '|' | '&' | ';' | '\n' | '(' | ')' => self.end_command(),
                c if c.is_whitespace() => self.end_word(),
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.end_command();
        Ok(self.commands)
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        let words = std::mem::take(&mut self.words);
        let mut kept = Vec::new();
        let mut skip = false;
        for word in words {
            if word == "\0redirection" {
                skip = true;
            } else if !std::mem::take(&mut skip) {
                kept.push(word);
            }
        }
        self.commands.push(kept);
    }

    fn escape(&mut self) {
        match self.left.next() {
            None | Some('\n') => {}
            // A line that was continued and then indented or had its end trimmed away.
            Some(c) if c.is_whitespace() => self.end_word(),
            Some(c) => self.push(c.encode_utf8(&mut [0; 4])),
        }
    }

    fn until(&mut self, end: char) -> Result<String, &'static str> {
        let mut text = String::new();
        loop {
            match self.left.next() {
                None => return Err("a quote is left open"),
                Some(c) if c == end => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    fn double(&mut self) -> Result<(), &'static str> {
        self.push("");
        loop {
            match self.left.next() {
                None => return Err("a quote is left open"),
                Some('"') => return Ok(()),
                Some('\\') => self.escape(),
                Some('$') => {
                    let stand_in = self.variable();
                    self.push(&stand_in);
                }
                Some('`') => {
                    let stand_in = command(&self.until('`')?);
                    self.push(stand_in);
                }
                Some(c) => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// `$NAME`, `${NAME…}`, `$(…)`.
    fn variable(&mut self) -> String {
        match self.left.peek() {
            Some('(') => {
                self.left.next();
                let mut depth = 1;
                let mut text = String::new();
                for c in self.left.by_ref() {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    if depth == 0 {
                        break;
                    }
                    text.push(c);
                }
                command(&text).to_owned()
            }
            Some('{') => {
                self.left.next();
                let text = self.until('}').unwrap_or_default();
                let name = text.split([':', '-', '+', '#', '%', '/']).next();
                self.named(name.unwrap_or(&text))
            }
            Some(c) if c.is_ascii_digit() || *c == '@' => {
                self.left.next();
                "standin".to_owned()
            }
            Some(c) if c.is_alphabetic() || *c == '_' => {
                let mut name = String::new();
                while let Some(c) = self.left.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                self.named(&name)
            }
            _ => "$".to_owned(),
        }
    }

    /// By name, and by what stands around it: a volume's source is a path, a port a number.
    fn named(&mut self, name: &str) -> String {
        let upper = name.to_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
        let before = self.word.as_deref().unwrap_or("");
        let last = self.words.last().map_or("", String::as_str);
        let flag_of = |text: &str| text.starts_with("-v") || text.starts_with("--volume");
        let is_volume =
            (before.is_empty() && flag_of(last)) || (flag_of(before) && !before.contains(':'));
        let is_env = last == "-e"
            || last == "--env"
            || before.starts_with("-e")
            || before.starts_with("--env");
        let stand_in = match upper.as_str() {
            "PWD" | "CWD" => PROJECT,
            "HOME" => HOME,
            "UID" | "GID" | "PUID" | "PGID" => "1000",
            "XDG_RUNTIME_DIR" => "/run/user/1000",
            "SSH_AUTH_SOCK" => "/tmp/ssh-Ab12/agent.7",
            "DISPLAY" => ":0",
            _ if is_env => "standin",
            _ if has(&["PORT"]) => "8080",
            _ if is_volume
                && has(&["VOLUME", "DATA", "OVPN"])
                && self.left.peek() == Some(&':') =>
            {
                "standin"
            }
            _ if is_volume || before.ends_with("src=") || before.ends_with("source=") => {
                "/srv/standin"
            }
            _ if flag_of(last) && before.ends_with(':') => "/standin",
            _ if has(&["MEM"]) => "512m",
            _ if has(&["CPU", "NUM", "COUNT"]) => "1",
            _ if has(&["_IP", "ADDR"]) || upper == "IP" => "192.0.2.7",
            _ => "standin",
        };
        stand_in.to_owned()
    }

    /// `<placeholder>` as opposed to a redirection.
    fn placeholder(&mut self) -> Option<String> {
        let mut ahead = self.left.clone();
        ahead.peek().filter(|c| c.is_alphabetic())?;
        let mut name = String::new();
        while let Some(c) = ahead.next_if(|c| !matches!(c, '>' | '\n') && name.len() < 60) {
            name.push(c);
        }
        ahead.next_if_eq(&'>')?;
        self.left = ahead;
        Some(name)
    }
}

/// What a command would most likely print.
fn command(text: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if is(&["pwd"]) {
        PROJECT
    } else if is(&["id -", "getent"]) {
        "1000"
    } else if is(&["which", "path", "cat ", "find", "ls "]) {
        "/srv/standin"
    } else {
        "standin"
    }
}
