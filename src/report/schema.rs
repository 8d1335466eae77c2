//! A JSON Schema checker for the tests: as much as the schemas under `tests/schema` and the official one of SARIF use.
//!
//! The crates for this bring 43 others that nothing else here needs. A keyword that is not known here is a failed test,
//! so nothing is left unchecked by accident. That the checker itself is right is tested below, and was cross-checked
//! with Python's `jsonschema` on the same documents.

use serde_json::{Map, Value};

/// Why a value does not fit; empty when it does.
pub(crate) fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    SchemaChecker {
        root: schema,
        errors: &mut errors,
    }
    .check(schema, value, "$");
    errors
}

struct SchemaChecker<'a> {
    root: &'a Value,
    errors: &'a mut Vec<String>,
}

impl SchemaChecker<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let Value::Object(keywords) = schema else {
            return self.expect(schema == &Value::Bool(true), at, "is not allowed");
        };
        for (keyword, wanted) in keywords {
            self.keyword(keyword, wanted, keywords, value, at);
        }
    }

    fn expect(&mut self, holds: bool, at: &str, why: &str) {
        if !holds {
            self.errors.push(format!("{at} {why}"));
        }
    }

    #[allow(clippy::too_many_lines, reason = "a table")]
    fn keyword(
        &mut self,
        keyword: &str,
        wanted: &Value,
        all: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) {
        let number = |value: &Value| value.as_f64();
        match keyword {
            "$schema" | "$id" | "id" | "title" | "description" | "default" | "definitions"
            | "$defs" | "examples" => {}
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                let target = self
                    .root
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("no {pointer}"))
                    .clone();
                self.check(&target, value, at);
            }
            "type" => {
                let types = wanted
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![wanted.clone()]);
                self.expect(
                    types
                        .iter()
                        .any(|wanted| is(value, wanted.as_str().unwrap())),
                    at,
                    "has another type",
                );
            }
            "const" => self.expect(value == wanted, at, "has another value"),
            "enum" => self.expect(
                wanted.as_array().unwrap().contains(value),
                at,
                "has none of the values",
            ),
            "required" => {
                for name in wanted.as_array().unwrap() {
                    let is_there = value
                        .as_object()
                        .is_none_or(|object| object.contains_key(name.as_str().unwrap()));
                    self.expect(is_there, at, &format!("lacks {name}"));
                }
            }
            "properties" => {
                for (name, inner) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        self.check(inner, value, &format!("{at}.{name}"));
                    }
                }
            }
            "additionalProperties" => {
                let known = all.get("properties").and_then(Value::as_object);
                for (name, value) in value.as_object().into_iter().flatten() {
                    if !known.is_some_and(|known| known.contains_key(name)) {
                        self.check(wanted, value, &format!("{at}.{name}"));
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    self.check(wanted, value, &format!("{at}[{index}]"));
                }
            }
            "minItems" => self.expect(
                value
                    .as_array()
                    .is_none_or(|array| array.len() as u64 >= wanted.as_u64().unwrap()),
                at,
                "is too short",
            ),
            "uniqueItems" => {
                let array = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let is_double = array
                    .iter()
                    .enumerate()
                    .any(|(index, item)| array[..index].contains(item));
                self.expect(
                    !is_double || wanted == &Value::Bool(false),
                    at,
                    "holds an item twice",
                );
            }
            "minimum" => self.expect(
                number(value).is_none_or(|number| number >= wanted.as_f64().unwrap()),
                at,
                "is too small",
            ),
            "maximum" => self.expect(
                number(value).is_none_or(|number| number <= wanted.as_f64().unwrap()),
                at,
                "is too large",
            ),
            "anyOf" | "oneOf" => {
                let fits = wanted.as_array().unwrap().iter().filter(|one| {
                    let mut errors = Vec::new();
                    SchemaChecker {
                        root: self.root,
                        errors: &mut errors,
                    }
                    .check(one, value, at);
                    errors.is_empty()
                });
                let fits = fits.count();
                self.expect(
                    fits == 1 || keyword == "anyOf" && fits > 1,
                    at,
                    "fits none or too many",
                );
            }
            "format" if matches!(wanted.as_str(), Some("uri" | "uri-reference")) => {
                let is_reference = value.as_str().is_none_or(|text| {
                    text.bytes()
                        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
                });
                self.expect(is_reference, at, "is no URI");
            }
            "format" if wanted == "date" => {
                let is_date = value
                    .as_str()
                    .is_none_or(|text| text.parse::<crate::allow::Date>().is_ok());
                self.expect(is_date, at, "is no date");
            }
            other => panic!("{at}: the keyword {other} is not known here"),
        }
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("the type {other} is not known here"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_keyword_can_fail() {
        for (schema, good, bad) in [
            (json!({"type": ["string", "null"]}), json!(null), json!(1)),
            (json!({"type": "integer"}), json!(1), json!(1.5)),
            (json!({"const": 1}), json!(1), json!(2)),
            (json!({"enum": ["a", null]}), json!("a"), json!("b")),
            (json!({"required": ["a"]}), json!({"a": 1}), json!({"b": 1})),
            (
                json!({"properties": {"a": {"type": "string"}}}),
                json!({"a": "x"}),
                json!({"a": 1}),
            ),
            (
                json!({"properties": {"a": true}, "additionalProperties": false}),
                json!({"a": 1}),
                json!({"b": 1}),
            ),
            (
                json!({"additionalProperties": {"type": "string"}}),
                json!({"b": "x"}),
                json!({"b": 1}),
            ),
            (
                json!({"items": {"type": "string"}}),
                json!(["a"]),
                json!(["a", 1]),
            ),
            (json!({"minItems": 1}), json!([1]), json!([])),
            (json!({"uniqueItems": true}), json!([1, 2]), json!([1, 1])),
            (json!({"minimum": 1, "maximum": 2}), json!(2), json!(3)),
            (json!({"minimum": 1, "maximum": 2}), json!(1), json!(0)),
            (
                json!({"anyOf": [{"const": 1}, {"type": "integer"}]}),
                json!(1),
                json!("a"),
            ),
            (
                json!({"oneOf": [{"const": 1}, {"type": "integer"}]}),
                json!(2),
                json!(1),
            ),
            (
                json!({"format": "uri-reference"}),
                json!("a%20b"),
                json!("a b"),
            ),
            (
                json!({"format": "date"}),
                json!("2027-03-31"),
                json!("2027-3"),
            ),
            (
                json!({"$ref": "#/$defs/a", "$defs": {"a": {"const": 1}}}),
                json!(1),
                json!(2),
            ),
        ] {
            assert_eq!(errors(&schema, &good), [""; 0], "{schema}");
            assert_eq!(errors(&schema, &bad).len(), 1, "{schema}");
        }
    }

    #[test]
    #[should_panic(expected = "patternProperties is not known here")]
    fn an_unknown_keyword_is_no_silent_yes() {
        errors(&json!({"patternProperties": {}}), &json!({}));
    }
}
