//! What reading a contract and compiling its schemas costs. Run with `cargo bench -p
//! harness-contract`. A document that is not there is left out.

use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
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

/// Sizes of made-up documents, in octets: one step is a factor of ten, up to the largest real one.
const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 13_000_000];

/// A document of about this many octets in the manner of large real ones: many small operations, each
/// with schemas of its own that refer to others.
fn made_up(octets: usize) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "made up", "version": "1"},
        "paths": {},
        "components": {"schemas": {}},
    });
    let one = element(0).iter().map(|value| value.to_string().len()).sum::<usize>();
    for index in 0..octets.div_ceil(one) {
        let [operation, schema] = element(index);
        document["paths"][format!("/things/{index}/{{id}}")] = operation;
        document["components"]["schemas"][format!("Thing{index}")] = schema;
    }
    document
}

/// A path item and the schema that it refers to.
fn element(index: usize) -> [Value; 2] {
    let schema = json!({ "$ref": format!("#/components/schemas/Thing{index}") });
    let item = json!({
        "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "integer"}}],
        "get": {
            "operationId": format!("get-{index}"),
            "description": "Gets one thing. Descriptions are half of what real documents hold.",
            "responses": {
                "200": {"description": "ok", "content": {"application/json": {"schema": schema}}},
                "404": {"description": "not found"},
            },
        },
        "put": {
            "operationId": format!("put-{index}"),
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"204": {"description": "done"}},
        },
    });
    let thing = json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer", "readOnly": true},
            "name": {"type": "string", "maxLength": 100, "pattern": "^[a-z]+$"},
            "next": {"$ref": format!("#/components/schemas/Thing{}", index / 2)},
        },
    });
    [item, thing]
}

/// Reading time grows with the size: from row to row the octets are ten times as many, and octets per
/// second fall only by what the caches of the machine no longer hold.
#[divan::bench(args = SIZES, sample_count = 20)]
fn json_of_size(bencher: Bencher<'_, '_>, octets: usize) {
    let text = made_up(octets).to_string();
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(text.as_bytes(), "made-up.json"));
}

/// The same in YAML.
#[divan::bench(args = SIZES, sample_count = 5)]
fn yaml_of_size(bencher: Bencher<'_, '_>, octets: usize) {
    let text = serde_saphyr::to_string(&made_up(octets)).expect("it is plain data");
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(text.as_bytes(), "made-up.yaml"));
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
