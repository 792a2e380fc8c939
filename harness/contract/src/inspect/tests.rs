//! What is shown of a contract before a run.

use super::*;
use crate::read;

#[test]
fn everything_is_shown_in_short() {
    let text = "openapi: 3.2.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://h.example/{v}', variables: {v: {default: v1, enum: [v1, v2]}}}]
security: [{key: []}, {}]
paths:
  /orders/{id}:
    put:
      operationId: put
      summary: Replaces an order
      parameters:
        - {in: path, name: id, required: true, schema: {type: integer, minimum: 1}, example: 7}
        - {in: query, name: sort, schema: {enum: [a, b, c, d, e]}}
        - {in: query, name: ids, schema: {type: array, maxItems: 3, items: {type: string, format: uuid}}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
      responses:
        '200': {description: ok, content: {application/jsonl: {itemSchema: {type: string, maxLength: 5}}}, headers: {ETag: {schema: {type: string}}}}
        4XX: {description: no}
      callbacks: {paid: {'{$request.body#/url}': {post: {responses: {default: {}}}}}}
    get: {requestBody: {$ref: '#/lost'}, responses: {default: {}}}
webhooks: {made: {post: {responses: {default: {}}}}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: integer}, note: {type: string}}}
";
    let inspection = inspect(&read(text.as_bytes(), "shop.yaml").unwrap());
    let operation = &inspection.operations[0];
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(|p| format!("{} {} {}: {}", p.location, p.name, p.required, p.values))
        .collect();
    assert_eq!(
        parameters,
        [
            "path id true: integer, 1 or more",
            r#"query sort false: "a" | "b" | "c" | "d" | …"#,
            "query ids false: array of string (uuid), up to 3 items",
        ]
    );
    assert_eq!(operation.bodies[0].values, "object of 2 properties, 1 required");
    assert!(operation.body_required);
    let responses: Vec<_> = operation.responses.iter().map(|r| r.status.as_str()).collect();
    assert_eq!(responses, ["200", "4XX"]);
    let answer = &operation.responses[0];
    assert_eq!(answer.content[0].values, "sequence of string, up to 5 characters");
    assert_eq!(answer.headers, ["ETag"]);
    assert_eq!(operation.security, [vec!["key".to_owned()], vec![]]);
    assert_eq!(inspection.skipped[0].key.as_str(), "GET /orders/{id}");
    let unfired: Vec<_> = inspection
        .unfired
        .iter()
        .map(|u| format!("{} {} {:?}", u.method, u.name, u.callback_of.is_some()))
        .collect();
    assert_eq!(unfired, ["POST made false", "POST paid true"]);
    assert_eq!(inspection.servers[0].url, "https://h.example/v1");
    assert_eq!(inspection.servers[0].template, "https://h.example/{v}");
    assert_eq!(inspection.servers[0].variables[0].values, ["v1", "v2"]);
    assert_eq!(inspection.n_diagnostics, DiagnosticCounts { errors: 1, warnings: 1, notes: 0 });
    let json = serde_json::to_value(&inspection).unwrap();
    assert_eq!(json["operations"][0]["key"], "PUT /orders/{id}");
}
