//! The official JSON Schema test suite, draft 2020-12, through the same path that a contract's
//! schemas take: read from a contract of version 3.1, lifted, compiled. Skipped, with a note, where
//! the suite is not there.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harness_contract::{Direction, SchemaRef, Validator, read};
use serde_json::{Value, json};

/// Files whose subject a contract's schemas do not have, by intent: other documents are not fetched,
/// dialects are not mixed, and `$dynamicRef` is resolved where it is written.
const FILES_OUT_OF_SCOPE: [&str; 3] = ["dynamicRef.json", "refRemote.json", "vocabulary.json"];

/// What takes a group out of scope wherever it stands in its schema.
const WORDS_OUT_OF_SCOPE: [&str; 2] = ["$id", "$dynamicRef"];

/// Groups that are read otherwise, by intent.
const GROUPS_OUT_OF_SCOPE: [&str; 3] = [
    // Need the meta-schema, which is another document.
    "validate definition against metaschema",
    "remote ref, containing refs itself",
    // A list of no values is a generator's slip and not a wish that nothing be sent.
    "empty enum",
];

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn note_skipped() {
    eprintln!("skipped: the suite ../shared/json-schema-test-suite is not there");
}

/// The schema as it must be written where it stands in a contract: references to its root are
/// references to its place.
fn moved(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let reference = value.as_str().filter(|_| name == "$ref");
                let fragment = reference.and_then(|reference| reference.strip_prefix('#'));
                let value = match fragment {
                    _ if matches!(name.as_str(), "enum" | "const") => value.clone(),
                    Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                        json!(format!("#/components/schemas/S{rest}"))
                    }
                    _ => moved(value),
                };
                (name.clone(), value)
            };
            members.iter().map(member).collect()
        }
        Value::Array(items) => items.iter().map(moved).collect(),
        _ => schema.clone(),
    }
}

fn is_in_scope(group: &Value) -> bool {
    let text = group["schema"].to_string();
    !WORDS_OUT_OF_SCOPE.iter().any(|word| text.contains(word))
        && !GROUPS_OUT_OF_SCOPE.iter().any(|name| group["description"] == *name)
}

/// Runs a file; counts tests and lists those that fail.
fn run(groups: &Value, failures: &mut Vec<String>) -> usize {
    let mut n_tests = 0;
    for group in groups.as_array().unwrap().iter().filter(|group| is_in_scope(group)) {
        let document = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"S": moved(&group["schema"])}}});
        let contract = read(document.to_string().as_bytes(), "suite.json").unwrap();
        let reference = SchemaRef::at("/components/schemas/S");
        let validator =
            Validator::compile(&contract.schemas, &reference, Direction::Request).unwrap();
        for test in group["tests"].as_array().unwrap() {
            n_tests += 1;
            let is_valid = validator.is_valid(&test["data"]);
            let is_listed = validator.violations(&test["data"]).is_empty();
            if test["valid"] != is_valid || is_valid != is_listed {
                failures.push(format!("{}: {}", group["description"], test["description"]));
            }
        }
    }
    n_tests
}

#[test]
fn mandatory_tests_of_2020_12_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/json-schema-test-suite/tests/draft2020-12");
    if !folder.is_dir() {
        return note_skipped();
    }
    let mut n_tests = 0;
    let mut failures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() || FILES_OUT_OF_SCOPE.contains(&name.as_str()) {
            continue;
        }
        let groups: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let mut failed = Vec::new();
        n_tests += run(&groups, &mut failed);
        if !failed.is_empty() {
            failures.insert(name, failed);
        }
    }
    assert!(n_tests > 1000, "{n_tests}");
    assert!(failures.is_empty(), "{failures:#?}");
}
