//! The declared answers of an operation, compiled once: validators by response and media type.

use harness_contract::{Contract, Direction, MediaType, Operation, ResponseSpec, Validator};

/// Compiled answers, parallel to the operation's responses and their media types.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    by_response: Vec<Vec<Compiled>>,
}

#[derive(Clone, Debug)]
enum Compiled {
    /// No schema: anything goes.
    Anything,
    Schema(Validator),
    /// The schema cannot be compiled; why.
    Broken(String),
}

/// What there is to say about content under one declared media type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Promise<'a> {
    Anything,
    Schema(&'a Validator),
    Broken(&'a str),
}

impl Answers {
    /// Compiles every response schema of an operation. Never fails: what cannot be compiled is
    /// remembered and leads to `Unknown` verdicts.
    pub fn compile(contract: &Contract, operation: &Operation) -> Self {
        let compiled = |media_type: &MediaType| match &media_type.schema {
            None => Compiled::Anything,
            Some(schema) => {
                match Validator::compile(&contract.schemas, schema, Direction::Response) {
                    Ok(validator) => Compiled::Schema(validator),
                    Err(error) => Compiled::Broken(error.to_string()),
                }
            }
        };
        let of_response =
            |response: &ResponseSpec| response.content.iter().map(compiled).collect();
        Self { by_response: operation.responses.iter().map(of_response).collect() }
    }

    /// What the operation promises for this status and media type (lower-case essence); `None` if the
    /// status or the media type is not declared.
    pub(crate) fn promise<'a>(
        &'a self,
        operation: &'a Operation,
        status: u16,
        essence: &str,
    ) -> Option<(&'a MediaType, Promise<'a>)> {
        let response = operation.response(status)?;
        let response_idx = operation.responses.iter().position(|r| std::ptr::eq(r, response))?;
        let media_idx = best_match(&response.content, essence)?;
        let promise = match &self.by_response[response_idx][media_idx] {
            Compiled::Anything => Promise::Anything,
            Compiled::Schema(validator) => Promise::Schema(validator),
            Compiled::Broken(why) => Promise::Broken(why),
        };
        Some((&response.content[media_idx], promise))
    }
}

/// Index of the most specific declared media type that covers the essence (OpenAPI 3.1, 4.8.17:
/// `text/plain` before `text/*` before `*/*`).
pub(crate) fn best_match(content: &[MediaType], essence: &str) -> Option<usize> {
    let kind = essence.split('/').next().unwrap_or_default();
    let candidates = [essence.to_owned(), format!("{kind}/*"), "*/*".to_owned()];
    candidates.iter().find_map(|wanted| {
        content.iter().position(|media_type| declared_essence(&media_type.name) == *wanted)
    })
}

/// Type and subtype of a declared media type, lower-cased, without parameters.
pub(crate) fn declared_essence(name: &str) -> String {
    let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "*" { "*/*".to_owned() } else { essence }
}

/// Whether content of this essence is JSON (RFC 8259; structured suffix of RFC 6839, 3.1).
pub(crate) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}
