//! Which requests the contract allows: every operation's parameters and content, judged by the
//! contract's own schemas, compiled once. Knows no operation by name.
//!
//! A fault that is only a wrong limit or a forgotten rule bends the rules of its operation before
//! they are compiled; the other operations keep theirs, even where they share a schema.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt as _;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use crate::answer::{Refusal, bad_request, problem};
use crate::call::Call;
use crate::contract;
use crate::faults::trailing_text_ignored;
use crate::reading::{self, Kind, Source};
use crate::switches::Faults;

/// Longest content that is read, in octets; the contract says so too.
const CONTENT_BYTES_MAX: usize = 64 * 1024;
/// Octets of content that is too long which are still read, so that the client has sent everything
/// before it is refused and sees the answer rather than a reset (RFC 9112, 9.6).
const DRAINED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The rules of every operation.
pub(crate) struct Gate {
    rules: BTreeMap<String, Rules>,
}

/// What one operation takes.
pub(crate) struct Rules {
    parameters: Vec<Parameter>,
    content: Option<Content>,
}

struct Parameter {
    name: String,
    source: Source,
    is_required: bool,
    kind: Kind,
    validator: Validator,
}

struct Content {
    is_required: bool,
    /// The only media type that the operation takes, in lower case.
    media_type: String,
    /// What reads JSON.
    read: fn(&[u8]) -> serde_json::Result<Value>,
    /// How members of a form are read; empty for JSON.
    kinds: BTreeMap<String, Kind>,
    validator: Validator,
}

impl Gate {
    /// The rules of the contract, bent by the faults that bend some.
    pub(crate) fn new(faults: &Faults) -> Self {
        let mut rules = BTreeMap::new();
        for (key, operation) in contract::operations() {
            let mut operation = operation.clone();
            for fault in faults.iter().filter(|fault| fault.operation == key) {
                if let Some(bend) = fault.bend {
                    bend(&mut operation);
                }
            }
            let mut own = Rules::new(&operation);
            if faults.has(trailing_text_ignored::FAULT.name)
                && trailing_text_ignored::FAULT.operation == key
                && let Some(content) = &mut own.content
            {
                content.read = trailing_text_ignored::read;
            }
            rules.insert(key.clone(), own);
        }
        Self { rules }
    }

    /// The rules of `METHOD /path/{template}`.
    pub(crate) fn rules(&self, key: &str) -> Option<&Rules> {
        self.rules.get(key)
    }
}

impl Rules {
    fn new(operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let body = &operation["requestBody"];
        let content = body["content"].as_object().and_then(|types| types.iter().next());
        Self {
            parameters: parameters.map(Parameter::new).collect(),
            content: content.map(|(media_type, described)| {
                let schema = &described["schema"];
                let members = schema["properties"].as_object().into_iter().flatten();
                Content {
                    is_required: body["required"] == true,
                    media_type: media_type.to_lowercase(),
                    read: |octets| serde_json::from_slice(octets),
                    kinds: members.map(|(name, schema)| (name.clone(), Kind::of(schema))).collect(),
                    validator: compiled(schema),
                }
            }),
        }
    }

    /// The request as values, if the contract allows it.
    ///
    /// # Errors
    /// The refusal: 400 for a parameter, or for content that is missing or does not parse; 413,
    /// 415; 422 for content that breaks its schema.
    pub(crate) async fn admit(&self, request: Request) -> Result<Call, Refusal> {
        let (head, body) = request.into_parts();
        let mut parameters = Map::new();
        let sent = reading::Sent::new(&head);
        for parameter in &self.parameters {
            if let Some(value) = parameter.admit(&sent)? {
                parameters.insert(parameter.name.clone(), value);
            }
        }
        let content = match &self.content {
            None => None,
            Some(rules) => rules.admit(&head.headers, body).await?,
        };
        Ok(Call { parameters, content })
    }
}

