//! A contract as people look at it before a run: what it offers, what will be tested, what cannot be
//! and why. Data for a table or for JSON; nothing here is drawn.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::diagnostic::Severity;
use crate::{
    Contract, Diagnostic, Direction, MediaType, Operation, OperationKey, SchemaRef, Schemas,
    Server, SkippedOperation, StatusRange, Unfired,
};

/// How deep a schema is described: `array of array of …`.
const DESCRIBED_DEPTH_MAX: usize = 3;

/// Values of an `enum` that are shown.
const VALUES_SHOWN_MAX: usize = 4;

/// Longest value or pattern that is shown, in characters.
const VALUE_LENGTH_MAX: usize = 24;

/// What a contract offers.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// `info.title`; empty if absent.
    pub title: String,
    /// `info.version`; empty if absent.
    pub version: String,
    /// E.g. `OpenAPI 3.1.0`; for display only.
    pub format: String,
    /// File name or URL.
    pub source: String,
    /// Of the contract, 64 hexadecimal digits.
    pub digest: String,
    /// File names or URLs of the other documents that were read for it.
    pub others: Vec<String>,
    /// In document order.
    pub servers: Vec<Server>,
    /// What will be tested, in document order.
    pub operations: Vec<InspectedOperation>,
    /// What cannot be tested, each with its reason.
    pub skipped: Vec<SkippedOperation>,
    /// Webhooks and callbacks: known, and never fired.
    pub unfired: Vec<Unfired>,
    /// How many errors, warnings and notes the document has.
    pub n_diagnostics: DiagnosticCounts,
}

/// Diagnostics of a contract by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiagnosticCounts {
    /// Something cannot be tested.
    pub errors: usize,
    /// Wrong, but clear enough.
    pub warnings: usize,
    /// Worth knowing.
    pub notes: usize,
}

/// An operation that will be tested.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedOperation {
    /// Method and path template.
    pub key: OperationKey,
    /// `operationId`, if there is one.
    pub id: Option<String>,
    /// First line of its summary; may be empty.
    pub summary: String,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// File name or URL of the document that it stands in.
    pub source: String,
    /// JSON pointer within that document.
    pub pointer: String,
    /// What is varied in a request, in document order.
    pub parameters: Vec<InspectedParameter>,
    /// Whether a request must have content.
    pub body_required: bool,
    /// Media types that a request may have content in.
    pub bodies: Vec<InspectedContent>,
    /// Declared answers in document order.
    pub responses: Vec<InspectedResponse>,
    /// Alternatives, each the names of the schemes that it needs together. Empty: none declared; an
    /// empty one among them: anonymous callers are allowed.
    pub security: Vec<Vec<String>>,
    /// What was odd about it, as far as it stands within the operation itself.
    pub remarks: Vec<Diagnostic>,
}

/// A parameter.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedParameter {
    /// As written.
    pub name: String,
    /// `path`, `query`, `header` or `cookie`.
    pub location: &'static str,
    /// Whether it must be sent.
    pub required: bool,
    /// Its values in short, e.g. `integer, 1 to 100`.
    pub values: String,
    /// Whether the document gives examples.
    pub has_examples: bool,
}

/// Content of a request or an answer.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedContent {
    /// As written.
    pub media_type: String,
    /// What it holds in short, e.g. `object of 5 properties`; `anything` without a schema.
    pub values: String,
}

/// A declared answer.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedResponse {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// Empty: no content.
    pub content: Vec<InspectedContent>,
    /// Names of the declared header fields.
    pub headers: Vec<String>,
    /// Operations that links lead to.
    pub links: Vec<OperationKey>,
}

/// Shows a contract.
pub fn inspect(contract: &Contract) -> Inspection {
    let count = |severity| contract.diagnostics.iter().filter(|d| d.severity == severity).count();
    Inspection {
        title: contract.title.clone(),
        version: contract.version.clone(),
        format: contract.format.clone(),
        source: contract.source.clone(),
        digest: contract.digest.clone(),
        others: contract.others.iter().map(|other| other.source.clone()).collect(),
        servers: contract.servers.clone(),
        operations: contract.operations.iter().map(|o| operation(contract, o)).collect(),
        skipped: contract.skipped.clone(),
        unfired: contract.unfired.clone(),
        n_diagnostics: DiagnosticCounts {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        },
    }
}

