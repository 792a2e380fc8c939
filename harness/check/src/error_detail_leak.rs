//! An answer shows what only the service's own developers should see.

mod patterns;

use harness_contract::Operation;
use harness_model::{Response, Severity, Verdict};
use serde_json::Value;

use crate::answers::declared_essence;
use crate::finding::{Told, excerpt, fail, request_in_words};
use crate::{Check, Subject, message};
use patterns::{Detail, Kind, PATTERNS};

/// Octets of content that are looked at: a trace stands at the beginning of an error, or behind one
/// page of style sheets.
const CONTENT_BYTES_MAX: usize = 64 * 1024;
/// Texts of a JSON answer that are looked at.
const TEXTS_MAX: usize = 500;
/// Deeper values are hardly ever messages.
const DEPTH_MAX: usize = 12;
/// Matches of one pattern that are compared with what we sent.
const MATCHES_MAX: usize = 16;

/// Words in the name of an operation whose successes may be about failures.
const ABOUT_FAILURES: &[&str] = &[
    "crash",
    "debug",
    "diagnos",
    "dump",
    "error",
    "event",
    "exception",
    "incident",
    "issue",
    "log",
    "pprof",
    "profile",
    "snippet",
    "source",
    "stack",
    "trace",
];
/// Words in the name of a parameter or operation that takes a query, whose refusals quote its syntax.
const ABOUT_QUERIES: &[&str] = &["sql", "statement"];

pub(crate) const CHECK: Check = Check {
    name: "error_detail_leak",
    explain: "An answer holds a stack trace, a message of the database, a path into the source code with a \
        line number, the address of an internal host, or the credentials of a connection.\n\n\
        Why: it tells an attacker which versions, tables and machines there are, and shows that an error \
        was passed on that nobody had expected. Credentials are critical, the rest is medium (traces, \
        SQL) or low (paths, hosts).\n\n\
        Looked for in every text of a JSON answer, and in other text as it is. Traces of Java, .NET, \
        Python, JavaScript, Go, Ruby, PHP, Rust, Perl and Elixir; messages of PostgreSQL, MySQL, SQLite, \
        Oracle, SQL Server and MongoDB. A host counts only in the message of a connection that failed.\n\n\
        Quiet when: we sent the same text; the operation declares plain file content for the answer \
        (text/plain, application/octet-stream, …) and the answer is a success; a success comes from an \
        operation that is about logs, traces or errors by its name. In other successes only traces are \
        looked for. Messages of databases are not looked for where the operation takes SQL.\n\n\
        One failure per operation and kind. Source: RFC 9457, 5; CWE-209; OWASP ASVS 4.0, 7.4.1; Web \
        Fuzzing Commons F209.\n\n\
        Example: GET /coupons/NONE1 → 404 {\"detail\": \"… at Coupons.read (/srv/shop/coupons.js:41:11)\"}",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    if response.content.is_empty() || !is_text(response) {
        return Vec::new();
    }
    let is_success = response.status < 400;
    if is_success && (is_file(subject, response) || names(subject.operation, ABOUT_FAILURES)) {
        return Vec::new();
    }
    let texts = texts(response);
    let takes_sql = takes_sql(subject.operation);
    let own = std::cell::LazyCell::new(|| own_texts(subject));
    for detail in PATTERNS.iter() {
        let is_left_out = (is_success && !matches!(detail.kind, Kind::Trace | Kind::Credentials))
            || (takes_sql && detail.kind == Kind::Database);
        if is_left_out {
            continue;
        }
        let leaked = texts.iter().find_map(|text| {
            let matches = detail.find(text).take(MATCHES_MAX);
            matches.into_iter().find(|found| !own.iter().any(|sent| repeats(sent, found)))
        });
        if let Some(leaked) = leaked {
            return vec![told(subject, response.status, detail, leaked)];
        }
    }
    Vec::new()
}

