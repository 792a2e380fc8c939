//! What real documents get wrong: told of with its place, and never a stop.

use super::*;

#[test]
fn path_without_a_slash_gets_one_and_keys_stay_unique() {
    let contract = yaml(
        "openapi: 3.1.0\npaths:\n  a: {get: {responses: {default: {}}}}\n  \
         /a: {get: {responses: {default: {}}}}\n",
    );
    assert_eq!(contract.operations.len(), 1);
    assert_eq!(
        diagnostics(&contract),
        [
            "Warning path-without-slash 3:3 #/paths/a",
            "Error duplicate-operation 4:8 #/paths/~1a/get",
        ]
    );
}

#[test]
fn same_operation_id_twice_is_reported_where_it_comes_again() {
    let contract = yaml(
        "openapi: 3.1.0\npaths:\n  /a:\n    get: {operationId: x, responses: {default: {}}}\n    \
         put: {operationId: x, responses: {default: {}}}\n",
    );
    assert_eq!(
        diagnostics(&contract),
        ["Warning duplicate-operation-id 5:11 #/paths/~1a/put/operationId"]
    );
    assert_eq!(contract.operations.len(), 2);
}

#[test]
fn extensions_and_nulls_are_tolerated_everywhere() {
    let contract = yaml(
        "openapi: 3.1.0
x-top: 1
info: {title: null, description: null, x-a: 1}
servers: null
security: null
tags: null
paths:
  x-paths: {get: 1}
  /a:
    x-item: 1
    summary: null
    parameters: null
    get:
      x-op: 1
      tags: null
      description: null
      parameters: null
      requestBody: null
      responses: {x-r: 1, '200': {description: null, headers: null, content: null, links: null}}
components: {schemas: null, x-c: {$ref: nowhere}}
",
    );
    assert_eq!(contract.operations.len(), 1);
    assert_eq!(diagnostics(&contract), Vec::<String>::new());
}

#[test]
fn key_that_comes_twice_is_reported_where_it_comes_again() {
    let contract = yaml("openapi: 3.1.0\ninfo:\n  title: one\n  title: two\npaths: {}\n");
    assert_eq!(contract.title, "two");
    assert_eq!(diagnostics(&contract), ["Warning duplicate-key 4:3 #/info/title"]);
}

#[test]
fn many_places_with_one_mistake_are_counted() {
    let schemas: Vec<_> = (0..150).map(|n| format!("    S{n}: {{type: int}}\n")).collect();
    let contract = yaml(&format!(
        "openapi: 3.1.0\npaths: {{}}\ncomponents:\n  schemas:\n{}",
        schemas.concat()
    ));
    assert_eq!(contract.diagnostics.len(), 101);
    assert_eq!(contract.diagnostics[0].message, "50 more places with invalid-type are not listed");
}

#[test]
fn document_without_paths_says_what_is_missing() {
    let contract = yaml("openapi: 3.1.0\nwebhooks: {a: {post: {}}}\n");
    assert_eq!(
        contract.diagnostics[0].message,
        "the document has webhooks and no paths: there is nothing to send requests to"
    );
}

#[test]
fn json_that_is_only_yaml_says_so() {
    let contract = read(b"{\"openapi\": \"3.1.0\",\n \"paths\": {},}", "a.json").unwrap();
    assert_eq!(
        contract.diagnostics[0].message,
        "not valid JSON at line 2, column 14 (trailing comma); read as YAML"
    );
}

