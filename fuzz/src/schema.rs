//! Random schemas, and values drawn for them. Knows what `valid` and `invalid` mean; how a schema is
//! drawn is `grammar`'s to know.

mod grammar;

use arbitrary::Unstructured;
use harness_contract::{Contract, Direction, SchemaRef, Validator, read};
use harness_generate::{OperationPlan, Source, values};
use harness_model::{BodyContent, Intent, Step};
use serde_json::{Value, json};

use crate::{OCTETS_MAX, Reached, Target};

/// Octets that may go into the schema; the rest draws values.
const SCHEMA_OCTETS_MAX: usize = 96;
/// Values that are drawn for one schema.
const VALUES_MAX: usize = 3;
/// Steps of one list that are judged: spread over the list, so that all its kinds are met.
const STEPS_MAX: usize = 48;
/// Choices that one small value may take before it counts as endless.
const CHOICES_MAX: usize = 200_000;

pub(crate) const TARGET: Target = Target {
    name: "schema",
    explain: "Whatever is drawn as valid for a random schema, or listed on its edges, is valid by the \
              validator; whatever is listed as a violation breaks the keyword that it names; recorded \
              choices draw the same value; drawing ends.",
    run,
};

/// Draws a schema from the first octets and values for it from the rest.
///
/// # Panics
/// If a law is broken.
pub fn run(data: &[u8]) -> Reached {
    if data.len() > OCTETS_MAX {
        return Reached::Door;
    }
    let (for_schema, for_values) = data.split_at(data.len().min(SCHEMA_OCTETS_MAX));
    let mut octets = Unstructured::new(for_schema);
    let document = grammar::document(&mut octets);
    let contract = read(document.to_string().as_bytes(), "fuzz").expect("it is a document");
    let at = SchemaRef::at(grammar::POINTER);
    // A schema of which nothing can be made is not wrong.
    let Ok(validator) = Validator::compile(&contract.schemas, &at, Direction::Request) else {
        panic!("the lifted schema does not compile: {document}");
    };
    let lists = lists(&contract, &validator, &document);
    // What the schema has left belongs to the values, so that short inputs reach them too.
    let left: Vec<u8> = octets.take_rest().iter().chain(for_values).copied().collect();
    let drawn = drawn(&contract, &at, &validator, &left, &document);
    if lists || drawn { Reached::Laws } else { Reached::Door }
}

/// Values drawn at random; whether there were any.
fn drawn(
    contract: &Contract,
    at: &SchemaRef,
    validator: &Validator,
    octets: &[u8],
    document: &Value,
) -> bool {
    let Ok(strategy) = values(&contract.schemas, at) else { return false };
    let mut source = Source::bytes(octets);
    let mut any = false;
    for _ in 0..VALUES_MAX {
        let from = source.choices().len();
        let value = strategy.draw(&mut source);
        let choices = source.choices()[from..].to_vec();
        assert!(choices.len() <= CHOICES_MAX, "{} choices for {document}", choices.len());
        let again = strategy.draw(&mut Source::replay(choices));
        assert_eq!(value, again, "recorded choices, for {document}");
        if let Some(value) = value {
            assert!(validator.is_valid(&value), "{value} is not valid for {document}");
            assert!(strategy.is_valid(&value), "{value} is not what was drawn for {document}");
            any = true;
        }
    }
    any
}

/// The lists of a plan; whether there was anything on them.
fn lists(contract: &Contract, validator: &Validator, document: &Value) -> bool {
    let plan = OperationPlan::compile_all(contract).remove(0);
    let (boundaries, violations) = (plan.boundaries(), plan.violations());
    for step in plan.baseline().iter().chain(spread(&boundaries)).chain(&plan.examples()) {
        if let Some(value) = content(step) {
            assert!(validator.is_valid(value), "{}: {value} for {document}", step.intent);
        }
    }
    for step in spread(&violations) {
        let Intent::Invalid(meant) = &step.intent else { panic!("{}", step.intent) };
        let Some(value) = content(step) else {
            assert_eq!(meant.keyword, "required", "{document}");
            continue;
        };
        let broken = validator.violations(value);
        let is_meant = broken.iter().any(|found| found.keyword == meant.keyword);
        assert!(is_meant, "{}: {value} breaks {broken:?} of {document}", step.intent);
    }
    !boundaries.is_empty() || !violations.is_empty()
}

fn content(step: &Step) -> Option<&Value> {
    let content = step.body.as_ref().map(|body| &body.content);
    if let Some(BodyContent::Json(value)) = content { Some(value) } else { None }
}

/// At most [`STEPS_MAX`] steps from all over the list.
fn spread(steps: &[Step]) -> impl Iterator<Item = &Step> {
    steps.iter().step_by(steps.len() / STEPS_MAX + 1)
}

/// A document of one operation that takes this content.
fn document_of(version: &str, schema: &Value) -> Value {
    json!({
        "openapi": version,
        "info": {"title": "fuzz", "version": "1"},
        "paths": {"/a": {"post": {
            "requestBody": {
                "required": true,
                "content": {"application/json": {"schema": {"$ref": format!("#{}", grammar::POINTER)}}},
            },
            "responses": {"200": {"description": "fine"}},
        }}},
        "components": {"schemas": {"A": schema}},
    })
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::Reached;

    #[test]
    fn no_octets_are_the_simplest_schema_and_reach_the_laws() {
        assert_eq!(run(&[]), Reached::Laws);
    }
}
