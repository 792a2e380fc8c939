//! The door: octets in, [`Contract`] out. Knows which formats exist and how to tell them apart; what
//! is inside a format is that format's file.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::Value;

use crate::error::ReadError;
use crate::{Contract, Schemas, openapi20, openapi30, openapi31, syntax};

/// A contract format.
pub(crate) struct Format {
    /// As people name it, e.g. `OpenAPI 3.1`.
    pub(crate) name: &'static str,
    /// Whether a document that declares this version is of this format.
    pub(crate) detect: fn(&Version) -> bool,
}

/// Every format that can be read. To add one: a file, and a line here.
pub(crate) const FORMATS: &[Format] = &[openapi20::FORMAT, openapi30::FORMAT, openapi31::FORMAT];

/// What a document says about its own format.
#[derive(Debug)]
pub(crate) struct Version {
    /// `openapi` or `swagger`.
    pub(crate) field: &'static str,
    /// As written; numbers as their decimal text.
    pub(crate) text: String,
}

/// Reads a contract. `source` is the file name or URL as the user would recognise it: it stands in
/// every diagnostic and error.
///
/// # Errors
/// Only if nothing can be recognised: no text, neither JSON nor YAML, not an API document, or one of
/// an unknown version. Whatever else is wrong with the document is a diagnostic of the contract.
pub fn read(bytes: &[u8], source: &str) -> Result<Contract, ReadError> {
    let text = decode(bytes, source)?;
    let parsed = syntax::parse(&text).map_err(|error| ReadError::Syntax {
        document: source.to_owned(),
        syntax: match error.syntax {
            syntax::Syntax::Json => "JSON",
            syntax::Syntax::Yaml => "YAML",
        },
        position: error.position,
        why: error.why,
    })?;
    let version = version(&parsed.value).ok_or_else(|| ReadError::NotAnApiDocument {
        document: source.to_owned(),
        found: "no version".to_owned(),
        way_out: "expected openapi or swagger".to_owned(),
    })?;
    let format = FORMATS.iter().find(|format| (format.detect)(&version)).ok_or_else(|| {
        ReadError::UnsupportedVersion {
            document: source.to_owned(),
            field: version.field,
            version: version.text.clone(),
        }
    })?;
    let document = std::sync::Arc::new(parsed.value);
    Ok(Contract {
        title: String::new(),
        version: String::new(),
        format: format.name.to_owned(),
        source: source.to_owned(),
        digest: blake3::hash(bytes).to_hex().to_string(),
        servers: Vec::new(),
        operations: Vec::new(),
        skipped: Vec::new(),
        schemas: Schemas::new(document.clone(), document),
        security_schemes: IndexMap::new(),
        diagnostics: Vec::new(),
    })
}

/// Whether the octets are worth handing to [`read`]: text whose top level says `openapi` or
/// `swagger`. Cheap enough to ask of every answer to a probe.
pub fn looks_like_contract(bytes: &[u8]) -> bool {
    decode(bytes, "")
        .is_ok_and(|text| syntax::parse(&text).is_ok_and(|parsed| version(&parsed.value).is_some()))
}

/// The names of all formats, for error messages.
pub(crate) fn supported_versions() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}

fn decode<'a>(bytes: &'a [u8], source: &str) -> Result<Cow<'a, str>, ReadError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty { document: source.to_owned() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotText {
        document: source.to_owned(),
        offset: error.valid_up_to(),
    })?;
    Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
}

fn version(document: &Value) -> Option<Version> {
    ["openapi", "swagger"].into_iter().find_map(|field| {
        let text = match document.get(field)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        Some(Version { field, text })
    })
}
