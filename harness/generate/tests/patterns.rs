//! Every `pattern` of real contracts, each as a schema of its own: texts that match are drawn. The
//! documents stand outside the project; without them there is nothing to do.
#![expect(clippy::print_stderr, reason = "a survey says what it looked at, or that it did not")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness_contract::{Direction, OperationKey, SchemaRef, Validator, read};
use harness_generate::{Source, values};
use harness_model::Seed;
use serde_json::{Map, Value, json};

/// Texts drawn of each pattern.
const DRAWS: u32 = 20;
/// Of a hundred patterns, this many must be drawn of.
const DRAWN_MIN: usize = 95;

/// The texts of every `pattern` in a lifted document; what is no regular expression is left out there.
fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let pattern = members.get("pattern").and_then(Value::as_str);
            // A property may be called so, and an example may hold one.
            found.extend(pattern.filter(|_| members.contains_key("type")).map(str::to_owned));
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn patterns_of_real_contracts_have_texts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: there is no folder of real contracts beside the project");
        return;
    };
    let mut patterns = BTreeSet::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|it| it == "json" || it == "yaml") {
            let contract = read(&fs::read(&path).unwrap(), "a").unwrap();
            collect(contract.schemas.document(Direction::Request), &mut patterns);
        }
    }
    let schema = |pattern: &String| json!({"type": "string", "pattern": pattern});
    let schemas: Map<String, Value> =
        patterns.iter().enumerate().map(|(idx, it)| (format!("P{idx}"), schema(it))).collect();
    let document = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}});
    let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
    let key = OperationKey::new("GET", "/");
    let mut missed = Vec::new();
    for (idx, pattern) in patterns.iter().enumerate() {
        let schema = SchemaRef::at(&format!("/components/schemas/P{idx}"));
        let Ok(strategy) = values(&contract.schemas, &schema) else {
            missed.push(pattern);
            continue;
        };
        let validator = Validator::compile(&contract.schemas, &schema, Direction::Request).unwrap();
        let draw = |nth| strategy.draw(&mut Source::seeded(Seed(1), "patterns", &key, nth));
        let drawn: Vec<Value> = (0..DRAWS).filter_map(draw).collect();
        // What is drawn matches, or nothing is.
        assert!(drawn.iter().all(|text| validator.is_valid(text)), "{pattern}: {drawn:?}");
        if drawn.len() < DRAWS as usize {
            missed.push(pattern);
        }
    }
    eprintln!("{} patterns, {} without texts: {missed:#?}", patterns.len(), missed.len());
    let n_drawn = patterns.len() - missed.len();
    assert!(n_drawn * 100 >= patterns.len() * DRAWN_MIN, "{n_drawn} of {}", patterns.len());
}
