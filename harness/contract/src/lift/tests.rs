//! Schemas of every dialect, lifted: they mean afterwards what they meant before.

use serde_json::json;

use super::*;
use crate::{Contract, SchemaRef, read};

fn contract(version: &str, schemas: &Value) -> Contract {
    let document = json!({"openapi": version, "paths": {}, "components": {"schemas": schemas}});
    read(document.to_string().as_bytes(), "a.json").unwrap()
}

/// Lifts `schema` as `/components/schemas/S` beside two others, and compares both directions.
#[track_caller]
fn check_both(version: &str, schema: &Value, request: &Value, response: &Value) -> Vec<String> {
    let others = json!({
        "S": schema,
        "Id": {"type": "string", "readOnly": true},
        "Maybe": {"type": "string", "nullable": true},
    });
    let contract = contract(version, &others);
    let s = SchemaRef::at("/components/schemas/S");
    assert_eq!(contract.schemas.request(&s), Some(request), "request");
    assert_eq!(contract.schemas.response(&s), Some(response), "response");
    let in_s = |pointer: &&str| pointer.starts_with("/components/schemas/S");
    let codes = contract.diagnostics.iter().filter(|d| in_s(&d.pointer.as_str()));
    codes.map(|d| format!("{} {}", d.code, &d.pointer["/components/schemas/S".len()..])).collect()
}

#[track_caller]
fn check(version: &str, schema: &Value, expect: &Value) -> Vec<String> {
    check_both(version, schema, expect, expect)
}

const V30: &str = "3.0.3";
const V31: &str = "3.1.0";

#[test]
fn nullable_becomes_a_type() {
    check(
        V30,
        &json!({"type": "string", "nullable": true}),
        &json!({"type": ["string", "null"], "nullable": true}),
    );
}

#[test]
fn nullable_enum_without_null_admits_null_in_responses_only() {
    let schema = json!({"type": "string", "enum": ["a"], "nullable": true});
    check_both(
        V30,
        &schema,
        &json!({"type": ["string", "null"], "enum": ["a"], "nullable": true}),
        &json!({"type": ["string", "null"], "enum": ["a", null], "nullable": true}),
    );
}

#[test]
fn nullable_composition_admits_null_in_place() {
    let reference = json!({"$ref": "#/components/schemas/Id"});
    check(
        V30,
        &json!({"nullable": true, "allOf": [reference, {"maxLength": 3, "type": "string"}]}),
        &json!({"nullable": true, "allOf": [
            {"anyOf": [reference, {"type": "null"}]},
            {"maxLength": 3, "type": ["string", "null"]},
        ]}),
    );
    check(
        V30,
        &json!({"nullable": true, "oneOf": [reference]}),
        &json!({"nullable": true, "oneOf": [reference, {"type": "null"}]}),
    );
}

#[test]
fn branch_that_admits_null_gets_no_second_one() {
    let schema = json!({"nullable": true, "oneOf": [{"$ref": "#/components/schemas/Maybe"}]});
    check(V30, &schema, &schema);
}

#[test]
fn nullable_is_no_keyword_in_3_1() {
    let codes = check_both(
        V31,
        &json!({"type": "string", "nullable": true}),
        &json!({"type": "string", "nullable": true}),
        &json!({"type": ["string", "null"], "nullable": true}),
    );
    assert_eq!(codes, ["stray-nullable /nullable"]);
}

#[test]
fn boolean_bounds_become_numbers() {
    check(
        V30,
        &json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}),
        &json!({"exclusiveMinimum": 1, "maximum": 9}),
    );
    let codes = check(V30, &json!({"exclusiveMinimum": true}), &json!({}));
    assert!(codes.contains(&"invalid-keyword /exclusiveMinimum".to_owned()), "{codes:?}");
}

#[test]
fn siblings_of_a_reference_apply_since_3_1_only() {
    let schema = json!({"$ref": "#/components/schemas/Id", "maxLength": 3});
    check(V30, &schema, &json!({"$ref": "#/components/schemas/Id"}));
    check(V31, &schema, &schema);
}

