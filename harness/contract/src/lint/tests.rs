//! Each rule on a contract that breaks it and on one that keeps it.

use super::*;
use crate::{locate, read};

/// Lints one operation `POST /a/{id}`, whose parts are given as YAML flow mappings; returns its score
/// and `code line:column message` of each remark.
fn lint_of(parameters: &str, schema: &str, rest: &str) -> (u8, Vec<String>) {
    let text = format!(
        "openapi: 3.1.0
paths:
  /a/{{id}}:
    post:
      parameters: {parameters}
      requestBody: {{content: {{application/json: {schema}}}}}
      {rest}
components:
  schemas:
    Node: {{type: object, properties: {{next: {{$ref: '#/components/schemas/Node'}}, text: {{type: string}}}}}}
"
    );
    let contract = read(text.as_bytes(), "a.yaml").unwrap();
    let mut report = lint(&contract);
    let operation = &mut report.operations[0];
    locate(&contract, text.as_bytes(), &mut operation.remarks);
    let remarks = operation.remarks.iter().map(|d| {
        let position = d.position.unwrap();
        format!("{} {}:{} {}", d.code, position.line, position.column, d.message)
    });
    (operation.score, remarks.collect())
}

const TIGHT_ID: &str =
    "[{in: path, name: id, required: true, schema: {type: integer}, example: 1}]";
const TIGHT_REST: &str = "responses: {'204': {description: ok}, 4XX: {description: no}}
      security: []";

#[test]
fn tight_operation_has_the_full_score() {
    let schema = "{schema: {type: object, properties: {a: {type: string, maxLength: 3}, \
                  b: {type: array, maxItems: 2, items: {enum: [x]}}, c: {type: string, readOnly: true}}}}";
    assert_eq!(lint_of(TIGHT_ID, schema, TIGHT_REST), (100, vec![]));
}

#[test]
fn every_rule_speaks_where_it_is_broken() {
    let schema = "{schema: {type: object, properties: {a: {type: string}, b: {type: array, items: {}}, \
                  c: {type: object}}}, example: {a: 1}}";
    let (score, remarks) = lint_of(
        "[{in: path, name: id, required: true, schema: {type: string}}]",
        schema,
        "responses: {'200': {description: ok, content: {application/json: {}}}}",
    );
    let codes: Vec<_> = remarks.iter().map(|r| r.split(' ').next().unwrap()).collect();
    assert_eq!(
        codes,
        [
            "undeclared-errors",
            "untyped-response",
            "unbounded-string",
            "unbounded-string",
            "unbounded-array",
            "free-form",
            "free-form",
            "id-without-example",
            "missing-security",
            "invalid-example",
        ]
    );
    assert_eq!(remarks[3], "unbounded-string 6:86 \"a\" may be a text of any length");
    // The outer object keeps a third of the free-form rule.
    assert_eq!(score, 5);
}

#[test]
fn recursive_schemas_are_reviewed_once() {
    let (score, remarks) =
        lint_of(TIGHT_ID, "{schema: {$ref: '#/components/schemas/Node'}}", TIGHT_REST);
    assert_eq!(remarks, ["unbounded-string 11:82 \"text\" may be a text of any length"]);
    assert_eq!(score, 85);
}

#[test]
fn bounds_may_stand_in_another_branch_of_all_of() {
    let schema = "{schema: {allOf: [{type: string}, {maxLength: 5}]}}";
    assert_eq!(lint_of(TIGHT_ID, schema, TIGHT_REST).1, Vec::<String>::new());
}

#[test]
fn skipped_operation_has_no_score() {
    let text = "openapi: 3.1.0\npaths: {/a: {get: {requestBody: {$ref: '#/lost'}}}}";
    let report = lint(&read(text.as_bytes(), "a.yaml").unwrap());
    assert_eq!((report.score, report.operations[0].score), (0, 0));
    assert_eq!(
        report.operations[0].remarks[0].message,
        "cannot be tested: cannot resolve the request body \"#/lost\""
    );
}

#[test]
fn weights_are_a_hundred_together() {
    let sum: u16 = LINT_RULES.iter().map(|rule| u16::from(rule.weight)).sum();
    assert_eq!(sum, 100);
}
