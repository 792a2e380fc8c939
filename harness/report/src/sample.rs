//! Runs for tests: as many findings on as many operations as asked for, each with hostile content in
//! every place that comes from outside, one in four of them a race.

use std::collections::BTreeMap;

use harness_contract::OperationKey;
use harness_model::{
    Case, CaseId, Confirmation, Counterexample, Event, Evidence, Exchange, Fact, Finding, Framing,
    HeaderField, Intent, Octets, OperationSummary, Outcome, PhaseCount, Reproduction, Request,
    Response, Seed, Severity, Signature, Step, StopReason, Summary, Timing,
};

use crate::Recorded;

/// What a report must show and never obey.
pub(crate) const HOSTILE: &str =
    "</script><script>window.hit=1</script><img src=x onerror=\"window.hit=1\">";

pub(crate) fn key(idx: usize) -> OperationKey {
    OperationKey::new("GET", &format!("/things-{idx}/{{id}}"))
}

fn step(operation: &OperationKey) -> Step {
    Step {
        operation: operation.clone(),
        method: "GET".to_owned(),
        path: operation.as_str().trim_start_matches("GET ").to_owned(),
        parameters: Vec::new(),
        body: None,
        identity: None,
        intent: Intent::Valid,
    }
}

fn exchange(start_us: u64) -> Exchange {
    let content =
        format!("{{\"name\":{},\"pad\":\"{}\"}}", serde_json::json!(HOSTILE), "x".repeat(900));
    Exchange {
        request: Request {
            method: "POST".to_owned(),
            target: Octets::from(format!("/things/1?q={HOSTILE}")),
            headers: vec![HeaderField::new("Content-Type", "application/json")],
            content: Octets::from(content.clone()),
            framing: Framing::ContentLength,
        },
        outcome: Outcome::Response(Response {
            status: 500,
            headers: vec![HeaderField::new("X-Odd", HOSTILE)],
            content: Octets::from(content),
        }),
        timing: Timing { start_us, head_us: 900, total_us: 1_000 },
    }
}

pub(crate) fn found(idx: usize, operations: usize) -> Counterexample {
    let operation = key(idx % operations);
    let severity = [Severity::High, Severity::Medium, Severity::Low][idx % 3];
    let id = CaseId { phase: "random".to_owned(), operation: operation.clone(), index: 0 };
    let mut case = Case::single(id, step(&operation));
    let mut exchanges = vec![exchange(10)];
    if idx.is_multiple_of(4) {
        case.lanes = vec![vec![step(&operation)], vec![step(&operation)]];
        case.probes = vec![step(&operation)];
        exchanges.extend([exchange(2_000), exchange(2_300), exchange(4_000)]);
    }
    Counterexample {
        format: harness_model::FORMAT_VERSION.to_owned(),
        harness: "0.0.0".to_owned(),
        finding: Finding {
            signature: Signature {
                check: ["server_error", "invalid_accepted", "undeclared_status"][idx % 3]
                    .to_owned(),
                operation,
                effect: format!("500 {idx} {HOSTILE}"),
            },
            severity,
            title: format!("answered 500 to {HOSTILE} \u{1b}[31m@everyone `|"),
            evidence: Evidence {
                expected: "an answer below 500".to_owned(),
                observed: format!("status 500: {HOSTILE}\u{0}\u{ffff}"),
                contract_pointer: Some("#/paths/~1things/get".to_owned()),
                response_pointer: Some("/name".to_owned()),
            },
        },
        case,
        exchanges,
        confirmation: Confirmation { reproduced: 3, sent: 3, shrink_probes: 7 },
        reproduction: Reproduction {
            seed: Seed(1),
            target: "http://127.0.0.1:1".to_owned(),
            contract_source: "api spec.yaml".to_owned(),
            contract_digest: "00".to_owned(),
        },
    }
}

pub(crate) fn events_of(findings: usize, operations: usize) -> Vec<Event> {
    let keys: Vec<OperationKey> = (0..operations).map(key).collect();
    let mut facts = vec![Fact::RunStarted {
        format: harness_model::FORMAT_VERSION.to_owned(),
        harness: "0.0.0".to_owned(),
        seed: Seed(1),
        target: "http://127.0.0.1:1".to_owned(),
        contract_title: format!("Things {HOSTILE}"),
        contract_source: "api spec.yaml".to_owned(),
        contract_digest: "00".to_owned(),
        operations: keys.clone(),
        workers: 1,
    }];
    let phases =
        vec![PhaseCount { phase: "random".to_owned(), planned: operations as u64, executed: 0 }];
    facts.push(Fact::Planned { phases });
    for (idx, operation) in keys.iter().enumerate() {
        facts.push(Fact::CaseFinished {
            case: CaseId { phase: "random".to_owned(), operation: operation.clone(), index: 0 },
            intent: Intent::Valid,
            request: "GET /".to_owned(),
            outcome: if idx % 2 == 0 { "200" } else { "timed_out (head)" }.to_owned(),
            total_us: 400 + idx as u64,
            response_bytes: 3,
        });
    }
    let founds: Vec<Counterexample> = (0..findings).map(|idx| found(idx, operations)).collect();
    let slugs = founds.iter().map(|found| found.finding.signature.slug()).collect();
    facts.extend(founds.into_iter().map(|it| Fact::Found { counterexample: Box::new(it) }));
    let summary = Summary {
        format: harness_model::FORMAT_VERSION.to_owned(),
        harness: "0.0.0".to_owned(),
        seed: Seed(1),
        target: "http://127.0.0.1:1".to_owned(),
        contract_title: "Things".to_owned(),
        contract_source: "api spec.yaml".to_owned(),
        contract_digest: "00".to_owned(),
        stopped: StopReason::Completed,
        duration_us: 5_000_000,
        requests: 10_000,
        phases: vec![PhaseCount {
            phase: "random".to_owned(),
            planned: operations as u64,
            executed: operations as u64,
        }],
        findings: BTreeMap::new(),
        failures: slugs,
        shortfalls: Vec::new(),
        standings: Vec::new(),
        further_cases: BTreeMap::new(),
        flaky: 0,
        unjudged: BTreeMap::new(),
        operations: keys
            .into_iter()
            .map(|operation| OperationSummary {
                operation,
                planned: 1,
                executed: 1,
                outcomes: BTreeMap::from([("200".to_owned(), 1)]),
                gaps: Vec::new(),
            })
            .collect(),
    };
    facts.push(Fact::RunFinished { summary: Box::new(summary) });
    let event = |(sequence, fact): (usize, Fact)| Event {
        sequence: sequence as u64,
        at_us: sequence as u64 * 1_000,
        fact,
    };
    facts.into_iter().enumerate().map(event).collect()
}

pub(crate) fn run_of(findings: usize, operations: usize) -> Recorded {
    let mut run = Recorded::default();
    for event in events_of(findings, operations) {
        run.take(&event);
    }
    run
}
