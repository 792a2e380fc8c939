//! The schemas of a contract, lifted to JSON Schema 2020-12 and addressed by JSON pointer.
//!
//! The whole document is lifted in place, so a schema keeps the JSON pointer that it has in the
//! document, and `$ref`s go on working as they are: recursion is by reference, never by nesting.
//! Two forms are kept, because `readOnly` and `writeOnly` mean different things on the way in and on
//! the way out (OpenAPI 3.0.3, 4.7.24.2).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// All schemas of a contract.
#[derive(Clone, Debug)]
pub struct Schemas {
    request: Arc<Value>,
    response: Arc<Value>,
}

impl Schemas {
    /// Schemas of a document that was lifted once for each direction.
    pub fn new(request: Arc<Value>, response: Arc<Value>) -> Self {
        Self { request, response }
    }

    /// The whole lifted document.
    pub fn document(&self, direction: Direction) -> &Arc<Value> {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }

    /// The schema at a reference; it may itself be a `$ref`. `None` if nothing stands there.
    pub fn get(&self, schema: &SchemaRef, direction: Direction) -> Option<&Value> {
        self.document(direction).pointer(schema.pointer())
    }
}
