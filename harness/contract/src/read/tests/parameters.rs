//! Parameters of operations: where they stand, how they are styled, what a broken one costs.

use super::*;

/// Reads one operation `GET /a/{id}` whose parameters are given as YAML flow items.
fn parameters(items: &str) -> (Vec<Parameter>, Vec<String>) {
    let contract = yaml(&format!(
        "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses: {{default: {{}}}}\n      \
         parameters:\n        {items}\n"
    ));
    let operation = contract.operations.first().map(|operation| operation.parameters.clone());
    (operation.unwrap_or_default(), diagnostics(&contract))
}

#[test]
fn path_level_parameters_are_merged_and_overridden_in_place() {
    let contract = yaml(
        "openapi: 3.0.0
paths:
  /a/{id}:
    parameters:
      - {in: path, name: id, required: true, schema: {type: integer}}
      - {in: query, name: q, schema: {type: string}}
      - {in: header, name: X-One, schema: {type: string}}
    get:
      parameters:
        - {in: query, name: limit, required: true, schema: {type: integer}}
        - {in: query, name: q, required: true, schema: {type: integer}}
        - {in: header, name: x-one, schema: {type: integer}}
        - {in: query, name: limit, schema: {type: string}}
      responses: {'200': {description: ok}}
",
    );
    let operation = operation(&contract, "GET /a/{id}");
    assert_eq!(names(&operation), ["path id!", "query q!", "header x-one", "query limit!"]);
    assert_eq!(operation.parameters[0].pointer, "/paths/~1a~1{id}/parameters/0");
    assert_eq!(
        operation.parameters[3].schema.as_str(),
        "#/paths/~1a~1{id}/get/parameters/0/schema"
    );
    assert_eq!(
        diagnostics(&contract),
        ["Warning duplicate-parameter 13:11 #/paths/~1a~1{id}/get/parameters/3"]
    );
}

#[test]
fn path_names_without_declaration_get_a_string() {
    let contract =
        yaml("openapi: 3.1.0\npaths:\n  /{a}/{b}:\n    get: {responses: {default: {}}}\n");
    let operation = operation(&contract, "GET /{a}/{b}");
    assert_eq!(names(&operation), ["path a!", "path b!"]);
    let schema = contract.schemas.request(&operation.parameters[1].schema);
    assert_eq!(schema, Some(&json!({"type": "string", "minLength": 1})));
    assert_eq!(
        contract.diagnostics[0].message,
        "the path names {a}, {b} without declaring it; any text is sent"
    );
}

#[test]
fn styles_default_by_location() {
    let items = "[{in: query, name: q, schema: {}}, {in: header, name: h, schema: {}}, \
                 {in: cookie, name: c, schema: {}}, \
                 {in: query, name: d, style: deepObject, schema: {}}, \
                 {in: query, name: p, style: pipeDelimited, schema: {}}, \
                 {in: query, name: e, explode: false, schema: {}}]";
    let (parameters, diagnostics) = parameters(items);
    let styles: Vec<_> = parameters.iter().map(|p| (p.style, p.explode)).collect();
    assert_eq!(
        styles,
        [
            (Style::Form, true),
            (Style::Simple, false),
            (Style::Form, true),
            (Style::DeepObject, true),
            (Style::PipeDelimited, false),
            (Style::Form, false),
        ]
    );
    assert_eq!(diagnostics, Vec::<String>::new());
}

#[test]
fn style_of_another_location_is_replaced_by_the_default() {
    let (parameters, diagnostics) =
        parameters("[{in: header, name: h, style: matrix, schema: {}}]");
    assert_eq!(parameters[0].style, Style::Simple);
    assert_eq!(diagnostics, ["Warning invalid-style 7:32 #/paths/~1a/get/parameters/0/style"]);
}

#[test]
fn headers_that_openapi_describes_elsewhere_are_ignored() {
    let (parameters, diagnostics) =
        parameters("[{in: header, name: ACCEPT, schema: {}}, {in: header, name: X, schema: {}}]");
    assert_eq!(parameters.len(), 1);
    assert_eq!(diagnostics, ["Note ignored-header-parameter 7:10 #/paths/~1a/get/parameters/0"]);
}

