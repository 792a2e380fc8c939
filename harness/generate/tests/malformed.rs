//! What is malformed, and what is not: facts about the cases of broken syntax.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;

use harness_contract::read;
use harness_generate::{LENIENT_SUFFIX, OperationPlan, render};
use harness_model::{BodyContent, Intent, Step};
use serde_json::{Value, json};

/// Cases that one operation may add.
const CASES_MAX: usize = 64;
/// Octets that one operation may add in all: plans are kept in memory.
const OCTETS_MAX: usize = 400_000;

fn plan(media_types: &[&str]) -> OperationPlan {
    let schema = json!({"type": "object", "required": ["name", "count", "file"], "properties": {
        "name": {"type": "string"}, "count": {"type": "integer"},
        "file": {"type": "string", "format": "binary"},
    }});
    let content: serde_json::Map<String, Value> =
        media_types.iter().map(|name| ((*name).to_owned(), json!({"schema": schema}))).collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "malformed", "version": "1"},
        "paths": {"/a/{id}": {"post": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
            "requestBody": {"required": true, "content": content},
            "responses": {"200": {"description": "fine"}},
        }}},
    });
    let contract = read(document.to_string().as_bytes(), "malformed").unwrap();
    OperationPlan::compile_all(&contract).remove(0)
}

const KINDS: [&str; 4] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
];

fn told(step: &Step) -> (&str, &str) {
    match &step.intent {
        Intent::Malformed { layer, what } => (layer, what),
        other => panic!("{other}"),
    }
}

fn octets(step: &Step) -> &[u8] {
    match step.body.as_ref().map(|body| &body.content) {
        Some(BodyContent::Octets(octets)) => &octets.0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_has_many_cases_and_no_more_than_allowed() {
    for kinds in [&KINDS[..1], &KINDS[1..2], &KINDS[2..3], &KINDS[3..], &KINDS[..]] {
        let steps = plan(kinds).malformed();
        assert!((25..=CASES_MAX).contains(&steps.len()), "{kinds:?}: {}", steps.len());
        let size: usize = steps.iter().map(|step| octets(step).len()).sum();
        assert!(size < OCTETS_MAX, "{kinds:?}: {size} octets");
    }
}

#[test]
fn no_two_cases_are_the_same_on_the_wire_and_all_lists_are_the_same() {
    let plan = plan(&KINDS);
    let steps = plan.malformed();
    let wire: BTreeSet<String> =
        steps.iter().map(|step| format!("{:?}", render(step, "").unwrap())).collect();
    assert_eq!(wire.len(), steps.len());
    assert_eq!(steps, plan.malformed());
}

#[test]
fn only_the_content_is_malformed() {
    let plan = plan(&KINDS);
    let baseline = plan.baseline().unwrap();
    for step in plan.malformed() {
        assert_eq!((&step.path, &step.method), (&baseline.path, &baseline.method));
        let rest = step.parameters.iter().filter(|p| p.name != "Content-Encoding");
        assert!(rest.eq(&baseline.parameters), "{}", step.intent);
    }
}

#[test]
fn what_a_reader_may_take_is_told_apart() {
    let steps = plan(&KINDS[..1]).malformed();
    let is_lenient = |wanted: &str| {
        let found = steps.iter().map(told).find(|(_, what)| *what == wanted);
        found.unwrap_or_else(|| panic!("there is no case {wanted}")).0.ends_with(LENIENT_SUFFIX)
    };
    for what in ["a name twice", "a byte order mark", "10,000 levels", "a number of 400 digits"] {
        assert!(is_lenient(what), "{what}");
    }
    for what in ["NaN", "a comma before the end", "no content", "an octet that is no UTF-8"] {
        assert!(!is_lenient(what), "{what}");
    }
    for step in &steps {
        let (layer, what) = told(step);
        let is_read = serde_json::from_slice::<Value>(octets(step)).is_ok();
        let is_coded = step.parameters.iter().any(|p| p.name == "Content-Encoding");
        assert!(!is_read || is_coded || layer.ends_with(LENIENT_SUFFIX), "{layer}: {what}");
    }
}

#[test]
fn the_deepest_and_the_largest_come_last() {
    let steps = plan(&KINDS[..1]).malformed();
    let large: Vec<bool> = steps.iter().map(|step| octets(step).len() > 25_000).collect();
    let first = large.iter().position(|large| *large).unwrap();
    assert!(large[first..].iter().all(|large| *large), "{large:?}");
}

#[test]
fn an_external_entity_needs_a_place_to_lead_to() {
    let plan = plan(&KINDS[3..]);
    let mentions = |steps: &[Step], text: &str| {
        steps.iter().filter(|step| String::from_utf8_lossy(octets(step)).contains(text)).count()
    };
    assert_eq!(mentions(&plan.malformed(), "SYSTEM"), 0);
    let url = "http://127.0.0.1:9/canary";
    assert_eq!(mentions(&plan.malformed_towards(Some(url)), url), 2);
}

#[test]
fn an_operation_without_content_has_none() {
    let document = json!({"openapi": "3.1.0", "info": {"title": "a", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "fine"}}}}}});
    let contract = read(document.to_string().as_bytes(), "none").unwrap();
    assert_eq!(OperationPlan::compile_all(&contract)[0].malformed(), []);
}
