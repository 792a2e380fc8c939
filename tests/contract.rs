//! Contracts as users have them: split over files, tightened by overlays, inspected and linted.
#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;

use support::{demo, failures, harness, root, run_folder};

/// The demo's contract, as text.
fn shop() -> String {
    fs::read_to_string(root().join("specs/demo-shop.yaml")).expect("the contract is readable")
}

/// Two files, the second of which holds a schema of the first.
fn write_split(folder: &std::path::Path) {
    let first = r#"{"openapi": "3.1.0", "info": {"title": "split", "version": "1"}, "paths": {
        "/health": {"get": {"responses": {"200": {"description": "ok",
            "content": {"application/json": {"schema": {"$ref": "parts/health.json#/Health"}}}}}}}}}"#;
    let second = r#"{"Health": {"type": "object", "required": ["mood"]}}"#;
    fs::create_dir(folder.join("parts")).expect("it is new");
    fs::write(folder.join("api.json"), first).expect("written");
    fs::write(folder.join("parts/health.json"), second).expect("written");
}

#[test]
fn a_split_contract_is_judged_whole_and_replays_without_its_files() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write_split(folder.path());
    let (_service, target) = demo("none");
    let arguments = ["run", "--target", &target, "--contract", "api.json", "--seed", "1"];
    let finished = harness(folder.path(), &arguments);
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let run = run_folder(&folder.path().join("reports"));
    let found = failures(&run);
    let signature = &found[0].1["finding"]["signature"];
    assert_eq!(signature["check"], "body_violates_schema", "{signature}");
    fs::remove_dir_all(folder.path().join("parts")).expect("it was there");
    fs::remove_file(folder.path().join("api.json")).expect("it was there");
    let replayed = harness(folder.path(), &["replay", run.to_str().expect("a readable path")]);
    assert_eq!(replayed.code, 1, "{}\n{}", replayed.stdout, replayed.stderr);
    assert!(replayed.stdout.contains("FAILS"), "{}", replayed.stdout);
}

#[test]
fn servers_of_a_path_or_operation_say_where_its_requests_go() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let contract = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": {
            "/a": {"get": {"responses": {}}},
            "/b": {"servers": [{"url": "https://files.example.com/{area}",
                                "variables": {"area": {"default": "up"}}}],
                   "get": {"responses": {}},
                   "put": {"servers": [{"url": "/v2/"}], "responses": {}}}}}"#;
    fs::write(folder.path().join("api.json"), contract).expect("written");
    let targets = |more: &[&str]| {
        let target = ["--target", "http://127.0.0.1:9", "--contract", "api.json", "--dry-run"];
        let finished = harness(folder.path(), &[&["run"], &target[..], more].concat());
        assert_eq!(finished.code, 0, "{}\n{}", finished.stdout, finished.stderr);
        finished.stdout
    };
    let declared = targets(&[]);
    let is_in = |plan: &str, method: &str, target: &str| {
        plan.contains(&format!(r#""method":"{method}","target":"{target}""#))
    };
    for (method, target) in [("GET", "/v1/a"), ("GET", "/up/b"), ("PUT", "/v2/b")] {
        assert!(is_in(&declared, method, target), "{method} {target}: {declared}");
    }
    let told = targets(&["--base-path", "/x"]);
    for (method, target) in [("GET", "/x/a"), ("GET", "/x/b"), ("PUT", "/x/b")] {
        assert!(is_in(&told, method, target), "{method} {target}: {told}");
    }
}

#[test]
fn an_overlay_tightens_a_contract_for_the_run_and_its_replays() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let overlay = r#"{"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [
        {"target": "$.paths['/health'].get.responses['200'].content['application/json']",
         "update": {"schema": {"type": "object", "required": ["mood"]}}}]}"#;
    fs::write(folder.path().join("tight.json"), overlay).expect("written");
    fs::write(folder.path().join("shop.yaml"), shop()).expect("written");
    let (_service, target) = demo("none");
    let loose = ["run", "--target", &target, "--contract", "shop.yaml", "--include", "GET /health"];
    let finished = harness(folder.path(), &[&loose[..], &["--run-name", "loose"]].concat());
    assert_eq!(finished.code, 0, "{}\n{}", finished.stdout, finished.stderr);
    let tight = ["--overlay", "tight.json", "--run-name", "tight"];
    let finished = harness(folder.path(), &[&loose[..], &tight].concat());
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    fs::remove_file(folder.path().join("tight.json")).expect("it was there");
    let replayed = harness(folder.path(), &["replay", "reports/tight"]);
    assert_eq!(replayed.code, 1, "{}\n{}", replayed.stdout, replayed.stderr);
}

#[test]
fn an_overlay_that_is_none_is_exit_2_and_is_named() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("shop.yaml"), shop()).expect("written");
    fs::write(folder.path().join("no.json"), "{}").expect("written");
    let finished = harness(folder.path(), &["inspect", "shop.yaml", "--overlay", "no.json"]);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("no.json"), "{}", finished.stderr);
}

#[test]
fn offline_fetches_no_document() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_service, target) = demo("none");
    let contract = format!("{target}/openapi.yaml");
    let finished = harness(folder.path(), &["inspect", &contract, "--offline"]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    assert!(finished.stderr.contains("--offline"), "{}", finished.stderr);
    assert_eq!(harness(folder.path(), &["inspect", &contract]).code, 0);
}

#[test]
fn inspect_shows_operations_attacks_and_reasons() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write_split(folder.path());
    let finished = harness(folder.path(), &["inspect", "api.json"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    for part in ["split 1 (OpenAPI 3.1.0)", "parts/health.json", "GET /health", "1 operations"] {
        assert!(finished.stdout.contains(part), "{part:?} is not in:\n{}", finished.stdout);
    }
    let finished = harness(folder.path(), &["inspect", "api.json", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(value["attacks"][0]["operation"], "GET /health");
}

#[test]
fn generate_prints_cases_of_one_kind_and_no_more_than_asked_for() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("shop.yaml"), shop()).expect("written");
    let arguments = ["generate", "shop.yaml", "--operation", "POST /orders", "--kind", "boundary"];
    let finished = harness(folder.path(), &[&arguments[..], &["-n", "3"]].concat());
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert_eq!(finished.stdout.lines().count(), 3);
    for line in finished.stdout.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(value["case"]["id"]["phase"], "boundary", "{line}");
        assert_eq!(value["request"]["target"], "/orders", "{line}");
    }
    let finished = harness(folder.path(), &["generate", "shop.yaml", "--kind", "no-such"]);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("boundary"), "{}", finished.stderr);
}

#[test]
fn lint_scores_operations_and_gates() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write_split(folder.path());
    let finished = harness(folder.path(), &["lint", "api.json"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(finished.stdout.contains("missing-security"), "{}", finished.stdout);
    assert!(finished.stdout.contains("for the whole contract"), "{}", finished.stdout);
    assert_eq!(harness(folder.path(), &["lint", "api.json", "--min-score", "100"]).code, 1);
    assert_eq!(harness(folder.path(), &["lint", "api.json", "--min-score", "0"]).code, 0);
}
