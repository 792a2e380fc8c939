//! A request as octets. Not `http::HeaderMap` and not a URL type: those refuse or repair what a
//! harness must be able to send.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Octets;

/// The exact octets of a request: a pure function of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The method token.
    pub method: String,
    /// The request target (RFC 9112, 3.2) as it goes on the wire, e.g. `/orders?limit=1`.
    pub target: Octets,
    /// In wire order; duplicates and case kept. Without `Host`, `Content-Length` and
    /// `Transfer-Encoding` unless the case sets them: those come from the connection and `framing`.
    pub headers: Vec<HeaderField>,
    /// The content; empty if none.
    #[serde(default, skip_serializing_if = "Octets::is_empty")]
    pub content: Octets,
    /// How the content is delimited.
    pub framing: Framing,
}

impl Request {
    /// The first field with this name, compared without case.
    pub fn header(&self, name: &str) -> Option<&Octets> {
        self.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|f| &f.value)
    }
}

/// A header field line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeaderField {
    /// Field name, case kept.
    pub name: String,
    /// Field value.
    pub value: Octets,
}

impl HeaderField {
    /// A field with this name and value.
    pub fn new(name: impl Into<String>, value: impl Into<Octets>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// How the content of a request is delimited (RFC 9112, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// No content and no framing field.
    None,
    /// A correct `Content-Length`.
    ContentLength,
    /// As the header list says, right or wrong: only the raw transport can send it.
    AsWritten,
}
