//! What the page is told, as JSON: short names where there are thousands of values, cut texts where
//! a failure file holds the whole.

use std::collections::BTreeMap;

use harness_model::{Case, Counterexample, Exchange, HeaderField, Octets, OperationSummary};
use serde_json::{Map, Value, json};

use crate::format::slug_of;
use crate::har::outcome;
use crate::recorded::gap_text;
use crate::text::cut;
use crate::{Context, Recorded, curl};

/// Characters of content that all findings of a page may show together; the page stays below 5 MB.
const CONTENT_CHARS_MAX: usize = 1_500_000;
/// Characters of one content, whatever the number of findings.
const CONTENT_CHARS_EACH: std::ops::RangeInclusive<usize> = 300..=6_000;
/// Characters of a sentence.
const TEXT_CHARS_MAX: usize = 1_000;
/// Characters of one header field's value.
const FIELD_CHARS_MAX: usize = 200;
/// A curl line beyond this is left out: the replay command does it.
const CURL_CHARS_MAX: usize = 4_000;
/// Requests of one case that are shown.
const EXCHANGES_MAX: usize = 64;
/// Diagnostics and notes that are shown.
const REMARKS_MAX: usize = 500;
/// Upper edges of the latency histogram in microseconds: four a decade from 100 µs to 100 s.
const EDGES_US: [u32; 25] = [
    100,
    178,
    316,
    562,
    1_000,
    1_780,
    3_160,
    5_620,
    10_000,
    17_800,
    31_600,
    56_200,
    100_000,
    178_000,
    316_000,
    562_000,
    1_000_000,
    1_780_000,
    3_160_000,
    5_620_000,
    10_000_000,
    17_800_000,
    31_600_000,
    56_200_000,
    100_000_000,
];

/// Everything that the page shows.
pub(super) fn page(run: &Recorded, context: &Context) -> Value {
    let each = CONTENT_CHARS_MAX / run.found.len().max(1);
    let content_max = each.clamp(*CONTENT_CHARS_EACH.start(), *CONTENT_CHARS_EACH.end());
    let findings: Vec<Value> =
        run.found.iter().map(|found| finding(run, context, found, content_max)).collect();
    let operations: Vec<Value> =
        run.operation_summaries().iter().map(|it| operation(run, it)).collect();
    let flaky: Vec<Value> = run
        .flaky
        .iter()
        .take(REMARKS_MAX)
        .map(|it| {
            json!({
                "what": it.finding.signature.to_string(),
                "title": text(&it.finding.title),
                "k": it.reproduced,
                "n": it.sent,
            })
        })
        .collect();
    let unjudged: Vec<Value> = run
        .unjudged
        .iter()
        .map(|(check, (reason, times))| {
            let counted = run.summary.as_ref().and_then(|summary| summary.unjudged.get(check));
            json!({ "check": check, "reason": text(reason), "times": counted.unwrap_or(times) })
        })
        .collect();
    let skipped: Vec<Value> =
        run.skipped.iter().map(|(key, why)| json!([key.as_str(), text(why)])).collect();
    let remarks = run.diagnostics.iter().map(ToString::to_string).chain(run.notes.iter().cloned());
    let remarks: Vec<String> = remarks.take(REMARKS_MAX).map(|it| text(&it)).collect();
    let history = history(run, context);
    json!({
        "title": run.contract_title,
        "source": run.contract_source,
        "digest": run.contract_digest,
        "target": run.target,
        "seed": run.seed.map(|seed| seed.to_string()),
        "harness": run.harness,
        "folder": context.folder,
        "began": context.began.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
        "duration": run.duration_us(),
        "requests": run.requests(),
        "executed": run.executed(),
        "planned": run.phases.iter().map(|phase| phase.planned).sum::<u64>(),
        "cut": run.cut_short(),
        "phases": run.phases,
        "edges": EDGES_US,
        "findings": findings,
        "operations": operations,
        "flaky": flaky,
        "unjudged": unjudged,
        "skipped": skipped,
        "remarks": remarks,
        "timeline": {
            "slice": run.timeline.slice_us,
            "cases": run.timeline.cases,
            "errors": run.timeline.errors,
            "found": run.timeline.found_us,
        },
        "history": history,
        "gone": context.gone(run),
    })
}

fn history(run: &Recorded, context: &Context) -> Vec<Value> {
    if context.history.is_empty() {
        return Vec::new();
    }
    let mut now: BTreeMap<harness_model::Severity, u64> = BTreeMap::new();
    for found in &run.found {
        *now.entry(found.finding.severity).or_default() += 1;
    }
    let past = context.history.iter().map(|past| json!({ "name": past.name, "f": past.findings }));
    past.chain([json!({ "name": "this run", "f": now })]).collect()
}

