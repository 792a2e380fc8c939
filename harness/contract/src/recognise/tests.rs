//! Which octets are text, and which text is a contract.

use super::*;

#[track_caller]
fn check(document: &str, expect: &str) {
    let error = crate::read(document.as_bytes(), "a.yaml").unwrap_err();
    assert_eq!(error.to_string(), expect);
}

#[test]
fn empty_document_is_named_so() {
    check("", "a.yaml is empty; expected an OpenAPI or Swagger document in JSON or YAML");
    check(" \n\t", "a.yaml is empty; expected an OpenAPI or Swagger document in JSON or YAML");
}

#[test]
fn wrong_syntax_names_place_and_way_out() {
    check(
        "{\"openapi\": \"3.0.0\",,}",
        "a.yaml:1:21 is not valid JSON: key must be a string; expected an OpenAPI or Swagger \
         document in JSON or YAML",
    );
}

#[test]
fn page_of_a_user_interface_points_to_the_document() {
    check(
        "<!DOCTYPE html>\n<html><div id=\"swagger-ui\"></div></html>",
        "a.yaml is not an OpenAPI or Swagger document: it is the HTML page of Swagger UI; pass the \
         URL of the document that the page shows, e.g. /openapi.json",
    );
    check(
        "<html>hello</html>",
        "a.yaml is not an OpenAPI or Swagger document: it is an HTML page; pass the URL of the \
         JSON or YAML document itself",
    );
}

#[test]
fn other_kinds_of_document_are_named() {
    let found = |document: &str| match crate::read(document.as_bytes(), "x").unwrap_err() {
        ReadError::NotAnApiDocument { found, .. } => found,
        error => error.to_string(),
    };
    for (document, expect) in [
        ("asyncapi: 2.0.0", "it is an AsyncAPI document"),
        (r#"{"info": {"_postman_id": "1"}, "item": []}"#, "it is a Postman collection"),
        ("type Query {\n  a: Int\n}", "it is a GraphQL schema"),
        ("schema {\n  query: Query\n}\n\"\"\"doc\"\"\"\nscalar X", "it is a GraphQL schema"),
        (r#"{"data": {"__schema": {}}}"#, "it is a GraphQL schema"),
        ("arazzo: 1.0.0", "it is an Arazzo workflow"),
        ("swaggerVersion: '1.2'", "it is a Swagger 1.x document"),
        ("<?xml version='1.0'?><definitions/>", "it is an XML document"),
        ("#%RAML 1.0\ntitle: x", "it is a RAML document"),
        ("hello", "it is plain text"),
        ("[1]", "it is a list"),
        ("404", "it is a single number"),
    ] {
        assert_eq!(found(document), expect, "{document}");
    }
}

#[test]
fn unknown_object_shows_its_keys() {
    check(
        r#"{"detail": "Not Found", "b": 1}"#,
        "a.yaml is not an OpenAPI or Swagger document: its top-level keys are \"detail\", \"b\"; \
         expected \"openapi\": \"3…\" or \"swagger\": \"2.0\" among them",
    );
}

#[test]
fn unknown_version_names_the_known_ones() {
    check(
        "openapi: 4.0.0",
        "a.yaml says openapi: 4.0.0, which is not supported; supported are Swagger 2.0, \
         OpenAPI 3.0, OpenAPI 3.1 and 3.2",
    );
    check(
        "swagger: '1.2'",
        "a.yaml says swagger: 1.2, which is not supported; supported are Swagger 2.0, \
         OpenAPI 3.0, OpenAPI 3.1 and 3.2",
    );
}

#[test]
fn binary_is_no_text() {
    let error = crate::read(b"\x89PNG\r\n\0\0", "logo.png").unwrap_err();
    assert_eq!(error, ReadError::NotText { document: "logo.png".to_owned(), offset: 0 });
}

#[test]
fn one_wrong_octet_does_not_lose_the_document() {
    let contract = crate::read(b"openapi: 3.1.0\ninfo: {title: caf\xe9}\npaths: {}", "x").unwrap();
    assert_eq!(contract.title, "caf\u{fffd}");
    assert_eq!(contract.diagnostics[0].code, "not-utf-8");
}

#[test]
fn utf_16_with_a_byte_order_mark_is_text() {
    let text = "openapi: 3.1.0\ninfo: {title: é}\npaths: {}";
    let little: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        assert_eq!(crate::read(&bytes, "x").unwrap().title, "é");
    }
}

#[test]
fn byte_order_mark_is_skipped() {
    let contract = crate::read("\u{feff}{\"openapi\": \"3.1.0\", \"paths\": {}}".as_bytes(), "x");
    assert_eq!(contract.unwrap().format, "OpenAPI 3.1.0");
}

#[test]
fn contract_is_told_from_other_answers() {
    for (document, expect) in [
        (r#"{"info": {}, "openapi": "3.0.0"}"#, true),
        (r#"{"swagger": "2.0"}"#, true),
        ("openapi: 3.1.0\n", true),
        ("# remark\n\"swagger\": '2.0'\n", true),
        ("{openapi: 3.1.0, info: {title: x}}", true),
        (r#"{"detail": "no openapi: here"}"#, false),
        (r#"{"paths": {"openapi": "3.0.0"}}"#, false),
        ("text that mentions\n  openapi: 3.0.0", false),
        ("<html>openapi: 3</html>", false),
        ("", false),
    ] {
        assert_eq!(looks_like_contract(document.as_bytes()), expect, "{document}");
    }
}
