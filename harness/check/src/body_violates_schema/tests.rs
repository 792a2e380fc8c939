//! Answers against their schemas: what is a failure, what is not, and what cannot be judged.

use crate::fixture::{Fixture, check, failures, malformed, silent, unknown};

const NAME: &str = "body_violates_schema";

#[test]
fn content_that_breaks_its_schema_is_a_failure() {
    let finding = check(NAME, &Fixture::answered(200, r#"{"id": "1"}"#));
    assert_eq!(finding.evidence.response_pointer.as_deref(), Some("/id"));
    assert!(finding.evidence.contract_pointer.is_some_and(|p| p.ends_with("/id/type")));
    assert!(finding.signature.effect.ends_with("/properties/id/type"), "{}", finding.signature);
    assert_eq!(finding.evidence.observed, r#"/id is "1""#);
}

#[test]
fn each_missing_property_is_a_failure_of_its_own() {
    let two_required = Fixture::answered(200, "{}").declaring(r#"["id"]"#, r#"["id", "tags"]"#);
    let effects: Vec<_> = failures(NAME, &two_required)
        .into_iter()
        .filter_map(|finding| finding.signature.effect.rsplit('/').next().map(str::to_owned))
        .collect();
    assert_eq!(effects, ["required id", "required tags"]);
}

#[test]
fn one_keyword_is_one_failure_however_often_it_is_broken() {
    let content = r#"{"id": 1, "tags": [1, 2, 3, 4, 5, 6, 7]}"#;
    let finding = check(NAME, &Fixture::answered(200, content));
    assert_eq!(finding.evidence.response_pointer.as_deref(), Some("/tags/0"));
}

#[test]
fn which_item_of_a_list_or_entry_of_a_map_it_was_does_not_matter() {
    let one = check(NAME, &Fixture::answered(200, r#"{"id":1,"tags":[7],"counts":{}}"#));
    let two = check(NAME, &Fixture::answered(200, r#"{"id":1,"tags":["a","b",9]}"#));
    assert_eq!(one.signature, two.signature);
    let one = check(NAME, &Fixture::answered(200, r#"{"id":1,"counts":{"x":""}}"#));
    let two = check(NAME, &Fixture::answered(200, r#"{"id":1,"counts":{"y":1,"z":"2"}}"#));
    assert_eq!(one.signature, two.signature);
}

#[test]
fn several_keywords_are_several_failures_up_to_a_limit() {
    let found = failures(NAME, &Fixture::answered(200, r#"{"id":"1","tags":0}"#));
    assert_eq!(found.len(), 2);
    let properties: Vec<_> = (0..9).map(|n| format!(r#""p{n}": {{"type": "string"}}"#)).collect();
    let members: Vec<_> = (0..9).map(|n| format!(r#""p{n}": {n}"#)).collect();
    let many = Fixture::answered(200, &format!("{{\"id\": 1, {}}}", members.join(", "))).declaring(
        r#""properties": {"#,
        &format!(r#""properties": {{{}, "#, properties.join(", ")),
    );
    assert_eq!(failures(NAME, &many).len(), 5);
}

#[test]
fn alternatives_are_blamed_as_a_whole() {
    let alternatives = Fixture::answered(200, r#"{"id": {}}"#).declaring(
        r#""id": {"type": "integer"}"#,
        r#""id": {"oneOf": [{"type": "integer"}, {"type": "string", "minLength": 3}]}"#,
    );
    assert!(check(NAME, &alternatives).signature.effect.ends_with("/properties/id/oneOf"));
}

#[test]
fn content_that_fits_is_fine() {
    silent(NAME, &Fixture::answered(200, r#"{"id": 1, "more": null, "tags": []}"#));
    silent(NAME, &Fixture::answered(400, "[]"));
}

#[test]
fn what_is_write_only_is_not_asked_for_and_what_is_nullable_may_be_null() {
    let write_only = Fixture::answered(200, r#"{"id": 1}"#)
        .declaring(r#"["id"]"#, r#"["id", "secret"]"#)
        .declaring(r#""id": {"#, r#""secret": {"type": "string", "writeOnly": true}, "id": {"#);
    silent(NAME, &write_only);
    let nullable = Fixture::answered(200, r#"{"id": null}"#).declaring("3.1.0", "3.0.3").declaring(
        r#""id": {"type": "integer"}"#,
        r#""id": {"type": "integer", "nullable": true}"#,
    );
    silent(NAME, &nullable);
    check(NAME, &Fixture::answered(200, r#"{"id": null}"#));
}

#[test]
fn declared_json_that_does_not_parse_is_a_failure() {
    for content in [r#"{"id": "#, "", "oops", "{'id': 1}", "{\"id\": 1} x"] {
        let finding = check(NAME, &Fixture::answered(200, content));
        assert_eq!(finding.signature.effect, "200 not json", "{content:?}");
    }
}

#[test]
fn json_that_is_beyond_our_parser_is_not_judged() {
    let deep = format!("{{\"id\": {}{}}}", "[".repeat(200), "]".repeat(200));
    for content in [&*deep, r#"{"id": "\ud800"}"#] {
        unknown(NAME, &Fixture::answered(200, content));
    }
}

#[test]
fn a_suffix_makes_it_json_too() {
    let fixture = Fixture::answered(200, r#"{"id": "1"}"#).declaring(
        r#""application/json": {"schema""#,
        r#""application/vnd.order+json": {"schema""#,
    );
    check(NAME, &fixture.with_header("content-type", "application/vnd.order+json; v=1"));
}

#[test]
fn other_formats_and_undeclared_answers_are_left_to_others() {
    let wrong = r#"{"id": "1"}"#;
    silent(NAME, &Fixture::answered(200, wrong).with_header("content-type", "text/html"));
    silent(NAME, &Fixture::answered(200, wrong).without_header("content-type"));
    silent(
        NAME,
        &Fixture::answered(200, wrong).with_header("content-type", "application/hal+json"),
    );
    silent(NAME, &Fixture::answered(418, wrong));
    silent(NAME, &Fixture::answered(201, wrong));
}

#[test]
fn answers_without_content_by_definition_are_not_judged() {
    silent(NAME, &Fixture::answered(200, "").by_method("HEAD"));
    silent(NAME, &Fixture::answered(204, "").declaring(r#""200""#, r#""204""#));
    silent(NAME, &Fixture::answered(304, "").declaring(r#""200""#, r#""304""#));
}

#[test]
fn errors_of_the_server_in_front_are_not_the_operations() {
    let wrong = Fixture::answered(500, r#"{"id": "1"}"#);
    silent(NAME, &wrong.clone().declaring(r#""200""#, r#""default""#));
    silent(NAME, &wrong.clone().declaring(r#""200""#, r#""5XX""#));
    check(NAME, &wrong.declaring(r#""200""#, r#""500""#));
    let wrong = Fixture::answered(400, "oops");
    check(NAME, &wrong.clone().meant(malformed("json")));
    silent(NAME, &wrong.meant(malformed("http")));
}

#[test]
fn content_that_is_not_whole_is_not_judged() {
    let wrong = || Fixture::answered(200, r#"{"id": 1"#);
    unknown(NAME, &wrong().too_large());
    unknown(NAME, &wrong().with_header("content-encoding", "gzip"));
    unknown(NAME, &wrong().with_header("content-range", "bytes 0-7/20"));
    check(NAME, &wrong().with_header("content-encoding", "identity"));
}

#[test]
fn a_keyword_that_is_broken_itself_asks_for_nothing() {
    let broken = Fixture::answered(200, r#"{"id": 1}"#)
        .declaring(r#""id": {"type": "integer"}"#, r#""id": {"type": "no such type"}"#);
    silent(NAME, &broken);
    check(NAME, &broken.declaring(r#"["id"]"#, r#"["id", "tags"]"#));
}

#[test]
fn a_path_that_leads_elsewhere_is_not_judged() {
    let wrong = |target| Fixture::answered(200, r#"{"id": "1"}"#).at("/orders/{id}", target);
    unknown(NAME, &wrong("/orders/.."));
    check(NAME, &wrong("/orders/a"));
}