#[test]
fn example_joins_examples() {
    check(V31, &json!({"example": 1, "examples": [2]}), &json!({"examples": [1, 2]}));
}

#[test]
fn read_only_is_not_required_in_requests_and_write_only_not_in_responses() {
    let properties = json!({
        "id": {"$ref": "#/components/schemas/Id"},
        "at": {"type": "string", "readOnly": true},
        "password": {"type": "string", "writeOnly": true},
        "name": {"type": "string"},
    });
    let with = |required: &Value| json!({"properties": properties, "required": required});
    check_both(
        V30,
        &with(&json!(["id", "at", "password", "name"])),
        &with(&json!(["password", "name"])),
        &with(&json!(["id", "at", "name"])),
    );
}

#[test]
fn required_in_another_branch_is_waived_too() {
    let properties = json!({"id": {"type": "string", "readOnly": true}});
    let with =
        |required: &Value| json!({"allOf": [{"properties": properties}, {"required": required}]});
    check_both(V30, &with(&json!(["id", "x"])), &with(&json!(["x"])), &with(&json!(["id", "x"])));
}

#[test]
fn documents_without_direction_are_shared() {
    let contract = contract(V30, &json!({"A": {"type": "string", "nullable": true}}));
    let [request, response] =
        [Direction::Request, Direction::Response].map(|d| Arc::clone(contract.schemas.document(d)));
    assert!(Arc::ptr_eq(&request, &response));
}

#[test]
fn unknown_types_are_dropped_with_a_hint() {
    let contract = contract(V31, &json!({"A": {"type": "int"}, "B": {"type": ["string", "any"]}}));
    let messages: Vec<_> = contract.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            r#""int" is not a type (did you mean "integer"?); it is ignored"#,
            r#""any" is not a type; it is ignored"#,
        ]
    );
    let schema = |name: &str| contract.schemas.request(&SchemaRef::at(name)).cloned();
    assert_eq!(schema("/components/schemas/A"), Some(json!({})));
    assert_eq!(schema("/components/schemas/B"), Some(json!({"type": ["string"]})));
}

#[test]
fn keywords_of_the_wrong_shape_are_dropped_one_by_one() {
    let codes = check(
        V31,
        &json!({
            "type": "object",
            "required": true,
            "minProperties": "1",
            "maxProperties": 5.0,
            "enum": [],
            "pattern": "(",
            "multipleOf": 0,
            "allOf": {},
            "uniqueItems": null,
            "items": 3,
            "properties": {"a": {"minimum": "1"}, "b": null, "c": "string"},
            "patternProperties": {"[": {}, "^a": {"type": "string"}},
        }),
        &json!({
            "type": "object",
            "maxProperties": 5,
            "properties": {"a": {}, "c": true},
            "patternProperties": {"^a": {"type": "string"}},
        }),
    );
    assert_eq!(
        codes,
        [
            "invalid-required /required",
            "invalid-keyword /minProperties",
            "invalid-keyword /enum",
            "invalid-keyword /pattern",
            "invalid-keyword /multipleOf",
            "invalid-keyword /allOf",
            "invalid-keyword /items",
            "invalid-keyword /properties/a/minimum",
            "invalid-schema /properties/c",
            "invalid-keyword /patternProperties/[",
        ]
    );
}

#[test]
fn javascript_literal_loses_its_slashes() {
    let codes = check(V31, &json!({"pattern": "/^a+$/"}), &json!({"pattern": "^a+$"}));
    assert_eq!(codes, ["pattern-literal /pattern"]);
}

#[test]
fn list_of_items_is_read_as_a_tuple() {
    let codes = check(
        V31,
        &json!({"type": "array", "items": [{"type": "string"}, {"example": 1}]}),
        &json!({"type": "array", "prefixItems": [{"type": "string"}, {"examples": [1]}]}),
    );
    assert_eq!(codes, ["items-list /items"]);
}

