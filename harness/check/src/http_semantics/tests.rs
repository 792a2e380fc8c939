//! Each rule, broken and kept.

use harness_model::Severity;

use crate::fixture::{Fixture, check, failures, invalid, malformed, silent};

const NAME: &str = "http_semantics";

fn answered(status: u16) -> Fixture {
    Fixture::answered(status, "")
}

#[track_caller]
fn broken(fixture: &Fixture, effect: &str) {
    assert_eq!(check(NAME, fixture).signature.effect, effect);
}

#[test]
fn statuses_that_say_what_to_do_next_have_their_field() {
    for (status, field, value) in [
        (301, "Location", "/a"),
        (302, "Location", "/a"),
        (303, "Location", "/a"),
        (307, "Location", "/a"),
        (308, "Location", "/a"),
        (401, "WWW-Authenticate", "X-Own-Scheme realm=\"a\""),
        (405, "Allow", "POST"),
        (407, "Proxy-Authenticate", "Basic"),
        (426, "Upgrade", "h2c"),
    ] {
        let method = if status == 405 { "PUT" } else { "POST" };
        let fixture = answered(status).by_method(method);
        broken(&fixture, &format!("{status} without {field}"));
        silent(NAME, &fixture.with_header(field, value));
    }
}

#[test]
fn evidence_names_the_section() {
    let finding = check(NAME, &answered(405).by_method("PUT"));
    assert_eq!(finding.evidence.expected, "a field Allow (RFC 9110, 15.5.6)");
    assert_eq!(finding.severity, Severity::Low);
}

#[test]
fn only_authentication_of_http_has_a_challenge() {
    assert_eq!(check(NAME, &answered(401)).severity, Severity::Info);
    let by_key = answered(401).secured(r#"{"key": []}"#);
    assert_eq!(check(NAME, &by_key).severity, Severity::Info);
    let http = by_key.declaring(
        r#""type": "apiKey", "in": "header", "name": "X-Key""#,
        r#""type": "http", "scheme": "bearer""#,
    );
    assert_eq!(check(NAME, &http).severity, Severity::Low);
}

#[test]
fn a_location_is_a_uri_reference() {
    for status in [201, 301, 303] {
        let located = |value| answered(status).with_header("Location", value);
        broken(&located("/orders/{id}"), &format!("{status} location is no reference"));
        assert_eq!(check(NAME, &located("/a b")).severity, Severity::Medium);
        for value in ["/orders/1", "https://shop.example/orders/1", "1", "../orders/1?a=b"] {
            silent(NAME, &located(value));
        }
    }
    silent(NAME, &answered(200).with_header("Location", "/orders/{id}"));
    silent(NAME, &answered(201));
}

#[test]
fn answers_without_content_have_none() {
    broken(&Fixture::answered(205, "x"), "205 with content");
    broken(&answered(204).with_header("Content-Length", "2"), "204 with content");
    broken(&answered(204).with_header("Transfer-Encoding", "chunked"), "204 with content");
    silent(NAME, &answered(204));
    silent(NAME, &answered(205));
    silent(NAME, &answered(204).with_header("Content-Length", "0"));
    silent(NAME, &answered(205).with_header("Transfer-Encoding", "chunked"));
    silent(NAME, &answered(204).with_header("Content-Length", "2").by_method("HEAD"));
}

#[test]
fn allow_does_not_list_what_was_just_refused() {
    let allowing = |allow| answered(405).by_method("PUT").with_header("Allow", allow);
    broken(&allowing("POST, PUT"), "405 allows the method");
    silent(NAME, &allowing("post , HEAD"));
    // Then it was another method that was refused.
    silent(NAME, &allowing("POST, PUT").with_request_header("X-HTTP-Method-Override", "BREW"));
}

#[test]
fn allow_lists_what_the_contract_declares() {
    let allowing = |allow| answered(405).by_method("PUT").with_header("Allow", allow);
    broken(&allowing("GET"), "allow lacks POST");
    broken(&allowing(""), "allow lacks POST");
    broken(&answered(200).by_method("OPTIONS").with_header("Allow", "GET"), "allow lacks POST");
    silent(NAME, &answered(200).with_header("Allow", "GET"));
    silent(NAME, &allowing("GET").at("/orders/{id}", "/orders/"));
}

#[test]
fn partial_answers_are_asked_for() {
    broken(&answered(206), "206 to a request without Range");
    silent(NAME, &answered(206).with_request_header("Range", "bytes=0-1"));
    broken(&answered(304), "304 to a request without a condition");
    silent(NAME, &answered(304).with_request_header("If-None-Match", "\"a\""));
    silent(NAME, &answered(206).declaring_status("206"));
    silent(NAME, &answered(304).declaring_status("304"));
}

#[test]
fn nothing_is_refused_for_what_was_not_sent() {
    broken(&answered(413), "413 to a request without content");
    broken(&answered(415), "415 to a request without content");
    for status in [413, 415] {
        silent(NAME, &answered(status).sending("x"));
        silent(NAME, &answered(status).declaring_status(&status.to_string()));
    }
    silent(NAME, &answered(413).with_request_header("X-Long", &"a".repeat(4096)));
    // Frameworks say that the media type is missing, where content should have been.
    let takes_content = r#""requestBody": {"content": {"application/json": {}}}, "responses""#;
    silent(NAME, &answered(415).declaring(r#""responses""#, takes_content));
}

#[test]
fn nothing_is_unacceptable_where_anything_is_accepted() {
    broken(&answered(406).meant(invalid("maximum")), "406 to a request that accepts anything");
    silent(NAME, &answered(406));
    let narrowed =
        |name, value| answered(406).meant(invalid("maximum")).with_request_header(name, value);
    silent(NAME, &narrowed("Accept", "text/html"));
    silent(NAME, &narrowed("Accept-Language", "de"));
    check(NAME, &narrowed("Accept", "*/*"));
}

#[test]
fn broken_http_is_answered_by_the_server_in_front() {
    for status in [205, 301, 405, 413] {
        silent(NAME, &Fixture::answered(status, "x").meant(malformed("http")));
    }
}

#[test]
fn common_answers_are_fine() {
    for status in [200, 201, 202, 203, 300, 400, 403, 404, 409, 422, 429, 500, 503] {
        silent(NAME, &Fixture::answered(status, "{}"));
    }
}

#[test]
fn rules_are_told_apart() {
    let fixture = answered(405).by_method("PUT");
    let two = [check(NAME, &fixture), check(NAME, &fixture.with_header("Allow", "PUT, POST"))];
    assert_ne!(two[0].signature, two[1].signature);
    let located = answered(301).with_header("Location", "/{id}");
    assert_eq!(failures(NAME, &located).len(), 1);
}
