//! Laws of reading: no octets make it panic, and whatever it returns keeps the promises of the type.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;

use harness_contract::{
    Contract, Direction, Location, Validator, looks_like_contract, read, render_diagnostics,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A document with something of everything, to be damaged.
fn document(version: &str) -> Value {
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "integer", "readOnly": true, "minimum": 1, "exclusiveMinimum": true},
        "tag": {"type": "string", "nullable": true, "enum": ["a"], "pattern": "^a$"},
        "next": {"$ref": "#/components/schemas/Item"},
        "all": {"allOf": [{"$ref": "#/components/schemas/Item"}, {"oneOf": [{}, {"not": {}}]}]},
    }});
    json!({
        "openapi": version,
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://{h}/", "variables": {"h": {"default": "x"}}}],
        "security": [{"key": []}],
        "paths": {"/a/{id}": {
            "parameters": [{"$ref": "#/components/parameters/P"}],
            "post": {
                "operationId": "make",
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"$ref": "#/components/responses/R"}, "4XX": {}},
            },
        }},
        "definitions": {"Item": schema},
        "parameters": {"P": {"in": "formData", "name": "f", "type": "array", "items": {}}},
        "components": {
            "schemas": {"Item": schema},
            "parameters": {"P": {"in": "path", "name": "id", "required": true, "schema": {}}},
            "responses": {"R": {
                "description": "r",
                "headers": {"H": {"schema": {"$ref": "#/components/schemas/Item"}}},
                "content": {"a/b": {"schema": {"$ref": "#/components/schemas/Item"}}},
                "links": {"l": {"operationId": "make"}},
            }},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "K"}},
        },
    })
}

/// JSON pointers of everything in a value, the whole first.
fn pointers(value: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, v)| (name.clone(), v)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (name, member) in members {
        let name = name.replace('~', "~0").replace('/', "~1");
        all.extend(pointers(member).into_iter().map(|pointer| format!("/{name}{pointer}")));
    }
    all
}

fn damage() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!(-1.5)),
        Just(json!("")),
        Just(json!("#/components/schemas/Item")),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"$ref": "#/components/parameters/P"})),
        Just(json!({"$ref": "#/paths"})),
        Just(json!({"$ref": "#"})),
        Just(json!([{"$ref": "#/components/schemas/Item/allOf/0"}])),
        Just(json!({"type": ["int", 1], "required": true, "allOf": [], "items": [1]})),
    ]
}

/// What every contract promises, whatever it was read from.
fn keeps_its_promises(contract: &Contract) {
    let keys: BTreeSet<_> = contract.operations.iter().map(|operation| &operation.key).collect();
    assert_eq!(keys.len(), contract.operations.len());
    for operation in &contract.operations {
        assert!(operation.path.starts_with('/'));
        let parameters: BTreeSet<_> =
            operation.parameters.iter().map(|p| (p.location, p.name.as_str())).collect();
        assert_eq!(parameters.len(), operation.parameters.len());
        for parameter in &operation.parameters {
            assert!(parameter.required || parameter.location != Location::Path);
            let compiled =
                Validator::compile(&contract.schemas, &parameter.schema, Direction::Request);
            compiled.unwrap().is_valid(&json!({"id": null}));
        }
        if let Some(body) = &operation.request_body {
            assert!(!body.content.is_empty());
        }
        for response in &operation.responses {
            for schema in response.content.iter().filter_map(|m| m.schema.as_ref()) {
                let compiled = Validator::compile(&contract.schemas, schema, Direction::Response);
                compiled.unwrap().violations(&json!({"id": null, "next": {}}));
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        looks_like_contract(&bytes);
        let _: Result<_, _> = read(&bytes, "x");
    }

    #[test]
    fn arbitrary_text_below_a_version_never_panics(
        text in "(openapi: 3\\.[01]\\.0|swagger: 2\\.0)\n(paths|components|info):[ \n][-a-z{}\\[\\]:&*!|>#'\"/$, \n]{0,60}"
    ) {
        if let Ok(contract) = read(text.as_bytes(), "x") {
            keeps_its_promises(&contract);
            render_diagnostics(text.as_bytes(), &contract.diagnostics, false);
        }
    }

    #[test]
    fn damaged_document_keeps_the_promises_of_a_contract(
        version in prop_oneof![Just("3.0.3"), Just("3.1.0"), Just("3.2.0"), Just("")],
        places in proptest::collection::vec((any::<proptest::sample::Index>(), damage()), 1..6),
    ) {
        let mut document = document(version);
        if version.is_empty() {
            document.as_object_mut().unwrap().remove("openapi");
        }
        for (index, damage) in places {
            let pointer = index.get(&pointers(&document)).clone();
            if let Some(place) = document.pointer_mut(&pointer).filter(|_| !pointer.is_empty()) {
                *place = damage;
            }
        }
        let text = document.to_string();
        if let Ok(contract) = read(text.as_bytes(), "x") {
            keeps_its_promises(&contract);
            for diagnostic in &contract.diagnostics {
                prop_assert!(diagnostic.position.is_some(), "{}", diagnostic);
            }
        }
    }

    #[test]
    fn cut_document_never_panics(n_kept in 0_usize..2500, version in prop_oneof![Just("3.0.3"), Just("3.1.0")]) {
        let text = document(version).to_string();
        let kept = text.get(..n_kept.min(text.len())).unwrap_or("");
        let _: Result<_, _> = read(kept.as_bytes(), "x");
    }

    #[test]
    fn reading_twice_gives_the_same(version in prop_oneof![Just("3.0.3"), Just("3.1.0")]) {
        let text = document(version).to_string();
        let contracts = [0, 1].map(|_| read(text.as_bytes(), "x").unwrap());
        prop_assert_eq!(format!("{:?}", contracts[0]), format!("{:?}", contracts[1]));
    }
}