fn operation(contract: &Contract, operation: &Operation) -> InspectedOperation {
    let (source, pointer) = contract.place(&operation.pointer);
    let is_within = |diagnostic: &&Diagnostic| {
        diagnostic.source == source && crate::pointer::is_at_or_below(&diagnostic.pointer, pointer)
    };
    let parameters = operation.parameters.iter().map(|parameter| InspectedParameter {
        name: parameter.name.clone(),
        location: parameter.location.as_str(),
        required: parameter.required,
        values: describe(&contract.schemas, &parameter.schema, Direction::Request),
        has_examples: !parameter.examples.is_empty(),
    });
    let responses = operation.responses.iter().map(|response| InspectedResponse {
        status: status(response.status),
        content: content(contract, &response.content, Direction::Response),
        headers: response.headers.iter().map(|header| header.name.clone()).collect(),
        links: response.links.iter().map(|link| link.operation.clone()).collect(),
    });
    let body = operation.request_body.as_ref();
    InspectedOperation {
        key: operation.key.clone(),
        id: operation.id.clone(),
        summary: operation.summary.clone(),
        deprecated: operation.deprecated,
        source: source.to_owned(),
        pointer: pointer.to_owned(),
        parameters: parameters.collect(),
        body_required: body.is_some_and(|body| body.required),
        bodies: body
            .map_or_else(Vec::new, |body| content(contract, &body.content, Direction::Request)),
        responses: responses.collect(),
        security: operation.security.iter().map(|set| set.keys().cloned().collect()).collect(),
        remarks: contract.diagnostics.iter().filter(is_within).cloned().collect(),
    }
}

fn content(
    contract: &Contract,
    content: &[MediaType],
    direction: Direction,
) -> Vec<InspectedContent> {
    let values = |media_type: &MediaType| match (&media_type.schema, &media_type.item_schema) {
        (Some(schema), _) => describe(&contract.schemas, schema, direction),
        (None, Some(item)) => {
            format!("sequence of {}", describe(&contract.schemas, item, direction))
        }
        (None, None) => "anything".to_owned(),
    };
    let inspected = content.iter().map(|media_type| InspectedContent {
        media_type: media_type.name.clone(),
        values: values(media_type),
    });
    inspected.collect()
}

fn status(range: StatusRange) -> String {
    match range {
        StatusRange::Code(code) => code.to_string(),
        StatusRange::Class(class) => format!("{class}XX"),
        StatusRange::Default => "default".to_owned(),
    }
}

/// The values of a schema in a few words, e.g. `integer, 1 to 100` or `array of string (uuid)`.
pub fn describe(schemas: &Schemas, schema: &SchemaRef, direction: Direction) -> String {
    match schemas.get(schema, direction) {
        Some(value) => described(schemas, value, direction, 0),
        None => "anything".to_owned(),
    }
}

fn described(schemas: &Schemas, schema: &Value, direction: Direction, depth: usize) -> String {
    let (schema, _) = schemas.resolve(schema, direction);
    let members = match schema {
        Value::Object(members) if !members.is_empty() => members,
        Value::Bool(false) => return "nothing".to_owned(),
        _ => return "anything".to_owned(),
    };
    if let Some(values) = values(members) {
        return values;
    }
    let names = match members.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            names.join(" or ")
        }
        _ => return composed(members).to_owned(),
    };
    let mut text = names;
    if let Some(items) = members.get("items")
        && depth < DESCRIBED_DEPTH_MAX
    {
        text = format!("{text} of {}", described(schemas, items, direction, depth + 1));
    }
    if let Some(properties) = members.get("properties").and_then(Value::as_object) {
        let n_required = members.get("required").and_then(Value::as_array).map_or(0, Vec::len);
        text = format!("{text} of {} properties, {n_required} required", properties.len());
    }
    if let Some(format) = members.get("format").and_then(Value::as_str) {
        text = format!("{text} ({})", shortened(format));
    }
    for (low, high, unit) in [
        ("minimum", "maximum", ""),
        ("exclusiveMinimum", "exclusiveMaximum", " exclusive"),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ] {
        let range = match (members.get(low), members.get(high)) {
            (Some(low), Some(high)) => format!(", {low} to {high}{unit}"),
            (Some(low), None) => format!(", {low} or more{unit}"),
            (None, Some(high)) => format!(", up to {high}{unit}"),
            (None, None) => continue,
        };
        text += &range;
    }
    if let Some(pattern) = members.get("pattern").and_then(Value::as_str) {
        text = format!("{text}, like {}", shortened(pattern));
    }
    text
}

/// What is said of a schema without a type.
fn composed(members: &Map<String, Value>) -> &'static str {
    let keywords = [
        ("oneOf", "one of several"),
        ("anyOf", "any of several"),
        ("allOf", "all of several"),
        ("properties", "object"),
        ("items", "array"),
    ];
    let found = keywords.into_iter().find(|(keyword, _)| members.contains_key(*keyword));
    found.map_or("anything", |(_, text)| text)
}

/// The values of `const` or `enum`, the first of many.
fn values(members: &Map<String, Value>) -> Option<String> {
    if let Some(value) = members.get("const") {
        return Some(shortened(&value.to_string()));
    }
    let values = members.get("enum")?.as_array()?;
    let shown = values.iter().take(VALUES_SHOWN_MAX).map(|value| shortened(&value.to_string()));
    let more = if values.len() > VALUES_SHOWN_MAX { " | …" } else { "" };
    Some(format!("{}{more}", shown.collect::<Vec<_>>().join(" | ")))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= VALUE_LENGTH_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(VALUE_LENGTH_MAX - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests;
