//! Why a document yields no contract at all. Everything smaller is a [`crate::Diagnostic`].

use crate::Position;

/// Nothing in the document could be recognised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No octets, or white space only.
    #[error("{document} is empty; expected an OpenAPI or Swagger document in JSON or YAML")]
    Empty {
        /// File name or URL.
        document: String,
    },
    /// More octets than are read.
    #[error(
        "{document} has {octets} octets, which is more than any API document needs; at most {limit} \
         are read"
    )]
    TooLarge {
        /// File name or URL.
        document: String,
        /// How many it has.
        octets: usize,
        /// How many are read: [`crate::DOCUMENT_OCTETS_MAX`].
        limit: usize,
    },
    /// The octets are neither UTF-8 nor UTF-16.
    #[error(
        "{document} is not text: {why}; expected an OpenAPI or Swagger document in JSON or YAML"
    )]
    NotText {
        /// File name or URL.
        document: String,
        /// What it is instead, or which octet is wrong.
        why: String,
    },
    /// Neither JSON nor YAML.
    #[error(
        "{document}{} is not valid {syntax}: {why}; expected an OpenAPI or Swagger document in \
         JSON or YAML",
        colon_position(*position)
    )]
    Syntax {
        /// File name or URL.
        document: String,
        /// The syntax that the text came closest to: `JSON` or `YAML`.
        syntax: &'static str,
        /// Where reading stopped, if known.
        position: Option<Position>,
        /// What was found there and what was expected.
        why: String,
    },
    /// Readable, but something else than an API document.
    #[error("{document} is not an OpenAPI or Swagger document: {found}; {way_out}")]
    NotAnApiDocument {
        /// File name or URL.
        document: String,
        /// What it is instead, e.g. `its top-level keys are "a", "b"`.
        found: String,
        /// What to do about it.
        way_out: String,
    },
    /// An API document of a version that no reader knows.
    #[error(
        "{document} says {field}: {version}, which is not supported; supported are {}",
        crate::read::supported_versions()
    )]
    UnsupportedVersion {
        /// File name or URL.
        document: String,
        /// `openapi` or `swagger`.
        field: &'static str,
        /// As written, shortened.
        version: String,
    },
}

fn colon_position(position: Option<Position>) -> String {
    position.map_or_else(String::new, |Position { line, column }| format!(":{line}:{column}"))
}
