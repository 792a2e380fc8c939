//! What the text of a header field may mean: OpenAPI's style `simple`, read by a reader who means
//! well. Knows no schema and no rule.

use harness_contract::HeaderSpec;
use serde_json::{Map, Number, Value};

/// Items of one field that are read: each of them can be a text or a number.
const ITEMS_MAX: usize = 1_000;

/// Every value that the lines of a field may stand for, most literal first. Never empty if there are lines.
pub(super) fn readings(header: &HeaderSpec, lines: &[String]) -> Vec<Value> {
    // Lines of one name are one list (RFC 9110, 5.3), but some servers just say a thing twice.
    let mut texts = vec![lines.join(", ")];
    if lines.len() > 1 && lines.iter().all(|line| *line == lines[0]) {
        texts.push(lines[0].clone());
    }
    let mut readings = Vec::new();
    for text in texts {
        if header.media_type.is_some() {
            readings.extend(serde_json::from_str(&text).ok());
        }
        readings.push(Value::from(text.as_str()));
        readings.extend(scalar(&text));
        readings.extend(lists(&text));
        readings.extend(objects(&text, header.explode));
    }
    readings
}

/// A text as a number, a boolean or null; `None` if it looks like none of them.
fn scalar(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("null") {
        return Some(Value::Null);
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Some(Value::Bool(text.eq_ignore_ascii_case("true")));
    }
    let is_numeric =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !is_numeric {
        return None;
    }
    if let Ok(value @ Value::Number(_)) = serde_json::from_str(text) {
        return Some(value);
    }
    // As many parsers read them, if not JSON's: 007, +1, 1.
    match text.parse::<i64>() {
        Ok(whole) => Some(Value::from(whole)),
        Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number),
    }
}

fn items(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).take(ITEMS_MAX).collect()
}

/// A text as lists: of texts, and of what its items look like.
fn lists(text: &str) -> Vec<Value> {
    if text.trim().is_empty() {
        return vec![Value::Array(Vec::new())];
    }
    let items = items(text);
    let texts = items.iter().map(|item| Value::from(*item)).collect();
    let typed = items.iter().map(|item| looks_like(item)).collect();
    vec![Value::Array(texts), Value::Array(typed)]
}

/// A text as objects: `a=1,b=2` where exploded, else `a,1,b,2`; with members as texts, and as what
/// they look like.
fn objects(text: &str, explode: bool) -> Vec<Value> {
    let items = items(text);
    let pairs: Option<Vec<(&str, &str)>> = if explode {
        items.iter().map(|item| item.split_once('=')).collect()
    } else {
        items.chunks(2).map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
    };
    let Some(pairs) = pairs else { return Vec::new() };
    let with = |read: fn(&str) -> Value| -> Map<String, Value> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), read(value))).collect()
    };
    vec![Value::Object(with(|text| Value::from(text))), Value::Object(with(looks_like))]
}

fn looks_like(text: &str) -> Value {
    scalar(text).unwrap_or_else(|| Value::from(text))
}