fn told(subject: &Subject<'_>, status: u16, detail: &Detail, leaked: &str) -> Verdict {
    let told = Told {
        check: CHECK.name,
        severity: match detail.kind {
            Kind::Credentials => Severity::Critical,
            Kind::Trace | Kind::Database => Severity::Medium,
            Kind::Source | Kind::Host => Severity::Low,
        },
        effect: detail.name.to_owned(),
        title: format!(
            "answered {status} and showed a {} to {}",
            detail.name,
            request_in_words(subject)
        ),
        expected: "a message without details of the implementation (RFC 9457, 5)".to_owned(),
        observed: match detail.kind {
            // Reports are passed around.
            Kind::Credentials => "an address with user name and password".to_owned(),
            Kind::Trace | Kind::Database | Kind::Source | Kind::Host => excerpt(leaked.trim()),
        },
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    fail(subject, told)
}

/// Whether the content is meant to be read: images and archives hold anything by chance.
fn is_text(response: &Response) -> bool {
    let Some(essence) = response.media_type() else { return true };
    let is_binary = ["image/", "audio/", "video/", "font/"].iter().any(|k| essence.starts_with(k))
        || ["octet-stream", "zip", "gzip", "pdf", "x-tar", "protobuf", "javascript"]
            .iter()
            .any(|name| essence.ends_with(name));
    !is_binary
}

/// Whether the contract declares plain file content for this status: then the answer is somebody's
/// text, and may hold anything.
fn is_file(subject: &Subject<'_>, response: &Response) -> bool {
    let is_plain = |essence: &str| {
        !essence.ends_with("json") && !essence.ends_with("xml") && essence != "text/html"
    };
    subject.operation.response(response.status).is_some_and(|declared| {
        declared.content.iter().any(|media_type| is_plain(&declared_essence(&media_type.name)))
    })
}

fn names(operation: &Operation, words: &[&str]) -> bool {
    let id = operation.id.as_deref().unwrap_or_default();
    let name = format!("{} {id} {}", operation.path, operation.tags.join(" ")).to_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// Whether requests of the operation hold a language of databases.
fn takes_sql(operation: &Operation) -> bool {
    let is_named = |name: &str| {
        let name = name.to_lowercase();
        ABOUT_QUERIES.iter().any(|word| name.contains(word))
    };
    names(operation, ABOUT_QUERIES) || operation.parameters.iter().any(|p| is_named(&p.name))
}

/// What is looked at: every text of JSON; other content as it is, and as a reader of a page sees it.
fn texts(response: &Response) -> Vec<String> {
    let octets = &response.content.0[..response.content.len().min(CONTENT_BYTES_MAX)];
    if let Ok(json) = serde_json::from_slice::<Value>(&response.content.0) {
        let mut texts = Vec::new();
        collect(&json, 0, &mut texts);
        return texts;
    }
    let raw = String::from_utf8_lossy(octets).into_owned();
    let shown = message::without_references(&raw);
    if shown == raw { vec![raw] } else { vec![shown, raw] }
}

fn collect(value: &Value, depth: usize, texts: &mut Vec<String>) {
    if depth > DEPTH_MAX || texts.len() >= TEXTS_MAX {
        return;
    }
    match value {
        Value::String(text) => {
            let end = text.floor_char_boundary(text.len().min(CONTENT_BYTES_MAX));
            texts.push(text[..end].to_owned());
        }
        Value::Array(items) => {
            // A list of lines is one text.
            if items.len() > 1 && items.iter().all(Value::is_string) {
                let lines = items.iter().take(TEXTS_MAX).filter_map(Value::as_str);
                texts.push(lines.collect::<Vec<_>>().join("\n"));
            }
            for item in items {
                collect(item, depth + 1, texts);
            }
        }
        Value::Object(members) => {
            for member in members.values() {
                collect(member, depth + 1, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Everything that we sent, as texts.
fn own_texts(subject: &Subject<'_>) -> Vec<String> {
    let mut own = message::own_values(subject);
    own.push(subject.exchange.request.target.lossy().into_owned());
    own.push(subject.exchange.request.content.lossy().into_owned());
    own
}

fn repeats(sent: &str, found: &str) -> bool {
    sent.contains(found.trim())
}

#[cfg(test)]
mod tests;
