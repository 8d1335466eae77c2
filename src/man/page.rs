//! One page, written for man(7).

use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::text::{Margins, fold};

/// Its first entry is that of this version.
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");
/// Lines of the source are folded here, so that a change is seen where it is.
const WIDTH: usize = 80;

/// Text with fonts.
pub(super) type Words = Vec<Inline>;

/// A man page.
#[derive(Debug)]
pub(crate) struct Page {
    name: &'static str,
    section: u8,
    roff: Roff,
    /// What stands before the next paragraph.
    last: Last,
}

/// A heading begins a paragraph by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Heading,
    Text,
}

impl Page {
    /// A page with its title and its NAME; `about` is a phrase.
    pub(super) fn new(name: &'static str, section: u8, about: &str) -> Self {
        let mut roff = Roff::new();
        let number = section.to_string();
        let source = concat!("safe-podman ", env!("CARGO_PKG_VERSION"));
        let title = name.to_uppercase();
        roff.control(
            "TH",
            [title.as_str(), &number, date(), source, "safe-podman"],
        );
        roff.control("SH", ["NAME"]);
        roff.text([roman(format!("{name} - {about}"))]);
        Self {
            name,
            section,
            roff,
            last: Last::Text,
        }
    }

    /// `safe-podman-run.1`
    pub(crate) fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.section)
    }

    /// A heading.
    pub(super) fn section(mut self, title: &str) -> Self {
        self.heading("SH", title);
        self
    }

    /// A heading below a heading.
    pub(super) fn subsection(mut self, title: &str) -> Self {
        self.heading("SS", title);
        self
    }

    fn heading(&mut self, request: &str, title: &str) {
        self.roff
            .control(request, [title.replace('-', "\\-").as_str()]);
        self.last = Last::Heading;
    }

    fn paragraph(&mut self) {
        if self.last == Last::Text {
            self.roff.control("PP", []);
        }
        self.last = Last::Text;
    }

    /// A paragraph of [`marked`] text.
    pub(super) fn text(self, text: &str) -> Self {
        self.words(marked(text))
    }

    /// A paragraph.
    pub(super) fn words(mut self, words: Words) -> Self {
        self.paragraph();
        self.roff.text(words);
        self
    }

    /// A term and what it means, both [`marked`].
    pub(super) fn item(self, term: &str, meaning: &str) -> Self {
        self.term(marked(term), marked(meaning))
    }

    /// A term and what it means.
    pub(super) fn term(mut self, term: Words, meaning: Words) -> Self {
        self.roff.control("TP", []);
        self.last = Last::Text;
        self.roff.text(term);
        self.roff.text(meaning);
        self
    }

    /// Lines that stand as they are.
    pub(super) fn example(mut self, lines: &str) -> Self {
        self.paragraph();
        self.roff.control("RS", ["4"]);
        self.roff.control("EX", []);
        for line in lines.lines() {
            self.roff
                .text([roman(if line.is_empty() { " " } else { line })]);
        }
        self.roff.control("EE", []);
        self.roff.control("RE", []);
        self
    }

    /// SEE ALSO, in the order of sections and names.
    pub(super) fn see_also(self, pages: &[(&str, u8)]) -> Self {
        let mut words = Vec::new();
        for (name, section) in pages {
            if !words.is_empty() {
                words.push(roman(", "));
            }
            words.extend([bold(*name), roman(format!("({section})"))]);
        }
        self.section("SEE ALSO").words(words)
    }

    /// The source of the page: ASCII, so that it reads the same under every locale.
    pub(crate) fn render(&self) -> String {
        // roff turns these three into typographic marks, which a shell does not take.
        let text = self
            .roff
            .render()
            .replace('~', "\\(ti")
            .replace('^', "\\(ha")
            .replace('`', "\\(ga")
            .replace('…', "\\&...");
        let mut out = String::new();
        let mut is_code = false;
        for line in text.lines() {
            is_code = line == ".EX" || (is_code && line != ".EE");
            if is_code || line.starts_with('.') {
                out.push_str(line);
            } else {
                out.push_str(&folded(line));
            }
            out.push('\n');
        }
        out
    }
}

/// The day of this version; a page without one is a fault to readers of man(7) sources.
fn date() -> &'static str {
    let (_, after) = first_entry();
    after.split(' ').next().unwrap_or_default()
}

/// The version of the first entry, and what stands after it.
fn first_entry() -> (&'static str, &'static str) {
    let entry = CHANGELOG.lines().find_map(|line| line.strip_prefix("## ["));
    entry
        .and_then(|entry| entry.split_once("] - "))
        .unwrap_or_default()
}

/// Text with two marks: what stands between backticks is bold, between `<` and `>` italic.
pub(super) fn marked(text: &str) -> Words {
    let mut words = Vec::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            words.push(bold(part));
            continue;
        }
        for piece in part.split_inclusive('>') {
            let (before, within) = piece.split_once('<').unwrap_or((piece, ""));
            words.extend((!before.is_empty()).then(|| roman(before)));
            let within = within.strip_suffix('>').unwrap_or(within);
            words.extend((!within.is_empty()).then(|| italic(within)));
        }
    }
    words
}

/// A phrase of a table as a sentence.
pub(super) fn sentence(phrase: &str) -> Words {
    let mut letters = phrase.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    vec![roman(format!("{first}{}.", letters.as_str()))]
}

/// A line of text at most [`WIDTH`] wide, as far as its words allow.
fn folded(line: &str) -> String {
    let margins = Margins {
        first: 0,
        left: 0,
        right: WIDTH,
    };
    // At the start of a line a dot or an apostrophe would make it a request.
    fold(line, margins, |word| {
        !word.is_empty() && !word.starts_with(['.', '\''])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(page: &Page) -> String {
        let text = page.render();
        text[text.find(".PP\n").unwrap() + 4..].to_owned()
    }

    #[test]
    fn the_changelog_begins_with_this_version_and_a_day() {
        let (version, _) = first_entry();
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        assert!(date().parse::<crate::allow::Date>().is_ok(), "{}", date());
    }

    #[test]
    fn marks_are_fonts() {
        let page = Page::new("x", 1, "y").text("type `a -b` with <FILE>, not <DIR>");
        assert_eq!(
            body(&page),
            "type \\fBa \\-b\\fR with \\fIFILE\\fR, not \\fIDIR\\fR\n"
        );
    }

    #[test]
    fn nothing_in_a_text_is_a_request_or_typography() {
        let page = Page::new("x", 1, "y").text(".SH 'it' ~/a \\fB ^ …");
        let text = body(&page);
        assert!(text.starts_with("\\&.SH"), "{text}");
        for raw in ['~', '^', '…', '\''] {
            assert!(!text.contains(raw), "{raw}: {text}");
        }
        assert!(text.contains("\\\\fB"), "{text}");
    }

    #[test]
    fn long_lines_are_folded_but_not_before_a_dot() {
        let text = format!("{} .5 b", "a ".repeat(40).trim_end());
        let folded = folded(&text);
        assert!(
            folded.lines().all(|line| !line.starts_with('.')),
            "{folded}"
        );
        assert_eq!(folded.replace('\n', " "), text);
        assert!(folded.contains('\n'), "{folded}");
    }

    #[test]
    fn an_example_keeps_its_lines() {
        let page = Page::new("x", 1, "y").example("a\n\n  b");
        assert!(page.render().contains(".EX\na\n \n  b\n.EE\n"));
    }
}
