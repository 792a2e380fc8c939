//! The rules about an operation as a whole: its answers, its ids, its security.

use serde_json::Value;

use super::Tally;
use crate::{
    Contract, Direction, Location, MediaType, Operation, Parameter, ResponseSpec, StatusRange,
};

/// Status codes whose answers have no content (RFC 9110, 15.3.5, 15.3.6, 15.4.5), and redirects.
fn has_content(status: StatusRange) -> bool {
    match status {
        StatusRange::Code(code) => (200..300).contains(&code) && !matches!(code, 202 | 204 | 205),
        StatusRange::Class(class) => class == 2,
        StatusRange::Default => false,
    }
}

/// Whether a request to the operation can be wrong at all: it takes something, or needs somebody.
fn can_be_refused(operation: &Operation) -> bool {
    !operation.parameters.is_empty()
        || operation.request_body.is_some()
        || operation.security.iter().any(|set| !set.is_empty())
}

pub(super) fn undeclared_errors(operation: &Operation) -> Tally {
    let mut tally = Tally::default();
    let is_error = |response: &ResponseSpec| match response.status {
        StatusRange::Code(code) => (400..500).contains(&code),
        StatusRange::Class(class) => class == 4,
        StatusRange::Default => true,
    };
    if can_be_refused(operation) {
        let is_broken = !operation.responses.iter().any(is_error);
        tally.count(is_broken, &operation.pointer, || {
            "declares neither a 4XX answer nor a default, though a request can be wrong".to_owned()
        });
    }
    tally
}

/// Whether anything goes.
fn is_untyped(contract: &Contract, media_type: &MediaType) -> bool {
    let Some(schema) = media_type.schema.as_ref().or(media_type.item_schema.as_ref()) else {
        return is_structured(&media_type.name);
    };
    match contract.schemas.get(schema, Direction::Response) {
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::Bool(is_anything)) => *is_anything,
        _ => false,
    }
}

/// Whether a media type has a structure that a schema could describe.
fn is_structured(name: &str) -> bool {
    let name = name.split(';').next().unwrap_or(name).trim().to_ascii_lowercase();
    name == "*/*" || name.ends_with("json") || name.ends_with("xml") || name.ends_with("yaml")
}

pub(super) fn untyped_response(contract: &Contract, operation: &Operation) -> Tally {
    let mut tally = Tally::default();
    // The answer to HEAD never has content (RFC 9110, 9.3.2).
    if operation.method == "HEAD" {
        return tally;
    }
    if operation.responses.is_empty() {
        tally.count(true, &operation.pointer, || "declares no answer at all".to_owned());
    }
    for response in operation.responses.iter().filter(|response| has_content(response.status)) {
        for media_type in &response.content {
            tally.count(is_untyped(contract, media_type), &media_type.pointer, || {
                format!("the content {} has no schema", media_type.name)
            });
        }
        // A 201 may say all in its Location.
        if response.content.is_empty() && response.status != StatusRange::Code(201) {
            tally.count(operation.method == "GET", &response.pointer, || {
                "what is got has no content".to_owned()
            });
        }
    }
    tally
}

/// Whether a link of the contract fills the parameter in.
fn is_linked(contract: &Contract, operation: &Operation, parameter: &Parameter) -> bool {
    let responses = contract.operations.iter().flat_map(|other| &other.responses);
    let mut links = responses.flat_map(|response| &response.links);
    links.any(|link| {
        link.operation == operation.key
            && link.parameters.keys().any(|name| {
                let name = name.strip_prefix("path.").unwrap_or(name);
                name == parameter.name
            })
    })
}

pub(super) fn id_without_example(contract: &Contract, operation: &Operation) -> Tally {
    let mut tally = Tally::default();
    let in_path = |parameter: &&Parameter| parameter.location == Location::Path;
    for parameter in operation.parameters.iter().filter(in_path) {
        let schema = contract.schemas.request(&parameter.schema);
        let resolved = schema.map(|schema| contract.schemas.resolve(schema, Direction::Request).0);
        let says = |name: &str| {
            [schema, resolved].into_iter().flatten().any(|schema| {
                schema.get(name).is_some_and(|value| !value.as_array().is_some_and(Vec::is_empty))
            })
        };
        let is_known = !parameter.examples.is_empty()
            || ["enum", "const", "default", "examples"].into_iter().any(says)
            || is_linked(contract, operation, parameter);
        tally.count(!is_known, &parameter.pointer, || {
            format!("path parameter {:?} has no example that exists", parameter.name)
        });
    }
    tally
}

pub(super) fn missing_security(contract: &Contract, operation: &Operation) -> Tally {
    let mut tally = Tally::default();
    let has_own = contract
        .schemas
        .document(Direction::Request)
        .pointer(&operation.pointer)
        .is_some_and(|written| written.get("security").is_some());
    tally.count(operation.security.is_empty() && !has_own, &operation.pointer, || {
        "does not say who may call it".to_owned()
    });
    tally
}
