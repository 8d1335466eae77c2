//! The JSON Schema of profiles, for editors: made of the tables that the [reader](super::schema) goes by.
//!
//! It knows keys and shapes. Whether a text is a size or a port, only the reader says.

use serde_json::{Value, json};

use super::key::{self, Key, Means};
use crate::podman::flags::{self, Flag, Kind, Shape};
use crate::rule_id::RuleId;

/// Words that Go takes for a boolean, and what YAML makes of some of them.
const BOOLEANS: [&str; 12] = [
    "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False",
];

/// The schema, as `profiles/profile.schema.json` has it: a line for each key.
pub(crate) fn json_schema() -> String {
    let properties: Vec<String> = key::all().map(property).collect();
    let head = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "A profile of safe-podman",
  "description": "What a container gets besides the baseline; see safe-podman-profile(5).",
  "type": "object",
  "additionalProperties": false,
  "properties": {
"#;
    format!("{head}{}\n  }}\n}}\n", properties.join(",\n"))
}

fn property(Key { name, means }: Key) -> String {
    let (about, schema) = match means {
        Means::Extends => (
            "the profile below this one: a name, or a path beside this file",
            scalar(),
        ),
        Means::Description => ("one line for a person", scalar()),
        Means::Images => ("the images that it is chosen for", list(&scalar())),
        Means::Allow => ("overrides; see safe-podman-rules(7)", list(&allow())),
        Means::Seccomp => (
            "default, engine, the path of a seccomp profile, {deny: [ptrace]} or {allow: [read, write]}",
            seccomp(),
        ),
        Means::Nesting => (flags::NESTING.help, of_flag(&flags::NESTING)),
        Means::Flag(flag) => (flag.help, of_flag(flag)),
    };
    let mut property = json!({"description": about});
    if let (Value::Object(property), Value::Object(schema)) = (&mut property, schema) {
        property.extend(schema);
        if let Means::Flag(flag) = means
            && let Ok(example) = serde_yaml::from_str::<Value>(flag.example)
        {
            property.insert("examples".to_owned(), json!([example]));
        }
    }
    format!("    {}: {property}", json!(name))
}

/// A scalar is its text, whatever YAML takes it for; nothing is no value.
fn scalar() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

fn of_flag(flag: &Flag) -> Value {
    let one = one(flag.kind);
    match flag.shape {
        Shape::One => one,
        Shape::List => list(&one),
        Shape::OneOrList => json!({"anyOf": [one, list(&one)]}),
        Shape::Pairs => {
            json!({"anyOf": [{"type": "object", "additionalProperties": scalar()}, list(&one)]})
        }
    }
}

fn one(kind: Kind) -> Value {
    match kind {
        Kind::Bool => {
            let words = BOOLEANS.iter().map(|word| json!(word));
            let all: Vec<Value> = [json!(true), json!(false), json!(1), json!(0)]
                .into_iter()
                .chain(words)
                .collect();
            json!({"enum": all})
        }
        Kind::Int => json!({"type": ["integer", "string"]}),
        Kind::Uint | Kind::UintSlice => json!({"type": ["integer", "string"], "minimum": 0}),
        Kind::Float => json!({"type": ["number", "string"]}),
        Kind::Text | Kind::Slice | Kind::Array | Kind::SliceBefore5 => scalar(),
    }
}

fn allow() -> Value {
    let rules: Vec<&str> = RuleId::ALL.iter().map(|id| id.name()).collect();
    json!({
        "type": "object",
        "properties": {
            "rule": {"enum": rules, "description": "the rule that it overrides"},
            "reason": {"type": ["string", "number", "boolean"], "description": "why it is needed"},
            "until": {"type": "string", "format": "date", "description": "its last day"},
        },
        "required": ["rule", "reason"],
        "additionalProperties": false,
    })
}

fn seccomp() -> Value {
    let calls = json!({"type": "array", "items": {"type": "string"}, "minItems": 1});
    let map = |word: &str| {
        json!({
            "type": "object",
            "properties": {word: calls.clone()},
            "required": [word],
            "additionalProperties": false,
        })
    };
    json!({"anyOf": [{"type": "string"}, map("deny"), map("allow")]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::schema::errors;

    /// Why a profile does not fit the schema.
    fn misfits(text: &str) -> Vec<String> {
        let schema = serde_json::from_str(&json_schema()).unwrap();
        errors(&schema, &serde_yaml::from_str(text).unwrap())
    }

    #[test]
    fn the_committed_schema_is_this_one() {
        let committed = include_str!("../../profiles/profile.schema.json");
        assert!(committed == json_schema(), "type: make schema");
    }

    #[test]
    fn every_shipped_profile_names_it_and_fits() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles")).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let profiles: Vec<_> = files
            .filter(|file| file.extension().unwrap() == "yaml")
            .collect();
        assert!(!profiles.is_empty());
        for file in profiles {
            let text = std::fs::read_to_string(&file).unwrap();
            let modeline = "\n# yaml-language-server: $schema=profile.schema.json\n";
            assert!(text.contains(modeline), "{}", file.display());
            assert_eq!(misfits(&text), [""; 0], "{}", file.display());
        }
    }

    #[test]
    fn every_example_fits() {
        let schema: Value = serde_json::from_str(&json_schema()).unwrap();
        let mut tried = 0;
        for (name, property) in schema["properties"].as_object().unwrap() {
            for example in property["examples"].as_array().into_iter().flatten() {
                tried += 1;
                assert_eq!(errors(property, example), [""; 0], "{name}");
            }
        }
        assert!(tried > 80, "{tried} examples");
    }

    #[test]
    fn a_typo_or_another_shape_does_not_fit() {
        for text in [
            "memoyr: 225m",
            "publish: [80:80]",
            "memory: [225m]",
            "memory: {a: b}",
            "memory: ~",
            "ports: 80:80",
            "ports: {a: b}",
            "ports: [[80]]",
            "read_only: maybe",
            "read_only: [true]",
            "pids_limit: 1.5",
            "pids_limit: true",
            "cpus: true",
            "env: A=b",
            "env: {A: [b]}",
            "network: {a: b}",
            "extends: [web]",
            "images: localhost/x",
            "seccomp: [ptrace]",
            "seccomp: {refuse: [ptrace]}",
            "seccomp: {deny: []}",
            "seccomp: {deny: [ptrace], allow: [read]}",
            "allow: {rule: host-network, reason: x}",
            "allow: [host-network]",
            "allow: [{rule: host-netwrok, reason: x}]",
            "allow: [{rule: host-network}]",
            "allow: [{rule: host-network, reason: x, untill: 2027-03-31}]",
            "allow: [{rule: host-network, reason: x, until: soon}]",
        ] {
            assert!(!misfits(text).is_empty(), "{text}");
        }
    }
}
