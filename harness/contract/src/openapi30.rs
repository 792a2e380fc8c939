//! OpenAPI 3.0 (3.0.3 as published, 2020): its dialect, and the typed model that the letter of the
//! specification is checked against. Reading itself is tolerant and never needs the typed model.

use openapiv3::{Operation, Parameter, ReferenceOr, RequestBody, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::grammar::Kind;
use crate::lift::{Dialect, Nullable};
use crate::node::Node;
use crate::paths::Site;
use crate::read::Format;
use crate::reading::Reading;
use crate::{content, servers};

/// Longest message of the typed model that is quoted, in characters.
const MESSAGE_LENGTH_MAX: usize = 300;

/// Deepest element that is tried on the typed model, which copies what it reads once per level and
/// needs 30 KB of stack for each. Real documents stay below 30.
const TYPED_DEPTH_MAX: usize = 40;

/// `openapi: 3.0.x`.
pub(crate) const FORMAT: Format = Format {
    name: "OpenAPI 3.0",
    detect: |version| version.is("3.0") || version.text == "3",
    dialect: Dialect {
        document: Kind::Document3,
        has_ref_siblings: false,
        nullable: Nullable::Keyword("nullable"),
    },
    methods: &["get", "put", "post", "delete", "options", "head", "patch", "trace"],
    security_schemes: "/components/securitySchemes",
    servers: servers::read,
    parts: content::parts,
    review,
};

/// Why a value does not fit one type of the typed model; `None` if it does.
type Check = fn(&Value) -> Option<String>;

/// Reports every operation and component that does not fit the typed model of OpenAPI 3.0, at the
/// smallest element that shows it.
fn review(reading: &mut Reading<'_>, sites: &[Site<'_>]) {
    for site in sites {
        if let Some(why) = misfit::<Operation>(site.operation.value) {
            review_operation(reading, &site.operation, &why);
        }
    }
    let Some(components) = reading.root().get("components") else { return };
    for (kind, elements) in components.members() {
        let check: Check = match kind {
            "schemas" => misfit::<ReferenceOr<openapiv3::Schema>>,
            "responses" => misfit::<ReferenceOr<Response>>,
            "parameters" => misfit::<ReferenceOr<Parameter>>,
            "examples" => misfit::<ReferenceOr<openapiv3::Example>>,
            "requestBodies" => misfit::<ReferenceOr<RequestBody>>,
            "headers" => misfit::<ReferenceOr<openapiv3::Header>>,
            "securitySchemes" => misfit::<ReferenceOr<openapiv3::SecurityScheme>>,
            "links" => misfit::<ReferenceOr<openapiv3::Link>>,
            "callbacks" => misfit::<ReferenceOr<openapiv3::Callback>>,
            _ => continue,
        };
        for (_, element) in elements.members_with_extensions() {
            if let Some(why) = check(element.value) {
                report(reading, &element.pointer, &why);
            }
        }
    }
}

/// An operation that does not fit: its parameters, body and responses one by one, and the operation
/// itself if none of them is to blame.
fn review_operation(reading: &mut Reading<'_>, operation: &Node<'_>, why: &str) {
    let mut suspects: Vec<(Node<'_>, Check)> = Vec::new();
    for parameter in operation.get("parameters").iter().flat_map(Node::items) {
        suspects.push((parameter, misfit::<ReferenceOr<Parameter>>));
    }
    if let Some(body) = operation.get("requestBody") {
        suspects.push((body, misfit::<ReferenceOr<RequestBody>>));
    }
    for (_, response) in operation.get("responses").iter().flat_map(Node::members) {
        suspects.push((response, misfit::<ReferenceOr<Response>>));
    }
    let mut is_blamed = false;
    for (suspect, check) in suspects {
        if let Some(why) = check(suspect.value) {
            report(reading, &suspect.pointer, &why);
            is_blamed = true;
        }
    }
    if !is_blamed {
        report(reading, &operation.pointer, why);
    }
}

fn report(reading: &mut Reading<'_>, pointer: &str, why: &str) {
    let why: String = why.chars().take(MESSAGE_LENGTH_MAX).collect();
    reading.report.warn("not-openapi-3.0", pointer, format!("does not fit OpenAPI 3.0: {why}"));
}

/// Why a value is no `T`; `None` if it is one, or if it is nested too deeply to try.
fn misfit<T: DeserializeOwned>(value: &Value) -> Option<String> {
    if !is_at_most(TYPED_DEPTH_MAX, value) {
        return None;
    }
    let why = T::deserialize(value).err()?.to_string();
    // Integers beyond 64 bits are a limit of the model, not of OpenAPI.
    (!why.contains(" as u128") && !why.contains(" as i128")).then_some(why)
}

/// Whether a value has no more levels than this.
fn is_at_most(levels: usize, value: &Value) -> bool {
    let Some(below) = levels.checked_sub(1) else { return false };
    match value {
        Value::Object(members) => members.values().all(|member| is_at_most(below, member)),
        Value::Array(items) => items.iter().all(|item| is_at_most(below, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests;
