//! Contracts as a whole: what is read, skipped and reported.

mod lenient;
mod parameters;

use serde_json::json;

use super::*;
use crate::{Direction, Location, OperationKey, SchemaRef, Server, StatusRange, Style};

fn yaml(text: &str) -> Contract {
    read(text.as_bytes(), "shop.yaml").unwrap()
}

fn operation(contract: &Contract, key: &str) -> Operation {
    contract.operations.iter().find(|operation| operation.key.as_str() == key).unwrap().clone()
}

/// `severity code line:column #pointer` of each diagnostic.
fn diagnostics(contract: &Contract) -> Vec<String> {
    let place = |d: &crate::Diagnostic| {
        d.position.map_or_else(|| "?".to_owned(), |p| format!("{}:{}", p.line, p.column))
    };
    let lines = contract.diagnostics.iter();
    lines.map(|d| format!("{:?} {} {} #{}", d.severity, d.code, place(d), d.pointer)).collect()
}

/// `location name` of each parameter, `!` behind required ones.
fn names(operation: &Operation) -> Vec<String> {
    let name = |p: &Parameter| {
        let mark = if p.required { "!" } else { "" };
        format!("{} {}{mark}", p.location.as_str(), p.name)
    };
    operation.parameters.iter().map(name).collect()
}

#[test]
fn outside_of_a_contract_is_filled_in() {
    let text = "openapi: 3.1.1\ninfo: {title: Shop, version: 1.20}\npaths: {}";
    let contract = yaml(text);
    assert_eq!(contract.title, "Shop");
    assert_eq!(contract.version, "1.2");
    assert_eq!(contract.format, "OpenAPI 3.1.1");
    assert_eq!(contract.source, "shop.yaml");
    assert_eq!(contract.digest, blake3::hash(text.as_bytes()).to_hex().to_string());
}

#[test]
fn version_may_be_a_number() {
    let contract = yaml("openapi: 3.1\npaths: {}");
    assert_eq!(contract.format, "OpenAPI 3.1");
    assert_eq!(diagnostics(&contract), ["Warning version-not-text 1:1 #/openapi"]);
    assert_eq!(yaml("swagger: 2.0\npaths: {}").format, "Swagger 2.0");
}

#[test]
fn broken_operation_does_not_take_its_neighbours_along() {
    let contract = yaml(
        "openapi: 3.1.0
paths:
  /a:
    get: {responses: {default: {}}}
    post:
      requestBody: {$ref: '#/components/requestBodies/Missing'}
      responses: {default: {}}
    put:
  /b:
    parameters:
      - $ref: other.yaml#/P
    get: {responses: {default: {}}}
  /c:
    $ref: '#/nowhere'
  /d:
    get: {responses: {default: {}}}
",
    );
    let keys: Vec<_> = contract.operations.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["GET /a", "GET /d"]);
    let skipped: Vec<_> =
        contract.skipped.iter().map(|s| format!("{}: {}", s.key, s.reason)).collect();
    assert_eq!(
        skipped,
        [
            "PUT /a: the operation is not an object",
            r##"POST /a: cannot resolve the request body "#/components/requestBodies/Missing""##,
            r#"GET /b: the parameter "other.yaml#/P" is in another document"#,
        ]
    );
    assert_eq!(
        diagnostics(&contract),
        [
            "Error unresolvable-reference 6:21 #/paths/~1a/post/requestBody/$ref",
            "Error not-an-object 8:5 #/paths/~1a/put",
            "Error external-reference 11:9 #/paths/~1b/parameters/0/$ref",
            "Error unresolvable-reference 14:5 #/paths/~1c/$ref",
            "Error path-item-skipped 14:5 #/paths/~1c/$ref",
        ]
    );
}

#[test]
fn diagnostic_prints_with_file_line_column_and_pointer() {
    let contract = yaml("openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n");
    assert_eq!(
        contract.diagnostics[0].to_string(),
        "shop.yaml:4:5: the operation declares no response; any is accepted (at #/paths/~1a/get)"
    );
}

#[test]
fn implied_schemas_never_hide_a_part_of_the_document() {
    let contract = yaml(
        "openapi: 3.1.0\nx-harness: mine\npaths:\n  /{a}:\n    get: {responses: {default: {}}}\n",
    );
    let lifted = contract.schemas.document(Direction::Request);
    assert_eq!(lifted["x-harness"], json!("mine"));
    let schema = &operation(&contract, "GET /{a}").parameters[0].schema;
    assert_eq!(schema.as_str(), "#/x-harness_/schemas/0");
    assert!(contract.schemas.request(schema).is_some());
}

