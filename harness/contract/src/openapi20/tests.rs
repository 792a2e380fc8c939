//! What Swagger 2.0 says in its own way.

use serde_json::json;

use super::*;
use crate::{Contract, Direction, Operation, SchemaRef, SecurityScheme, Validator, read};

fn contract(rest: &str) -> Contract {
    read(format!("swagger: '2.0'\n{rest}").as_bytes(), "a.yaml").unwrap()
}

fn codes(contract: &Contract) -> Vec<&str> {
    contract.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// Reads one operation `POST /a` from YAML flow parts.
fn operation(parts: &str) -> (Contract, Operation) {
    let contract = contract(&format!(
        "paths: {{/a: {{post: {{responses: {{'200': {{description: ok}}}}, {parts}}}}}}}\n"
    ));
    let operation = contract.operations[0].clone();
    (contract, operation)
}

fn media_types(body: &RequestBody) -> Vec<&str> {
    body.content.iter().map(|media_type| media_type.name.as_str()).collect()
}

#[test]
fn parameter_is_its_own_schema_and_keeps_its_pointer() {
    let (contract, operation) = operation(
        "parameters: [{in: query, name: n, required: true, type: integer, maximum: 9, \
         exclusiveMaximum: true, x-example: 3}]",
    );
    let parameter = &operation.parameters[0];
    assert_eq!(parameter.schema.as_str(), "#/paths/~1a/post/parameters/0");
    assert_eq!(parameter.examples, [json!(3)]);
    let schema = contract.schemas.request(&parameter.schema).unwrap();
    assert_eq!((&schema["exclusiveMaximum"], schema.get("required")), (&json!(9), None));
    let validator =
        Validator::compile(&contract.schemas, &parameter.schema, Direction::Request).unwrap();
    assert!(validator.is_valid(&json!(8)));
    let violation = &validator.violations(&json!(9))[0];
    assert_eq!(violation.schema_pointer, "/paths/~1a/post/parameters/0/exclusiveMaximum");
    assert_eq!(codes(&contract), Vec::<&str>::new());
}

#[test]
fn collection_format_is_style_and_explode() {
    let (_, operation) = operation(
        "parameters: [{in: query, name: a, type: array}, \
         {in: query, name: b, type: array, collectionFormat: multi}, \
         {in: query, name: c, type: array, collectionFormat: pipes}, \
         {in: query, name: d, type: array, collectionFormat: ssv}, \
         {in: header, name: e, type: array, collectionFormat: csv}]",
    );
    let styles: Vec<_> = operation.parameters.iter().map(|p| (p.style, p.explode)).collect();
    assert_eq!(
        styles,
        [
            (Style::Form, false),
            (Style::Form, true),
            (Style::PipeDelimited, false),
            (Style::SpaceDelimited, false),
            (Style::Simple, false),
        ]
    );
}

#[test]
fn tabs_are_not_supported_and_said_to_be() {
    let (contract, operation) =
        operation("parameters: [{in: query, name: a, type: array, collectionFormat: tsv}]");
    assert_eq!(operation.parameters[0].style, Style::Form);
    assert_eq!(codes(&contract), ["invalid-style"]);
}

#[test]
fn body_parameter_is_the_request_body() {
    let (_, operation) = operation(
        "consumes: [application/xml, application/json], \
         parameters: [{in: body, name: b, required: true, schema: {type: object}}]",
    );
    let body = operation.request_body.unwrap();
    assert!(body.required);
    assert_eq!(media_types(&body), ["application/xml", "application/json"]);
    let schema = body.content[0].schema.as_ref().map(SchemaRef::as_str);
    assert_eq!(schema, Some("#/paths/~1a/post/parameters/0/schema"));
    assert!(operation.parameters.is_empty());
}

#[test]
fn body_without_consumes_is_json() {
    let (_, operation) = operation("parameters: [{in: body, name: b, schema: {}}]");
    assert_eq!(media_types(&operation.request_body.unwrap()), ["application/json"]);
}

#[test]
fn form_fields_are_one_object_of_the_parameters_themselves() {
    let (contract, operation) = operation(
        "parameters: [{in: formData, name: a, required: true, type: integer}, \
         {in: formData, name: b, type: string}]",
    );
    let body = operation.request_body.unwrap();
    assert_eq!(media_types(&body), ["application/x-www-form-urlencoded"]);
    let schema = body.content[0].schema.as_ref().unwrap();
    let validator = Validator::compile(&contract.schemas, schema, Direction::Request).unwrap();
    assert!(validator.is_valid(&json!({"a": 1, "b": "x"})));
    let pointers: Vec<_> =
        validator.violations(&json!({"a": "x"})).into_iter().map(|v| v.schema_pointer).collect();
    assert_eq!(pointers, ["/paths/~1a/post/parameters/0/type"]);
    assert!(!validator.is_valid(&json!({"b": "x"})));
}

#[test]
fn file_makes_the_form_multipart() {
    let (contract, operation) = operation(
        "consumes: [application/x-www-form-urlencoded, multipart/form-data], \
         parameters: [{in: formData, name: f, type: file}]",
    );
    let body = operation.request_body.unwrap();
    assert_eq!(media_types(&body), ["multipart/form-data"]);
    let file = contract.schemas.request(&SchemaRef::at("/paths/~1a/post/parameters/0")).unwrap();
    assert_eq!(file["type"], json!("string"));
    assert_eq!(codes(&contract), Vec::<&str>::new());
}

#[test]
fn response_schema_has_the_media_types_of_produces() {
    let contract = contract(
        "produces: [application/json]
paths:
  /a:
    get:
      responses:
        '200':
          description: ok
          schema: {$ref: '#/definitions/A'}
          headers: {X-Total: {type: integer}}
          examples: {application/json: {id: 1}}
        '204': {description: none}
        default: {$ref: '#/responses/Failed'}
    put:
      produces: []
      responses: {'200': {description: ok, schema: {type: file}}}
responses: {Failed: {description: bad, schema: {type: string, x-nullable: true}}}
definitions: {A: {type: object}}
",
    );
    let get = &contract.operations[0].responses;
    assert_eq!(get[0].content[0].name, "application/json");
    assert_eq!(get[0].content[0].examples, [json!({"id": 1})]);
    assert_eq!(
        get[0].headers[0].schema,
        Some(SchemaRef::at("/paths/~1a/get/responses/200/headers/X-Total"))
    );
    assert!(get[1].content.is_empty());
    let failed = SchemaRef::at("/responses/Failed/schema");
    assert_eq!(get[2].content[0].schema, Some(failed.clone()));
    let lifted = contract.schemas.response(&failed).unwrap();
    assert_eq!(lifted["type"], json!(["string", "null"]));
    assert_eq!(contract.operations[1].responses[0].content[0].name, "*/*");
}

#[test]
fn shared_parameters_are_found() {
    let contract = contract(
        "paths: {/a: {get: {parameters: [{$ref: '#/parameters/limit'}], responses: {'200': {}}}}}
parameters: {limit: {in: query, name: limit, type: integer}}
",
    );
    let parameter = &contract.operations[0].parameters[0];
    assert_eq!(
        (parameter.name.as_str(), parameter.schema.as_str()),
        ("limit", "#/parameters/limit")
    );
}

#[test]
fn host_base_path_and_schemes_are_servers() {
    let urls = |rest: &str| -> Vec<String> {
        contract(&format!("{rest}\npaths: {{}}")).servers.into_iter().map(|s| s.url).collect()
    };
    assert_eq!(
        urls("host: a.example\nbasePath: /v1\nschemes: [https, wss, http]"),
        ["https://a.example/v1", "http://a.example/v1"]
    );
    assert_eq!(urls("host: a.example"), ["//a.example"]);
    assert_eq!(urls("basePath: /v1"), ["/v1"]);
    assert_eq!(urls("info: {}"), Vec::<String>::new());
}

#[test]
fn security_definitions_are_schemes() {
    let contract = contract(
        "paths: {}\nsecurityDefinitions: {b: {type: basic}, k: {type: apiKey, in: header, name: X}}",
    );
    let basic = SecurityScheme::Http { scheme: "basic".to_owned() };
    let key = SecurityScheme::ApiKey { location: Location::Header, name: "X".to_owned() };
    assert_eq!(contract.security_schemes.values().collect::<Vec<_>>(), [&basic, &key]);
}
