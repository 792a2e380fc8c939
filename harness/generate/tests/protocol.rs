//! What HTTP makes possible beyond values: facts about the probes and how they are judged.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;

use harness_contract::read;
use harness_generate::{OperationPlan, render};
use harness_model::{Intent, Place, Step};
use serde_json::{Value, json};

/// Cases that one operation may add.
const CASES_MAX: usize = 60;

fn plans(id: &Value) -> Vec<OperationPlan> {
    let parameters = json!([
        {"name": "id", "in": "path", "required": true, "schema": id},
        {"name": "size", "in": "query", "required": true, "schema": {"type": "integer"}},
        {"name": "q", "in": "query", "schema": {"type": "string"}},
        {"name": "X-Kind", "in": "header", "schema": {"type": "string", "enum": ["a", "b"]}},
    ]);
    let answers = json!({"200": {"description": "fine"}});
    let content = json!({"application/json": {"schema": {"type": "object"}}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "protocol", "version": "1"},
        "paths": {
            "/a/{id}": {
                "put": {"parameters": parameters, "responses": answers,
                        "requestBody": {"required": true, "content": content}},
                "get": {"parameters": parameters, "responses": answers},
            },
            "/a/{other}": {
                "patch": {"parameters": [{"name": "other", "in": "path", "required": true,
                          "schema": {"type": "string"}}], "responses": answers},
            },
        },
    });
    let contract = read(document.to_string().as_bytes(), "protocol").unwrap();
    OperationPlan::compile_all(&contract)
}

/// The first probe whose intent speaks of this.
fn find<'a>(steps: &'a [Step], what: &str) -> &'a Step {
    let found = steps.iter().find(|step| step.intent.to_string().contains(what));
    found.unwrap_or_else(|| panic!("there is no probe of {what}"))
}

fn broken(steps: &[Step], what: &str) -> Option<(String, bool)> {
    match &find(steps, what).intent {
        Intent::Invalid(violated) => Some((violated.keyword.clone(), violated.lenient)),
        _ => None,
    }
}

#[test]
fn every_probe_is_judged_as_it_is_called() {
    for plan in plans(&json!({"type": "integer"})) {
        let steps = plan.protocol();
        assert!((15..=CASES_MAX).contains(&steps.len()), "{} probes", steps.len());
        let mut wire = BTreeSet::new();
        for step in &steps {
            assert!(wire.insert(format!("{:?}", render(step, "").unwrap())), "{}", step.intent);
            let broken = plan.violated(step);
            match &step.intent {
                Intent::Boundary { limit, .. } => {
                    assert!(limit.starts_with(Intent::UNDECLARED_LIMIT), "{limit}");
                    assert!(broken.is_empty(), "{}: {broken:?}", step.intent);
                }
                Intent::Invalid(meant) => {
                    let is_meant = |b: &&harness_model::Violated| {
                        b.at == meant.at && b.keyword == meant.keyword
                    };
                    assert!(broken.iter().any(|b| is_meant(&b)), "{}: {broken:?}", step.intent);
                }
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn an_escape_that_is_none_is_a_text_to_some_and_no_number_to_anyone() {
    let steps = plans(&json!({"type": "integer"})).remove(0).protocol();
    let step = find(&steps, "an escape that is none");
    assert_eq!(broken(&steps, "an escape that is none"), Some(("encoding".to_owned(), true)));
    let target = render(step, "/api").unwrap().target.lossy().into_owned();
    assert_eq!(target, "/api/a/%zz?size=1");
    let steps = plans(&json!({"type": "string"})).remove(0).protocol();
    let of_path = steps.iter().filter(|step| step.path.starts_with("/a/%"));
    for step in of_path {
        assert!(matches!(step.intent, Intent::Boundary { .. }), "{}", step.intent);
    }
    let of_query = steps.iter().find(|step| step.path == "/a/{id}?size=%zz").unwrap();
    let request = render(of_query, "").unwrap();
    assert!(request.target.lossy().ends_with("?size=%zz"), "{}", request.target.lossy());
    assert!(
        matches!(&of_query.intent, Intent::Invalid(violated) if violated.keyword == "encoding")
    );
}

#[test]
fn media_types_are_those_that_are_declared() {
    let steps = plans(&json!({"type": "integer"})).remove(0).protocol();
    let media_type = |lenient: bool| Some(("media type".to_owned(), lenient));
    assert_eq!(broken(&steps, "content without a media type"), media_type(true));
    assert_eq!(broken(&steps, "content that is called text/plain"), media_type(true));
    assert_eq!(broken(&steps, "content of type application/xml"), media_type(false));
    assert_eq!(broken(&steps, "a charset that does not exist"), None);
    assert_eq!(broken(&steps, "the media type in upper case"), None);
}

#[test]
fn methods_are_those_that_no_operation_of_the_path_has() {
    for plan in plans(&json!({"type": "integer"})) {
        let steps = plan.protocol();
        let methods: Vec<&str> = steps
            .iter()
            .filter(|step| matches!(&step.intent, Intent::Invalid(v) if v.at == Place::Request))
            .map(|step| step.method.as_str())
            .collect();
        for method in ["GET", "PUT", "PATCH"] {
            assert!(!methods.contains(&method), "{method} is declared, if on another template");
        }
        for method in ["HEAD", "OPTIONS", "BREW", "DELETE"] {
            assert!(methods.contains(&method), "{method} of {methods:?}");
        }
    }
}

#[test]
fn what_may_destroy_comes_last() {
    for plan in plans(&json!({"type": "integer"})) {
        let steps = plan.protocol();
        let is_last: Vec<bool> = steps.iter().map(OperationPlan::is_destructive).collect();
        let first = is_last.iter().position(|is_last| *is_last).unwrap();
        assert!(is_last[first..].iter().all(|is_last| *is_last), "{is_last:?}");
        assert!(!OperationPlan::is_destructive(&plan.baseline().unwrap()));
        let overrides = find(&steps, "X-HTTP-Method-Override");
        assert!(OperationPlan::is_destructive(overrides));
    }
}

#[test]
fn two_values_may_be_read_as_either() {
    let steps = plans(&json!({"type": "integer"})).remove(0).protocol();
    assert_eq!(broken(&steps, "the same value twice"), None);
    // Without the required parameter under its own name.
    let step = find(&steps, "brackets, as for a list");
    let Intent::Invalid(violated) = &step.intent else { panic!("{}", step.intent) };
    assert_eq!((&*violated.keyword, violated.lenient), ("required", true));
}
