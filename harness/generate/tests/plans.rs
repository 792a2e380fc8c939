//! What a plan offers for small contracts, one fact a test.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use harness_contract::read;
use harness_generate::{OperationPlan, Source};
use harness_model::{BodyContent, BoundValue, Intent, Step};
use serde_json::{Value, json};

/// Cases that one free string, and one free number, may add.
const STRING_EDGES_MAX: usize = 28;
const NUMBER_EDGES_MAX: usize = 15;

fn plan(path: &str, operation: &Value) -> OperationPlan {
    let method = if operation.get("requestBody").is_some() { "post" } else { "get" };
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "plans", "version": "1"},
        "paths": {path: {method: operation}},
    });
    let contract = read(document.to_string().as_bytes(), "plans").unwrap();
    OperationPlan::compile_all(&contract).remove(0)
}

/// A plan whose content is an object with one required member `a`.
fn plan_of_member(schema: &Value) -> OperationPlan {
    let object = json!({"type": "object", "properties": {"a": schema}, "required": ["a"],
                        "additionalProperties": false});
    plan(
        "/a",
        &json!({
            "requestBody": {"required": true, "content": {"application/json": {"schema": object}}},
            "responses": {"200": {"description": "fine"}},
        }),
    )
}

fn plan_of_query(schema: &Value, is_required: bool) -> OperationPlan {
    plan(
        "/a",
        &json!({
            "parameters": [{"name": "q", "in": "query", "required": is_required, "schema": schema}],
            "responses": {"200": {"description": "fine"}},
        }),
    )
}

fn member(step: &Step) -> Option<&Value> {
    match step.body.as_ref().map(|body| &body.content) {
        Some(BodyContent::Json(value)) => value.get("a"),
        _ => None,
    }
}

fn query(step: &Step) -> Option<&Value> {
    match step.parameters.first().map(|parameter| &parameter.value) {
        Some(BoundValue::Known(value)) => Some(value),
        _ => None,
    }
}

fn limit(step: &Step) -> &str {
    match &step.intent {
        Intent::Boundary { limit, .. } => limit,
        Intent::Valid | Intent::Invalid(_) | Intent::Malformed { .. } => "",
    }
}

/// Asserts that a value of a member is among the boundaries, and whether the contract declares it.
fn check(schema: &Value, value: &Value, is_declared: bool) {
    let steps = plan_of_member(schema).boundaries();
    let step = steps.iter().find(|step| member(step) == Some(value));
    let step = step.unwrap_or_else(|| panic!("{value} is no boundary of {schema}"));
    let is_undeclared = limit(step).starts_with(Intent::UNDECLARED_LIMIT);
    assert_eq!(!is_undeclared, is_declared, "{value} of {schema}: {}", limit(step));
}

#[test]
fn declared_limits_are_edges_and_the_limits_of_machines_are_undeclared_ones() {
    check(&json!({"type": "integer", "minimum": 1, "maximum": 9}), &json!(9), true);
    check(&json!({"type": "integer"}), &json!(9_007_199_254_740_993_i64), false);
    check(&json!({"type": "integer"}), &json!(i64::MIN), false);
    check(&json!({"type": "integer", "minimum": 0}), &json!(u64::MAX), false);
    check(&json!({"type": "number"}), &json!(1e308), false);
    check(&json!({"type": "string", "maxLength": 3}), &json!("aaa"), true);
    check(&json!({"type": "string"}), &json!("a\0b"), false);
    check(&json!({"type": "string", "format": "date"}), &json!("2024-02-29"), true);
    check(&json!({"type": "string", "format": "date"}), &json!("2023-02-29"), false);
    let nil = json!("00000000-0000-0000-0000-000000000000");
    check(&json!({"type": "string", "format": "uuid"}), &nil, true);
}

#[test]
fn what_a_limit_forbids_is_no_edge() {
    let steps = plan_of_member(&json!({"type": "integer", "maximum": 100})).boundaries();
    assert!(steps.iter().filter_map(member).all(|value| value.as_f64() <= Some(100.0)));
    let steps = plan_of_member(&json!({"type": "string", "maxLength": 2})).boundaries();
    assert!(
        steps.iter().filter_map(member).all(|value| value.as_str().unwrap().chars().count() <= 2)
    );
}

#[test]
fn one_field_adds_a_bounded_number_of_edges() {
    for (schema, most) in [
        (json!({"type": "string"}), STRING_EDGES_MAX),
        (json!({"type": "string", "maxLength": 40}), STRING_EDGES_MAX),
        (json!({"type": "string", "format": "date-time"}), STRING_EDGES_MAX),
        (json!({"type": "integer"}), NUMBER_EDGES_MAX),
        (json!({"type": "integer", "minimum": 1, "maximum": 100}), NUMBER_EDGES_MAX),
    ] {
        let edges = plan_of_member(&schema).boundaries().len();
        assert!(edges <= most, "{schema} adds {edges} edges");
    }
}

#[test]
fn what_is_declared_comes_first() {
    let steps = plan_of_member(&json!({"type": "string", "minLength": 2})).boundaries();
    let is_undeclared = |step: &Step| limit(step).starts_with(Intent::UNDECLARED_LIMIT);
    let first = steps.iter().position(is_undeclared).unwrap();
    assert!(steps.iter().skip(first).all(is_undeclared));
}

#[test]
fn an_empty_list_is_no_value_of_a_required_parameter() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let plan = plan_of_query(&list, true);
    for octet in 0..=u8::MAX {
        let step = plan.valid(&mut Source::bytes(&[octet; 16])).unwrap();
        assert_ne!(query(&step), Some(&json!([])));
    }
    assert!(plan.boundaries().iter().all(|step| query(step) != Some(&json!([]))));
    let mut step = plan.baseline().unwrap();
    step.parameters[0].value = BoundValue::Known(json!([]));
    let broken = plan.violated(&step);
    assert_eq!(broken.iter().map(|found| &*found.keyword).collect::<Vec<_>>(), ["required"]);
    assert!(
        plan_of_query(&list, false).violated(&step).is_empty(),
        "an optional one may be absent"
    );
}

#[test]
fn an_example_that_breaks_its_own_enum_is_not_sent() {
    let schema = json!({"type": "string", "enum": ["DISMISS"], "example": "\"DISMISS\""});
    let plan = plan_of_member(&schema);
    assert_eq!(plan.baseline().as_ref().and_then(member), Some(&json!("DISMISS")));
}

#[test]
fn a_unique_list_is_filled_where_the_simplest_item_repeats() {
    let item = json!({"type": "string", "pattern": "^(0|[1-9][0-9]*)$"});
    let schema = json!({"type": "array", "items": item, "uniqueItems": true, "minItems": 2});
    let baseline = plan_of_member(&schema).baseline().unwrap();
    assert_eq!(member(&baseline).and_then(Value::as_array).map(Vec::len), Some(2));
}

#[test]
fn the_alternative_that_is_satisfiable_alone_is_found() {
    // The first two always match together; only the third can match alone.
    let schema = json!({"oneOf": [
        {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]},
        {"type": "object", "properties": {"c": {"type": "string"}}, "required": ["b"]},
        {"type": "object", "properties": {"d": {"const": 1}}, "required": ["d"]},
    ]});
    let baseline = plan_of_member(&schema).baseline();
    assert_eq!(baseline.as_ref().and_then(member), Some(&json!({"d": 1})));
}
