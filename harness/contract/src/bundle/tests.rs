//! Documents put together: what is fetched, how often, and where references lead.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::{Contract, Direction, FetchError, ReadOptions, SchemaRef, Validator, read_with};

/// Reads `api.yaml` of a set of files, and lists what was fetched.
fn contract(files: &[(&str, &str)]) -> (Contract, Vec<String>) {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let root = files.keys().find(|name| name.ends_with("api.yaml")).unwrap();
    let mut asked = Vec::new();
    let mut fetch = |location: &str| {
        asked.push(location.to_owned());
        match files.get(location) {
            Some(text) => {
                Ok(Fetched { octets: text.as_bytes().to_vec(), location: location.to_owned() })
            }
            None => Err(FetchError { why: "no such file".to_owned() }),
        }
    };
    let options = ReadOptions { fetch: Some(&mut fetch), overlays: &[] };
    let contract = read_with(files[root].as_bytes(), root, options).unwrap();
    (contract, asked)
}

/// `severity code source:line:column #pointer message` of each diagnostic.
fn diagnostics(contract: &Contract) -> Vec<String> {
    contract.diagnostics.iter().map(|d| format!("{:?} {} {d}", d.severity, d.code)).collect()
}

#[track_caller]
fn accepts(contract: &Contract, schema: &SchemaRef, value: &Value) -> bool {
    Validator::compile(&contract.schemas, schema, Direction::Request).unwrap().is_valid(value)
}

const SPLIT: [(&str, &str); 6] = [
    (
        "specs/api.yaml",
        "openapi: 3.0.3
paths:
  /orders/{id}: {$ref: paths/order.yaml}
  /pets: {get: {$ref: 'paths/pets.yaml#/list'}}
components:
  securitySchemes: {key: {$ref: security.yaml}}
",
    ),
    (
        "specs/paths/order.yaml",
        "parameters: [{$ref: '../parameters.yaml#/id'}]
put:
  security: [{key: []}]
  requestBody:
    content:
      application/json:
        schema: {$ref: ../schemas/order.yaml}
        examples: {one: {$ref: '../parameters.yaml#/example'}}
  responses: {'200': {description: ok}}
",
    ),
    (
        "specs/paths/pets.yaml",
        "list: {responses: {'200': {description: ok, content: {a/b: {schema: {$ref: '../api.yaml#/paths'}}}}}}",
    ),
    (
        "specs/parameters.yaml",
        "id: {in: path, name: id, required: true, schema: {type: integer}}
example: {value: {id: 1}}
",
    ),
    (
        "specs/schemas/order.yaml",
        "type: object
required: [id]
properties:
  id: {type: integer}
  next: {$ref: '#'}
  item: {$ref: 'order.yaml#/definitions/item'}
definitions:
  item: {type: string, nullable: true}
",
    ),
    ("specs/security.yaml", "{type: http, scheme: bearer}"),
];

#[test]
fn files_become_one_contract() {
    let (contract, mut asked) = contract(&SPLIT);
    let keys: Vec<_> = contract.operations.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["PUT /orders/{id}", "GET /pets"]);
    let put = &contract.operations[0];
    assert!(accepts(&contract, &put.parameters[0].schema, &json!(1)));
    assert!(!accepts(&contract, &put.parameters[0].schema, &json!("a")));
    let content = &put.request_body.as_ref().unwrap().content[0];
    let schema = content.schema.as_ref().unwrap();
    assert!(accepts(&contract, schema, &json!({"id": 1, "next": {"id": 2}, "item": null})));
    assert!(!accepts(&contract, schema, &json!({"id": 1, "next": {}})));
    assert_eq!(content.examples, [json!({"id": 1})]);
    assert_eq!(contract.security_schemes.len(), 1);
    // In any order, each once.
    asked.sort();
    assert_eq!(
        asked,
        [
            "specs/parameters.yaml",
            "specs/paths/order.yaml",
            "specs/paths/pets.yaml",
            "specs/schemas/order.yaml",
            "specs/security.yaml",
        ]
    );
}

