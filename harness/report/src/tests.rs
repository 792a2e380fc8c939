//! What every form holds: all findings, nothing from outside obeyed, and what its consumers demand.

use std::io::Write as _;

use serde_json::Value;

use crate::sample::{HOSTILE, events_of, run_of};
use crate::{Context, Past, REPORTERS, Recorded, form, form_names};

fn written(name: &str) -> String {
    let form = form(name).expect("it is registered");
    let octets = (form.write)(&run_of(4, 2), &Context::default());
    String::from_utf8(octets).expect("every form is text")
}

#[test]
fn every_form_names_every_finding() {
    let slugs: Vec<String> =
        run_of(4, 2).found.iter().map(|found| found.finding.signature.slug()).collect();
    assert!(form_names().count() >= 8);
    for name in form_names() {
        let text = written(name);
        for slug in &slugs {
            // The summary lists minor findings without their files.
            let is_listed = text.contains(slug.as_str()) || name == "markdown";
            assert!(is_listed, "{name} does not name {slug}");
        }
    }
}

#[test]
fn every_report_has_a_name_and_an_explanation() {
    for registered in REPORTERS {
        assert!(registered.explain.len() > 40, "{}", registered.name);
    }
    let mut names: Vec<&str> = REPORTERS.iter().map(|it| it.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), REPORTERS.len());
}

#[test]
fn junit_is_well_formed_whatever_was_answered() {
    let text = written("junit");
    let document = roxmltree::Document::parse(&text).expect("well-formed XML");
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_eq!(root.attribute("failures"), Some("4"));
    let failures: Vec<_> =
        document.descendants().filter(|node| node.has_tag_name("failure")).collect();
    assert_eq!(failures.len(), 4);
    for failure in failures {
        assert!(failure.attribute("message").is_some_and(|text| text.contains(HOSTILE)));
        assert!(failure.text().is_some_and(|text| text.contains("harness replay")));
    }
}

#[test]
fn sarif_has_what_code_scanning_demands() {
    let log: Value = serde_json::from_str(&written("sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| rule["id"].as_str().expect("an id"))
        .collect();
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 4);
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().expect("a rule")));
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "api%20spec.yaml");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line >= 1));
        assert!(result["partialFingerprints"]["harnessSignature/v1"].is_string());
    }
}

#[test]
fn har_has_a_page_per_finding_and_an_entry_per_request() {
    let har: Value = serde_json::from_str(&written("har")).expect("JSON");
    assert_eq!(har["log"]["version"], "1.2");
    assert_eq!(har["log"]["pages"].as_array().map(Vec::len), Some(4));
    let entries = har["log"]["entries"].as_array().expect("entries");
    // One of the four is a race of four requests.
    assert_eq!(entries.len(), 7);
    for entry in entries {
        for member in ["startedDateTime", "time", "request", "response", "cache", "timings"] {
            assert!(!entry[member].is_null(), "{member} in {entry}");
        }
    }
}

#[test]
fn wfc_has_what_its_schema_requires() {
    let report: Value = serde_json::from_str(&written("wfc")).expect("JSON");
    for member in [
        "schemaVersion",
        "toolName",
        "toolVersion",
        "creationTime",
        "faults",
        "problemDetails",
        "totalTests",
        "testFilePaths",
        "testCases",
    ] {
        assert!(!report[member].is_null(), "{member}");
    }
    assert_eq!(report["faults"]["totalNumber"], 4);
    assert_eq!(report["problemDetails"]["rest"]["endpointIds"][0], "GET:/things-0/{id}");
    assert_eq!(report["faults"]["foundFaults"][0]["faultCategories"][0]["code"], 100);
}

#[test]
fn markdown_obeys_nothing() {
    let text = written("markdown");
    let outside_code: String =
        text.lines().filter(|line| !line.starts_with("- ")).collect::<Vec<_>>().join("\n");
    assert!(!outside_code.contains("<img") && !outside_code.contains("<script"), "{text}");
    assert!(!outside_code.contains("@everyone"), "{text}");
}

#[test]
fn what_an_earlier_run_found_is_known() {
    let run = run_of(2, 2);
    let slugs: Vec<String> = run.found.iter().map(|found| found.finding.signature.slug()).collect();
    let past = Past {
        name: "yesterday".to_owned(),
        findings: std::collections::BTreeMap::new(),
        failures: vec![slugs[0].clone(), "gone-1".to_owned()],
    };
    let context = Context { history: vec![past], ..Context::default() };
    let form = form("jsonl").expect("registered");
    let text = String::from_utf8((form.write)(&run, &context)).expect("text");
    let states: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["state"].clone())
        .collect();
    assert_eq!(states, ["known", "new"]);
    assert_eq!(context.gone(&run), ["gone-1"]);
}

#[test]
fn a_run_that_was_cut_off_anywhere_is_read_up_to_there() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let path = scratch.path().join("events.jsonl");
    let mut octets = Vec::new();
    for event in events_of(3, 2) {
        serde_json::to_writer(&mut octets, &event).expect("plain data");
        octets.write_all(b"\n").expect("memory");
    }
    let whole = octets.iter().position(|octet| *octet == b'\n').expect("lines") + 1;
    for cut in (whole..octets.len()).step_by(97) {
        std::fs::write(&path, &octets[..cut]).expect("written");
        let run = Recorded::read(scratch.path()).expect("readable");
        let text = String::from_utf8_lossy(&octets[..cut]);
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let found = whole.filter(|line| line.contains("\"kind\":\"found\""));
        assert_eq!(run.found.len(), found.count(), "cut at {cut}");
        for name in form_names() {
            let form = form(name).expect("registered");
            assert!(!(form.write)(&run, &Context::default()).is_empty() || run.found.is_empty());
        }
    }
}

#[test]
fn a_damaged_line_in_the_middle_is_an_error_with_its_number() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let path = scratch.path().join("events.jsonl");
    std::fs::write(&path, "{}\n{}\n").expect("written");
    let error = Recorded::read(&path).expect_err("not events").to_string();
    assert!(error.contains("line 1"), "{error}");
}
