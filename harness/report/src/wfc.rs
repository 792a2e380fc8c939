//! The report of Web Fuzzing Commons, by which fuzzers of web services are compared.
//!
//! Source: `report.yaml` and `fault_categories.json` of WebFuzzing/Commons.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::format::{Form, slug_of};
use crate::{Context, Recorded, Registered};

pub(crate) const REGISTERED: Registered = Registered {
    name: "wfc",
    explain: "report.json of Web Fuzzing Commons: faults by its categories (100 for 5xx, 101 for answers \
              against the schema, 102 for wrong data that is accepted, 201 for reflected markup, our own \
              from 900), endpoints and the statuses that were covered. The test files are those of \
              failures/.",
    form: Some(Form { file: "report.json", write }),
};

/// Version of the schema that is written.
const SCHEMA_VERSION: &str = "0.2.0";

/// Category of a check. Web Fuzzing Commons leaves 900 to 999 to tools; each of ours without a common
/// category keeps its name as context.
fn category(check: &str) -> u32 {
    match check {
        "server_error" => 100,
        "body_violates_schema"
        | "header_violates_schema"
        | "undeclared_status"
        | "undeclared_media_type"
        | "missing_required_header"
        | "unparsable_body" => 101,
        "invalid_accepted" | "malformed_accepted" => 102,
        "reflected_markup" => 201,
        "crash" | "hang" => 901,
        "valid_rejected" => 902,
        "http_semantics" => 903,
        "error_detail_leak" => 904,
        _ => 999,
    }
}

/// `GET:/orders/{id}`, as the schema writes operations.
fn endpoint(key: &str) -> String {
    key.replacen(' ', ":", 1)
}

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let file = |slug: &str| format!("failures/{slug}.json");
    let mut distinct = BTreeSet::new();
    let faults: Vec<Value> = run
        .found
        .iter()
        .map(|found| {
            let signature = &found.finding.signature;
            let code = category(&signature.check);
            let detail = format!("{}: {}", signature.check, signature.effect);
            distinct.insert((code, signature.operation.as_str().to_owned(), detail.clone()));
            let endpoint = endpoint(signature.operation.as_str());
            // The schema defines `operationId` and requires `endpointId`: both are written.
            json!({
                "operationId": endpoint,
                "endpointId": endpoint,
                "testCaseId": slug_of(found),
                "faultCategories": [{ "code": code, "context": detail }],
            })
        })
        .collect();
    let tests: Vec<Value> = run
        .found
        .iter()
        .map(|found| {
            let slug = slug_of(found);
            json!({
                "id": slug,
                "filePath": file(&slug),
                "name": found.finding.title,
                "startLine": 1,
                "endLine": 1,
            })
        })
        .collect();
    let paths: BTreeSet<String> = run.found.iter().map(|found| file(&slug_of(found))).collect();
    let operations = run.operation_summaries();
    let covered: Vec<Value> = operations
        .iter()
        .map(|operation| {
            let numbers =
                operation.outcomes.keys().filter_map(|outcome| outcome.parse::<u16>().ok());
            let statuses: Vec<u16> = numbers.filter(|status| *status < 600).collect();
            json!({
                "endpointId": endpoint(operation.operation.as_str()),
                "testCaseId": "events.jsonl",
                "httpStatus": statuses,
            })
        })
        .collect();
    let endpoints: Vec<String> =
        operations.iter().map(|operation| endpoint(operation.operation.as_str())).collect();
    let report = json!({
        "schemaVersion": SCHEMA_VERSION,
        "toolName": "harness",
        "toolVersion": run.harness,
        "creationTime": context.began().to_string(),
        "faults": { "totalNumber": distinct.len(), "foundFaults": faults },
        "problemDetails": {
            "rest": {
                "outputHttpCalls": run.found.iter().map(|found| found.exchanges.len()).sum::<usize>(),
                "evaluatedHttpCalls": run.requests(),
                "endpointIds": endpoints,
                "coveredHttpStatus": covered,
            }
        },
        "executionTimeInSeconds": run.duration_us() / 1_000_000,
        "totalTests": run.found.len(),
        "testFilePaths": paths,
        "testCases": tests,
    });
    let mut octets = serde_json::to_vec_pretty(&report).expect("a JSON value is JSON");
    octets.push(b'\n');
    octets
}
