//! What our own request brought along: services like to repeat it, and it is other data each time.

use harness_model::BoundValue;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::Subject;

/// Shortest part of our own request that is masked wherever it stands: shorter ones are in every text
/// by chance, and are masked only where a message ends in a value.
const OWN_CHARS_MIN: usize = 3;
/// Of a longer part only the beginning is compared, and then as much as agrees: services cut what
/// they repeat. As long as the part of an answer that is looked at, so that nothing sticks out.
const OWN_CHARS_MAX: usize = 1_000;
/// A repetition that was cut short is known by this many characters of agreement.
const PREFIX_CHARS_MIN: usize = 12;
/// Parts that are looked for: the comparison is quadratic, and a message repeats the first of many.
const OWN_MAX: usize = 400;
/// Deeper values are hardly ever repeated in a message.
const DEPTH_MAX: usize = 16;

/// Texts that the request brought along, in the spellings in which services repeat them; longest
/// first.
pub(super) fn values(subject: &Subject<'_>) -> Vec<String> {
    let request = &subject.exchange.request;
    let mut plain = Vec::new();
    let content = beginning(&request.content.lossy());
    match serde_json::from_slice::<Value>(&request.content.0) {
        Ok(json) => collect(&json, 0, &mut plain),
        Err(_) => pairs(&content, &mut plain),
    }
    let target = request.target.lossy();
    if let Some((_, query)) = target.split_once('?') {
        pairs(query, &mut plain);
    }
    plain.extend(subject.path_values());
    for parameter in &subject.step.parameters {
        if let BoundValue::Known(value) = &parameter.value {
            collect(value, 0, &mut plain);
        }
    }
    let own_fields = request.headers.iter().filter(|field| {
        // The media type is ours too, but it is a name rather than data.
        !field.name.eq_ignore_ascii_case("content-type")
            && !field.name.eq_ignore_ascii_case("accept")
    });
    plain.extend(own_fields.map(|field| field.value.lossy().into_owned()));
    plain.truncate(OWN_MAX);
    let mut own = Vec::new();
    for value in plain {
        spellings(&beginning(&value), &mut own);
    }
    own.retain(|value| value.chars().any(|c| !c.is_whitespace()));
    own.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    own.dedup();
    own
}

fn beginning(text: &str) -> String {
    text.chars().take(OWN_CHARS_MAX).collect()
}

/// The values of `name=value&…`: names are the contract's words, not data.
fn pairs(text: &str, own: &mut Vec<String>) {
    for pair in text.split('&').take(OWN_MAX) {
        let part = pair.split_once('=').map_or(pair, |(_, value)| value);
        own.push(part.to_owned());
        own.push(decoded(&part.replace('+', " ")));
    }
}

fn collect(value: &Value, depth: usize, own: &mut Vec<String>) {
    if depth > DEPTH_MAX || own.len() > OWN_MAX {
        return;
    }
    match value {
        Value::String(text) => own.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth + 1, own)),
        Value::Object(members) => {
            members.values().for_each(|member| collect(member, depth + 1, own));
        }
        // Numbers are masked wherever they come from.
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A value as it is, decoded, and escaped for JSON, for JSON in ASCII, for HTML and for a URL.
fn spellings(value: &str, own: &mut Vec<String>) {
    if value.is_empty() {
        return;
    }
    let json = Value::from(value).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = json
        .chars()
        .flat_map(|c| {
            if c.is_ascii() {
                return vec![c.to_string()];
            }
            c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        })
        .collect();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;");
    let html_by_name = html.replace("&#34;", "&quot;").replace("&#39;", "&#x27;");
    let url = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
    let spelled = [decoded(value), json, ascii, html, html_by_name, url.to_string()];
    own.push(value.to_owned());
    own.extend(spelled.into_iter().filter(|other| other != value));
    if value.trim() != value {
        own.push(value.trim().to_owned());
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Replaces by `*` every value of ours that stands in the text as a word of its own, whole or cut
/// short. `own` is sorted longest first.
pub(super) fn mask(text: &str, own: &[String]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let may_be_short = ends_in_a_value(&masked);
        let length = own.iter().find_map(|value| {
            let length = repeated(previous, rest, value)?;
            let is_short = value.chars().count() < OWN_CHARS_MIN;
            (!is_short || (may_be_short && ends_a_sentence(&rest[length..]))).then_some(length)
        });
        let length = length.unwrap_or_default();
        if length == 0 {
            masked.push(c);
            previous = Some(c);
            rest = &rest[c.len_utf8()..];
        } else {
            masked.push('*');
            previous = rest[..length].chars().next_back();
            rest = &rest[length..];
        }
    }
    masked
}

/// Whether what follows is the value that a message names: `bad matcher: `, `id=`.
fn ends_in_a_value(before: &str) -> bool {
    let trimmed = before.trim_end();
    trimmed.ends_with('=') || (trimmed.ends_with(':') && trimmed.len() < before.len())
}

fn ends_a_sentence(rest: &str) -> bool {
    rest.trim_end().chars().next().is_none_or(|c| matches!(c, ',' | ';' | '.' | ')' | '\n' | '\r'))
}

/// How many octets at the beginning of `rest` repeat the value; `None` if they do not.
fn repeated(previous: Option<char>, rest: &str, value: &str) -> Option<usize> {
    let first = value.chars().next()?;
    if !rest.starts_with(|c: char| c.eq_ignore_ascii_case(&first)) {
        return None;
    }
    let joins = |one: Option<char>, other: Option<char>| {
        one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
    };
    if joins(previous, Some(first)) {
        return None;
    }
    let same = |(one, other): &(char, char)| one.eq_ignore_ascii_case(other);
    let (mut length, mut agreed, mut last) = (0, 0, None);
    for (c, _) in rest.chars().zip(value.chars()).take_while(same) {
        length += c.len_utf8();
        agreed += 1;
        last = Some(c);
    }
    let is_whole = agreed == value.chars().count() && !joins(last, rest[length..].chars().next());
    (is_whole || agreed >= PREFIX_CHARS_MIN).then_some(length)
}