#[test]
fn parameter_with_content_names_its_media_type() {
    let (parameters, _) = parameters(
        "[{in: query, name: f, content: {application/json: {schema: {type: object}, example: 1}}}]",
    );
    assert_eq!(parameters[0].media_type.as_deref(), Some("application/json"));
    let schema = "#/paths/~1a/get/parameters/0/content/application~1json/schema";
    assert_eq!(parameters[0].schema.as_str(), schema);
    assert_eq!(parameters[0].examples, [json!(1)]);
}

#[test]
fn optional_parameter_that_cannot_be_read_is_left_out() {
    let (parameters, diagnostics) =
        parameters("[{in: form, name: b}, {in: query, name: q}, {in: path, name: lost}]");
    assert_eq!(parameters.len(), 1);
    assert_eq!(
        diagnostics,
        [
            "Error unreadable-parameter 7:10 #/paths/~1a/get/parameters/0",
            "Warning parameter-without-schema 7:31 #/paths/~1a/get/parameters/1",
            "Warning path-parameter-not-required 7:53 #/paths/~1a/get/parameters/2",
            "Warning parameter-without-schema 7:53 #/paths/~1a/get/parameters/2",
            "Warning path-parameter-without-place 7:53 #/paths/~1a/get/parameters/2",
        ]
    );
}

#[test]
fn required_parameter_that_cannot_be_read_skips_the_operation() {
    let contract = yaml(
        "openapi: 3.2.0\npaths:\n  /a:\n    get:\n      parameters: \
         [{in: querystring, name: q, required: true, content: {a/b: {}}}]\n",
    );
    assert_eq!(
        contract.skipped[0].reason,
        r#"parameter "q" is the whole query string, which is not supported"#
    );
}

#[test]
fn examples_come_from_parameter_and_schema_through_references() {
    let contract = yaml(
        "openapi: 3.0.0
paths:
  /a:
    get:
      parameters:
        - in: query
          name: q
          example: 1
          examples: {two: {$ref: '#/components/examples/Two'}, three: {value: 3}}
          schema: {$ref: '#/components/schemas/S'}
      responses: {'200': {description: ok}}
components:
  examples: {Two: {value: 2}}
  schemas: {S: {type: integer, example: 4}}
",
    );
    let examples = &operation(&contract, "GET /a").parameters[0].examples;
    assert_eq!(*examples, [json!(1), json!(2), json!(3), json!(4)]);
}

#[test]
fn query_string_described_as_a_form_becomes_parameters() {
    let contract = yaml(
        "openapi: 3.2.0
paths:
  /a:
    get:
      parameters:
        - in: querystring
          name: all
          required: true
          content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Query'}}}
      responses: {default: {}}
components:
  schemas:
    Query: {type: object, required: [q], properties: {q: {type: string, example: x}, page: {type: integer}}}
",
    );
    let operation = operation(&contract, "GET /a");
    assert_eq!(names(&operation), ["query q!", "query page"]);
    assert_eq!(operation.parameters[0].examples, [json!("x")]);
    assert_eq!(
        operation.parameters[1].schema.as_str(),
        "#/components/schemas/Query/properties/page"
    );
}

#[test]
fn parameter_that_is_no_object_loses_nothing_else() {
    for version in ["openapi: 3.1.0", "swagger: '2.0'"] {
        let document = format!(
            "{version}\npaths: {{/a: {{get: {{parameters: [null, 5, {{in: query, name: q, type: string}}]}}}}}}"
        );
        let contract = read(document.as_bytes(), "x").unwrap();
        assert_eq!(contract.operations[0].parameters.len(), 1, "{version}");
        let codes = contract.diagnostics.iter().filter(|it| it.code == "not-an-object").count();
        assert_eq!(codes, 2, "{version}");
    }
}
