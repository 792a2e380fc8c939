//! HAR 1.2: the exchanges of all failures, for browsers' tools and proxies.

use harness_model::{Counterexample, Exchange, HeaderField, Outcome, Request};
use serde_json::{Value, json};

use crate::format::{Form, slug_of};
use crate::{Context, Recorded, Registered};

pub(crate) const REGISTERED: Registered = Registered {
    name: "har",
    explain: "failures.har: HAR 1.2 with the requests and answers of all failures, a page per failure. \
              Browsers' network tools and proxies open it. Other requests of a run are not kept whole and \
              are not in it.",
    form: Some(Form { file: "failures.har", write }),
};

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let began = context.began();
    let at = |us: u64| {
        let shift = jiff::SignedDuration::from_micros(i64::try_from(us).unwrap_or(i64::MAX));
        began.checked_add(shift).unwrap_or(began).to_string()
    };
    let pages: Vec<Value> = run
        .found
        .iter()
        .map(|found| {
            let start = found.exchanges.first().map_or(0, |exchange| exchange.timing.start_us);
            json!({
                "startedDateTime": at(start),
                "id": slug_of(found),
                "title": found.finding.title,
                "pageTimings": {},
            })
        })
        .collect();
    let entries: Vec<Value> = run
        .found
        .iter()
        .flat_map(|found| {
            let slug = slug_of(found);
            let entry = |exchange| entry(run, found, &slug, exchange, &at);
            found.exchanges.iter().map(entry).collect::<Vec<_>>()
        })
        .collect();
    let log = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "harness", "version": run.harness },
            "pages": pages,
            "entries": entries,
        }
    });
    let mut octets = serde_json::to_vec_pretty(&log).expect("a JSON value is JSON");
    octets.push(b'\n');
    octets
}

fn entry(
    run: &Recorded,
    found: &Counterexample,
    slug: &str,
    exchange: &Exchange,
    at: &dyn Fn(u64) -> String,
) -> Value {
    let timing = exchange.timing;
    let receive = timing.total_us.saturating_sub(timing.head_us);
    json!({
        "pageref": slug,
        "startedDateTime": at(timing.start_us),
        "time": milliseconds(timing.total_us),
        "request": request(run, &exchange.request),
        "response": response(exchange),
        "cache": {},
        "timings": { "send": 0, "wait": milliseconds(timing.head_us), "receive": milliseconds(receive) },
        "comment": found.finding.signature.to_string(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a request takes far less than 2^52 microseconds")]
fn milliseconds(us: u64) -> f64 {
    us as f64 / 1_000.0
}

fn request(run: &Recorded, request: &Request) -> Value {
    let target = request.target.lossy();
    let origin = run.target.split('/').take(3).collect::<Vec<_>>().join("/");
    let query: Vec<Value> = target
        .split_once('?')
        .map(|(_, query)| query.split('&'))
        .into_iter()
        .flatten()
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            json!({ "name": name, "value": value })
        })
        .collect();
    let mut form = json!({
        "method": request.method,
        "url": format!("{origin}{target}"),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": fields(&request.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.content.len(),
    });
    if !request.content.is_empty() {
        let media_type = request.header("content-type").map(|value| value.lossy().into_owned());
        form["postData"] = json!({
            "mimeType": media_type.unwrap_or_default(),
            "text": request.content.lossy(),
        });
    }
    form
}

fn response(exchange: &Exchange) -> Value {
    let Some(response) = exchange.response() else {
        let comment = outcome(&exchange.outcome);
        return json!({
            "status": 0, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
            "content": { "size": 0, "mimeType": "" }, "redirectURL": "", "headersSize": -1,
            "bodySize": -1, "comment": comment,
        });
    };
    let location = response.header("location").map(|value| value.lossy().into_owned());
    let mut content = json!({
        "size": response.content.len(),
        "mimeType": response.header("content-type").map(|v| v.lossy().into_owned()).unwrap_or_default(),
    });
    if let Ok(text) = std::str::from_utf8(&response.content.0) {
        content["text"] = json!(text);
    } else {
        use base64::Engine as _;
        content["text"] =
            json!(base64::engine::general_purpose::STANDARD.encode(&response.content.0));
        content["encoding"] = json!("base64");
    }
    json!({
        "status": response.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": fields(&response.headers),
        "content": content,
        "redirectURL": location.unwrap_or_default(),
        "headersSize": -1,
        "bodySize": response.content.len(),
        "comment": outcome(&exchange.outcome),
    })
}

fn fields(fields: &[HeaderField]) -> Vec<Value> {
    let form = |field: &HeaderField| json!({ "name": field.name, "value": field.value.lossy() });
    fields.iter().map(form).collect()
}

/// What came of an exchange, in words.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let stage = |stage: &harness_model::Stage| match stage {
        harness_model::Stage::Connect => "connecting",
        harness_model::Stage::Head => "waiting for the head",
        harness_model::Stage::Body => "reading the content",
    };
    match outcome {
        Outcome::Response(response) => format!("status {}", response.status),
        Outcome::ConnectFailed { why } => format!("no connection: {why}"),
        Outcome::TlsFailed { why } => format!("no TLS session: {why}"),
        Outcome::TimedOut { stage: at, .. } => format!("timed out {}", stage(at)),
        Outcome::ClosedEarly { stage: at, why, .. } => format!("closed while {}: {why}", stage(at)),
        Outcome::Unparsable { why } => format!("not HTTP: {why}"),
        Outcome::TooLarge { response_bytes_max, .. } => {
            format!("content beyond {response_bytes_max} octets")
        }
        Outcome::Unsendable { why } => format!("not sent: {why}"),
    }
}
