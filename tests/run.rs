//! The whole path on the embedded shop: found, confirmed, shrunk, written, replayed.
#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::collections::BTreeSet;
use std::fs;

use support::{demo, failures, harness, json, run_folder};

const FAST: [&str; 5] = ["--request-timeout", "1s", "--seed", "7", "--no-wire"];

#[test]
fn the_demo_finds_every_fault_that_it_plants() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let finished = harness(folder.path(), &["demo", "--seed", "3"]);
    assert_eq!(finished.code, 0, "{}\n{}", finished.stdout, finished.stderr);
    assert!(!finished.stdout.contains("MISSED"), "{}", finished.stdout);
    let run = run_folder(&folder.path().join("reports"));
    let found: BTreeSet<String> = failures(&run)
        .iter()
        .map(|(_, f)| f["finding"]["signature"]["check"].as_str().expect("a name").to_owned())
        .collect();
    let names = harness_check::CHECKS.iter().map(|check| check.name);
    // A list that disagrees needs a shop of nine products at most.
    let of_state = harness_check::STATE_CHECKS.iter().map(|check| check.name);
    let of_state = of_state.filter(|name| *name != "list_disagrees");
    let all: BTreeSet<String> = names
        .chain([harness_check::WIRE_CHECK, "superlinear_cost"])
        .chain(of_state)
        .map(str::to_owned)
        .collect();
    assert_eq!(found, all, "every check has a fault that it catches");
}

/// Runs the demo with this one fault; answers its findings as (check, operation).
fn found_alone(fault: &str, is_of_wire: bool) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut arguments = vec!["demo", "--faults", fault, "--seed", "5"];
    // Wire faults take seconds of waiting: once for the twin and once for their own fault is enough.
    arguments.extend((!is_of_wire).then_some("--no-wire"));
    let finished = harness(folder.path(), &arguments);
    assert_eq!(finished.code, 0, "{fault}\n{}\n{}", finished.stdout, finished.stderr);
    let run = run_folder(&folder.path().join("reports"));
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let signature = |(_, failure): &(_, serde_json::Value)| {
        let signature = &failure["finding"]["signature"];
        (text(&signature["check"]), text(&signature["operation"]))
    };
    failures(&run).iter().map(signature).collect()
}

#[test]
fn every_fault_alone_is_found_by_its_check_on_its_operation_and_nothing_else_is() {
    let faults: Vec<_> = harness_demo::FAULTS.iter().collect();
    assert!(faults.len() > 20, "{} faults", faults.len());
    // Hangs wait for their deadline: several faults at once take the time of one.
    std::thread::scope(|scope| {
        for faults in faults.chunks(faults.len().div_ceil(4)) {
            scope.spawn(move || {
                for fault in faults {
                    let is_of_wire = fault.caught_by == harness_check::WIRE_CHECK;
                    let found = found_alone(fault.name, is_of_wire);
                    assert!(!found.is_empty(), "{} is not found", fault.name);
                    let expected: Vec<&str> = fault.caught_by.split(',').map(str::trim).collect();
                    // One fault may break two keywords at one place; never another check or operation.
                    for (check, operation) in &found {
                        assert!(expected.contains(&check.as_str()), "{}: {found:?}", fault.name);
                        assert_eq!(operation, fault.operation, "{}: {found:?}", fault.name);
                    }
                }
            });
        }
    });
}

#[test]
fn the_correct_twin_of_the_demo_is_clean() {
    for seed in ["1", "2"] {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let finished = harness(folder.path(), &["demo", "--faults", "none", "--seed", seed]);
        assert_eq!(finished.code, 0, "{}\n{}", finished.stdout, finished.stderr);
        let run = run_folder(&folder.path().join("reports"));
        assert!(failures(&run).is_empty());
        let summary = json(&run.join("summary.json"));
        assert_eq!(summary["flaky"], 0, "{summary}");
    }
}

