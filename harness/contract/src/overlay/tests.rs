//! Overlays: what is changed, and what is refused.

use serde_json::json;

use super::*;

fn overlay(actions: &Value) -> Result<Overlay, OverlayError> {
    let text = json!({"overlay": "1.0.0", "info": {}, "actions": actions}).to_string();
    Overlay::read(text.as_bytes(), "tighter.json")
}

/// Applies one overlay; returns what became of the document and the codes of the diagnostics.
#[track_caller]
fn check(document: &Value, actions: &Value, expect: &Value, codes: &[&str]) {
    let mut changed = document.clone();
    let diagnostics = overlay(actions).unwrap().apply(&mut changed);
    assert_eq!(changed, *expect);
    let found: Vec<_> = diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(found, codes);
}

#[test]
fn update_merges_objects_recursively() {
    check(
        &json!({"a": {"b": {"c": 1, "d": [1]}, "e": 2}}),
        &json!([{"target": "$.a", "update": {"b": {"c": 3, "d": [2], "f": null}, "g": {}}}]),
        &json!({"a": {"b": {"c": 3, "d": [1, 2], "f": null}, "e": 2, "g": {}}}),
        &[],
    );
}

#[test]
fn update_of_a_list_appends_one_item() {
    check(
        &json!({"a": [1]}),
        &json!([{"target": "$.a", "update": {"x": 1}}]),
        &json!({"a": [1, {"x": 1}]}),
        &[],
    );
}

#[test]
fn remove_takes_every_match_and_comes_before_update() {
    check(
        &json!({"a": [{"x": 1}, {"x": 2}, {"x": 1}, 7], "b": 1}),
        &json!([{"target": "$.a[?@.x == 1]", "remove": true, "update": {"y": 1}}]),
        &json!({"a": [{"x": 2}, 7], "b": 1}),
        &[],
    );
}

#[test]
fn descendants_are_removed_before_what_holds_them() {
    check(
        &json!({"x": {"x": {"x": 1}}, "y": {"x": 2, "z": 3}}),
        &json!([{"target": "$..x", "remove": true}]),
        &json!({"y": {"z": 3}}),
        &[],
    );
}

#[test]
fn actions_see_what_those_before_them_did() {
    check(
        &json!({"a": {}}),
        &json!([
            {"target": "$.a", "update": {"b": {}}},
            {"target": "$.a.b", "update": {"c": 1}},
            {"target": "$.a.b.c", "update": 2},
        ]),
        &json!({"a": {"b": {"c": 2}}}),
        &[],
    );
}

#[test]
fn action_without_effect_is_reported() {
    check(
        &json!({"a": {}}),
        &json!([
            {"target": "$.nowhere", "update": {}},
            {"target": "$.a", "update": 1},
            {"target": "$", "remove": true},
            {"target": "$.a", "description": "only said"},
        ]),
        &json!({"a": {}}),
        &[NO_MATCH, "overlay-misfit", "overlay-misfit"],
    );
}

#[test]
fn names_with_slash_and_tilde_are_found() {
    check(
        &json!({"paths": {"/a~b": {"get": {}}}}),
        &json!([{"target": "$.paths['/a~b'].get", "update": {"deprecated": true}}]),
        &json!({"paths": {"/a~b": {"get": {"deprecated": true}}}}),
        &[],
    );
}

#[test]
fn wrong_overlays_are_refused_with_their_place() {
    for (text, expect) in [
        ("", "tighter.yaml cannot be read: tighter.yaml is empty"),
        ("{", "tighter.yaml cannot be read: "),
        ("openapi: 3.1.0", "tighter.yaml is not an OpenAPI overlay: it does not say \"overlay\""),
        ("overlay: 2.0.0", "tighter.yaml is not an OpenAPI overlay: its version is \"2.0.0\""),
        ("overlay: 1.0.0", "tighter.yaml is not an OpenAPI overlay: it has no list of actions"),
        (
            "overlay: 1.0.0\nactions:\n  - target: $.a\n    update: {}\n  - target: a b\n",
            "tighter.yaml:5:5: target \"a b\" is no JSONPath: ",
        ),
        ("overlay: 1.0\nactions: [{update: {}}]", "tighter.yaml:2:11: the action has no target"),
    ] {
        let error = Overlay::read(text.as_bytes(), "tighter.yaml").unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    }
}

#[test]
fn overlay_changes_what_is_read_and_diagnostics_keep_their_place() {
    let text = "openapi: 3.1.0
paths:
  /a:
    get:
      parameters:
        - {in: query, name: gone, schema: {type: int}}
        - {in: query, name: kept, schema: {type: int}}
      responses: {default: {description: x}}
";
    let actions = json!([
        {"target": "$.paths['/a'].get.parameters[?@.name == 'gone']", "remove": true},
        {"target": "$.paths['/a'].get", "update": {"security": [], "operationId": "a"}},
        {"target": "$.nowhere", "remove": true},
    ]);
    let overlay = overlay(&actions).unwrap();
    let options = crate::ReadOptions { fetch: None, overlays: &[overlay] };
    let contract = crate::read_with(text.as_bytes(), "a.yaml", options).unwrap();
    let operation = &contract.operations[0];
    assert_eq!(operation.id.as_deref(), Some("a"));
    let names: Vec<_> = operation.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["kept"]);
    let diagnostics: Vec<_> = contract
        .diagnostics
        .iter()
        .map(|d| format!("{} {}:{}", d.code, d.source, d.position.unwrap().line))
        .collect();
    // The list, not what used to stand at the same index.
    assert_eq!(
        diagnostics,
        ["invalid-type a.yaml:5", "overlay-target-without-match tighter.json:1"]
    );
    let plain = crate::read(text.as_bytes(), "a.yaml").unwrap();
    assert_ne!(plain.digest, contract.digest);
}
