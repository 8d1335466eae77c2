//! Where a finding stands: in a file, or in an argument.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::origin::Origin;
use crate::report::subject::SubjectPlace;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl Location {
    pub(super) fn of(place: &SubjectPlace, origin: &Origin) -> Self {
        let physical = match origin {
            Origin::Profile { file, line, column } if !file.ends_with("(built in)") => {
                Some(Physical::new(file, *line, Some(*column)))
            }
            _ => place
                .file()
                .map(|(file, line)| Physical::new(file, line, None)),
        };
        let kind = match origin {
            Origin::Argument { .. } => "argument",
            Origin::Profile { .. } => "profile",
            Origin::Baseline | Origin::Host(_) | Origin::Image(_) => "setting",
        };
        let name = match origin {
            Origin::Argument { text, .. } => text.to_string(),
            _ => origin.to_string(),
        };
        let logical = Logical {
            name,
            fully_qualified_name: format!("{}: {origin}", place.title()),
            kind,
        };
        Self {
            physical_location: physical,
            logical_locations: vec![logical],
        }
    }
}

impl Physical {
    fn new(file: &str, line: usize, column: Option<usize>) -> Self {
        Self {
            artifact_location: Artifact { uri: uri(file) },
            region: Region {
                start_line: line,
                start_column: column,
            },
        }
    }
}

/// A path as a URI reference (RFC 3986): an absolute one with its scheme, a relative one as it is.
fn uri(path: &str) -> String {
    let absolute = Path::new(path).is_absolute();
    // A first segment with a colon would be taken for a scheme.
    let mut out = String::from(match path.split('/').next() {
        _ if absolute => "file://",
        Some(first) if first.contains(':') => "./",
        _ => "",
    });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