#[test]
fn diagnostics_and_places_name_the_file() {
    let (contract, _) = contract(&SPLIT);
    assert_eq!(
        diagnostics(&contract),
        ["Error unresolvable-reference specs/paths/pets.yaml:1:70: $ref \"#/paths\" \
             leads to something that is no schema; anything goes here \
             (at #/list/responses/200/content/a~1b/schema/$ref)"]
    );
    let pointer = &contract.operations[0].pointer;
    assert_eq!(pointer, "/x-harness-documents/paths~1order.yaml/put");
    assert_eq!(contract.place(pointer), ("specs/paths/order.yaml", "/put"));
    assert_eq!(contract.place("/paths"), ("specs/api.yaml", "/paths"));
}

#[test]
fn missing_file_disables_what_needs_it_and_nothing_else() {
    let (contract, _) = contract(&[(
        "api.yaml",
        "openapi: 3.1.0
paths:
  /a:
    get: {parameters: [{$ref: gone.yaml#/p}], responses: {default: {}}}
    put: {requestBody: {content: {a/b: {schema: {$ref: gone.yaml#/s}}}}, responses: {default: {}}}
  /b: {get: {responses: {default: {}}}}
",
    )]);
    let keys: Vec<_> = contract.operations.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["PUT /a", "GET /b"]);
    let why = "cannot be had: cannot read gone.yaml: no such file";
    assert_eq!(contract.skipped[0].reason, format!("the parameter \"gone.yaml#/p\" {why}"));
    assert_eq!(
        diagnostics(&contract),
        [
            format!(
                "Error external-reference api.yaml:4:25: the parameter \"gone.yaml#/p\" {why} \
                 (at #/paths/~1a/get/parameters/0/$ref)"
            ),
            format!(
                "Error external-reference api.yaml:5:50: $ref \"gone.yaml#/s\" {why}; anything goes \
                 here (at #/paths/~1a/put/requestBody/content/a~1b/schema/$ref)"
            ),
        ]
    );
}

#[test]
fn page_instead_of_a_document_is_named() {
    let (contract, _) = contract(&[
        ("api.yaml", "openapi: 3.1.0\npaths: {/a: {$ref: b.yaml}}\n"),
        ("b.yaml", "<!doctype html><title>Sign in</title>"),
    ]);
    assert!(
        contract.diagnostics[0].message.ends_with("b.yaml is no JSON or YAML: it is an HTML page"),
        "{}",
        contract.diagnostics[0].message
    );
}

#[test]
fn what_is_missing_in_a_file_is_told_as_written() {
    let (contract, _) = contract(&[
        ("api.yaml", "openapi: 3.1.0\npaths: {/a: {$ref: b.yaml#/x}}\n"),
        ("b.yaml", "x: {get: {requestBody: {$ref: '#/paths'}}}"),
    ]);
    assert_eq!(contract.skipped[0].reason, "cannot resolve the request body \"#/paths\"");
    assert_eq!(contract.diagnostics[0].source, "b.yaml");
}

#[test]
fn files_that_refer_to_each_other_end() {
    let (contract, asked) = contract(&[
        ("api.yaml", "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{$ref: b.yaml}]}}}\n"),
        ("b.yaml", "$ref: c.yaml"),
        ("c.yaml", "$ref: b.yaml"),
    ]);
    assert_eq!(asked, ["b.yaml", "c.yaml"]);
    assert_eq!(contract.skipped[0].reason, "the reference to a parameter leads back to itself");
}

/// Reads a contract whose every document refers to one more; returns how many were fetched.
fn endless(next: impl Fn(usize) -> String) -> usize {
    let mut n = 0;
    let mut fetch = |location: &str| {
        n += 1;
        let octets = json!({"$ref": next(n)}).to_string().into_bytes();
        Ok(Fetched { octets, location: location.to_owned() })
    };
    let options = ReadOptions { fetch: Some(&mut fetch), overlays: &[] };
    let text = "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{$ref: b.yaml}]}}}\n";
    let contract = read_with(text.as_bytes(), "api.yaml", options).unwrap();
    assert_eq!(contract.operations.len(), 0);
    n
}

#[test]
fn documents_without_end_are_bounded() {
    assert_eq!(endless(|n| format!("{n}.yaml")), FETCHED_DOCUMENTS_MAX);
    assert!(endless(|_| "deeper/x.yaml".to_owned()) <= LOCATION_LENGTH_MAX / "deeper/".len());
}

#[test]
fn ids_and_anchors_name_schemas() {
    let (contract, asked) = contract(&[
        (
            "api.yaml",
            "openapi: 3.1.0
paths: {}
components:
  schemas:
    Pet: {$id: 'https://h.example/pet', type: object, properties: {tag: {$ref: tag}, up: {$ref: '#up'}}, $defs: {up: {$anchor: up, type: integer}}}
    Tag: {$id: 'https://h.example/tag', type: string}
    Up: {$anchor: up, type: boolean}
    UseUp: {$ref: '#up'}
    UsePet: {$ref: 'https://h.example/pet#/properties/tag'}
    Beside: {$id: 'https://h.example/beside', type: object, properties: {file: {$ref: file.yaml#node}}}
",
        ),
        ("file.yaml", "$defs: {n: {$anchor: node, maxLength: 1}}"),
    ]);
    let at = |name: &str| SchemaRef::at(&format!("/components/schemas/{name}"));
    assert_eq!(diagnostics(&contract), Vec::<String>::new());
    assert!(!accepts(&contract, &at("Pet"), &json!({"tag": 1})));
    assert!(!accepts(&contract, &at("Pet"), &json!({"up": true})));
    assert!(accepts(&contract, &at("Pet"), &json!({"tag": "a", "up": 1})));
    assert!(accepts(&contract, &at("UseUp"), &json!(true)));
    assert!(!accepts(&contract, &at("UseUp"), &json!(1)));
    assert!(!accepts(&contract, &at("UsePet"), &json!(1)));
    assert!(!accepts(&contract, &at("Beside"), &json!({"file": "ab"})));
    assert_eq!(asked, ["https://h.example/file.yaml", "file.yaml"]);
}

#[test]
fn maps_that_are_references_are_copied() {
    let (contract, _) = contract(&[
        (
            "api.yaml",
            "openapi: 3.0.0\npaths: {$ref: paths.yaml}\ncomponents: {schemas: {$ref: schemas.yaml}}\n",
        ),
        (
            "paths.yaml",
            "/a: {get: {parameters: {$ref: parameters.yaml}, responses: {'200': {description: ok}}}}",
        ),
        ("parameters.yaml", "[{in: query, name: q, schema: {$ref: 'schemas.yaml#/S'}}]"),
        ("schemas.yaml", "S: {type: integer}"),
    ]);
    assert_eq!(diagnostics(&contract), Vec::<String>::new());
    let schema = &contract.operations[0].parameters[0].schema;
    assert!(!accepts(&contract, schema, &json!("a")));
    assert!(!accepts(&contract, &SchemaRef::at("/components/schemas/S"), &json!("a")));
}

#[test]
fn parameters_of_version_2_in_another_file_are_their_own_schemas() {
    let (contract, _) = contract(&[
        (
            "api.yaml",
            "swagger: '2.0'\npaths: {/a: {post: {parameters: [{$ref: p.yaml#/q}, {$ref: p.yaml#/f}], responses: {'200': {description: ok}}}}}\n",
        ),
        (
            "p.yaml",
            "q: {in: query, name: q, type: integer, required: true}\nf: {in: formData, name: f, type: file, required: true}\n",
        ),
    ]);
    assert_eq!(diagnostics(&contract), Vec::<String>::new());
    let operation = &contract.operations[0];
    assert!(!accepts(&contract, &operation.parameters[0].schema, &json!("a")));
    let body = operation.request_body.as_ref().unwrap();
    let schema = body.content[0].schema.as_ref().unwrap();
    assert!(!accepts(&contract, schema, &json!({"f": 1})));
    assert!(accepts(&contract, schema, &json!({"f": "octets"})));
}

#[test]
fn self_of_version_3_2_is_what_references_are_relative_to() {
    let (contract, asked) = contract(&[
        (
            "api.yaml",
            "openapi: 3.2.0\n$self: https://h.example/v1/api\npaths: {/a: {$ref: items#/a}}\n",
        ),
        ("https://h.example/v1/items", "a: {query: {responses: {$ref: 'api#/x-r'}}}"),
    ]);
    assert_eq!(asked, ["https://h.example/v1/items"]);
    assert_eq!(contract.operations[0].key.as_str(), "QUERY /a");
}

#[test]
fn dynamic_reference_stands_for_what_the_outer_schema_says() {
    let (contract, _) = contract(&[(
        "api.yaml",
        "openapi: 3.1.0
paths: {}
components:
  schemas:
    Page:
      $id: https://h.example/page
      type: object
      properties: {items: {type: array, items: {$dynamicRef: '#item'}}, next: {$ref: '#'}}
      $defs: {item: {$dynamicAnchor: item}}
    Pets: {$id: 'https://h.example/pets', $ref: page, $defs: {item: {$dynamicAnchor: item, type: string}}}
    Ids: {$id: 'https://h.example/ids', $ref: page, $defs: {item: {$dynamicAnchor: item, type: integer}}}
",
    )]);
    let at = |name: &str| SchemaRef::at(&format!("/components/schemas/{name}"));
    let page = |item: Value| json!({"items": [], "next": {"items": [item]}});
    assert_eq!(diagnostics(&contract), Vec::<String>::new());
    for (name, text, number) in [("Page", true, true), ("Pets", true, false), ("Ids", false, true)]
    {
        assert_eq!(accepts(&contract, &at(name), &page(json!("a"))), text, "{name}");
        assert_eq!(accepts(&contract, &at(name), &page(json!(1))), number, "{name}");
    }
}

#[test]
fn older_drafts_are_read_as_they_mean() {
    let (contract, _) = contract(&[
        (
            "api.yaml",
            "openapi: 3.1.0
paths: {}
components:
  schemas:
    Old: {$ref: 'old.json#/definitions/a'}
    List: {$ref: 'old.json#/definitions/list'}
    First: {$ref: 'old.json#/definitions/list/items/0'}
    Needs: {$ref: 'old.json#/definitions/needs'}
    Inner: {$ref: 'old.json#/definitions/needs/dependencies/b'}
",
        ),
        (
            "old.json",
            r##"{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {
                "a": {"$ref": "#/definitions/text", "maxLength": 1},
                "text": {"type": "string"},
                "list": {"items": [{"type": "string"}], "additionalItems": {"type": "integer"}},
                "needs": {"dependencies": {"a": ["b"], "b": {"required": ["c"]}}}}}"##,
        ),
    ]);
    let at = |name: &str| SchemaRef::at(&format!("/components/schemas/{name}"));
    let check = |name: &str, value: Value, expect: bool| {
        assert_eq!(accepts(&contract, &at(name), &value), expect, "{name} {value}");
    };
    check("Old", json!("long"), true);
    check("Old", json!(1), false);
    check("List", json!(["a", 1]), true);
    check("List", json!(["a", "b"]), false);
    check("First", json!(1), false);
    check("Needs", json!({"a": 1}), false);
    check("Needs", json!({"b": 1}), false);
    check("Inner", json!({}), false);
}

#[test]
fn names_above_a_schema_do_not_reach_the_validator() {
    let (contract, _) = contract(&[
        (
            "api.yaml",
            "openapi: 3.1.0
$schema: ./my-linter.json
$id: https://h.example/api
$ref: other.yaml
paths: {}
components: {schemas: {S: {$ref: 'file.json#/definitions/a'}, T: {$ref: '#/x-t/deep'}}}
x-t: {$id: https://h.example/t, $schema: nonsense, deep: {$ref: '#/components/schemas/S'}}
",
        ),
        (
            "file.json",
            r##"{"$id": "https://h.example/file", "$schema": "http://json-schema.org/draft-07/schema#",
                "$ref": "gone.json", "definitions": {"a": {"items": {"$ref": "#/definitions/b"}},
                "b": {"type": "string"}}}"##,
        ),
    ]);
    for name in ["S", "T"] {
        let at = SchemaRef::at(&format!("/components/schemas/{name}"));
        assert!(accepts(&contract, &at, &json!(["a"])));
        assert!(!accepts(&contract, &at, &json!([1])));
    }
}

#[test]
fn diagnostics_are_drawn_over_their_own_document() {
    let root = "openapi: 3.1.0\npaths: {/a: {$ref: b.yaml}}\n";
    let (contract, _) = contract(&[
        ("api.yaml", root),
        ("b.yaml", "get:\n  responses: {}\n  # the line\n  requestBody: {content: {}}\n"),
    ]);
    let drawn = crate::render_contract_diagnostics(
        &contract,
        root.as_bytes(),
        &contract.diagnostics,
        false,
    );
    assert!(drawn.contains("--> b.yaml:4:3"), "{drawn}");
    assert!(drawn.contains("requestBody: {content: {}}"), "{drawn}");
}
