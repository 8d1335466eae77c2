//! Enums of words, each spelled as it is typed.

/// An enum whose variants are words: one table for reading, printing and listing them. A variant may have more
/// spellings than the one that is printed.
macro_rules! words {
    ($($(#[$doc:meta])* $vis:vis enum $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $word:literal $(| $alias:literal)*,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $($(#[$vdoc])* $variant,)+ }

        #[allow(dead_code, reason = "each list of words uses what it needs")]
        impl $name {
            /// All of them, in the order of their table.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];
            /// How they are spelled.
            pub(crate) const WORDS: &[&'static str] = &[$($word),+];

            /// As it is spelled.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word { $($word $(| $alias)* => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}
pub(crate) use words;

/// Reads and prints an enum of [`words`]: what is wrong with another word, and what to write instead.
macro_rules! read_words {
    ($name:ident, $what:literal, $instead:literal) => {
        impl std::str::FromStr for $name {
            type Err = crate::problem::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_word(text)
                    .ok_or_else(|| crate::problem::Invalid::new(text, $what, $instead))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use read_words;
