//! A short, stable message from an answer: what stays the same when the same thing goes wrong with
//! other data on another night. Knows the shapes in which services write errors, no oracle.
//!
//! First everything that our own request brought along is masked (`own`), then the sentence that
//! names the cause is found, then whatever looks like data of the service is masked (`volatile`).
mod own;
#[cfg(test)]
mod tests;
mod volatile;

use std::sync::LazyLock;

use harness_model::Response;
use regex::Regex;
use serde_json::Value;

use crate::Subject;
use crate::answers::is_json;

/// Longest message, in characters: the beginning names the cause.
const MESSAGE_CHARS_MAX: usize = 80;
/// Octets of content that are looked at: an error names its cause early.
const CONTENT_BYTES_MAX: usize = 16 * 1024;
/// Characters of one candidate that are masked; only the first [`MESSAGE_CHARS_MAX`] are shown, but
/// what is masked makes room.
const RAW_CHARS_MAX: usize = 1_000;
/// How deep a JSON error is searched for its message.
const DEPTH_MAX: usize = 5;
/// Messages of one list that are looked at.
const LIST_MAX: usize = 16;

/// Members that hold the message of an error, best first (RFC 9457, 3.1 and common frameworks).
const MESSAGE_MEMBERS: &[&str] = &[
    "detail",
    "message",
    "msg",
    "error_description",
    "description",
    "title",
    "reason",
    "error",
    "errors",
    "code",
    "name",
    "type",
];

/// Character references that error pages are full of (HTML, 13.1.4); the ampersand last, since it
/// may begin another.
const CHARACTER_REFERENCES: &[(&str, &str)] = &[
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

/// Members of errors that repeat the input (pydantic, Spring, ajv, zod and others).
const INPUT_MEMBERS: &[&str] = &[
    "input",
    "received",
    "rejectedValue",
    "instance",
    "data",
    "body",
    "payload",
    "request",
    "url",
];

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<title[^>]*>(.*?)</title>").expect("the pattern is constant")
});
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>")
        .expect("the pattern is constant")
});

/// The masked message of an answer; empty if it says nothing.
pub(crate) fn message(subject: &Subject<'_>, response: &Response) -> String {
    let own = own::values(subject);
    let text = beginning(response);
    let essence = response.media_type().unwrap_or_default();
    if (is_json(&essence) || text.trim_start().starts_with(['{', '[']))
        && let Ok(json) = serde_json::from_str::<Value>(&text)
    {
        let mut found = candidates(&json, 0);
        if found.is_empty() {
            found.push(json.to_string());
        }
        // Services list errors in any order: the least of the masked messages is the same each time.
        let masked = found.iter().map(|raw| masked(&cut(raw), &own));
        return masked.filter(|message| !message.is_empty()).min().unwrap_or_default();
    }
    let is_page = essence.contains("html") || text.trim_start().starts_with('<');
    let text = if is_page { from_page(&text) } else { text };
    // Before lines are told apart: what we sent may hold line breaks.
    let text = own::mask(&cut(&text), &own);
    masked(line_with_cause(&text), &[])
}

/// Whether the content of an answer holds any of these as whole words, compared in lower case.
pub(crate) fn mentions(response: &Response, words: &[&str]) -> bool {
    holds(&beginning(response).to_lowercase(), words)
}

/// What an error says in its own words, in lower case: without the parts that repeat our input.
pub(crate) fn own_words(response: &Response) -> String {
    let text = beginning(response);
    let words = match serde_json::from_str::<Value>(&text) {
        Ok(json) => {
            let mut words = String::new();
            gather(&json, 0, &mut words);
            words
        }
        Err(_) => text,
    };
    words.to_lowercase()
}

fn gather(value: &Value, depth: usize, words: &mut String) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) => {
            words.push_str(text);
            words.push('\n');
        }
        Value::Array(items) => {
            for item in items.iter().take(LIST_MAX) {
                gather(item, depth + 1, words);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if INPUT_MEMBERS.iter().any(|input| name.eq_ignore_ascii_case(input)) {
                    continue;
                }
                words.push_str(name);
                words.push('\n');
                gather(member, depth + 1, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a text in lower case holds any of these as whole words.
pub(crate) fn holds(text: &str, words: &[&str]) -> bool {
    let stands_alone = |start: usize, word: &str| {
        let before = text[..start].chars().next_back();
        let after = text[start + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    };
    words.iter().any(|word| text.match_indices(word).any(|(start, _)| stands_alone(start, word)))
}

fn beginning(response: &Response) -> String {
    let content = &response.content.0[..response.content.len().min(CONTENT_BYTES_MAX)];
    String::from_utf8_lossy(content).into_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(RAW_CHARS_MAX).collect()
}

/// The messages in a JSON error: one, or those of a list of errors.
fn candidates(value: &Value, depth: usize) -> Vec<String> {
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    match value {
        Value::String(text) if !text.trim().is_empty() => vec![text.clone()],
        Value::Array(items) => {
            items.iter().take(LIST_MAX).flat_map(|item| candidates(item, depth + 1)).collect()
        }
        Value::Object(members) => {
            let member =
                |name: &&str| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            let named = MESSAGE_MEMBERS.iter().filter_map(member).find_map(|(name, value)| {
                let found = match value {
                    Value::Object(by_name) if name.eq_ignore_ascii_case("errors") => {
                        by_field(by_name, depth + 1)
                    }
                    _ => candidates(value, depth + 1),
                };
                (!found.is_empty()).then_some(found)
            });
            named.unwrap_or_default()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// `{"name": ["is too long"]}`, as Rails, Laravel and ASP.NET write it.
fn by_field(members: &serde_json::Map<String, Value>, depth: usize) -> Vec<String> {
    let named = |(name, value): (&String, &Value)| {
        let messages = candidates(value, depth);
        messages.into_iter().map(|message| format!("{name}: {message}")).collect::<Vec<_>>()
    };
    members.iter().take(LIST_MAX).flat_map(named).collect()
}

/// The title of a page, else its text, as a reader sees it.
fn from_page(page: &str) -> String {
    let text = match TITLE.captures(page).and_then(|captures| captures.get(1)) {
        Some(title) if !title.as_str().trim().is_empty() => title.as_str().to_owned(),
        _ => TAG.replace_all(page, " ").into_owned(),
    };
    without_references(&text)
}

/// The text with its character references replaced by what they stand for (HTML, 13.1.4).
pub(crate) fn without_references(text: &str) -> String {
    let plain = CHARACTER_REFERENCES.iter();
    plain.fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

/// Texts that our own request brought along, in the spellings in which services repeat them; longest
/// first.
pub(crate) fn own_values(subject: &Subject<'_>) -> Vec<String> {
    own::values(subject)
}

/// The first line, or the last one of a Python traceback, which names the exception only there.
fn line_with_cause(text: &str) -> &str {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    if first.trim_start().starts_with("Traceback (most recent call last)") {
        return lines.rfind(|line| !line.starts_with(char::is_whitespace)).unwrap_or(first);
    }
    first
}

fn masked(text: &str, own: &[String]) -> String {
    let mut text = volatile::mask(&own::mask(text, own));
    if text.ends_with(':') {
        // The value that it names was empty this time.
        text.push_str(" *");
    }
    text.chars().take(MESSAGE_CHARS_MAX).collect::<String>().trim_end().to_owned()
}