#[test]
fn relics_of_version_2_in_version_3_are_read_as_meant() {
    let contract = yaml(
        "openapi: 3.0.0
paths:
  /a:
    post:
      parameters:
        - {in: query, name: limit, type: integer, minimum: 1, exclusiveMinimum: true, required: true}
        - {in: body, name: order, required: true, schema: {type: object, required: [id]}}
      responses: {'200': {description: ok, schema: {type: array, items: {type: string, nullable: true}}}}
",
    );
    let operation = operation(&contract, "POST /a");
    assert_eq!(names(&operation), ["query limit!"]);
    let answered = operation.responses[0].content[0].schema.as_ref().unwrap();
    let answered = contract.schemas.response(answered).unwrap();
    assert_eq!(answered["items"]["type"], json!(["string", "null"]));
    let limit = &operation.parameters[0].schema;
    let compile = |schema: &SchemaRef| {
        crate::Validator::compile(&contract.schemas, schema, Direction::Request).unwrap()
    };
    assert!(compile(limit).is_valid(&json!(2)));
    assert!(!compile(limit).is_valid(&json!(1)));
    let body = operation.request_body.unwrap();
    assert!(body.required);
    assert!(!compile(body.content[0].schema.as_ref().unwrap()).is_valid(&json!({})));
    let codes: Vec<_> = contract.diagnostics.iter().map(|d| d.code.as_str()).collect();
    for code in ["parameter-is-schema", "body-parameter", "schema-without-content"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
}

#[test]
fn what_real_documents_get_wrong_is_a_diagnostic_and_never_a_stop() {
    let contract = yaml(
        "openapi: 3.0
info: {title: t, version: 1.0}
servers: {url: https://h.example}
security: {key: []}
paths:
  /a/{id}:
    get:
      operationId: same
      parameters: {q: {in: Query, name: q, schema: {type: string, format: ulid, pattern: '['}}}
      responses: {200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/S'}, example: {a: 1}}}}}
  /a/{name}:
    get:
      operationId: same
      parameters: [{in: path, name: name, required: true, schema: {type: String}}]
      responses: {}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: K}}
  schemas:
    S: {required: true, properties: {a: {type: string, required: true, minLength: -1}, b: {$ref: '#/lost'}}}
",
    );
    let keys: Vec<_> = contract.operations.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["GET /a/{id}", "GET /a/{name}"]);
    assert_eq!(names(&contract.operations[0]), ["query q", "path id!"]);
    assert_eq!(contract.operations[0].security[0].keys().collect::<Vec<_>>(), ["key"]);
    assert_eq!(contract.servers[0].url, "https://h.example");
    assert_eq!(
        diagnostics(&contract),
        [
            "Warning version-not-text 1:1 #/openapi",
            "Warning not-a-list 3:1 #/servers",
            "Warning not-a-list 4:1 #/security",
            "Warning undeclared-path-parameter 7:5 #/paths/~1a~1{id}/get",
            "Warning not-openapi-3.0 7:5 #/paths/~1a~1{id}/get",
            "Warning not-a-list 9:7 #/paths/~1a~1{id}/get/parameters",
            "Warning invalid-location 9:24 #/paths/~1a~1{id}/get/parameters/q/in",
            "Note unknown-format 9:67 #/paths/~1a~1{id}/get/parameters/q/schema/format",
            "Warning invalid-keyword 9:81 #/paths/~1a~1{id}/get/parameters/q/schema/pattern",
            "Warning no-responses 12:5 #/paths/~1a~1{name}/get",
            "Warning ambiguous-path 12:5 #/paths/~1a~1{name}/get",
            "Warning duplicate-operation-id 13:7 #/paths/~1a~1{name}/get/operationId",
            "Warning invalid-type 14:68 #/paths/~1a~1{name}/get/parameters/0/schema/type",
            "Warning not-openapi-3.0 19:5 #/components/schemas/S",
            "Note missing-type 19:5 #/components/schemas/S",
            "Warning invalid-required 19:9 #/components/schemas/S/required",
            "Warning invalid-required 19:56 #/components/schemas/S/properties/a/required",
            "Warning invalid-keyword 19:72 #/components/schemas/S/properties/a/minLength",
            "Error unresolvable-reference 19:92 #/components/schemas/S/properties/b/$ref",
        ]
    );
    let lint = crate::lint(&contract);
    let codes: Vec<_> = lint.operations[0].remarks.iter().map(|r| r.code.as_str()).collect();
    assert!(codes.contains(&"invalid-example"), "{codes:?}");
}
