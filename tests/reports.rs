//! Recorded runs: their reports, what is left of a run that was killed, and shards that add up.
#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use support::{Running, command, demo, failures, harness, json};

/// Faults of every kind but those that hang: their deadlines would be most of a test's time.
const QUICK: &str = "absent_description_left_out,created_answers_200,created_without_location,\
                     empty_items_fail,empty_list_is_null,html_not_found,limit_off_by_one,\
                     no_parcels_divides,null_description_fails,price_as_text,unlisted_sort_fails,\
                     zero_quantity_divides";
const FORMATS: [&str; 8] = ["html", "junit", "sarif", "markdown", "har", "wfc", "jsonl", "curl"];

/// Runs the harness on a fresh shop with these faults.
fn run(folder: &Path, faults: &str, name: &str, more: &[&str]) -> support::Finished {
    let (_service, target) = demo(faults);
    let mut arguments = vec!["run", "--target", &target, "--seed", "7", "--cases", "5"];
    arguments.extend(["--request-timeout", "2s", "--run-name", name]);
    arguments.extend(more);
    harness(folder, &arguments)
}

fn slugs(run: &Path) -> BTreeSet<String> {
    let name = |(file, _): &(std::path::PathBuf, Value)| {
        file.file_stem().expect("a name").to_string_lossy().into_owned()
    };
    failures(run).iter().map(name).collect()
}

#[test]
fn every_report_is_made_at_the_end_and_again_later() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let faults = "created_answers_200,price_as_text";
    let mut more: Vec<&str> = FORMATS.iter().flat_map(|format| ["--report", format]).collect();
    let contract = support::root().join("specs/demo-shop.yaml");
    more.extend(["--contract", contract.to_str().expect("a readable path")]);
    more.extend(["--report", "junit=elsewhere/junit.xml"]);
    let finished = run(folder.path(), faults, "a", &more);
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let path = folder.path().join("reports/a");
    let files = [
        "report.html",
        "junit.xml",
        "results.sarif",
        "summary.md",
        "failures.har",
        "report.json",
        "findings.jsonl",
        "requests.sh",
    ];
    let first: Vec<Vec<u8>> =
        files.iter().map(|file| fs::read(path.join(file)).expect("it was written")).collect();
    assert!(folder.path().join("elsewhere/junit.xml").is_file());
    for file in files {
        fs::remove_file(path.join(file)).expect("it was there");
    }
    let mut arguments = vec!["report", "reports/a"];
    arguments.extend(FORMATS.iter().flat_map(|format| ["--format", format]));
    let again = harness(folder.path(), &arguments);
    assert_eq!(again.code, 0, "{}\n{}", again.stdout, again.stderr);
    for (file, first) in files.iter().zip(first) {
        let second = fs::read(path.join(file)).expect("it was written again");
        // Only these hold the time at which the run began, which a recorded run knows less exactly.
        if !["report.html", "failures.har", "report.json"].contains(file) {
            assert!(first == second, "{file} differs");
        }
    }
    let log = json(&path.join("results.sarif"));
    let result = &log["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    let line = place["region"]["startLine"].as_u64().expect("a line");
    assert!(line > 1, "the contract element has a place: {result}");
}

#[test]
fn what_a_killed_run_had_reported_is_in_its_folder() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (round, told_before) in [1_usize, 3, 6].into_iter().enumerate() {
        let (_service, target) = demo(QUICK);
        let name = format!("killed-{round}");
        let arguments = ["run", "--target", &target, "--seed", "7", "--run-name", &name];
        let mut child = command(folder.path(), &arguments);
        let mut running = Running(
            child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs"),
        );
        let stdout = BufReader::new(running.0.stdout.take().expect("it is piped"));
        let is_finding = |line: &String| {
            ["high ", "medium ", "low "].iter().any(|severity| line.starts_with(severity))
        };
        let told: Vec<String> =
            stdout.lines().map_while(Result::ok).filter(is_finding).take(told_before).collect();
        assert_eq!(told.len(), told_before, "it finds as many");
        running.0.kill().expect("it runs");
        running.0.wait().expect("it ends");

        let path = folder.path().join("reports").join(&name);
        let mut kept = failures(&path);
        kept.retain(|(file, _)| file.extension().is_some_and(|extension| extension == "json"));
        for line in &told {
            let is_kept = kept.iter().any(|(_, failure)| {
                let signature = &failure["finding"]["signature"];
                let check = signature["check"].as_str().expect("a check");
                let operation = signature["operation"].as_str().expect("an operation");
                line.contains(&format!("{check} {operation}:"))
            });
            assert!(is_kept, "{line} is not in {}", path.display());
        }
        let shown = path.to_str().expect("a readable path");
        let report = harness(folder.path(), &["report", shown, "--format", "jsonl=-"]);
        assert_eq!(report.code, 0, "{}", report.stderr);
        assert!(report.stdout.lines().count() >= told_before, "{}", report.stdout);
        for format in FORMATS {
            let report = harness(folder.path(), &["report", shown, "--format", format]);
            assert_eq!(report.code, 0, "{format}: {}", report.stderr);
        }
        let page = fs::read_to_string(path.join("report.html")).expect("it was written");
        assert!(page.contains("the run was killed before its end"));
    }
}

