//! SARIF 2.1.0, as code scanning reads it: a result per finding, at the place in the contract that is
//! broken, with the signature as its fingerprint, so that it is the same alert every night.

use std::collections::BTreeSet;

use harness_model::{Counterexample, Severity};
use serde_json::{Value, json};

use crate::format::{Form, slug_of};
use crate::{Context, Recorded, Registered, curl, request_line};

pub(crate) const REGISTERED: Registered = Registered {
    name: "sarif",
    explain: "results.sarif: SARIF 2.1.0 for code scanning. Every finding is a result; its location is the \
              contract element that is broken, with the line where it is known; its partial fingerprint is \
              the signature, so that an alert stays the same from night to night.",
    form: Some(Form { file: "results.sarif", write }),
};

/// Name of the fingerprint; the number changes with the form of signatures.
const FINGERPRINT: &str = "harnessSignature/v1";

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let checks: BTreeSet<&str> =
        run.found.iter().map(|found| found.finding.signature.check.as_str()).collect();
    let rules: Vec<Value> = checks
        .iter()
        .map(|check| {
            json!({
                "id": check,
                "name": check,
                "shortDescription": { "text": check.replace('_', " ") },
                "help": { "text": format!("`harness explain {check}` says what is checked and why.") },
            })
        })
        .collect();
    let results: Vec<Value> = run.found.iter().map(|found| result(run, context, found)).collect();
    let cut_short = run.cut_short();
    let mut invocation = json!({ "executionSuccessful": run.summary.is_some() });
    if let Some(why) = cut_short {
        invocation["exitCodeDescription"] = json!(why);
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "harness", "version": run.harness, "rules": rules } },
            "automationDetails": { "id": format!("harness/{}/", run.contract_title.replace('/', "-")) },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }]
    });
    let mut octets = serde_json::to_vec_pretty(&log).expect("a JSON value is JSON");
    octets.push(b'\n');
    octets
}

fn result(run: &Recorded, context: &Context, found: &Counterexample) -> Value {
    let finding = &found.finding;
    let slug = slug_of(found);
    let requests: Vec<String> =
        found.exchanges.iter().map(|exchange| request_line(&exchange.request)).collect();
    let mut text = format!(
        "{} on {}: {}. Expected {}; observed {}. Sent: {}. Replay: {}",
        finding.signature.check,
        finding.signature.operation,
        finding.title,
        finding.evidence.expected,
        finding.evidence.observed,
        requests.join(" ; "),
        context.replay(&slug),
    );
    if let [exchange] = found.exchanges.as_slice() {
        text.push_str(". ");
        text.push_str(&curl(&run.target, &exchange.request));
    }
    let pointer = finding.evidence.contract_pointer.as_deref();
    let place = pointer.and_then(|pointer| context.places.get(pointer));
    let source = place.map_or(run.contract_source.as_str(), |(source, _)| source.as_str());
    // A region needs a line; the whole document's first is where an element without a place is shown.
    let line = place.map_or(1, |(_, line)| *line);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(source) },
            "region": { "startLine": line },
        },
        "logicalLocations": [{
            "fullyQualifiedName": finding.signature.operation.as_str(),
            "kind": "function",
        }],
    });
    if let Some(pointer) = pointer {
        location["message"] = json!({ "text": pointer });
    }
    let (level, security) = match finding.severity {
        Severity::Critical => ("error", "9.5"),
        Severity::High => ("error", "8.0"),
        Severity::Medium => ("warning", "5.0"),
        Severity::Low => ("note", "2.0"),
        Severity::Info => ("note", "0.0"),
    };
    json!({
        "ruleId": finding.signature.check,
        "level": level,
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { FINGERPRINT: slug },
        "properties": {
            "severity": finding.severity.as_str(),
            "security-severity": security,
            "effect": finding.signature.effect,
            "reproduced": found.confirmation.reproduced,
            "sent": found.confirmation.sent,
            "state": context.state(run, &slug),
        },
    })
}

/// A file name or URL as a URI reference (RFC 3986): what a path may hold and a URI may not is escaped.
fn uri(source: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const UNSAFE: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}')
        .add(b'%');
    if source.contains("://") {
        return source.to_owned();
    }
    utf8_percent_encode(source.trim_start_matches("./"), UNSAFE).to_string()
}
