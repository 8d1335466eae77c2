//! The second reading of a text, held against the first.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{MapKey, Node, NodeKind, Place, SourceText};
use crate::problem::Problem;

/// Reads the text again, with `serde_yaml`, along the tree of the first reading.
///
/// # Errors
/// The second reader finds another structure, another text, or no YAML at all.
pub(super) fn confirm(source: &SourceText, root: &Node) -> Result<(), Problem> {
    let second = serde_yaml::Deserializer::from_str(source.text());
    Same(root).deserialize(second).map_err(|error| {
        let place = error.location().map_or(root.place, |location| Place {
            line: location.line(),
            column: location.column(),
        });
        source
            .problem(place, "this could be read in two ways")
            .instead("put values in quotes and indent with blanks")
    })
}

/// Accepts exactly the value of a node.
struct Same<'a>(&'a Node);

/// Accepts exactly a key, and only as a text.
struct SameKey<'a>(&'a MapKey);

impl<'de> DeserializeSeed<'de> for Same<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        match &self.0.kind {
            // Asked for a text, serde_yaml hands out a plain scalar as it is written, number or not.
            NodeKind::Scalar(..) => reader.deserialize_str(self),
            NodeKind::List(_) => reader.deserialize_seq(self),
            NodeKind::Map(_) => reader.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Same<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the first reader found")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match &self.0.kind {
            NodeKind::Scalar(first, _) if first == text => Ok(()),
            _ => Err(E::custom("another text")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let NodeKind::List(first) = &self.0.kind else {
            return Err(A::Error::custom("a list"));
        };
        for node in first {
            items
                .next_element_seed(Same(node))?
                .ok_or_else(|| A::Error::custom("a shorter list"))?;
        }
        match items.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom("a longer list")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let NodeKind::Map(first) = &self.0.kind else {
            return Err(A::Error::custom("a map"));
        };
        for (key, node) in first {
            entries
                .next_key_seed(SameKey(key))?
                .ok_or_else(|| A::Error::custom("a shorter map"))?;
            entries.next_value_seed(Same(node))?;
        }
        match entries.next_key::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom("a longer map")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for SameKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        // Any: a reader that takes the key for a number or a boolean must not be asked to hide it.
        reader.deserialize_any(self)
    }
}

impl Visitor<'_> for SameKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key that the first reader found")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.0.text == text {
            Ok(())
        } else {
            Err(E::custom("another key"))
        }
    }
}