#[test]
fn shards_find_together_what_one_machine_finds() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let whole = run(folder.path(), QUICK, "whole", &[]);
    assert_eq!(whole.code, 1, "{}\n{}", whole.stdout, whole.stderr);
    let whole = folder.path().join("reports/whole");
    assert!(slugs(&whole).len() >= 12, "{:?}", slugs(&whole));
    for of in [2, 3, 8] {
        let names: Vec<String> = (1..=of).map(|number| format!("{of}-{number}")).collect();
        let numbered: Vec<(usize, &String)> = (1..=of).zip(&names).collect();
        for several in numbered.chunks(4) {
            std::thread::scope(|scope| {
                for (number, name) in several {
                    let shard = format!("{number}/{of}");
                    let path = folder.path();
                    scope.spawn(move || run(path, QUICK, name, &["--shard", &shard]));
                }
            });
        }
        let merged = format!("merged-{of}");
        let paths: Vec<String> = names.iter().map(|name| format!("reports/{name}")).collect();
        let mut arguments = vec!["merge", "--run-name", &merged];
        arguments.extend(paths.iter().map(String::as_str));
        let finished = harness(folder.path(), &arguments);
        assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
        let merged = folder.path().join("reports").join(merged);
        assert_eq!(slugs(&merged), slugs(&whole), "{of} shards");
        let (one, many) = (json(&whole.join("summary.json")), json(&merged.join("summary.json")));
        let operations = |summary: &Value| -> Vec<Value> {
            let list = summary["operations"].as_array().expect("a list");
            list.iter().map(|operation| operation["operation"].clone()).collect()
        };
        assert_eq!(operations(&one), operations(&many));
        assert_eq!(one["findings"], many["findings"]);
        assert!(merged.join("report.html").is_file());
    }
}

#[test]
fn runs_of_different_seeds_are_not_merged() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (name, seed) in [("a", "1"), ("b", "2")] {
        let (_service, target) = demo("none");
        let arguments = ["run", "--target", &target, "--include", "GET /health", "--seed", seed];
        harness(folder.path(), &[&arguments[..], &["--run-name", name]].concat());
    }
    let finished = harness(folder.path(), &["merge", "reports/a", "reports/b"]);
    assert_eq!(finished.code, 2, "{}", finished.stdout);
    assert!(finished.stderr.contains("another seed"), "{}", finished.stderr);
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for arguments in [&["completions", "bash"][..], &["completions", "fish"], &["man"]] {
        let finished = harness(folder.path(), arguments);
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        for command in ["run", "replay", "report", "merge", "inspect", "explain"] {
            assert!(finished.stdout.contains(command), "{arguments:?} lacks {command}");
        }
    }
}

#[test]
fn what_broke_between_two_runs_is_new() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let only = ["--include", "GET /categories"];
    run(folder.path(), "none", "before", &only);
    run(
        folder.path(),
        "category_case_ignored,absent_description_left_out,empty_list_is_null",
        "after",
        &["--include", "path:/orders*", "--include", "GET /categories"],
    );
    let same = harness(folder.path(), &["compare", "reports/before", "reports/before"]);
    assert_eq!(same.code, 0, "{}\n{}", same.stdout, same.stderr);
    assert!(same.stdout.contains("0 new, 0 gone"), "{}", same.stdout);
    let worse = harness(folder.path(), &["compare", "reports/before", "reports/after"]);
    assert_eq!(worse.code, 1, "{}\n{}", worse.stdout, worse.stderr);
    assert!(worse.stdout.contains("new: "), "{}", worse.stdout);
}
