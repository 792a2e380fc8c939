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
    let why = "octet 0 is not valid UTF-8".to_owned();
    assert_eq!(error, ReadError::NotText { document: "logo.png".to_owned(), why });
}

#[test]
fn one_wrong_octet_does_not_lose_the_document() {
    let contract = crate::read(b"openapi: 3.1.0\ninfo: {title: caf\xe9}\npaths: {}", "x").unwrap();
    assert_eq!(contract.title, "caf\u{fffd}");
    assert_eq!(contract.diagnostics[0].code, "not-utf-8");
}

#[test]
fn utf_16_is_text_with_and_without_a_byte_order_mark() {
    let text = "openapi: 3.1.0\ninfo: {title: é}\npaths: {}";
    for mark in ["\u{feff}", ""] {
        let units: Vec<u16> = mark.encode_utf16().chain(text.encode_utf16()).collect();
        for to_octets in [u16::to_le_bytes, u16::to_be_bytes] {
            let octets: Vec<u8> = units.iter().copied().flat_map(to_octets).collect();
            assert_eq!(crate::read(&octets, "x").unwrap().title, "é");
        }
    }
}

#[test]
fn files_of_other_kinds_are_named() {
    let begins = [
        (&b"\x1f\x8b\x08\0"[..], "it is compressed (gzip); decompress it first"),
        (b"PK\x03\x04text", "it is an archive (zip); unpack it first"),
        (b"%PDF-1.7", "it is a PDF"),
        (b"\xff\xfe\0\0o\0\0\0", "it is UTF-32; write it as UTF-8"),
    ];
    for (octets, why) in begins {
        let (document, why) = ("x".to_owned(), why.to_owned());
        assert_eq!(crate::read(octets, "x").unwrap_err(), ReadError::NotText { document, why });
    }
}

#[test]
fn odd_versions_are_understood() {
    for (document, format) in [
        ("openapi: v3.0.1", "OpenAPI v3.0.1"),
        ("openapi: 3.7.0", "OpenAPI 3.7.0"),
        ("openapi: '2.0'", "Swagger 2.0"),
        ("swagger: 3.0.0", "OpenAPI 3.0.0"),
    ] {
        let contract = crate::read(format!("{document}\npaths: {{}}").as_bytes(), "x").unwrap();
        assert_eq!(contract.format, format, "{document}");
        assert_eq!(contract.diagnostics[0].code, "odd-version", "{document}");
    }
}

#[test]
fn comment_before_json_is_passed_by() {
    for document in ["// c\n{\"openapi\": \"3.1.0\"}", "/* c */ {\"openapi\": \"3.1.0\"}"] {
        assert_eq!(crate::read(document.as_bytes(), "x").unwrap().format, "OpenAPI 3.1.0");
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
