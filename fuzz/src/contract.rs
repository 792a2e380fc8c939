//! Octets that claim to be an API document. Knows the door of `contract` and what every contract
//! promises; knows no format.

use std::collections::BTreeSet;

use harness_contract::{
    Contract, Direction, Location, Operation, SchemaRef, Validator, inspect, lint, locate,
    looks_like_contract, read, render_diagnostics,
};
use harness_generate::{OperationPlan, Source, render};
use harness_model::{Intent, Step};
use serde_json::Value;

use crate::{OCTETS_MAX, Reached, Target};

/// Operations of one document that are compiled: the first ones, since a mutation that matters can
/// come to be there.
const OPERATIONS_MAX: usize = 4;
/// Steps of one list that are rendered: spread over the list, so that all its kinds are met.
const STEPS_MAX: usize = 24;
/// Choices that one request may take before it counts as endless.
const CHOICES_MAX: usize = 200_000;
/// Characters of the longest error that a person reads.
const ERROR_CHARS_MAX: usize = 2_000;

pub(crate) const TARGET: Target = Target {
    name: "contract",
    explain: "No octets make the reader panic. What reads keeps the promises of the type; respelt, it \
              reads to the same operations; every operation compiles, what is planned for it renders, \
              and a violation breaks the keyword that it names.",
    run,
};

/// Reads the octets as an API document.
///
/// # Panics
/// If a law is broken.
pub fn run(data: &[u8]) -> Reached {
    if data.len() > OCTETS_MAX {
        return Reached::Door;
    }
    looks_like_contract(data);
    let contract = match read(data, "fuzz") {
        Ok(contract) => contract,
        Err(error) => {
            let text = error.to_string();
            assert!(text.chars().count() <= ERROR_CHARS_MAX, "the error is too long: {text}");
            return Reached::Door;
        }
    };
    reports_what_is_wrong(&contract, data);
    keeps_its_promises(&contract);
    reads_the_same_respelt(&contract, data);
    for operation in contract.operations.iter().take(OPERATIONS_MAX) {
        plans(&contract, operation, data);
    }
    if contract.operations.is_empty() { Reached::Door } else { Reached::Laws }
}

/// What is wrong can be shown; with JSON, where nothing was made up to read it, it also says where.
fn reports_what_is_wrong(contract: &Contract, data: &[u8]) {
    let is_json = serde_json::from_slice::<Value>(data).is_ok();
    for diagnostic in &contract.diagnostics {
        assert!(diagnostic.position.is_some() || !is_json, "no position: {diagnostic}");
    }
    render_diagnostics(data, &contract.diagnostics, false);
    inspect(contract);
    for mut operation in lint(contract).operations {
        assert!(operation.score <= 100, "{}", operation.score);
        locate(contract, data, &mut operation.remarks);
    }
}

/// What every contract promises, whatever it was read from.
fn keeps_its_promises(contract: &Contract) {
    let keys: BTreeSet<_> = contract.operations.iter().map(|operation| &operation.key).collect();
    assert_eq!(keys.len(), contract.operations.len(), "keys are unique");
    for operation in &contract.operations {
        assert!(operation.path.starts_with('/'), "{}", operation.path);
        let parameters: BTreeSet<_> =
            operation.parameters.iter().map(|p| (p.location, p.name.as_str())).collect();
        assert_eq!(parameters.len(), operation.parameters.len(), "parameters are unique");
        for parameter in &operation.parameters {
            assert!(parameter.required || parameter.location != Location::Path);
        }
        if let Some(body) = &operation.request_body {
            assert!(!body.content.is_empty(), "content is never empty");
        }
    }
    for operation in contract.operations.iter().take(OPERATIONS_MAX) {
        let parameters = operation.parameters.iter().map(|parameter| &parameter.schema);
        let bodies = operation.request_body.iter().flat_map(|body| &body.content);
        let answers = operation.responses.iter().flat_map(|response| &response.content);
        let sent = parameters.chain(bodies.filter_map(|media_type| media_type.schema.as_ref()));
        let answered = answers.filter_map(|media_type| media_type.schema.as_ref());
        let sent = sent.map(|schema| (schema, Direction::Request));
        for (schema, direction) in sent.chain(answered.map(|schema| (schema, Direction::Response)))
        {
            compiles(contract, schema, direction);
        }
    }
}

/// A schema that an operation refers to stands there and can be judged by.
fn compiles(contract: &Contract, schema: &SchemaRef, direction: Direction) {
    assert!(contract.schemas.get(schema, direction).is_some(), "nothing at {}", schema.as_str());
    let validator = Validator::compile(&contract.schemas, schema, direction)
        .unwrap_or_else(|error| panic!("{error}"));
    for value in [Value::Null, serde_json::json!({"id": null, "a": [1, "x"]})] {
        let violations = validator.violations(&value);
        // A pattern that cannot be decided makes a value invalid without a violation.
        assert!(violations.is_empty() || !validator.is_valid(&value), "{violations:?}");
    }
}

/// The spelling of a JSON document (RFC 8259, 2: white space is insignificant; YAML 1.2.2, 1.2: JSON
/// is YAML) is not its meaning.
fn reads_the_same_respelt(contract: &Contract, data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else { return };
    let pretty = serde_json::to_string_pretty(&document).expect("a JSON value is serialisable");
    let again = read(pretty.as_bytes(), "fuzz").expect("it read before");
    let keys = |contract: &Contract| -> Vec<String> {
        contract.operations.iter().map(|operation| operation.key.to_string()).collect()
    };
    assert_eq!(keys(contract), keys(&again), "in other white space");
}

/// Every step of a plan is what its intent says, and becomes octets.
fn plans(contract: &Contract, operation: &Operation, data: &[u8]) {
    let plan = OperationPlan::compile(contract, operation);
    let mut source = Source::bytes(data);
    let (baseline, drawn) = (plan.baseline(), plan.valid(&mut source));
    assert!(source.choices().len() <= CHOICES_MAX, "{} choices", source.choices().len());
    let listed = [plan.examples(), plan.boundaries()];
    let allowed = listed.iter().flat_map(|steps| spread(steps)).chain(&drawn);
    // That valid is valid is for the target `schema` to hold, over schemas that do not contradict
    // themselves: documents of noise do it all the time.
    for step in baseline.iter().chain(allowed) {
        assert!(step.intent.is_allowed(), "{}", step.intent);
        render(step, "/base").expect("nothing is bound");
    }
    for step in spread(&plan.violations()) {
        let Intent::Invalid(meant) = &step.intent else { panic!("{}", step.intent) };
        let violated = plan.violated(step);
        let is_meant = violated.iter().any(|found| found.keyword == meant.keyword);
        assert!(is_meant, "{}: {violated:?}", step.intent);
        render(step, "/base").expect("nothing is bound");
    }
}

/// At most [`STEPS_MAX`] steps from all over the list.
fn spread(steps: &[Step]) -> impl Iterator<Item = &Step> {
    steps.iter().step_by(steps.len() / STEPS_MAX + 1)
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::Reached;

    #[test]
    fn a_document_in_json_or_yaml_reaches_the_laws_and_noise_does_not() {
        let yaml = "openapi: 3.1.0\npaths: {/a: {get: {responses: {'200': {description: x}}}}}\n";
        let json = r#"{"swagger": "2.0", "paths": {"/a": {"get": {"responses": {"200": {}}}}}}"#;
        assert_eq!([yaml, json].map(|text| run(text.as_bytes())), [Reached::Laws; 2]);
        assert_eq!([&b""[..], b"\xFF\xFE", b"{", b"a: b"].map(run), [Reached::Door; 4]);
    }
}