#[test]
fn what_only_looks_like_a_schema_is_left_alone() {
    let looks_like =
        json!({"type": "int", "nullable": true, "$ref": "#/nowhere", "required": true});
    let schema = json!({
        "default": looks_like,
        "const": looks_like,
        "enum": [looks_like],
        "examples": [looks_like],
        "x-thing": looks_like,
        "properties": {"properties": {"default": looks_like}},
    });
    assert_eq!(check(V31, &schema, &schema), Vec::<String>::new());
}

#[test]
fn unresolvable_reference_is_true() {
    let codes = check(
        V30,
        &json!({"type": "object", "properties": {"a": {"$ref": "#/nowhere"}, "b": {"$ref": "other.yaml#/B"}}}),
        &json!({"type": "object", "properties": {"a": true, "b": true}}),
    );
    assert_eq!(
        codes,
        ["unresolvable-reference /properties/a/$ref", "external-reference /properties/b/$ref"]
    );
}

#[test]
fn unresolvable_reference_leaves_its_siblings_in_3_1() {
    check(V31, &json!({"$ref": "#/nowhere", "type": "string"}), &json!({"type": "string"}));
}

#[test]
fn reference_to_no_schema_is_true() {
    check(V30, &json!({"items": {"$ref": "#/components/schemas"}}), &json!({"items": true}));
}

#[test]
fn references_that_never_end_are_cut() {
    let loops = json!({
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "C": {"type": "object", "properties": {"c": {"$ref": "#/components/schemas/C"}}},
    });
    let contract = contract(V30, &loops);
    let lifted = contract.schemas.document(Direction::Request).pointer("/components/schemas");
    let c = json!({"type": "object", "properties": {"c": {"$ref": "#/components/schemas/C"}}});
    assert_eq!(lifted, Some(&json!({"A": true, "B": true, "C": c})));
    let codes: Vec<_> = contract.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["reference-cycle", "reference-cycle"]);
}

#[test]
fn references_are_written_so_that_any_reader_accepts_them() {
    let schemas =
        json!({"S": {"$ref": "#/components/schemas/Page«Pet»"}, "Page«Pet»": {"type": "object"}});
    let contract = contract(V30, &schemas);
    let s = contract.schemas.request(&SchemaRef::at("/components/schemas/S")).unwrap();
    assert_eq!(*s, json!({"$ref": "#/components/schemas/Page%C2%ABPet%C2%BB"}));
    let (target, pointer) = contract.schemas.resolve(s, Direction::Request);
    assert_eq!(*target, json!({"type": "object"}));
    assert_eq!(pointer.as_deref(), Some("/components/schemas/Page«Pet»"));
}

#[test]
fn schemas_in_odd_places_are_lifted_where_they_are_referred_to() {
    let document = json!({
        "openapi": "3.0.0",
        "paths": {},
        "x-shared": {"A": {"type": "string", "nullable": true, "items": {"$ref": "#/x-more/B"}}},
        "x-more": {"B": {"minimum": 1, "exclusiveMinimum": true}, "C": {"type": "int"}},
        "definitions": {"D": {"$ref": "other.yaml"}},
        "components": {"schemas": {"S": {"$ref": "#/x-shared/A"}}},
    });
    let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
    let lifted = contract.schemas.document(Direction::Request);
    assert_eq!(lifted["x-shared"]["A"]["type"], json!(["string", "null"]));
    assert_eq!(lifted["x-more"]["B"], json!({"exclusiveMinimum": 1}));
    assert_eq!(lifted["x-more"]["C"], json!({"type": "int"}));
    // The validator looks at it, so that nothing may be left in it.
    assert_eq!(lifted["definitions"]["D"], json!(true));
}