impl Parameter {
    fn new(described: &Value) -> Self {
        let name = described["name"].as_str().expect("a parameter of the contract has a name");
        let location = described["in"].as_str().expect("a parameter of the contract has a place");
        Self {
            name: name.to_owned(),
            source: Source::of(location),
            is_required: described["required"] == true,
            kind: Kind::of(&described["schema"]),
            validator: compiled(&described["schema"]),
        }
    }

    fn admit(&self, sent: &reading::Sent<'_>) -> Result<Option<Value>, Refusal> {
        let refused = |why: &str| bad_request(&format!("parameter {} {why}", self.name));
        let texts = sent.texts(self.source, &self.name).map_err(refused)?;
        if texts.is_empty() {
            return if self.is_required { Err(refused("is missing")) } else { Ok(None) };
        }
        let value = reading::value_of(texts, self.kind);
        match first_violation(&self.validator, &value) {
            None => Ok(Some(whole_numbers(value))),
            Some(why) => Err(refused(&why)),
        }
    }
}

impl Content {
    async fn admit(&self, headers: &HeaderMap, body: Body) -> Result<Option<Value>, Refusal> {
        let octets = read(body).await?;
        if octets.is_empty() {
            return if self.is_required {
                Err(bad_request("the content is missing"))
            } else {
                Ok(None)
            };
        }
        let media_type = headers.get_all(header::CONTENT_TYPE);
        let mut media_types = media_type.iter();
        let is_taken = match (media_types.next(), media_types.next()) {
            (Some(media_type), None) => self.takes(media_type),
            _ => false,
        };
        if !is_taken || headers.contains_key(header::CONTENT_ENCODING) {
            let detail = format!("the content must be {}, not encoded", self.media_type);
            return Err(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, &detail));
        }
        let value = if self.media_type == reading::FORM {
            reading::form_of(&octets, &self.kinds)
                .map_err(|why| bad_request(&format!("the form {why}")))?
        } else {
            (self.read)(&octets)
                .map_err(|error| bad_request(&format!("the content is no JSON: {error}")))?
        };
        match first_violation(&self.validator, &value) {
            None => Ok(Some(whole_numbers(value))),
            Some(why) => {
                Err(problem(StatusCode::UNPROCESSABLE_ENTITY, &format!("the content {why}")))
            }
        }
    }

    /// Whether this is the operation's media type, with no charset but UTF-8 (RFC 8259, 8.1).
    fn takes(&self, media_type: &HeaderValue) -> bool {
        let Ok(text) = media_type.to_str() else { return false };
        let mut parts = text.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        essence == self.media_type
            && charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
    }
}

/// The whole content.
async fn read(body: Body) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut octets = Vec::new();
    let mut length: usize = 0;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| bad_request("the content breaks off"))?;
        length = length.saturating_add(piece.len());
        if length > DRAINED_BYTES_MAX {
            break;
        }
        if length <= CONTENT_BYTES_MAX {
            octets.extend_from_slice(&piece);
        }
    }
    if length > CONTENT_BYTES_MAX {
        let detail = format!("the content is longer than {CONTENT_BYTES_MAX} bytes");
        return Err(problem(StatusCode::PAYLOAD_TOO_LARGE, &detail));
    }
    Ok(octets.into())
}

fn compiled(schema: &Value) -> Validator {
    // Formats are annotations (JSON Schema 2020-12 Validation, 7.2.1): patterns say what is meant.
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(false)
        .build(schema)
        .expect("the contract's schemas are valid, and a test compiles them")
}

/// The first rule that a value breaks: `breaks keyword`, with the place within the value if it has
/// any.
fn first_violation(validator: &Validator, value: &Value) -> Option<String> {
    let error = validator.iter_errors(value).next()?;
    let keyword = error.kind().keyword();
    let place = error.instance_path().as_str();
    let at = if place.is_empty() { String::new() } else { format!("at {place} ") };
    Some(format!("{at}breaks {keyword}"))
}

/// The value with whole numbers as integers: 1.0 is an integer (JSON Schema 2020-12 Validation,
/// 6.1.1).
fn whole_numbers(value: Value) -> Value {
    /// Up to here every integer is exact as a float (IEEE 754 binary64).
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT_MAX =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, whole_numbers(member))).collect()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}
