//! What reading a contract and compiling its schemas costs. Run with `cargo bench -p
//! harness-contract`. A document that is not there is left out.

use std::path::Path;

use divan::Bencher;
use harness_contract::{Contract, Direction, SchemaRef, Validator, read};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// The documents that are measured, relative to this crate.
const DOCUMENTS: [&str; 5] = [
    "../../specs/demo-shop.yaml",
    "../../specs/petstore-3.0.json",
    "../../specs/museum.yaml",
    "../../../shared/specs/openai.yaml",
    "../../../shared/specs/github-rest.json",
];

fn octets(document: &str) -> Option<Vec<u8>> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).ok()
}

#[divan::bench(args = DOCUMENTS, sample_count = 20)]
fn contract(bencher: Bencher<'_, '_>, document: &str) {
    let Some(octets) = octets(document) else { return };
    bencher.bench(|| read(&octets, document));
}

/// Schemas of response content, at most this many.
const VALIDATORS: usize = 1000;

fn response_schemas(contract: &Contract) -> Vec<SchemaRef> {
    let responses = contract.operations.iter().flat_map(|operation| &operation.responses);
    let content = responses.flat_map(|response| &response.content);
    content.filter_map(|media_type| media_type.schema.clone()).take(VALIDATORS).collect()
}

/// The first thousand response schemas of a document, the index of the document included.
#[divan::bench(args = DOCUMENTS, sample_count = 10)]
fn validators(bencher: Bencher<'_, '_>, document: &str) {
    let Some(octets) = octets(document) else { return };
    let Ok(contract) = read(&octets, document) else { return };
    let schemas = response_schemas(&contract);
    let documents = [Direction::Request, Direction::Response]
        .map(|direction| contract.schemas.document(direction).clone());
    bencher.bench(|| {
        let [request, response] = documents.clone();
        let fresh = harness_contract::Schemas::new(request, response);
        let compile = |schema| Validator::compile(&fresh, schema, Direction::Response).is_ok();
        schemas.iter().filter(|schema| compile(schema)).count()
    });
}

fn order() -> (Validator, Value) {
    let document = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {
        "Order": {
            "type": "object",
            "required": ["id", "items"],
            "properties": {
                "id": {"type": "string", "pattern": "^[a-z0-9-]{36}$"},
                "status": {"enum": ["open", "paid", "sent"]},
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
            },
        },
        "Item": {
            "type": "object",
            "required": ["sku", "quantity"],
            "properties": {
                "sku": {"type": "string", "maxLength": 20},
                "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
            },
        },
    }}});
    let contract = read(document.to_string().as_bytes(), "order.json").expect("it is a contract");
    let reference = SchemaRef::at("/components/schemas/Order");
    let validator = Validator::compile(&contract.schemas, &reference, Direction::Request)
        .expect("it is a valid schema");
    let value = json!({
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "status": "open",
        "items": [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 2}],
    });
    (validator, value)
}

#[divan::bench]
fn is_valid(bencher: Bencher<'_, '_>) {
    let (validator, value) = order();
    bencher.bench(|| validator.is_valid(&value));
}