#[test]
fn schemas_of_parameters_in_odd_places_are_lifted() {
    let document = json!({
        "openapi": "3.0.0",
        "paths": {"/a": {"get": {
            "parameters": [{"$ref": "#/x-shared/P"}],
            "responses": {"200": {"description": "ok"}},
        }}},
        "x-shared": {"P": {"in": "query", "name": "p", "schema": {
            "items": {"$ref": "#/x-shared/S"},
            "minimum": 1,
            "exclusiveMinimum": true,
        }}, "S": {"type": "string", "nullable": true}},
    });
    let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
    let schema = contract.schemas.request(&contract.operations[0].parameters[0].schema);
    let lifted = json!({"items": {"$ref": "#/x-shared/S"}, "exclusiveMinimum": 1});
    assert_eq!(schema, Some(&lifted));
    let item = contract.schemas.document(Direction::Request).pointer("/x-shared/S/type");
    assert_eq!(item, Some(&json!(["string", "null"])));
}

#[test]
fn anchors_and_ids_become_pointers() {
    let schemas = json!({
        "S": {"allOf": [{"$ref": "#node"}, {"$ref": "https://x.example/t"}, {"$dynamicRef": "#node"}]},
        "Node": {"$anchor": "node", "$schema": "https://json-schema.org/draft/2020-12/schema"},
        "T": {"$id": "https://x.example/t", "type": "string"},
    });
    let contract = contract(V31, &schemas);
    let lifted = &contract.schemas.document(Direction::Request)["components"]["schemas"];
    assert_eq!(
        *lifted,
        json!({
            "S": {"allOf": [
                {"$ref": "#/components/schemas/Node"},
                {"$ref": "#/components/schemas/T"},
                {"$ref": "#/components/schemas/Node"},
            ]},
            "Node": {},
            "T": {"type": "string"},
        })
    );
}

#[test]
fn media_types_headers_and_callbacks_are_lifted_too() {
    let schema = json!({"type": "string", "nullable": true});
    let content = json!({"a/b": {"schema": schema, "example": schema}});
    let operation = json!({
        "parameters": [{"in": "query", "name": "q", "schema": schema}],
        "requestBody": {"content": content},
        "responses": {"200": {"headers": {"h": {"schema": schema}}, "content": content}},
        "callbacks": {"done": {"{$url}": {"post": {"requestBody": {"content": content}}}}},
    });
    let document = json!({"openapi": "3.0.0", "paths": {"/a": {"get": operation}}});
    let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
    let operation = &contract.schemas.document(Direction::Request)["paths"]["/a"]["get"];
    for pointer in [
        "/parameters/0/schema/type",
        "/requestBody/content/a~1b/schema/type",
        "/responses/200/headers/h/schema/type",
        "/responses/200/content/a~1b/schema/type",
        "/callbacks/done/{$url}/post/requestBody/content/a~1b/schema/type",
    ] {
        assert_eq!(operation.pointer(pointer), Some(&json!(["string", "null"])), "{pointer}");
    }
    assert_eq!(operation.pointer("/requestBody/content/a~1b/example"), Some(&schema));
}

#[test]
fn schemas_nested_as_deep_as_a_document_may_be_are_compiled() {
    let depth = 120;
    let schema =
        format!("{}{{\"type\":\"string\"}}{}", "{\"items\":".repeat(depth), "}".repeat(depth));
    let text = format!(
        "{{\"openapi\":\"3.0.0\",\"paths\":{{}},\"components\":{{\"schemas\":{{\"S\":{schema}}}}}}}"
    );
    let contract = read(text.as_bytes(), "a.json").unwrap();
    let reference = SchemaRef::at("/components/schemas/S");
    let validator =
        crate::Validator::compile(&contract.schemas, &reference, Direction::Request).unwrap();
    let value: Value =
        serde_json::from_str(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth))).unwrap();
    assert_eq!(validator.violations(&value).len(), 1);
}

#[test]
fn discriminator_names_every_branch() {
    let schema = json!({
        "oneOf": [{"$ref": "#/components/schemas/Id"}, {"$ref": "#/components/schemas/Maybe"}],
        "discriminator": {"propertyName": "kind", "mapping": {"m": "Maybe", "lost": "Nobody"}},
    });
    let response = json!({
        "anyOf": [{"$ref": "#/components/schemas/Id"}, {"$ref": "#/components/schemas/Maybe"}],
        "discriminator": {"propertyName": "kind", "mapping": {
            "m": "#/components/schemas/Maybe", "Id": "#/components/schemas/Id",
        }},
    });
    // A request is held to the values; a response may be any of the branches.
    let mut request = response.clone();
    for (branch, value) in [(0, "Id"), (1, "m")] {
        request["anyOf"][branch]["properties"] = json!({"kind": {"enum": [value]}});
        request["anyOf"][branch]["required"] = json!(["kind"]);
    }
    check_both(V30, &schema, &request, &response);
    check(V31, &json!({"discriminator": {}}), &json!({}));
}

