//! An API's contract, read once and then never again.
//!
//! This crate turns the bytes of an API document into a [`Contract`]: operations in document order,
//! schemas lifted to one JSON Schema dialect (2020-12), servers, security, and the diagnostics that
//! came up on the way. It knows file formats and references; it knows no HTTP client, no randomness
//! and no clock, and nothing after it mentions an OpenAPI version.
//!
//! A broken document is normal input: whatever can be read is read, and each thing that cannot is a
//! [`Diagnostic`] with a JSON pointer, a line and a column. Only a document in which nothing can be
//! recognised is a [`ReadError`].

mod bundle;
mod content;
mod contract;
mod diagnostic;
mod dynamic;
mod error;
mod fetch;
mod foreign;
mod grammar;
mod inspect;
mod lift;
mod links;
mod lint;
mod locate;
mod node;
mod openapi20;
mod openapi30;
mod openapi31;
mod operation;
mod overlay;
mod parameters;
mod paths;
mod pointer;
mod position;
mod read;
mod reading;
mod recognise;
mod references;
mod render;
mod report;
mod schema;
mod security;
mod servers;
mod syntax;
mod unfired;
mod uri;
mod validator;
mod vintage;
mod well_known;

pub use contract::{
    Contract, OtherDocument, SecurityScheme, Server, ServerVariable, SkippedOperation, Unfired,
};
pub use diagnostic::{Diagnostic, Position, Severity as DiagnosticSeverity};
pub use error::ReadError;
pub use fetch::{Fetch, FetchError, Fetched};
pub use inspect::{
    DiagnosticCounts, InspectedContent, InspectedOperation, InspectedParameter, InspectedResponse,
    Inspection, describe, inspect,
};
pub use lint::{LINT_RULES, LintReport, LintRule, OperationLint, lint, review_examples};
pub use locate::locate;
pub use operation::{
    Encoding, HeaderSpec, Link, Location, MediaType, Operation, OperationKey, Parameter,
    RequestBody, ResponseSpec, SecurityRequirement, StatusRange, Style,
};
pub use overlay::{Overlay, OverlayError};
pub use read::{DOCUMENT_OCTETS_MAX, ReadOptions, read, read_with};
pub use recognise::looks_like_contract;
pub use render::{render_contract_diagnostics, render_diagnostics};
pub use schema::{Direction, SchemaRef, Schemas};
pub use validator::{SchemaError, Validator, Violation};
pub use well_known::WELL_KNOWN_PATHS;
