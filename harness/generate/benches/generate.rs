//! What generation costs: plans compiled, valid cases drawn and rendered, deterministic lists made.
//! Pure computation over contracts of `specs/`; nothing is sent.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use harness_contract::{Contract, read};
use harness_generate::{OperationPlan, Source, render};
use harness_model::Seed;

/// Cases that one iteration draws of every operation.
const CASES: u32 = 100;

/// The contracts measured: a name to call each by, and its octets.
const CONTRACTS: &[(&str, &[u8])] = &[
    ("petstore-3.0", include_bytes!("../../../specs/petstore-3.0.json")),
    ("museum", include_bytes!("../../../specs/museum.yaml")),
    ("demo-shop", include_bytes!("../../../specs/demo-shop.yaml")),
];

fn main() {
    divan::main();
}

fn contract(name: &str) -> Contract {
    let (_, bytes) = CONTRACTS.iter().find(|(known, _)| *known == name).expect("it is listed");
    read(bytes, name).expect("contracts of this project can be read")
}

fn plans(contract: &Contract) -> Vec<OperationPlan> {
    OperationPlan::compile_all(contract)
}

#[divan::bench(args = CONTRACTS.iter().map(|(name, _)| *name))]
fn compile(bencher: Bencher<'_, '_>, name: &str) {
    let contract = contract(name);
    let bencher = bencher.counter(ItemsCount::new(contract.operations.len()));
    bencher.bench_local(|| plans(&contract));
}

#[divan::bench(args = CONTRACTS.iter().map(|(name, _)| *name))]
fn valid_and_render(bencher: Bencher<'_, '_>, name: &str) {
    let contract = contract(name);
    let plans = plans(&contract);
    let cases = plans.len() * CASES as usize;
    bencher.counter(ItemsCount::new(cases)).bench_local(|| {
        for (operation, plan) in contract.operations.iter().zip(&plans) {
            for index in 0..CASES {
                let mut source = Source::seeded(Seed(1), "bench", &operation.key, index);
                let step = plan.valid(&mut source);
                let request = step.map(|step| render(&step, "/api"));
                black_box(&request);
            }
        }
    });
}

#[divan::bench(args = CONTRACTS.iter().map(|(name, _)| *name))]
fn boundaries_and_violations(bencher: Bencher<'_, '_>, name: &str) {
    let contract = contract(name);
    let plans = plans(&contract);
    let steps: usize = plans.iter().map(|p| p.boundaries().len() + p.violations().len()).sum();
    bencher.counter(ItemsCount::new(steps)).bench_local(|| {
        for plan in &plans {
            black_box((plan.boundaries(), plan.violations()));
        }
    });
}

/// An object of ten fields of the usual kinds, as an API that takes orders would have it.
const TEN_FIELDS: &str = r#"
openapi: 3.1.0
info: {title: ten fields, version: "1"}
paths:
  /orders:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [id, email, quantity, status, name, created, price, paid, tags, code]
              properties:
                id: {type: string, format: uuid}
                email: {type: string, format: email}
                quantity: {type: integer, minimum: 1, maximum: 100}
                status: {type: string, enum: [open, paid, sent]}
                name: {type: string, minLength: 1, maxLength: 40}
                created: {type: string, format: date-time}
                price: {type: number, minimum: 0}
                paid: {type: boolean}
                tags: {type: array, items: {type: string, maxLength: 10}, maxItems: 5}
                code: {type: string, pattern: "^[A-Z]{3}-[0-9]{4}$"}
      responses: {"201": {description: made}}
"#;

/// A JSON body of ten fields, drawn, checked where need be, and serialised.
#[divan::bench]
fn ten_fields(bencher: Bencher<'_, '_>) {
    let contract = read(TEN_FIELDS.as_bytes(), "ten fields").expect("it can be read");
    let plans = plans(&contract);
    let operation = &contract.operations[0].key;
    bencher.counter(ItemsCount::new(CASES as usize)).bench_local(|| {
        for index in 0..CASES {
            let mut source = Source::seeded(Seed(1), "bench", operation, index);
            let step = plans[0].valid(&mut source).expect("every field can be drawn");
            black_box(render(&step, "").expect("nothing is bound"));
        }
    });
}

/// The largest real contract at hand, 13 MB; where it is not there, nothing is measured.
const LARGE: &str = "../../../shared/specs/github-rest.json";

/// From a contract that was read to the first request of each of its operations in turn: generators are
/// compiled for one operation, not for all.
#[divan::bench]
fn first_case_of_a_large_contract(bencher: Bencher<'_, '_>) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(LARGE);
    let Ok(octets) = std::fs::read(path) else { return };
    let contract = read(&octets, LARGE).expect("it can be read");
    let mut operations = contract.operations.iter().cycle();
    bencher.bench_local(|| {
        let operation = operations.next().expect("there are some, in a circle");
        let plan = OperationPlan::compile(&contract, operation);
        black_box(plan.baseline().and_then(|step| render(&step, "").ok()));
    });
}
