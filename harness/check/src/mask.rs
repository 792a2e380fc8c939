//! A short, stable message from an answer: what stays the same when the same thing goes wrong with
//! other data on another night.

use std::sync::LazyLock;

use harness_model::{Request, Response};
use regex::Regex;
use serde_json::Value;

use crate::answers::is_json;

/// Longest message, in characters: the beginning names the cause.
const MESSAGE_CHARS_MAX: usize = 80;
/// Octets of content that are looked at.
const CONTENT_BYTES_MAX: usize = 16 * 1024;
/// Shortest part of our own request that is masked: shorter ones are in every text by chance.
const OWN_VALUE_CHARS_MIN: usize = 3;
/// How deep a JSON error is searched for its message.
const DEPTH_MAX: usize = 4;

/// Members that hold the message of an error, best first (RFC 9457, 3.1 and common frameworks).
const MESSAGE_MEMBERS: &[&str] = &[
    "detail", "message", "msg", "error_description", "description", "title", "reason", "error",
    "errors", "code", "name", "type",
];

static VOLATILE: LazyLock<Regex> = LazyLock::new(|| {
    let parts = [
        // uuid
        r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        // quoted text
        r#""[^"]*"|'[^']*'|`[^`]*`"#,
        // e-mail
        r"[\w.+-]+@[\w-]+\.[\w.-]+",
        // URLs and paths
        r"https?://\S+|(?:/[\w.%~-]+){2,}/?",
        // hexadecimal of some length, with a digit in it
        r"\b0x[0-9a-fA-F]+\b|\b[0-9a-f]*[0-9][0-9a-f]{7,}\b",
        // numbers, with units glued on or not
        r"[-+]?\d[\d.,:eE+-]*",
    ];
    Regex::new(&parts.join("|")).expect("the pattern is constant")
});
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<title[^>]*>(.*?)</title>").expect("the pattern is constant")
});
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<[^>]*>").expect("the pattern is constant"));

/// The masked message of an answer; empty if it says nothing.
pub(crate) fn message(response: &Response, request: &Request) -> String {
    let content = &response.content.0[..response.content.len().min(CONTENT_BYTES_MAX)];
    let text = String::from_utf8_lossy(content);
    let essence = response.media_type().unwrap_or_default();
    let raw = if is_json(&essence) || text.trim_start().starts_with(['{', '[']) {
        serde_json::from_str::<Value>(&text).ok().and_then(|json| from_json(&json, 0))
    } else {
        None
    };
    let raw = raw.unwrap_or_else(|| from_text(&text));
    masked(&raw, request)
}

