//! The shop's own contract as data: its operations, with every reference resolved. Knows nothing of
//! requests.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The contract of the shop, an OpenAPI 3.1 document in YAML.
pub const CONTRACT: &str = include_str!("../../../specs/demo-shop.yaml");

/// Depth to which references are followed: the contract has no recursive schema, and this many
/// levels are more than it has.
const DEPTH_MAX: usize = 40;

/// Methods of a Path Item Object (OpenAPI 3.1, 4.8.9).
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_saphyr::from_str(CONTRACT)
        .expect("the contract is part of the program, and a test reads it")
});

/// The document as JSON, references as they are written.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// Every operation as `METHOD /path/{template}` with its Operation Object, references resolved, in
/// document order.
pub(crate) fn operations() -> &'static [(String, Value)] {
    static OPERATIONS: LazyLock<Vec<(String, Value)>> = LazyLock::new(resolved_operations);
    &OPERATIONS
}

fn resolved_operations() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (path, item) in members(&DOCUMENT["paths"]) {
        for (method, operation) in members(item) {
            if METHODS.contains(&method.as_str()) {
                let key = format!("{} {path}", method.to_uppercase());
                found.push((key, resolved(operation, DEPTH_MAX)));
            }
        }
    }
    found
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A copy with what every `$ref` points at in its place; members beside the `$ref` join it (OpenAPI
/// 3.1, 4.8.24: siblings of a schema's `$ref` count).
fn resolved(value: &Value, depth_left: usize) -> Value {
    assert!(depth_left > 0, "the contract's references do not end");
    match value {
        Value::Array(items) => items.iter().map(|item| resolved(item, depth_left - 1)).collect(),
        Value::Object(object) => {
            let mut merged = Map::new();
            if let Some(Value::String(reference)) = object.get("$ref") {
                let pointer = reference.trim_start_matches('#');
                let target = DOCUMENT.pointer(pointer).expect("the contract's references resolve");
                if let Value::Object(target) = resolved(target, depth_left - 1) {
                    merged = target;
                }
            }
            for (name, member) in object.iter().filter(|(name, _)| *name != "$ref") {
                merged.insert(name.clone(), resolved(member, depth_left - 1));
            }
            Value::Object(merged)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{document, operations};

    #[test]
    fn the_contract_parses_and_has_operations_of_every_kind() {
        assert_eq!(document()["openapi"], "3.1.0");
        let operations = operations();
        assert!(operations.len() >= 25, "there are {}", operations.len());
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(operations.iter().any(|(key, _)| key.starts_with(method)), "no {method}");
        }
    }

    #[test]
    fn no_reference_is_left() {
        fn has_reference(value: &Value) -> bool {
            match value {
                Value::Array(items) => items.iter().any(has_reference),
                Value::Object(object) => {
                    object.contains_key("$ref") || object.values().any(has_reference)
                }
                _ => false,
            }
        }
        for (key, operation) in operations() {
            assert!(!has_reference(operation), "{key}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let mut names: Vec<String> =
            operations().iter().map(|(_, o)| o["operationId"].to_string()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
