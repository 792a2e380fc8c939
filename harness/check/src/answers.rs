//! The declared answers of an operation, compiled once: validators by response and media type.

use harness_contract::{
    Contract, Direction, HeaderSpec, MediaType, Operation, ResponseSpec, SchemaRef, Validator,
};

/// Compiled answers, parallel to the operation's responses and their media types and header fields.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    by_response: Vec<Vec<Declared>>,
    headers_by_response: Vec<Vec<Compiled>>,
}

/// One declared media type of one response.
#[derive(Clone, Debug)]
struct Declared {
    /// Type and subtype, lower-cased, without parameters; `*/*` and `text/*` as they are.
    essence: String,
    promise: Compiled,
}

#[derive(Clone, Debug)]
enum Compiled {
    /// No schema: anything goes.
    Anything,
    Schema(Validator),
    /// The schema cannot be compiled; why.
    Broken(String),
}

/// What there is to say about content under one declared media type, or about one header field.
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
        let compiled = |media_type: &MediaType| Declared {
            essence: declared_essence(&media_type.name),
            promise: Compiled::new(contract, media_type.schema.as_ref()),
        };
        let of_response = |response: &ResponseSpec| response.content.iter().map(compiled).collect();
        let field = |header: &HeaderSpec| Compiled::new(contract, header.schema.as_ref());
        let fields = |response: &ResponseSpec| response.headers.iter().map(field).collect();
        Self {
            by_response: operation.responses.iter().map(of_response).collect(),
            headers_by_response: operation.responses.iter().map(fields).collect(),
        }
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
        let declared = self.by_response.get(index_of(operation, response)?)?;
        let media_idx = best_match(declared, essence)?;
        Some((response.content.get(media_idx)?, declared[media_idx].promise.as_promise()))
    }

    /// The header fields that a declared response promises, each with what it promises of the value,
    /// in document order.
    pub(crate) fn headers<'a>(
        &'a self,
        operation: &'a Operation,
        response: &'a ResponseSpec,
    ) -> impl Iterator<Item = (&'a HeaderSpec, Promise<'a>)> {
        let compiled = index_of(operation, response).and_then(|i| self.headers_by_response.get(i));
        let promises = compiled.into_iter().flatten().map(Compiled::as_promise);
        response.headers.iter().zip(promises)
    }

    /// Whether the operation declares this media type (lower-case essence) for this status.
    pub(crate) fn declares(&self, operation: &Operation, status: u16, essence: &str) -> bool {
        self.promise(operation, status, essence).is_some()
    }
}

impl Compiled {
    fn new(contract: &Contract, schema: Option<&SchemaRef>) -> Self {
        let Some(schema) = schema else { return Self::Anything };
        match Validator::compile(&contract.schemas, schema, Direction::Response) {
            Ok(validator) => Self::Schema(validator),
            Err(error) => Self::Broken(error.to_string()),
        }
    }

    fn as_promise(&self) -> Promise<'_> {
        match self {
            Self::Anything => Promise::Anything,
            Self::Schema(validator) => Promise::Schema(validator),
            Self::Broken(why) => Promise::Broken(why),
        }
    }
}

fn index_of(operation: &Operation, response: &ResponseSpec) -> Option<usize> {
    operation.responses.iter().position(|other| std::ptr::eq(other, response))
}

/// Index of the most specific declared media type that covers the essence (OpenAPI 3.1, 4.8.17:
/// `text/plain` before `text/*` before `*/*`).
fn best_match(declared: &[Declared], essence: &str) -> Option<usize> {
    let kind = essence.split('/').next().unwrap_or_default();
    let is_range = |range: &str| {
        range.strip_suffix("/*").is_some_and(|range_kind| range_kind != "*" && range_kind == kind)
    };
    let position = |fits: &dyn Fn(&str) -> bool| declared.iter().position(|d| fits(&d.essence));
    position(&|name| name == essence)
        .or_else(|| position(&is_range))
        .or_else(|| position(&|name| name == "*/*"))
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

/// Whether text that is JSON by its grammar (RFC 8259, 6, 8.2 and 9) is beyond what our parser holds.
pub(crate) fn is_our_limit(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    ["recursion limit", "number out of range", "surrogate", "unexpected end of hex escape"]
        .iter()
        .any(|limit| text.contains(limit))
}

#[cfg(test)]
mod tests {
    use super::{Compiled, Declared, best_match, declared_essence, is_json};

    fn check(declared: &[&str], essence: &str, expected: Option<usize>) {
        let declared: Vec<Declared> = declared
            .iter()
            .map(|name| Declared { essence: declared_essence(name), promise: Compiled::Anything })
            .collect();
        assert_eq!(best_match(&declared, essence), expected, "{declared:?} {essence}");
    }

    #[test]
    fn the_most_specific_declaration_wins() {
        check(&["*/*", "text/*", "text/plain"], "text/plain", Some(2));
        check(&["*/*", "text/*", "text/plain"], "text/html", Some(1));
        check(&["*/*", "text/*", "text/plain"], "image/png", Some(0));
        check(&["*"], "image/png", Some(0));
    }

    #[test]
    fn parameters_and_case_of_a_declaration_do_not_matter() {
        check(&["Application/JSON; charset=utf-8"], "application/json", Some(0));
    }

    #[test]
    fn a_structured_suffix_is_another_media_type() {
        check(&["application/json"], "application/problem+json", None);
        check(&["application/*"], "application/problem+json", Some(0));
    }

    #[test]
    fn json_is_known_by_name_and_by_suffix() {
        for essence in ["application/json", "text/json", "application/vnd.a.b+json"] {
            assert!(is_json(essence), "{essence}");
        }
        for essence in ["application/x-ndjson", "application/jsonl", "text/plain", "json"] {
            assert!(!is_json(essence), "{essence}");
        }
    }
}
