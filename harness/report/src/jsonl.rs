//! The findings alone, one JSON object per line, for programs that want no events.

use crate::format::{Form, slug_of};
use crate::{Context, Recorded, Registered, curl};

pub(crate) const REGISTERED: Registered = Registered {
    name: "jsonl",
    explain: "findings.jsonl: a JSON object per finding and line: slug, check, operation, effect, severity, \
              title, expected, observed, contract pointer, state against the run before, curl lines, \
              replay command. events.jsonl holds everything else.",
    form: Some(Form { file: "findings.jsonl", write }),
};

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let mut octets = Vec::new();
    for found in &run.found {
        let finding = &found.finding;
        let slug = slug_of(found);
        let curls: Vec<String> =
            found.exchanges.iter().map(|exchange| curl(&run.target, &exchange.request)).collect();
        let line = serde_json::json!({
            "slug": slug,
            "check": finding.signature.check,
            "operation": finding.signature.operation.as_str(),
            "effect": finding.signature.effect,
            "severity": finding.severity.as_str(),
            "title": finding.title,
            "expected": finding.evidence.expected,
            "observed": finding.evidence.observed,
            "contract_pointer": finding.evidence.contract_pointer,
            "state": context.state(run, &slug),
            "curl": curls,
            "replay": context.replay(&slug),
        });
        octets.extend_from_slice(line.to_string().as_bytes());
        octets.push(b'\n');
    }
    octets
}
