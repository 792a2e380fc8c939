//! What is valid, what is violated, and where it is said to be.

use std::sync::Arc;

use serde_json::json;

use super::*;

fn schemas() -> Schemas {
    let document = Arc::new(json!({
        "paths": {"/a/{id}": {"get": {"schema": {
            "properties": {"order": {"$ref": "#/components/schemas/Order"}},
        }}}},
        "components": {"schemas": {
            "Order": {
                "type": "object",
                "properties": {
                    "total": {"minimum": 3},
                    "next": {"$ref": "#/components/schemas/Order"},
                    "id": {"$ref": "#/components/schemas/an%20id"},
                },
                "required": ["total"],
            },
            "an id": {"type": "integer"},
            "closed": {"properties": {}, "additionalProperties": false},
            "named": {"propertyNames": {"maxLength": 2}},
            "mail": {"format": "email"},
            "either": {"oneOf": [{"type": "string"}, {"maxLength": 2}]},
            "slow": {"pattern": "^(a|a|b?)+(?=c)$"},
            "loop": {"allOf": [{"$ref": "#/components/schemas/loop"}]},
        }},
    }));
    Schemas::new(Arc::clone(&document), document)
}

#[track_caller]
fn check(pointer: &str, value: &Value, expect: &[(&str, &str, &str)]) {
    let compiled = Validator::compile(&schemas(), &SchemaRef::at(pointer), Direction::Response);
    let validator = compiled.unwrap();
    let violations = validator.violations(value);
    let found: Vec<_> = violations
        .iter()
        .map(|v| (v.instance_pointer.as_str(), v.schema_pointer.as_str(), v.keyword.as_str()))
        .collect();
    assert_eq!(found, expect);
    assert_eq!(validator.is_valid(value), expect.is_empty());
}

fn messages(pointer: &str, value: &Value) -> Vec<String> {
    let compiled = Validator::compile(&schemas(), &SchemaRef::at(pointer), Direction::Response);
    compiled.unwrap().violations(value).into_iter().map(|violation| violation.message).collect()
}

#[test]
fn schema_pointer_is_absolute_through_references() {
    check(
        "/paths/~1a~1{id}/get/schema",
        &json!({"order": {"total": 1, "next": {"id": "x", "next": {"total": 3}}}}),
        &[
            ("/order/next", "/components/schemas/Order/required", "required"),
            ("/order/next/id", "/components/schemas/an id/type", "type"),
            ("/order/total", "/components/schemas/Order/properties/total/minimum", "minimum"),
        ],
    );
}

#[test]
fn valid_value_has_no_violation() {
    check("/paths/~1a~1{id}/get/schema", &json!({"order": {"total": 3}}), &[]);
}

#[test]
fn message_never_shows_what_the_value_holds() {
    let secret = "hunter2";
    for (pointer, value) in [
        ("/components/schemas/closed", json!({ secret: 1 })),
        ("/components/schemas/named", json!({ secret: 1 })),
        ("/components/schemas/an id", json!(secret)),
        ("/components/schemas/either", json!([secret])),
    ] {
        for message in messages(pointer, &value) {
            assert!(!message.contains(secret), "{message}");
        }
    }
    assert_eq!(
        messages("/components/schemas/closed", &json!({"a": 1})),
        ["there is a property that the schema does not allow"]
    );
    assert_eq!(
        messages("/components/schemas/named", &json!({"abc": 1})),
        ["a property name is not allowed: value is longer than 2 characters"]
    );
}

#[test]
fn format_is_an_annotation_unless_asked_for() {
    let mail = SchemaRef::at("/components/schemas/mail");
    let compile = [Validator::compile, Validator::compile_with_formats];
    let accepts = compile.map(|compile| {
        compile(&schemas(), &mail, Direction::Request).unwrap().is_valid(&json!("no mail"))
    });
    assert_eq!(accepts, [true, false]);
}

#[test]
fn nothing_at_the_reference_is_an_error() {
    let missing = SchemaRef::at("/components/schemas/Missing");
    let error = Validator::compile(&schemas(), &missing, Direction::Request).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot compile the schema at /components/schemas/Missing: nothing stands there"
    );
}

#[test]
fn schema_that_only_contains_itself_accepts_everything() {
    check("/components/schemas/loop", &json!(1), &[]);
}

#[test]
fn pattern_without_an_answer_is_no_violation() {
    let text = "ab".repeat(40);
    assert_eq!(messages("/components/schemas/slow", &json!(text)), Vec::<String>::new());
}