fn finding(run: &Recorded, context: &Context, found: &Counterexample, content_max: usize) -> Value {
    let finding = &found.finding;
    let signature = &finding.signature;
    let slug = slug_of(found);
    let mut form = json!({
        "slug": slug,
        "check": signature.check,
        "op": signature.operation.as_str(),
        "effect": text(&signature.effect),
        "sev": finding.severity.as_str(),
        "title": text(&finding.title),
        "exp": text(&finding.evidence.expected),
        "obs": text(&finding.evidence.observed),
        "k": found.confirmation.reproduced,
        "n": found.confirmation.sent,
    });
    let member = form.as_object_mut().expect("it was made as an object");
    optional(member, "cp", finding.evidence.contract_pointer.clone());
    let place = finding.evidence.contract_pointer.as_ref().and_then(|at| context.places.get(at));
    optional(member, "at", place.map(|(source, line)| format!("{source}:{line}")));
    optional(member, "rp", finding.evidence.response_pointer.clone());
    optional(member, "state", context.state(run, &slug).map(str::to_owned));
    let further = run.further(&slug);
    if further > 0 {
        member.insert("further".into(), json!(further));
    }
    if let [exchange] = found.exchanges.as_slice() {
        let line = curl(&run.target, &exchange.request);
        optional(member, "curl", (line.len() <= CURL_CHARS_MAX).then_some(line));
    }
    let lanes = labels(&found.case);
    let intents: Vec<String> =
        found.case.steps().map(|step| text(&step.intent.to_string())).collect();
    let share = content_max / found.exchanges.len().clamp(1, EXCHANGES_MAX);
    let exchanges: Vec<Value> = found
        .exchanges
        .iter()
        .take(EXCHANGES_MAX)
        .enumerate()
        .map(|(idx, it)| exchange(it, lanes.get(idx), intents.get(idx), share))
        .collect();
    member.insert("x".into(), Value::Array(exchanges));
    form
}

fn optional(member: &mut Map<String, Value>, name: &str, value: Option<String>) {
    if let Some(value) = value {
        member.insert(name.to_owned(), Value::String(value));
    }
}

/// Where each step belongs, in the order of [`Case::steps`]: `""` for the prefix, `A`, `B`, … for
/// lanes, `?` for probes.
fn labels(case: &Case) -> Vec<String> {
    let name = |idx: usize| {
        let letter =
            u8::try_from(idx).ok().filter(|idx| *idx < 26).map(|idx| char::from(b'A' + idx));
        letter.map_or_else(|| format!("L{}", idx + 1), |letter| letter.to_string())
    };
    let lanes = case.lanes.iter().enumerate();
    let lanes = lanes.flat_map(|(idx, lane)| std::iter::repeat_n(name(idx), lane.len()));
    let prefix = std::iter::repeat_n(String::new(), case.prefix.len());
    prefix.chain(lanes).chain(std::iter::repeat_n("?".to_owned(), case.probes.len())).collect()
}

fn exchange(
    it: &Exchange,
    lane: Option<&String>,
    intent: Option<&String>,
    content_max: usize,
) -> Value {
    let request = &it.request;
    let mut form = json!({
        "m": request.method,
        "t": cut(&request.target.lossy(), TEXT_CHARS_MAX * 2),
        "h": fields(&request.headers),
        "o": text(&outcome(&it.outcome)),
        "s": it.timing.start_us,
        "d": it.timing.total_us,
    });
    let member = form.as_object_mut().expect("it was made as an object");
    optional(member, "lane", lane.filter(|lane| !lane.is_empty()).cloned());
    optional(member, "i", intent.cloned());
    optional(member, "b", content(&request.content, content_max));
    if let Some(response) = it.response() {
        member.insert("rs".into(), json!(response.status));
        member.insert("rh".into(), fields(&response.headers));
        optional(member, "rb", content(&response.content, content_max));
    }
    form
}

fn content(octets: &Octets, chars_max: usize) -> Option<String> {
    if octets.is_empty() {
        return None;
    }
    Some(match std::str::from_utf8(&octets.0) {
        Ok(text) => cut(text, chars_max),
        // Readable as far as it goes; the failure file holds the octets.
        Err(_) => cut(&octets.0.escape_ascii().to_string(), chars_max),
    })
}

fn fields(fields: &[HeaderField]) -> Value {
    let form =
        |field: &HeaderField| json!([field.name, cut(&field.value.lossy(), FIELD_CHARS_MAX)]);
    fields.iter().map(form).collect()
}

fn operation(run: &Recorded, summary: &OperationSummary) -> Value {
    let record = run.records.get(&summary.operation);
    let mut latencies = record.map(|record| record.latencies_us.clone()).unwrap_or_default();
    latencies.sort_unstable();
    let mut form = json!({
        "op": summary.operation.as_str(),
        "p": summary.planned,
        "e": summary.executed,
        "out": summary.outcomes,
        "gaps": summary.gaps.iter().map(|gap| text(&gap_text(gap))).collect::<Vec<_>>(),
    });
    let member = form.as_object_mut().expect("it was made as an object");
    if let Some(record) = record {
        member.insert("by".into(), json!(record.by_intent));
    }
    if !latencies.is_empty() {
        // Trailing zeros are left out: two thousand operations have a histogram each.
        let mut histogram = vec![0_u64; EDGES_US.len()];
        for latency in &latencies {
            let at = EDGES_US.partition_point(|edge| edge < latency).min(EDGES_US.len() - 1);
            histogram[at] += 1;
        }
        let used = histogram.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        histogram.truncate(used);
        member.insert("lat".into(), json!(histogram));
        let rank = |percent: usize| latencies[(latencies.len() - 1) * percent / 100];
        member.insert("q".into(), json!([rank(50), rank(95), rank(100)]));
    }
    form
}

fn text(text: &str) -> String {
    cut(text, TEXT_CHARS_MAX)
}
