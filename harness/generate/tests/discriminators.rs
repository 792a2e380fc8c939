//! Bodies of schemas that a discriminator chooses among: each names the schema that it is made by, in
//! every way in which a document can say so.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use harness_contract::read;
use harness_generate::{OperationPlan, Source, render};
use harness_model::{Seed, Step};
use serde_json::{Value, json};

/// Bodies drawn of each document: enough to meet every branch.
const DRAWS: u32 = 60;

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The document of one operation that takes `body`, with these schemas.
fn document(body: &Value, schemas: &Value) -> Value {
    json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/pets": {"post": {
            "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": "ok"}},
        }}},
        "components": {"schemas": schemas},
    })
}

fn body_of(step: &Step) -> Value {
    step.body.as_ref().unwrap().content.value().unwrap().clone()
}

/// Every body drawn is one of `kinds` (value of `kind`, the member that only it may have), and
/// each of them is drawn.
#[track_caller]
fn check(document: &Value, at: &str, kinds: &[(&str, &str)]) {
    let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
    let operation = &contract.operations[0];
    let plan = OperationPlan::compile(&contract, operation);
    let drawn = (0..DRAWS).filter_map(|index| {
        plan.valid(&mut Source::seeded(Seed(7), "kinds", &operation.key, index))
    });
    let mut met = vec![false; kinds.len()];
    for step in plan.baseline().into_iter().chain(drawn) {
        assert!(render(&step, "").is_ok());
        assert_eq!(plan.violated(&step).len(), 0, "{step:?}");
        let body = body_of(&step);
        let pet = body.pointer(at).unwrap();
        let kind = pet["kind"].as_str().unwrap();
        let idx = kinds.iter().position(|(name, _)| *name == kind);
        let idx = idx.unwrap_or_else(|| panic!("nothing is called {kind:?}: {body}"));
        met[idx] |= pet.get(kinds[idx].1).is_some();
    }
    assert_eq!(met, vec![true; kinds.len()], "{kinds:?}");
}

/// `Cat` and `Dog` as extensions of `Pet`, whose further keywords are `more`.
fn family(more: &Value) -> Value {
    let mut pet = json!({
        "type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
    });
    for (name, value) in more.as_object().unwrap() {
        pet[name] = value.clone();
    }
    let heir = |member: &str| {
        let own = json!({"type": "object", "required": [member], "properties": {member: {"type": "integer"}}});
        json!({ "allOf": [reference("Pet"), own] })
    };
    json!({ "Pet": pet, "Cat": heir("lives"), "Dog": heir("bark") })
}

#[test]
fn base_stands_for_what_extends_it() {
    let schemas = family(&json!({"discriminator": {"propertyName": "kind"}}));
    let named = [("Cat", "lives"), ("Dog", "bark")];
    check(&document(&reference("Pet"), &schemas), "", &named);
    let list = json!({"type": "array", "minItems": 1, "items": reference("Pet")});
    check(&document(&list, &schemas), "/0", &named);
    let wrapped = json!({"nullable": false, "allOf": [reference("Pet")]});
    check(&document(&wrapped, &schemas), "", &named);
}

#[test]
fn what_extends_a_base_is_only_itself() {
    let mapping = json!({"dog": "Dog", "cat": "#/components/schemas/Cat"});
    let discriminator = json!({"propertyName": "kind", "mapping": mapping});
    let mut schemas = family(&json!({ "discriminator": discriminator }));
    schemas["Cat"]["properties"] = json!({"kind": {"enum": ["cat"]}});
    check(&document(&reference("Cat"), &schemas), "", &[("cat", "lives")]);
    check(&document(&reference("Pet"), &schemas), "", &[("cat", "lives"), ("dog", "bark")]);
}

#[test]
fn base_that_lists_what_extends_it_stands_for_that() {
    let listed = json!([reference("Cat"), reference("Dog")]);
    let more = json!({"discriminator": {"propertyName": "kind"}, "oneOf": listed});
    let schemas = family(&more);
    check(&document(&reference("Pet"), &schemas), "", &[("Cat", "lives"), ("Dog", "bark")]);
}

#[test]
fn branches_that_all_fit_are_told_apart_by_name() {
    let open = |member: &str| {
        json!({
            "type": "object", "required": ["kind", member],
            "properties": {"kind": {"type": "string"}, member: {"type": "integer"}},
        })
    };
    let schemas = json!({"Cat": open("lives"), "Dog": open("bark")});
    let mapping = json!({"cat": "#/components/schemas/Cat", "d1": "Dog", "d2": "Dog"});
    let body = json!({
        "oneOf": [reference("Cat"), reference("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": mapping},
    });
    let kinds = [("cat", "lives"), ("d1", "bark"), ("d2", "bark")];
    check(&document(&body, &schemas), "", &kinds);
}

#[test]
fn swagger_2_names_the_property_alone() {
    let heir = |member: &str| {
        json!({"allOf": [
            {"$ref": "#/definitions/Pet"},
            {"type": "object", "required": [member], "properties": {member: {"type": "integer"}}},
        ]})
    };
    let document = json!({
        "swagger": "2.0", "info": {"title": "t", "version": "1"},
        "paths": {"/pets": {"post": {
            "parameters": [
                {"in": "body", "name": "b", "required": true, "schema": {"$ref": "#/definitions/Pet"}},
            ],
            "responses": {"200": {"description": "ok"}},
        }}},
        "definitions": {
            "Pet": {
                "type": "object", "discriminator": "kind", "required": ["kind"],
                "properties": {"kind": {"type": "string"}},
            },
            "Cat": heir("lives"), "Dog": heir("bark"),
        },
    });
    check(&document, "", &[("Cat", "lives"), ("Dog", "bark")]);
}