#[test]
fn bodies_responses_and_headers_are_read_through_references() {
    let contract = yaml(
        "openapi: 3.0.0
paths:
  /a:
    post:
      requestBody: {$ref: '#/components/requestBodies/B'}
      responses:
        201: {$ref: '#/components/responses/R'}
        4xx: {description: no}
        default: {description: else}
        x-note: {description: extension}
        '99': {description: odd}
components:
  requestBodies:
    B: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}, text/plain: {}}}
  responses:
    R:
      description: made
      headers: {Location: {$ref: '#/components/headers/L'}, Content-Type: {schema: {type: string}}}
      content: {application/json: {schema: {$ref: '#/components/schemas/S'}, examples: {a: {value: {}}}}}
  headers: {L: {required: true, schema: {type: string}}}
  schemas: {S: {type: object}}
",
    );
    let operation = operation(&contract, "POST /a");
    let body = operation.request_body.unwrap();
    assert!(body.required);
    assert_eq!(body.pointer, "/components/requestBodies/B");
    let types: Vec<_> = body
        .content
        .iter()
        .map(|m| (m.name.as_str(), m.schema.as_ref().map(SchemaRef::as_str)))
        .collect();
    let schema = "#/components/requestBodies/B/content/application~1json/schema";
    assert_eq!(types, [("application/json", Some(schema)), ("text/plain", None)]);
    let statuses: Vec<_> = operation.responses.iter().map(|r| r.status).collect();
    assert_eq!(statuses, [StatusRange::Code(201), StatusRange::Class(4), StatusRange::Default]);
    let made = &operation.responses[0];
    assert_eq!(made.content[0].examples, [json!({})]);
    let headers: Vec<_> = made.headers.iter().map(|h| (h.name.as_str(), h.required)).collect();
    assert_eq!(headers, [("Location", true)]);
    assert_eq!(made.headers[0].schema, Some(SchemaRef::at("/components/headers/L/schema")));
}

#[test]
fn response_that_cannot_be_read_allows_anything() {
    let contract =
        yaml("openapi: 3.1.0\npaths: {/a: {get: {responses: {'404': {$ref: '#/nowhere'}}}}}");
    let response = &operation(&contract, "GET /a").responses[0];
    assert_eq!(response.status, StatusRange::Code(404));
    assert_eq!((response.content[0].name.as_str(), &response.content[0].schema), ("*/*", &None));
}

#[test]
fn references_that_never_end_skip_the_operation() {
    let contract = yaml(
        "openapi: 3.1.0
paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/A'}]}}}
components:
  parameters:
    A: {$ref: '#/components/parameters/B'}
    B: {$ref: '#/components/parameters/A'}
",
    );
    assert_eq!(contract.skipped[0].reason, "the reference to a parameter leads back to itself");
}

#[test]
fn path_items_may_be_references_with_siblings() {
    let contract = yaml(
        "openapi: 3.1.0
paths:
  /a:
    $ref: '#/components/pathItems/A'
    post: {responses: {default: {}}}
components:
  pathItems:
    A: {get: {responses: {default: {}}}, post: {responses: {'200': {}}}}
",
    );
    let keys: Vec<_> =
        contract.operations.iter().map(|o| (o.key.as_str(), o.pointer.as_str())).collect();
    assert_eq!(
        keys,
        [("GET /a", "/components/pathItems/A/get"), ("POST /a", "/components/pathItems/A/post"),]
    );
    assert_eq!(diagnostics(&contract), ["Error duplicate-operation 5:5 #/paths/~1a/post"]);
}

