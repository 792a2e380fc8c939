//! Laws of reading: no octets make it panic, and whatever it returns keeps the promises of the type.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;

use harness_contract::{
    Contract, Direction, FetchError, Fetched, Location, Overlay, ReadOptions, SchemaRef, Validator,
    inspect, lint, locate, looks_like_contract, read, read_with, render_diagnostics,
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
        Just(json!({"$ref": "other.yaml#/a"})),
        Just(json!({"$id": "https://h.example/a", "$dynamicAnchor": "a", "$dynamicRef": "#a"})),
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

/// Moves components of a document into files of their own; returns the files.
fn split(document: &mut Value, places: &[usize]) -> Vec<(String, Value)> {
    let mut files = Vec::new();
    for kind in ["schemas", "parameters", "responses"] {
        let Some(components) = document["components"][kind].as_object_mut() else { continue };
        for (index, (name, component)) in components.iter_mut().enumerate() {
            if places.contains(&index) {
                let file = format!("parts/{kind}-{name}.json");
                let mut moved = std::mem::take(component);
                relative(&mut moved);
                *component = json!({ "$ref": file });
                files.push((file, moved));
            }
        }
    }
    files
}

/// Makes references to the document lead out of a file below it.
fn relative(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "$ref" => *text = format!("../api.json{text}"),
                    _ => relative(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(relative),
        _ => {}
    }
}

proptest! {
    #[test]
    fn splitting_a_document_into_files_changes_nothing(
        version in prop_oneof![Just("3.0.3"), Just("3.1.0")],
        places in proptest::collection::vec(0_usize..3, 0..3),
    ) {
        let mut document = document(version);
        let whole = read(document.to_string().as_bytes(), "api.json").unwrap();
        let mut files = split(&mut document, &places);
        let text = document.to_string();
        files.push(("api.json".to_owned(), document));
        let mut fetch = |location: &str| {
            let found = files.iter().find(|(name, _)| name == location);
            let (_, file) = found.ok_or(FetchError { why: "no such file".to_owned() })?;
            Ok(Fetched { octets: file.to_string().into_bytes(), location: location.to_owned() })
        };
        let options = ReadOptions { fetch: Some(&mut fetch), overlays: &[] };
        let parts = read_with(text.as_bytes(), "api.json", options).unwrap();
        keeps_its_promises(&parts);
        let keys = |contract: &Contract| {
            contract.operations.iter().map(|o| o.key.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(keys(&whole), keys(&parts));
        prop_assert_eq!(whole.diagnostics.len(), parts.diagnostics.len());
        let item = SchemaRef::at("/components/schemas/Item");
        for value in [json!({"id": 2}), json!({"id": 1}), json!({}), json!({"id": 2, "next": {}})] {
            for direction in [Direction::Request, Direction::Response] {
                let judge = |contract: &Contract| {
                    Validator::compile(&contract.schemas, &item, direction).unwrap().is_valid(&value)
                };
                prop_assert_eq!(judge(&whole), judge(&parts), "{} {:?}", value, direction);
            }
        }
    }

    #[test]
    fn arbitrary_overlays_never_panic(
        target in "\\$(\\.[a-z*]{1,9}|\\.\\.[a-z*]{1,6}|\\['/a/\\{id\\}'\\]|\\[[0-9*]\\]|\\[\\?@\\.[a-z]{1,4}\\]){0,4}",
        update in damage(),
        remove in any::<bool>(),
    ) {
        let actions = json!([{"target": target, "update": update, "remove": remove}]);
        let text = json!({"overlay": "1.0.0", "actions": actions}).to_string();
        let Ok(overlay) = Overlay::read(text.as_bytes(), "o") else { return Ok(()) };
        let options = ReadOptions { fetch: None, overlays: &[overlay] };
        let text = document("3.1.0").to_string();
        if let Ok(contract) = read_with(text.as_bytes(), "x", options) {
            keeps_its_promises(&contract);
        }
    }

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
            inspect(&contract);
            for mut operation in lint(&contract).operations {
                prop_assert!(operation.score <= 100);
                locate(&contract, text.as_bytes(), &mut operation.remarks);
                for remark in &operation.remarks {
                    prop_assert!(remark.position.is_some(), "{}", remark);
                }
            }
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
