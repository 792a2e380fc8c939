//! What OpenAPI 3.0 says in its own way.

use crate::read;

/// `pointer: message` of each place where the typed model disagrees.
fn misfits(document: &str) -> Vec<String> {
    let contract = read(document.as_bytes(), "a.yaml").unwrap();
    let misfits = contract.diagnostics.iter().filter(|d| d.code == "not-openapi-3.0");
    misfits.map(|d| format!("{}: {}", d.pointer, d.message)).collect()
}

#[test]
fn document_by_the_letter_fits() {
    let document = "openapi: 3.0.3
info: {title: a, version: '1'}
paths:
  /a:
    get:
      parameters: [{in: query, name: q, schema: {type: string, nullable: true}}]
      responses: {'200': {description: ok}}
components: {schemas: {A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}}},
  B: {type: integer, maximum: 18446744073709551616, example: -99999999999999999999}}}
";
    assert_eq!(misfits(document), Vec::<String>::new());
}

#[test]
fn misfit_is_reported_at_the_smallest_element() {
    let document = "openapi: 3.0.3
paths:
  /a:
    get:
      responses: {'200': {description: ok}, '404': {}}
    put:
      tags: one
      responses: {'200': {description: ok}}
components:
  schemas: {A: {type: string, minLength: many}}
  parameters: {P: {in: query}}
";
    let places: Vec<_> = misfits(document).into_iter().collect();
    let pointers: Vec<_> = places.iter().filter_map(|place| place.split(": ").next()).collect();
    assert_eq!(
        pointers,
        [
            "/paths/~1a/get/responses/404",
            "/paths/~1a/put",
            "/components/schemas/A",
            "/components/parameters/P",
        ]
    );
    assert!(places[1].contains("does not fit OpenAPI 3.0: invalid type"), "{places:?}");
}

#[test]
fn operation_that_does_not_fit_is_tested_all_the_same() {
    let document = "openapi: 3.0.3\npaths: {/a: {get: {responses: {'404': {}}}}}";
    assert_eq!(read(document.as_bytes(), "a.yaml").unwrap().operations.len(), 1);
}