#[test]
fn open_types_and_odd_formats_are_notes() {
    let schema = json!({
        "properties": {
            "a": {"type": "string", "format": "guid"},
            "b": {"type": "string", "format": "guid"},
            "c": {"allOf": [{"type": "object"}, {"properties": {"x": true}}]},
            "d": {"items": {"type": "string", "format": "uuid"}},
        },
    });
    let codes = check(V31, &schema, &schema);
    assert_eq!(
        codes,
        ["missing-type ", "unknown-format /properties/a/format", "missing-type /properties/d"]
    );
}

/// A contract with a family: what a reference to its base accepts in a request and in a response.
fn family(document: &Value) -> [crate::Validator; 2] {
    let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
    let body = contract.operations[0].request_body.as_ref().unwrap().content[0].schema.clone();
    let compile = |direction| {
        crate::Validator::compile(&contract.schemas, body.as_ref().unwrap(), direction).unwrap()
    };
    [compile(Direction::Request), compile(Direction::Response)]
}

fn pets(discriminator: &Value) -> Value {
    let component = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/pets": {"post": {
            "requestBody": {"content": {"application/json": {"schema": component("Pet")}}},
            "responses": {"200": {"description": ""}},
        }}},
        "components": {"schemas": {
            "Pet": {
                "type": "object", "required": ["kind"], "discriminator": discriminator,
                "properties": {"kind": {"type": "string"}},
            },
            "Cat": {"allOf": [component("Pet"), {
                "required": ["lives"],
                "properties": {"lives": {"type": "integer"}, "friend": component("Pet")},
            }]},
            "Lion": {"allOf": [component("Cat"), {"required": ["pride"]}]},
            "Dog": {"allOf": [{"required": ["barks"]}, component("Pet")]},
        }},
    })
}

#[test]
fn a_reference_to_a_base_stands_for_its_children_in_requests() {
    let [request, response] = family(&pets(&json!({"propertyName": "kind"})));
    for (value, is_valid) in [
        (json!({"kind": "Cat", "lives": 9}), true),
        (json!({"kind": "Cat"}), false),
        (json!({"kind": "Lion", "lives": 1, "pride": 1}), true),
        (json!({"kind": "Lion", "lives": 1}), false),
        (json!({"kind": "Dog", "barks": true}), true),
        (json!({"kind": "Dog", "lives": 9}), false),
        (json!({"kind": "Pet"}), false),
        (json!({"kind": "Cat", "lives": 9, "friend": {"kind": "Dog", "barks": 1}}), true),
        (json!({"kind": "Cat", "lives": 9, "friend": {"kind": "Dog"}}), false),
    ] {
        assert_eq!(request.violations(&value).is_empty(), is_valid, "{value}");
        // A service may answer what the document does not know.
        assert!(response.violations(&value).is_empty(), "{value}");
    }
}

#[test]
fn a_mapping_names_the_children_and_may_name_the_base() {
    let mapping = json!({"c": "#/components/schemas/Cat", "p": "Pet", "lost": "Nobody"});
    let [request, _] = family(&pets(&json!({"propertyName": "kind", "mapping": mapping})));
    for (value, is_valid) in [
        (json!({"kind": "c", "lives": 9}), true),
        (json!({"kind": "Cat", "lives": 9}), false),
        (json!({"kind": "p"}), true),
        (json!({"kind": "Dog", "barks": 1}), true),
        (json!({"kind": "lost"}), false),
    ] {
        assert_eq!(request.violations(&value).is_empty(), is_valid, "{value}");
    }
}