#[test]
fn links_lead_to_operations_by_id_and_by_reference() {
    let contract = yaml(
        "openapi: 3.0.0
paths:
  /a:
    post:
      responses:
        '201':
          description: made
          links:
            byId: {operationId: get, parameters: {id: $response.body#/id}}
            byRef: {operationRef: '#/paths/~1a~1{id}/get', requestBody: 1}
            encoded: {operationRef: '#/paths/~1a~1%7Bid%7D/get'}
            shared: {$ref: '#/components/links/L'}
            lost: {operationId: nobody}
  /a/{id}:
    get:
      operationId: get
      parameters: [{in: path, name: id, required: true, schema: {type: string}}]
      responses: {'200': {description: ok}}
components: {links: {L: {operationId: get}}}
",
    );
    let links = &operation(&contract, "POST /a").responses[0].links;
    let target = OperationKey::new("get", "/a/{id}");
    let names: Vec<_> = links.iter().map(|l| (l.name.as_str(), l.operation == target)).collect();
    assert_eq!(names, [("byId", true), ("byRef", true), ("encoded", true), ("shared", true)]);
    assert_eq!(links[0].parameters["id"], json!("$response.body#/id"));
    assert_eq!(links[1].request_body, Some(json!(1)));
    let place = "#/paths/~1a/post/responses/201/links/lost";
    assert_eq!(diagnostics(&contract), [format!("Warning unresolvable-link 13:13 {place}")]);
}

#[test]
fn security_of_the_operation_replaces_that_of_the_document() {
    let contract = yaml(
        "openapi: 3.1.0
security: [{key: []}]
paths:
  /a:
    get: {responses: {'200': {description: ok}}}
    put: {security: [], responses: {'200': {description: ok}}}
    post: {security: [{}, {oauth: [read], key: []}, {lost: []}], responses: {'200': {description: ok}}}
components:
  securitySchemes:
    key: {type: apiKey, in: cookie, name: sid}
    oauth: {type: oauth2, flows: {}}
    bearer: {type: http, scheme: Bearer}
    tls: {type: mutualTLS}
",
    );
    let security = |key: &str| {
        let operation = operation(&contract, key);
        let sets = operation.security.iter();
        sets.map(|set| set.keys().cloned().collect::<Vec<_>>().join("+")).collect::<Vec<_>>()
    };
    assert_eq!(security("GET /a"), ["key"]);
    assert_eq!(security("PUT /a"), Vec::<String>::new());
    assert_eq!(security("POST /a"), ["", "oauth+key", "lost"]);
    let kinds: Vec<_> = contract.security_schemes.values().cloned().collect();
    assert_eq!(
        kinds,
        [
            SecurityScheme::ApiKey { location: Location::Cookie, name: "sid".to_owned() },
            SecurityScheme::OAuth,
            SecurityScheme::Http { scheme: "bearer".to_owned() },
            SecurityScheme::Other { kind: "mutualTLS".to_owned() },
        ]
    );
    let codes: Vec<_> = contract.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["unknown-security-scheme"]);
}

#[test]
fn server_variables_become_their_defaults() {
    let contract = yaml(
        "openapi: 3.1.0
servers:
  - url: https://{host}:{port}/{base}/{lost}
    variables: {host: {default: api.example}, port: {default: 8443}, base: {enum: [v1, v2]}}
  - description: no url
paths: {}
",
    );
    let urls: Vec<_> = contract.servers.iter().map(|s: &Server| s.url.as_str()).collect();
    assert_eq!(urls, ["https://api.example:8443/v1/{lost}"]);
    assert_eq!(
        diagnostics(&contract),
        [
            "Warning server-variable-without-default 3:5 #/servers/0",
            "Warning server-without-url 5:5 #/servers/1",
        ]
    );
}

#[test]
fn parts_of_a_form_say_how_they_are_sent() {
    let contract = yaml(
        "openapi: 3.1.0
paths:
  /a:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {file: {}, tags: {}, point: {}}}
            encoding:
              file: {contentType: 'image/png, image/*', headers: {X-Id: {required: true, schema: {type: integer}}}}
              tags: {style: pipeDelimited, allowReserved: true}
              point: {style: deepObject}
              lost: {$ref: '#/nowhere'}
      responses: {'200': {description: ok}}
",
    );
    let body = operation(&contract, "POST /a").request_body.unwrap();
    let encoding = &body.content[0].encoding;
    let parts: Vec<_> = encoding
        .iter()
        .map(|e| (e.property.as_str(), e.style, e.explode, e.allow_reserved))
        .collect();
    assert_eq!(
        parts,
        [
            ("file", None, true, false),
            ("tags", Some(Style::PipeDelimited), false, true),
            ("point", Some(Style::DeepObject), true, false),
        ]
    );
    assert_eq!(encoding[0].content_type.as_deref(), Some("image/png, image/*"));
    assert_eq!(encoding[0].headers[0].name, "X-Id");
    assert!(encoding[0].headers[0].required);
}