#[test]
fn a_fault_that_was_mended_replays_as_fixed() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_service, target) = demo("all");
    let mut arguments = vec!["run", "--target", &target, "--cases", "5"];
    arguments.extend(FAST);
    let finished = harness(folder.path(), &arguments);
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let run = run_folder(&folder.path().join("reports"));
    let run = run.to_str().expect("a readable path");

    // What the run has bought is out of stock: replayed on a fresh instance, as one would.
    let (_fresh, target) = demo("all");
    let again =
        harness(folder.path(), &["replay", run, "--target", &target, "--request-timeout", "1s"]);
    assert_eq!(again.code, 1, "{}\n{}", again.stdout, again.stderr);
    assert!(again.stdout.contains("FAILS"), "{}", again.stdout);
    // Replays buy too: what is sold out by then cannot be replayed, and nothing is called fixed.
    assert!(again.stdout.contains(" FAILS, 0 FLAKY, 0 FIXED, "), "{}", again.stdout);

    let (service, mended) = demo("none");
    let fixed =
        harness(folder.path(), &["replay", run, "--target", &mended, "--request-timeout", "1s"]);
    assert_eq!(fixed.code, 0, "{}\n{}", fixed.stdout, fixed.stderr);
    assert!(fixed.stdout.contains("FIXED"), "{}", fixed.stdout);
    assert!(fixed.stdout.contains("\n0 FAILS, "), "{}", fixed.stdout);

    drop(service);
    let gone =
        harness(folder.path(), &["replay", run, "--target", &mended, "--request-timeout", "1s"]);
    assert_eq!(gone.code, 4, "{}\n{}", gone.stdout, gone.stderr);
    assert!(gone.stdout.contains("ERROR"), "{}", gone.stdout);
}

#[test]
fn the_plan_is_the_same_for_any_number_of_workers() {
    let contract = support::root().join("specs/demo-shop.yaml");
    let contract = contract.to_str().expect("a readable path");
    let plan = |seed: &str, workers: &str| {
        let arguments = [
            "run",
            "--target",
            "http://127.0.0.1:9",
            "--contract",
            contract,
            "--dry-run",
            "--seed",
            seed,
            "--workers",
            workers,
        ];
        let folder = tempfile::tempdir().expect("a scratch folder");
        let finished = harness(folder.path(), &arguments);
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        finished.stdout
    };
    let one = plan("7", "1");
    assert!(one.lines().count() > 500, "{} planned requests", one.lines().count());
    assert_eq!(one, plan("7", "64"));
    assert_ne!(one, plan("8", "1"));
}

#[test]
fn secrets_given_as_headers_reach_no_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_service, target) = demo("all");
    let secret = "s3cr3t-t0ken-of-this-test";
    let header = format!("Authorization: Bearer {secret}");
    let mut arguments = vec!["run", "--target", &target, "--cases", "2", "--header", &header];
    arguments.extend(FAST);
    let finished = harness(folder.path(), &arguments);
    assert!(!finished.stdout.contains(secret) && !finished.stderr.contains(secret));
    let run = run_folder(&folder.path().join("reports"));
    let mut files = vec![run.join("events.jsonl"), run.join("summary.json")];
    files.extend(failures(&run).into_iter().map(|(file, _)| file));
    for file in files {
        let text = fs::read_to_string(&file).expect("readable");
        assert!(!text.contains(secret), "{} holds the secret", file.display());
    }
}

#[test]
fn filters_choose_what_is_sent() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_service, target) = demo("none");
    let finished = harness(
        folder.path(),
        &[
            "run",
            "--target",
            &target,
            "--include",
            "path:/products*",
            "--exclude",
            "method:DELETE",
            "--cases",
            "2",
        ],
    );
    assert_eq!(finished.code, 0, "{}\n{}", finished.stdout, finished.stderr);
    let summary = json(&run_folder(&folder.path().join("reports")).join("summary.json"));
    let operations: Vec<&str> = summary["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|operation| operation["operation"].as_str().expect("a key"))
        .collect();
    assert!(!operations.is_empty());
    assert!(
        operations.iter().all(|key| key.contains(" /products") && !key.starts_with("DELETE")),
        "{operations:?}"
    );
}

#[test]
fn files_fit_their_published_schemas() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_service, target) = demo("all");
    let mut arguments = vec!["run", "--target", &target, "--cases", "2"];
    arguments.extend(FAST);
    harness(folder.path(), &arguments);
    let run = run_folder(&folder.path().join("reports"));
    let validator = |name: &str| {
        let schema = json(&support::root().join(format!("reports/schema/{name}.schema.json")));
        jsonschema::validator_for(&schema).expect("a schema")
    };
    let event = validator("event");
    for line in fs::read_to_string(run.join("events.jsonl")).expect("readable").lines() {
        let value = serde_json::from_str(line).expect("each line is JSON");
        if let Some(error) = event.iter_errors(&value).next() {
            panic!("{error} in {line}");
        }
    }
    let summary = json(&run.join("summary.json"));
    assert!(validator("summary").is_valid(&summary), "{summary}");
    let counterexample = validator("counterexample");
    for (file, value) in failures(&run) {
        if let Some(error) = counterexample.iter_errors(&value).next() {
            panic!("{error} in {}", file.display());
        }
    }
}
