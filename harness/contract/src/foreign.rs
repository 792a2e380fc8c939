//! What a document is that is no API document: for error messages that show the way out. Guesses from
//! marks that the formats themselves carry, and reads nothing further.

use serde_json::{Map, Value};

/// Characters at the beginning of a text that are looked at for marks.
const START_LENGTH: usize = 200;

/// Top-level keys shown of an object that nothing is known about.
const KEYS_SHOWN_MAX: usize = 8;

/// Longest key shown, in characters.
const KEY_LENGTH_MAX: usize = 40;

/// What a document is instead of what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// As a clause, e.g. `it is a list`.
    pub(crate) found: String,
    /// What to do about it.
    pub(crate) way_out: String,
}

impl Foreign {
    fn new(found: impl Into<String>, way_out: &str) -> Self {
        Self { found: found.into(), way_out: way_out.to_owned() }
    }
}

/// Tells by the text alone, be it JSON, YAML or neither.
pub(crate) fn by_text(text: &str) -> Option<Foreign> {
    let start: String = text.trim_start().chars().take(START_LENGTH).collect();
    let start = start.to_ascii_lowercase();
    if start.starts_with('<') {
        return Some(markup(text, &start));
    }
    let convert = "convert it to OpenAPI 3 first";
    if start.starts_with("#%raml") {
        return Some(Foreign::new("it is a RAML document", convert));
    }
    if start.starts_with("format: 1a") {
        return Some(Foreign::new("it is an API Blueprint document", convert));
    }
    text.lines().any(is_graphql_definition).then(graphql)
}

/// Tells by the value tree. Anything is something.
pub(crate) fn by_value(document: &Value) -> Foreign {
    let kind = match document {
        Value::Object(members) => return object(members),
        Value::Null => "nothing",
        Value::Bool(_) => "a single boolean",
        Value::Number(_) => "a single number",
        Value::String(_) => "plain text",
        Value::Array(_) => "a list",
    };
    let way_out = "expected an object with openapi or swagger at its top level";
    Foreign::new(format!("it is {kind}"), way_out)
}

fn object(members: &Map<String, Value>) -> Foreign {
    let has = |name: &str| members.contains_key(name);
    let below = |name: &str, member: &str| {
        members.get(name).is_some_and(|value| value.get(member).is_some())
    };
    if has("asyncapi") {
        return Foreign::new("it is an AsyncAPI document", "only HTTP APIs can be tested");
    }
    if below("info", "_postman_id") || (has("item") && below("info", "schema")) {
        let way_out = "export the API definition as OpenAPI from Postman and pass that";
        return Foreign::new("it is a Postman collection", way_out);
    }
    if has("arazzo") {
        let way_out = "pass the OpenAPI document that it refers to";
        return Foreign::new("it is an Arazzo workflow", way_out);
    }
    if has("overlay") {
        let way_out = "pass the document that it applies to";
        return Foreign::new("it is an OpenAPI overlay", way_out);
    }
    if has("__schema") || below("data", "__schema") {
        return graphql();
    }
    if has("swaggerVersion") {
        let way_out = "convert it to OpenAPI 3 first";
        return Foreign::new("it is a Swagger 1.x document", way_out);
    }
    let shown = members.keys().take(KEYS_SHOWN_MAX);
    let shown: Vec<_> = shown
        .map(|key| format!("{:?}", key.chars().take(KEY_LENGTH_MAX).collect::<String>()))
        .collect();
    let more = if members.len() > KEYS_SHOWN_MAX { ", …" } else { "" };
    let found = if shown.is_empty() {
        "it is an empty object".to_owned()
    } else {
        format!("its top-level keys are {}{more}", shown.join(", "))
    };
    Foreign::new(found, r#"expected "openapi": "3…" or "swagger": "2.0" among them"#)
}

fn graphql() -> Foreign {
    Foreign::new("it is a GraphQL schema", "only OpenAPI and Swagger can be read")
}

/// Whether a line opens a definition of the GraphQL schema language (GraphQL, October 2021, 3).
fn is_graphql_definition(line: &str) -> bool {
    let is_keyword = matches!(
        line.split_whitespace().next(),
        Some("type" | "schema" | "interface" | "scalar" | "enum" | "input" | "directive")
    );
    is_keyword && (line.contains('{') || line.starts_with("scalar ") || line.contains('@'))
}

fn markup(text: &str, start: &str) -> Foreign {
    if start.starts_with("<?xml") && !start.contains("<html") {
        let way_out = "expected JSON or YAML; only OpenAPI and Swagger can be read";
        return Foreign::new("it is an XML document", way_out);
    }
    let lower = text.to_ascii_lowercase();
    let pages = [("swagger-ui", "Swagger UI"), ("redoc", "ReDoc"), ("scalar", "Scalar")];
    if let Some((_, name)) = pages.iter().find(|(mark, _)| lower.contains(mark)) {
        let way_out = "pass the URL of the document that the page shows, e.g. /openapi.json";
        return Foreign::new(format!("it is the HTML page of {name}"), way_out);
    }
    Foreign::new("it is an HTML page", "pass the URL of the JSON or YAML document itself")
}