#[test]
fn header_may_describe_its_value_as_content() {
    let contract = yaml(
        "openapi: 3.0.0
paths:
  /a:
    get:
      responses:
        '200':
          description: ok
          headers:
            X-Json: {content: {application/json: {schema: {type: object}}}}
            X-List: {explode: true, schema: {type: array, items: {type: string}}}
",
    );
    let headers = &operation(&contract, "GET /a").responses[0].headers;
    assert_eq!(headers[0].media_type.as_deref(), Some("application/json"));
    let schema = headers[0].schema.as_ref().unwrap();
    assert_eq!(contract.schemas.response(schema).unwrap()["type"], "object");
    assert_eq!((headers[1].media_type.as_deref(), headers[1].explode), (None, true));
}

#[test]
fn version_3_2_adds_methods_and_sequences() {
    let contract = yaml(
        "openapi: 3.2.0
paths:
  /a:
    query: {requestBody: {content: {a/b: {schema: {}}}}, responses: {'200': {content: {text/event-stream: {itemSchema: {type: object, nullable: true}}}}}}
    additionalOperations:
      COPY: {responses: {default: {}}}
      merge: {responses: {default: {}}}
",
    );
    let keys: Vec<_> = contract.operations.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["QUERY /a", "COPY /a", "MERGE /a"]);
    let content = &operation(&contract, "QUERY /a").responses[0].content[0];
    assert_eq!(content.schema, None);
    let item = content.item_schema.as_ref().unwrap();
    assert_eq!(contract.schemas.request(item).unwrap()["type"], "object");
}

#[test]
fn webhooks_and_callbacks_are_known_and_never_operations() {
    let contract = yaml(
        "openapi: 3.1.0
webhooks:
  made: {$ref: '#/components/pathItems/Hook'}
paths:
  /a:
    post:
      responses: {default: {}}
      callbacks:
        done: {$ref: '#/components/callbacks/Done'}
        x-not: {'{$url}': {get: {}}}
components:
  pathItems: {Hook: {post: {responses: {default: {}}}, parameters: []}}
  callbacks: {Done: {'{$request.body#/url}': {put: {responses: {default: {}}}, get: {}}}}
",
    );
    let unfired: Vec<_> = contract
        .unfired
        .iter()
        .map(|u| {
            let of = u.callback_of.as_ref().map_or("", OperationKey::as_str);
            format!("{} {} {} {of} {}", u.method, u.name, u.expression, u.pointer)
        })
        .collect();
    let done = "/components/callbacks/Done/{$request.body#~1url}";
    assert_eq!(
        unfired,
        [
            "POST made   /components/pathItems/Hook/post".to_owned(),
            format!("PUT done {{$request.body#/url}} POST /a {done}/put"),
            format!("GET done {{$request.body#/url}} POST /a {done}/get"),
        ]
    );
    assert_eq!(contract.operations.len(), 1);
    assert_eq!(diagnostics(&contract), Vec::<String>::new());
}

#[test]
fn operation_may_be_a_reference() {
    let contract = yaml(
        "openapi: 3.0.0
paths: {/a: {get: {$ref: '#/x-get'}}}
x-get: {operationId: g, responses: {'200': {description: ok}}}
",
    );
    assert_eq!(operation(&contract, "GET /a").id.as_deref(), Some("g"));
}

#[test]
fn base_paths_join_without_double_slashes() {
    for (url, source, resolved, base_path) in [
        ("https://h.example/v1/", "a.yaml", "https://h.example/v1/", "/v1"),
        ("https://h.example//v1//x/?q#f", "a.yaml", "https://h.example//v1//x/?q#f", "/v1/x"),
        ("https://h.example", "a.yaml", "https://h.example", ""),
        ("/", "https://h.example/docs/a.yaml", "https://h.example/", ""),
        ("../v2", "https://h.example/docs/a.yaml", "https://h.example/v2", "/v2"),
        ("v4/", "docs/a.yaml", "v4/", "/v4"),
        ("//h.example/v3", "https://g.example/a.yaml", "https://h.example/v3", "/v3"),
    ] {
        let server = Server::fixed(url.to_owned(), String::new());
        assert_eq!(server.resolved(source), resolved, "{url}");
        assert_eq!(server.base_path(source), base_path, "{url}");
    }
}
