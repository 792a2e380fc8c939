//! The schemas of a contract, lifted to JSON Schema 2020-12 and addressed by JSON pointer.
//!
//! The whole document is lifted in place, so a schema keeps the JSON pointer that it has in the
//! document, and `$ref`s go on working as they are: recursion is by reference, never by nesting.
//! Two forms are kept, because `readOnly` and `writeOnly` mean different things on the way in and on
//! the way out (OpenAPI 3.0.3, 4.7.24.2).

use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Registry};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pointer;

/// Longest chain of `$ref`s that is followed: real documents need three, a cycle has no end.
pub(crate) const REF_CHAIN_MAX: usize = 64;

/// Under which URI the lifted document is known to the validator. Never retrieved; it only makes
/// keyword locations absolute.
pub(crate) const DOCUMENT_URI: &str = "contract:///document";

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the service: `readOnly` properties are not required, `null` only where declared.
    Request,
    /// From the service: `writeOnly` properties are not required.
    Response,
}

/// The address of a schema: a URI reference whose fragment is a JSON pointer into the lifted
/// document, e.g. `#/components/schemas/Order`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaRef(String);

impl SchemaRef {
    /// A reference to the schema at `pointer` (RFC 6901, beginning with `/`) of the document.
    pub fn at(pointer: &str) -> Self {
        Self(format!("#{pointer}"))
    }

    /// The reference as text, e.g. `#/components/schemas/Order`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON pointer part.
    pub fn pointer(&self) -> &str {
        self.0.split_once('#').map_or("", |(_, pointer)| pointer)
    }
}

/// All schemas of a contract. Cheap to clone: the documents are shared.
#[derive(Clone, Debug)]
pub struct Schemas {
    request: Lifted,
    response: Lifted,
}

/// A lifted document and, once the first validator is compiled, its index.
#[derive(Clone)]
struct Lifted {
    document: Arc<Value>,
    registry: Arc<OnceLock<Result<Registry<'static>, String>>>,
}

impl Lifted {
    fn new(document: Arc<Value>) -> Self {
        Self { document, registry: Arc::new(OnceLock::new()) }
    }
}

impl fmt::Debug for Lifted {
    /// The document only: the index says nothing new.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document.fmt(f)
    }
}

impl Schemas {
    /// Schemas of a document that was lifted once for each direction. Where both are the same
    /// `Arc`, they also share what is built for validation.
    pub fn new(request: Arc<Value>, response: Arc<Value>) -> Self {
        let is_shared = Arc::ptr_eq(&request, &response);
        let request = Lifted::new(request);
        let response = if is_shared { request.clone() } else { Lifted::new(response) };
        Self { request, response }
    }

    /// The whole lifted document.
    pub fn document(&self, direction: Direction) -> &Arc<Value> {
        &self.lifted(direction).document
    }

    /// The schema at a reference; it may itself be a `$ref`. `None` if nothing stands there.
    pub fn get(&self, schema: &SchemaRef, direction: Direction) -> Option<&Value> {
        self.document(direction).pointer(schema.pointer())
    }

    /// The schema at a reference as a request must satisfy it; it may itself be a `$ref`.
    pub fn request(&self, schema: &SchemaRef) -> Option<&Value> {
        self.get(schema, Direction::Request)
    }

    /// The schema at a reference as a response must satisfy it; it may itself be a `$ref`.
    pub fn response(&self, schema: &SchemaRef) -> Option<&Value> {
        self.get(schema, Direction::Response)
    }

    /// Follows the `$ref` of a schema, and that of its target, until one has none. Returns that
    /// schema and its JSON pointer in the document, or the schema as given and `None` if it has no
    /// `$ref`.
    ///
    /// Siblings of `$ref` (OpenAPI 3.1) also apply to the value and are not merged here: a caller
    /// that must honour them looks at `schema` as well. A chain without an end (more than 64 links)
    /// or into nothing stops at its last link; lifted documents have neither.
    pub fn resolve<'a>(
        &'a self,
        schema: &'a Value,
        direction: Direction,
    ) -> (&'a Value, Option<String>) {
        let mut current = (schema, None);
        for _ in 0..REF_CHAIN_MAX {
            let Some(reference) = current.0.get("$ref").and_then(Value::as_str) else { break };
            let Some(fragment) = reference.strip_prefix('#') else { break };
            let target = pointer::from_fragment(fragment).into_owned();
            let Some(found) = self.document(direction).pointer(&target) else { break };
            current = (found, Some(target));
        }
        current
    }

    /// The index of the lifted document that validators are compiled against, built on first use.
    pub(crate) fn registry(&self, direction: Direction) -> Result<&Registry<'static>, &str> {
        let Lifted { document, registry } = self.lifted(direction);
        let built = registry.get_or_init(|| {
            Registry::new()
                .draft(Draft::Draft202012)
                .add(DOCUMENT_URI, Arc::clone(document))
                .and_then(jsonschema::RegistryBuilder::prepare)
                .map_err(|error| error.to_string())
        });
        built.as_ref().map_err(String::as_str)
    }

    fn lifted(&self, direction: Direction) -> &Lifted {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }
}
