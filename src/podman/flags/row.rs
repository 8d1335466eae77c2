//! What a row of the table says.

use std::path::Path;

use crate::podman::version::Version;
use crate::rule_id::RuleId;

/// What Go's pflag makes of a flag's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `strconv.ParseBool`; a following word is never its value, only `--flag=false` is.
    Bool,
    /// A scalar text; the last one wins.
    Text,
    /// A signed number in Go's base 0 notation (`0x10`, `010`, `1_000`); the last one wins.
    Int,
    /// An unsigned number in the same notation.
    Uint,
    /// A number in Go's float notation.
    Float,
    /// A list; each value is one record of comma-separated values with Go's quoting.
    Slice,
    /// A list of unsigned decimal numbers, comma-separated.
    UintSlice,
    /// A list; each value is taken as it stands.
    Array,
    /// [`Kind::Slice`] before podman 5.0, [`Kind::Array`] since. A value that the two read differently is refused.
    SliceBefore5,
}

impl Kind {
    /// Does a flag of this kind take the next word?
    pub fn takes_value(self) -> bool {
        self != Self::Bool
    }

    /// Does a repeated flag add to the list, rather than replace the earlier one?
    pub fn is_list(self) -> bool {
        match self {
            Self::Slice | Self::UintSlice | Self::Array | Self::SliceBefore5 => true,
            Self::Bool | Self::Text | Self::Int | Self::Uint | Self::Float => false,
        }
    }
}

/// What becomes of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Parsed into a field of the [spec](crate::spec); written anew from there.
    Spec,
    /// Harmless: forwarded with its value.
    Pass,
    /// Forwarded, unless this rule refuses it.
    Judged(RuleId),
    /// Accepted and dropped, because podman does nothing with it either.
    NoOp,
    /// Prints our help.
    Help,
    /// An option of safe-podman itself; never reaches podman.
    Own,
}

/// What a flag is about: the headings of help and man pages, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The options of safe-podman itself.
    Own,
    /// Signals, terminal, entrypoint.
    Process,
    /// Its name, its life, its log.
    Container,
    /// The image and where it comes from.
    Image,
    /// The user and what it may do.
    Privileges,
    /// Namespaces that are about nothing else.
    Namespaces,
    /// Mounts, devices, secrets.
    Files,
    /// Variables.
    Environment,
    /// Networks, ports, names.
    Network,
    /// Memory, CPU time, processes.
    Limits,
    /// Health checks.
    Health,
    /// Global flags: `podman(1)`, accepted after `run` all the same.
    Engine,
}

impl Topic {
    /// Those of podman's flags.
    pub const OF_PODMAN: [Self; 11] = [
        Self::Process,
        Self::Container,
        Self::Image,
        Self::Privileges,
        Self::Namespaces,
        Self::Files,
        Self::Environment,
        Self::Network,
        Self::Limits,
        Self::Health,
        Self::Engine,
    ];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Own => "Options of safe-podman",
            Self::Process => "Process and terminal",
            Self::Container => "Container",
            Self::Image => "Image",
            Self::Privileges => "User and privileges",
            Self::Namespaces => "Namespaces",
            Self::Files => "Files and devices",
            Self::Environment => "Environment",
            Self::Network => "Network",
            Self::Limits => "Limits",
            Self::Health => "Health checks",
            Self::Engine => "Flags of podman itself",
        }
    }
}

/// The path of this host that a value names, by what podman does with it. A program is none: podman looks up its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathUse {
    /// There is none, or it is parsed into a field of the spec.
    None,
    /// A file that podman reads for itself.
    Reads,
    /// A file that podman reads and the container sees.
    Lends,
    /// A file, or the directory of one, that podman writes.
    Writes,
    /// A directory that podman keeps its own things in, or finds them in.
    Directory,
}

/// Which questions to podman need the flag, beside the run itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeededBy {
    /// None.
    RunAlone,
    /// `podman pull`.
    Pull,
    /// All: it says where images and containers are.
    Store,
}

/// What may stand behind the key of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    One,
    /// A list.
    List,
    /// One value or a list: `network` is a list for podman and nearly always one name for a person.
    OneOrList,
    /// A map of names and values, or a list of `NAME=VALUE`.
    Pairs,
}

