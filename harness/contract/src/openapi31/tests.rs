//! What OpenAPI 3.1 and 3.2 say in their own way.

use crate::read;

#[test]
fn query_and_additional_operations_of_3_2_are_read() {
    let document = "openapi: 3.2.0
paths:
  /a:
    query: {responses: {default: {}}}
    additionalOperations:
      PURGE: {responses: {default: {}}}
      x-note: 1
";
    let contract = read(document.as_bytes(), "a.yaml").unwrap();
    let keys: Vec<_> = contract.operations.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["QUERY /a", "PURGE /a"]);
    assert_eq!(contract.format, "OpenAPI 3.2.0");
}

#[test]
fn document_may_refer_to_itself_by_its_own_name() {
    let document = "openapi: 3.2.0
$self: https://x.example/api
paths: {/a: {get: {parameters: [{$ref: 'https://x.example/api#/components/parameters/P'}]}}}
components: {parameters: {P: {in: query, name: p, schema: {$ref: 'a.yaml#/components/schemas/S'}}},
  schemas: {S: {type: string}}}
";
    let contract = read(document.as_bytes(), "https://x.example/docs/a.yaml").unwrap();
    let schema = contract.schemas.request(&contract.operations[0].parameters[0].schema).unwrap();
    assert_eq!(schema["$ref"], "#/components/schemas/S");
}

#[test]
fn dialect_that_is_not_known_is_said_to_be() {
    let codes = |dialect: &str| -> Vec<String> {
        let document = format!("openapi: 3.1.0\njsonSchemaDialect: {dialect}\npaths: {{}}");
        let contract = read(document.as_bytes(), "a.yaml").unwrap();
        contract.diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect()
    };
    assert_eq!(codes("http://json-schema.org/draft-07/schema#"), ["unknown-dialect"]);
    assert_eq!(codes("https://spec.openapis.org/oas/3.1/dialect/base"), Vec::<String>::new());
}

#[test]
fn media_types_of_3_2_may_be_references() {
    let document = "openapi: 3.2.0
paths: {/a: {get: {responses: {'200': {content: {a/b: {$ref: '#/components/mediaTypes/M'}}}}}}}
components: {mediaTypes: {M: {schema: {type: string}}}}
";
    let contract = read(document.as_bytes(), "a.yaml").unwrap();
    let media_type = &contract.operations[0].responses[0].content[0];
    assert_eq!(media_type.name, "a/b");
    let schema = media_type.schema.as_ref().map(crate::SchemaRef::as_str);
    assert_eq!(schema, Some("#/components/mediaTypes/M/schema"));
}
