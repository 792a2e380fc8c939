//! What a handful of octets is: text or not, an API document or something that is often mistaken for
//! one. Reads no more of it than that takes.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::error::ReadError;

/// Top-level keys shown of a document that is something else.
const KEYS_SHOWN_MAX: usize = 8;

/// Longest version shown, in characters.
const VERSION_LENGTH_MAX: usize = 40;

/// What a document says about its own format.
#[derive(Debug)]
pub(crate) struct Version {
    /// `openapi` or `swagger`.
    pub(crate) field: &'static str,
    /// As written; a number as its decimal text.
    pub(crate) text: String,
    /// Whether it is written as a string.
    pub(crate) is_text: bool,
}

impl Version {
    /// Whether the version is this one or begins with it and a dot.
    pub(crate) fn is(&self, field: &str, version: &str) -> bool {
        let rest = self.text.trim().strip_prefix(version);
        self.field == field && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Octets as text.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Offset of the first octet that is no text and was replaced, if there is one.
    pub(crate) first_wrong_octet: Option<usize>,
}

/// Decodes UTF-8, or UTF-16 with a byte order mark. Wrong octets are replaced: one in a description
/// is no reason not to read the rest.
pub(crate) fn decode<'a>(bytes: &'a [u8], source: &str) -> Result<Decoded<'a>, ReadError> {
    if let [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] = bytes {
        let is_little = bytes.first() == Some(&0xff);
        let units = rest.chunks_exact(2).map(|pair| match *pair {
            [first, second] if is_little => u16::from_le_bytes([first, second]),
            [first, second] => u16::from_be_bytes([first, second]),
            _ => 0,
        });
        let text: String = char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        return Ok(Decoded { text: Cow::Owned(text), first_wrong_octet: None });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty { document: source.to_owned() });
    }
    let first_wrong_octet = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
    if let Some(offset) = first_wrong_octet
        && bytes.contains(&0)
    {
        return Err(ReadError::NotText { document: source.to_owned(), offset });
    }
    Ok(Decoded { text: String::from_utf8_lossy(bytes), first_wrong_octet })
}

/// Whether the octets are worth handing to [`crate::read`]: text whose top level says `openapi` or
/// `swagger`. Cheap enough to ask of every answer to a probe; builds no tree.
pub fn looks_like_contract(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Top {
        openapi: Option<IgnoredAny>,
        swagger: Option<IgnoredAny>,
    }
    let Ok(decoded) = decode(bytes, "") else { return false };
    let text = decoded.text.trim_start();
    if text.starts_with('{')
        && let Ok(top) = serde_json::from_str::<Top>(text)
    {
        return top.openapi.is_some() || top.swagger.is_some();
    }
    // YAML, block or flow: the field begins a line, or follows the opening brace.
    text.trim_start_matches(['{', ' ']).lines().any(|line| {
        let line = line.trim_start_matches(['"', '\'']);
        ["openapi", "swagger"].iter().any(|field| {
            let rest = line.strip_prefix(field).map(|rest| rest.trim_start_matches(['"', '\'']));
            let rest = rest.and_then(|rest| rest.trim_start().strip_prefix(':'));
            rest.is_some_and(|rest| rest.starts_with([' ', '\t']))
        })
    })
}

/// The version that a document declares, if it is an API document at all.
pub(crate) fn version(document: &Value) -> Option<Version> {
    ["openapi", "swagger"].into_iter().find_map(|field| {
        let (text, is_text) = match document.get(field)? {
            Value::String(text) => (text.trim().to_owned(), true),
            Value::Number(number) => (number.to_string(), false),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        let text = text.chars().take(VERSION_LENGTH_MAX).collect();
        Some(Version { field, text, is_text })
    })
}

/// What a text is instead of an API document, and the way out: for error messages. `document` is its
/// value tree, if it has one. `None` if nothing is known about it.
pub(crate) fn foreign(text: &str, document: Option<&Value>) -> Option<(String, String)> {
    let start: String =
        text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    if start.starts_with('<') {
        return Some(foreign_markup(text, &start));
    }
    let keys = document.and_then(Value::as_object);
    let pair = |found: &str, way_out: &str| Some((found.to_owned(), way_out.to_owned()));
    if start.starts_with("#%raml") {
        return pair("it is a RAML document", "convert it to OpenAPI 3 first");
    }
    if start.starts_with("format: 1a") {
        return pair("it is an API Blueprint document", "convert it to OpenAPI 3 first");
    }
    if let Some(keys) = keys {
        let has = |name: &str| keys.contains_key(name);
        let info_has = |name: &str| keys.get("info").is_some_and(|info| info.get(name).is_some());
        if has("asyncapi") {
            return pair("it is an AsyncAPI document", "only HTTP APIs can be tested");
        }
        if info_has("_postman_id") || (has("item") && info_has("schema")) {
            return pair(
                "it is a Postman collection",
                "export the API definition as OpenAPI from Postman and pass that",
            );
        }
        if has("arazzo") {
            return pair("it is an Arazzo workflow", "pass the OpenAPI document that it refers to");
        }
        if has("overlay") {
            return pair("it is an OpenAPI overlay", "pass the document that it applies to");
        }
        if has("__schema") || keys.get("data").is_some_and(|data| data.get("__schema").is_some()) {
            return pair("it is a GraphQL schema", "only OpenAPI and Swagger can be read");
        }
        if has("swaggerVersion") {
            return pair("it is a Swagger 1.x document", "convert it to OpenAPI 3 first");
        }
        let shown: Vec<_> =
            keys.keys().take(KEYS_SHOWN_MAX).map(|key| format!("{key:?}")).collect();
        let more = if keys.len() > KEYS_SHOWN_MAX { ", …" } else { "" };
        let found = if shown.is_empty() {
            "it is an empty object".to_owned()
        } else {
            format!("its top-level keys are {}{more}", shown.join(", "))
        };
        return Some((
            found,
            r#"expected "openapi": "3…" or "swagger": "2.0" among them"#.to_owned(),
        ));
    }
    let is_graphql = text.lines().any(|line| {
        let mut words = line.split_whitespace();
        let is_keyword = matches!(
            words.next(),
            Some("type" | "schema" | "interface" | "scalar" | "enum" | "input" | "directive")
        );
        is_keyword && (line.contains('{') || line.starts_with("scalar ") || line.contains('@'))
    });
    if is_graphql {
        return pair("it is a GraphQL schema", "only OpenAPI and Swagger can be read");
    }
    let kind = match document? {
        Value::Null => "nothing",
        Value::Bool(_) => "a single boolean",
        Value::Number(_) => "a single number",
        Value::String(_) => "plain text",
        Value::Array(_) => "a list",
        Value::Object(_) => return None,
    };
    Some((
        format!("it is {kind}"),
        "expected an object with openapi or swagger at its top level".to_owned(),
    ))
}

fn foreign_markup(text: &str, start: &str) -> (String, String) {
    if start.starts_with("<?xml") && !start.contains("<html") {
        return (
            "it is an XML document".to_owned(),
            "expected JSON or YAML; only OpenAPI and Swagger can be read".to_owned(),
        );
    }
    let lower = text.to_ascii_lowercase();
    let ui = [("swagger-ui", "Swagger UI"), ("redoc", "ReDoc"), ("scalar", "Scalar")];
    match ui.iter().find(|(mark, _)| lower.contains(mark)) {
        Some((_, name)) => (
            format!("it is the HTML page of {name}"),
            "pass the URL of the document that the page shows, e.g. /openapi.json".to_owned(),
        ),
        None => (
            "it is an HTML page".to_owned(),
            "pass the URL of the JSON or YAML document itself".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests;
