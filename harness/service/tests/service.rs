//! The demo service in this process: what a Rust team would write, and that it means what it says.

use std::path::Path;

use harness_demo::{CONTRACT, Faults};
use harness_service::Service;
use proptest::prelude::*;

/// The demo with these faults, a shop for each case.
fn demo(faults: &str) -> Service {
    let faults = Faults::parse(faults).expect("the faults exist");
    Service::new(harness_demo::apps(&faults), CONTRACT).expect("the contract reads")
}

/// The checks that find something in the demo with this fault.
fn found(fault: &str) -> Vec<String> {
    let findings = demo(fault).findings();
    findings.into_iter().map(|found| found.finding.signature.check).collect()
}

#[test]
fn a_correct_service_passes() {
    demo("none").check();
}

#[test]
fn one_service_may_serve_all_cases() {
    let app = harness_demo::app(Faults::parse("none").expect("that is a word"));
    Service::shared(app, CONTRACT).expect("the contract reads").check();
}

#[test]
fn a_fault_is_found_without_a_socket() {
    assert_eq!(found("no_parcels_divides"), ["server_error"]);
    assert_eq!(found("limit_off_by_one"), ["invalid_accepted"]);
}

#[test]
fn a_service_that_panics_is_a_crash() {
    assert_eq!(found("large_amount_drops_connection"), ["crash"]);
}

static DEMO: std::sync::LazyLock<Service> = std::sync::LazyLock::new(|| demo("none"));

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn every_case_holds(case in DEMO.cases()) {
        DEMO.hold(&case)?;
    }
}

#[test]
fn a_case_that_fails_is_told_in_its_smallest_form() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) };
    let rng = proptest::test_runner::TestRng::deterministic_rng(
        proptest::test_runner::RngAlgorithm::default(),
    );
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, rng);
    let service = demo("price_as_text");
    let strategy = service.cases();
    let told = runner.run(&strategy, |case| service.hold(&case)).expect_err("the price is a text");
    let told = told.to_string();
    assert!(told.contains("body_violates_schema") && told.contains("country=AA&grams=1"), "{told}");
}

#[test]
fn a_session_writes_what_it_finds_once_and_takes_it_as_a_seed() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let service = demo("no_parcels_divides");
    let mut session = service.session(folder.path());
    // Choices that count up reach all operations and listed steps.
    let inputs = (0..3_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes().repeat(8));
    let ran: Vec<_> = inputs.filter_map(|octets| session.run(&octets)).collect();
    assert_eq!(ran.iter().map(|ran| ran.found.len()).sum::<usize>(), 1);
    let written = written(folder.path());
    assert_eq!(written.len(), 1, "{written:?}");

    let seed = std::fs::read(&written[0]).expect("it was written");
    let again = demo("no_parcels_divides").session(folder.path()).run(&seed).expect("it is a case");
    assert_eq!(again.found.len(), 1);
    let mended = demo("none").session(folder.path()).run(&seed).expect("it is a case");
    assert!(mended.found.is_empty() && mended.sighting.findings.is_empty());
}

#[test]
fn a_seed_that_was_changed_means_what_the_contract_says() {
    let seed = |body: &str, media_type: &str| {
        format!(
            r#"{{"id": {{"phase": "fuzz", "operation": "POST /orders", "index": 0}}, "prefix": [{{
                "operation": "POST /orders", "method": "POST", "path": "/orders", "parameters": [],
                "body": {{"media_type": "{media_type}", "content": {{"json": {body}}}}},
                "intent": {{"kind": "valid"}}}}]}}"#
        )
    };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut session = demo("none").session(folder.path());
    let whole = r#"{"customer_id": 1, "items": [{"product_id": 1003, "quantity": 2}]}"#;
    let ran = session.run(seed(whole, "application/json").as_bytes()).expect("it is a case");
    assert_eq!(ran.case.prefix[0].intent.class(), "valid");
    let ran = session.run(seed("{}", "application/json").as_bytes()).expect("it is a case");
    assert_eq!(ran.case.prefix[0].intent.class(), "invalid");
    assert!(ran.sighting.findings.is_empty());
    assert!(session.run(seed(whole, "text/odd").as_bytes()).is_none());
}

fn written(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder was made");
    entries.map(|entry| entry.expect("it can be read").path()).collect()
}

#[test]
fn a_contract_that_promises_nothing_is_refused() {
    let make = || harness_demo::app(Faults::parse("none").expect("that is a word"));
    let refused = |text: &str| Service::new(make, text).err().expect("refused").to_string();
    assert!(refused("<html>").contains("cannot be read"), "{}", refused("<html>"));
    let empty = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}"#;
    assert!(refused(empty).contains("no operation"), "{}", refused(empty));
}