/// Why nothing can be promised of a container that was given the flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpromised {
    /// What it brings that does not stand on the command line: a phrase that “cannot be promised” follows.
    pub brings: &'static str,
    /// What to type instead.
    pub instead: &'static str,
}

/// A row of the table.
#[derive(Debug)]
pub struct Flag {
    /// The name without dashes.
    pub long: &'static str,
    /// The letter, where there is one.
    pub short: Option<char>,
    /// Other long names that podman turns into this one.
    pub aliases: &'static [&'static str],
    /// How its value is read.
    pub kind: Kind,
    /// What becomes of it.
    pub treatment: Treatment,
    /// What it is about.
    pub topic: Topic,
    /// What stands for its value in help; empty for a [`Kind::Bool`].
    pub value: &'static str,
    /// One line of help, a phrase.
    pub help: &'static str,
    /// The first podman release that has it, when that is later than [`crate::podman::version::OLDEST`].
    pub since: Option<Version>,
    /// The first podman release that no longer has it.
    pub until: Option<Version>,
    /// The path of this host that it names.
    pub path: PathUse,
    /// The words that it takes, or that stand in the place of a path and are none.
    pub words: &'static [&'static str],
    /// Which questions to podman need it.
    pub needed_by: NeededBy,
    /// Why it cannot be promised, where it cannot.
    pub unpromised: Option<Unpromised>,
    /// The profile's key, where that is not the name in snake case.
    pub key: Option<&'static str>,
    /// What may stand behind the key.
    pub shape: Shape,
    /// What may stand behind the key, for man pages; empty for a flag that is no key.
    pub example: &'static str,
}

/// A flag is its row: two rows are never the same flag.
impl PartialEq for Flag {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Flag {}

/// A row with nothing optional set; [`flags`] adds the topic.
pub(crate) const fn flag(
    long: &'static str,
    kind: Kind,
    treatment: Treatment,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag {
        long,
        short: None,
        aliases: &[],
        kind,
        treatment,
        topic: Topic::Own,
        value,
        help,
        since: None,
        until: None,
        path: PathUse::None,
        words: &[],
        needed_by: NeededBy::RunAlone,
        unpromised: None,
        key: None,
        shape: match kind {
            Kind::Slice | Kind::UintSlice | Kind::Array | Kind::SliceBefore5 => Shape::List,
            Kind::Bool | Kind::Text | Kind::Int | Kind::Uint | Kind::Float => Shape::One,
        },
        example: match kind {
            Kind::Bool => "true",
            _ => "",
        },
    }
}

impl Flag {
    /// Its long name and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.long).chain(self.aliases.iter().copied())
    }

    /// Does this release of podman have the flag?
    pub fn is_in(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
            && self.until.is_none_or(|until| version < until)
    }

    /// The path of this host that a value names.
    pub fn path_in<'v>(&self, value: &'v str) -> Option<&'v Path> {
        let is_path = !value.is_empty() && !self.words.contains(&value);
        (self.path != PathUse::None && is_path).then(|| Path::new(value))
    }

    pub(super) const fn about(mut self, topic: Topic) -> Self {
        self.topic = topic;
        self
    }

    pub(super) const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    pub(super) const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(super) const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Some(Version(major, minor, patch));
        self
    }

    pub(super) const fn until(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.until = Some(Version(major, minor, patch));
        self
    }

    pub(super) const fn path(mut self, path: PathUse) -> Self {
        self.path = path;
        self
    }

    /// Names the words that it takes.
    pub(crate) const fn or_word(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }

    pub(super) const fn needed_by(mut self, needed_by: NeededBy) -> Self {
        self.needed_by = needed_by;
        self
    }

    pub(super) const fn unpromised(mut self, brings: &'static str, instead: &'static str) -> Self {
        self.unpromised = Some(Unpromised { brings, instead });
        self
    }

    pub(super) const fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    pub(super) const fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

/// Rows of one topic: a static for each, which is how the rest of the program names the flag, and the list of them.
macro_rules! flags {
    ($list:ident: $topic:expr; $($name:ident: $row:expr;)+) => {
        $(pub(crate) static $name: Flag = $row.about($topic);)+

        pub(super) static $list: &[&Flag] = &[$(&$name),+];
    };
}
pub(super) use flags;
