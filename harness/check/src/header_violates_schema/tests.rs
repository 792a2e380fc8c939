//! Values of a field `X-Value` against a schema.

use harness_model::{HeaderField, Outcome, Severity};

use crate::fixture::{Fixture, check, failures, malformed, silent, unknown};

const NAME: &str = "header_violates_schema";

/// Promises with 201 that `X-Value` is as `header` says.
fn declared(header: &str) -> Fixture {
    Fixture::answered(201, "").declaring(
        r#""description": "created""#,
        &format!(r#""description": "created", "headers": {{"X-Value": {{{header}}}}}"#),
    )
}

fn schema(schema: &str, value: &str) -> Fixture {
    declared(&format!("\"schema\": {schema}")).with_header("x-value", value)
}

#[track_caller]
fn broken(schema_text: &str, value: &str, keyword: &str) {
    let finding = check(NAME, &schema(schema_text, value));
    assert!(finding.signature.effect.ends_with(keyword), "{}", finding.signature.effect);
}

/// Adds a line of this name.
fn with_line(mut fixture: Fixture, name: &str, value: impl Into<Vec<u8>>) -> Fixture {
    if let Outcome::Response(response) = &mut fixture.exchange.outcome {
        response.headers.push(HeaderField::new(name, value.into()));
    }
    fixture
}

#[test]
fn a_value_of_another_type_is_a_failure() {
    let finding = check(NAME, &schema(r#"{"type": "integer"}"#, "many"));
    assert_eq!(
        finding.signature.effect,
        "x-value /paths/~1orders/post/responses/201/headers/X-Value/schema/type"
    );
    assert_eq!(finding.severity, Severity::Medium);
    assert_eq!(finding.evidence.observed, "X-Value is \"many\"");
    assert_eq!(finding.evidence.expected, "type: \"integer\"");
}

#[test]
fn numbers_and_booleans_are_read_as_they_are_spelled() {
    for value in ["7", " 7 ", "7.0", "007", "+7", "1e3", "-0"] {
        silent(NAME, &schema(r#"{"type": "integer"}"#, value));
    }
    for value in ["", "7.5", "0x7", "1,000", "seven", "7 of 9"] {
        broken(r#"{"type": "integer"}"#, value, "type");
    }
    for value in ["true", "False", "TRUE"] {
        silent(NAME, &schema(r#"{"type": "boolean"}"#, value));
    }
    broken(r#"{"type": "boolean"}"#, "ja", "type");
}

#[test]
fn a_text_may_look_like_anything() {
    for value in ["7", "true", "", "a, b", "a=b", "null", "{\"a\": 1}"] {
        silent(NAME, &schema(r#"{"type": "string"}"#, value));
    }
}

#[test]
fn limits_are_held() {
    broken(r#"{"type": "integer", "minimum": 0}"#, "-1", "minimum");
    broken(r#"{"type": "string", "enum": ["a", "b"]}"#, "c", "enum");
    broken(r#"{"type": "string", "pattern": "^[a-f]+$"}"#, "xyz", "pattern");
    silent(NAME, &schema(r#"{"type": "string", "pattern": "^[0-9]+$"}"#, "17"));
}

#[test]
fn formats_are_not_asserted() {
    let date = "Wed, 25 Nov 2026 03:00:00 GMT";
    silent(NAME, &schema(r#"{"type": "string", "format": "date-time"}"#, date));
}

#[test]
fn lists_and_objects_are_written_in_the_simple_style() {
    let list = r#"{"type": "array", "items": {"type": "integer"}, "maxItems": 2}"#;
    for value in ["1,2", "1, 2", "", "1"] {
        silent(NAME, &schema(list, value));
    }
    broken(list, "1,2,3", "maxItems");
    broken(list, "1,b", "type");
    let object =
        r#"{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}"#;
    silent(NAME, &schema(object, "a,1,b,x"));
    broken(object, "b,1", "required");
    let exploded = |value| {
        declared(&format!("\"explode\": true, \"schema\": {object}")).with_header("x-value", value)
    };
    silent(NAME, &exploded("a=1,b=x"));
    check(NAME, &exploded("b=x"));
}

#[test]
fn null_is_allowed_where_the_schema_says_so() {
    silent(NAME, &schema(r#"{"type": ["integer", "null"]}"#, ""));
}

#[test]
fn a_value_with_content_is_read_in_its_media_type() {
    let json =
        r#""content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}}"#;
    silent(NAME, &declared(json).with_header("x-value", "{\"a\": 1}"));
    check(NAME, &declared(json).with_header("x-value", "{\"b\": 1}"));
}

#[test]
fn lines_of_one_name_are_a_list_or_say_a_thing_twice() {
    let pattern = r#"{"type": "string", "pattern": "^[a-f]+$"}"#;
    silent(NAME, &with_line(schema(pattern, "abc"), "X-Value", "abc"));
    check(NAME, &with_line(schema(pattern, "abc"), "X-Value", "abcd"));
    let list = r#"{"type": "array", "items": {"type": "integer"}}"#;
    silent(NAME, &with_line(schema(list, "1"), "X-Value", "2"));
}

#[test]
fn every_cookie_is_a_value_of_its_own() {
    let cookies = |first: &str, second: &str| {
        let pattern = r#"{"type": "string", "pattern": "^[a-z]+=[^,]+$"}"#;
        let fixture =
            declared(&format!("\"schema\": {pattern}")).declaring("X-Value", "Set-Cookie");
        with_line(fixture.with_header("set-cookie", first), "Set-Cookie", second)
    };
    silent(NAME, &cookies("a=1", "b=2"));
    check(NAME, &cookies("a=1", "2"));
}

#[test]
fn absent_fields_and_fields_without_schema_are_fine() {
    silent(NAME, &declared(r#""schema": {"type": "integer"}, "required": true"#));
    silent(NAME, &declared(r#""description": "anything""#).with_header("x-value", "x"));
}

#[test]
fn what_is_no_text_is_unknown() {
    let fixture = declared(r#""schema": {"type": "integer"}"#);
    unknown(NAME, &with_line(fixture, "X-Value", vec![0xff]));
}

#[test]
fn what_a_server_in_front_answers_is_not_judged() {
    let fixture = schema(r#"{"type": "integer"}"#, "x");
    silent(NAME, &fixture.clone().meant(malformed("http")));
    silent(NAME, &fixture.by_method("TRACE"));
}

#[test]
fn a_path_that_leads_elsewhere_is_not_judged() {
    let fixture = schema(r#"{"type": "integer"}"#, "x");
    unknown(NAME, &fixture.clone().at("/orders/{id}", "/orders/"));
    check(NAME, &fixture.at("/orders/{id}", "/orders/7"));
}

#[test]
fn the_same_cause_in_other_data_is_the_same_failure() {
    let of = |value: &str| failures(NAME, &schema(r#"{"type": "integer"}"#, value)).remove(0);
    assert_eq!(of("many").signature, of("few").signature);
}