#[test]
fn a_base_without_children_and_children_in_a_circle_are_harmless() {
    let mut lonely = pets(&json!({"propertyName": "kind"}));
    for name in ["Cat", "Lion", "Dog"] {
        lonely["components"]["schemas"].as_object_mut().unwrap().remove(name);
    }
    let [request, _] = family(&lonely);
    assert!(request.violations(&json!({"kind": "anything"})).is_empty());
    let mut circle = pets(&json!({"propertyName": "kind"}));
    let lion = json!({"$ref": "#/components/schemas/Lion"});
    circle["components"]["schemas"]["Cat"]["allOf"].as_array_mut().unwrap().push(lion);
    assert!(read(circle.to_string().as_bytes(), "a.json").is_ok());
}

#[test]
fn a_base_that_lists_its_children_stands_for_them() {
    let component = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for keyword in ["oneOf", "anyOf"] {
        let mut document = pets(&json!({"propertyName": "kind"}));
        document["components"]["schemas"]["Pet"][keyword] =
            json!([component("Cat"), component("Dog")]);
        let [request, response] = family(&document);
        assert!(request.is_valid(&json!({"kind": "Cat", "lives": 9})), "{keyword}");
        assert!(!request.is_valid(&json!({"kind": "Cat", "lives": "nine"})), "{keyword}");
        assert!(response.is_valid(&json!({"kind": "Hamster"})), "{keyword}");
    }
}

#[test]
fn a_child_may_say_itself_what_names_it() {
    let mut document = pets(&json!({"propertyName": "kind"}));
    document["components"]["schemas"]["Dog"]["x-ms-discriminator-value"] = json!("#Dog");
    document["components"]["schemas"]["Cat"]["properties"] = json!({"kind": {"enum": ["cat"]}});
    let [request, _] = family(&document);
    for (value, is_valid) in [
        (json!({"kind": "cat", "lives": 9}), true),
        (json!({"kind": "Cat", "lives": 9}), false),
        (json!({"kind": "#Dog", "barks": true}), true),
        (json!({"kind": "Dog", "barks": true}), false),
    ] {
        assert_eq!(request.is_valid(&value), is_valid, "{value}");
    }
}

#[test]
fn a_closed_base_does_not_shut_its_children_out() {
    let mut document = pets(&json!({"propertyName": "kind"}));
    document["components"]["schemas"]["Pet"]["additionalProperties"] = json!(false);
    let [request, response] = family(&document);
    for validator in [request, response] {
        assert!(validator.is_valid(&json!({"kind": "Cat", "lives": 9})));
    }
}

#[test]
fn long_lines_of_bases_are_cut_off() {
    let schemas: Map<String, Value> = (0..500)
        .map(|index| {
            let parent = json!({"$ref": format!("#/components/schemas/S{}", index + 1)});
            let schema = json!({"allOf": [parent], "discriminator": {"propertyName": "kind"}});
            (format!("S{index}"), schema)
        })
        .collect();
    let contract = contract(V30, &Value::Object(schemas));
    let families = &contract.schemas.document(Direction::Request)["x-harness-subtypes"];
    let branches = families.as_array().unwrap().iter().map(|family| &family["anyOf"]);
    let n_branches: usize = branches.filter_map(Value::as_array).map(Vec::len).sum();
    assert!((1..=10_000).contains(&n_branches), "{n_branches}");
}

#[test]
fn compositions_that_repeat_themselves_come_to_an_end() {
    let schemas: Map<String, Value> = (0..12)
        .map(|index| {
            let below = json!({"$ref": format!("#/components/schemas/S{}", index + 1)});
            (format!("S{index}"), json!({ "allOf": vec![below; 100] }))
        })
        .collect();
    let contract = contract(V30, &Value::Object(schemas));
    let s = SchemaRef::at("/components/schemas/S0");
    let branches = &contract.schemas.request(&s).unwrap()["allOf"];
    assert_eq!(branches.as_array().map(Vec::len), Some(100));
}