fn from_json(value: &Value, depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Array(items) => items.iter().find_map(|item| from_json(item, depth + 1)),
        Value::Object(members) => {
            let member = |name: &&str| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            MESSAGE_MEMBERS
                .iter()
                .filter_map(member)
                .find_map(|(_, value)| from_json(value, depth + 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The title of a page, else its first line of text.
fn from_text(text: &str) -> String {
    if let Some(title) = TITLE.captures(text).and_then(|captures| captures.get(1)) {
        return title.as_str().trim().to_owned();
    }
    let plain = TAG.replace_all(text, " ");
    plain.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

fn masked(text: &str, request: &Request) -> String {
    let mut text = text.to_owned();
    // Quoted data goes first, whole; then what we sent ourselves and the service repeats.
    text = VOLATILE.replace_all(&text, "*").into_owned();
    for own in own_values(request) {
        text = text.replace(&own, "*");
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Runs of masks say no more than one.
    let mut squeezed = String::new();
    for c in words.chars() {
        if !(c == '*' && squeezed.ends_with('*')) && !c.is_control() {
            squeezed.push(c);
        }
    }
    squeezed.chars().take(MESSAGE_CHARS_MAX).collect::<String>().trim_end().to_owned()
}

/// Texts that our request brought along, longest first.
fn own_values(request: &Request) -> Vec<String> {
    let mut own = Vec::new();
    if let Ok(content) = serde_json::from_slice::<Value>(&request.content.0) {
        collect(&content, 0, &mut own);
    } else {
        let text = request.content.lossy().into_owned();
        own.extend(text.split(['&', '=']).map(decoded));
    }
    let target = request.target.lossy().into_owned();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    own.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, v)| decoded(v)));
    let path = target.split('?').next().unwrap_or_default();
    // The last segment is data more often than a name; names stay as they are.
    own.extend(path.rsplit('/').take(1).map(decoded));
    own.retain(|value| value.chars().count() >= OWN_VALUE_CHARS_MIN);
    own.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    own.dedup();
    own
}

fn collect(value: &Value, depth: usize, own: &mut Vec<String>) {
    /// Deeper values are hardly ever repeated in a message.
    const VALUE_DEPTH_MAX: usize = 16;
    if depth > VALUE_DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) => own.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth + 1, own)),
        Value::Object(members) => {
            members.values().for_each(|member| collect(member, depth + 1, own));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use harness_model::{Framing, HeaderField, Octets, Request, Response};
    use proptest::prelude::*;

    use super::message;

    fn request(target: &str, content: &str) -> Request {
        Request {
            method: "POST".to_owned(),
            target: target.into(),
            headers: Vec::new(),
            content: content.into(),
            framing: Framing::ContentLength,
        }
    }

    fn masked(media_type: &str, content: &str) -> String {
        let response = Response {
            status: 500,
            headers: vec![HeaderField::new("content-type", media_type)],
            content: Octets::from(content),
        };
        message(&response, &request("/a", ""))
    }

    #[test]
    fn the_message_member_is_found_in_common_shapes() {
        for (content, expected) in [
            (r#"{"message":"boom"}"#, "boom"),
            (r#"{"error":{"code":7,"message":"boom"}}"#, "boom"),
            (r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, "field required"),
            (r#"{"title":"Bad","detail":"boom","status":500}"#, "boom"),
            (r#"{"errors":["boom"]}"#, "boom"),
            (r#"{"a":1}"#, "{*:*}"),
            ("", ""),
        ] {
            assert_eq!(masked("application/json", content), expected, "{content}");
        }
    }

    #[test]
    fn pages_give_their_title_and_texts_their_first_line() {
        assert_eq!(masked("text/html", "<html><title>500 Oops</title><p>x"), "* Oops");
        assert_eq!(masked("text/plain", "\n  KeyError: 'id'\n  File \"a.py\""), "KeyError: *");
    }

    #[test]
    fn volatile_parts_are_masked() {
        for (text, expected) in [
            ("order 17 of 20 failed", "order * of * failed"),
            ("id 7d444840-9dc0-11d1-b245-5ffdce74fad2 missing", "id * missing"),
            ("no file /var/lib/app/x.db", "no file *"),
            ("user ann@example.com unknown", "user * unknown"),
            ("at 2024-01-01T00:00:00Z", "at *T*Z"),
        ] {
            assert_eq!(masked("text/plain", text), expected);
        }
    }

    proptest! {
        #[test]
        fn the_same_cause_with_other_data_has_the_same_message(
            first in "[a-z]{3,12}", second in "[a-z]{3,12}", n in 0u32.., m in 0u32..
        ) {
            let of = |name: &str, number: u32| {
                let content = format!("{{\"name\":\"{name}\",\"n\":{number}}}");
                let response = Response {
                    status: 500,
                    headers: vec![HeaderField::new("content-type", "application/json")],
                    content: format!("{{\"message\":\"KABOOM {name} has {number} parts\"}}").into(),
                };
                message(&response, &request("/orders", &content))
            };
            // A name that is part of the fixed text would mask that too; it is data all the same.
            prop_assume!(!"has parts".contains(&first) && !"has parts".contains(&second));
            prop_assert_eq!(of(&first, n), of(&second, m));
        }
    }
}
