//! What a handful of octets is: text or not, and which version of an API document. Reads no more of
//! it than that takes.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::error::ReadError;

/// Longest version shown, in characters.
const VERSION_LENGTH_MAX: usize = 40;

/// Latest minor version of OpenAPI 3 that is known.
const MINOR_KNOWN: u32 = 2;

/// What a document says about its own format.
#[derive(Debug)]
pub(crate) struct Version {
    /// `openapi` or `swagger`.
    pub(crate) field: &'static str,
    /// As written; a number as its decimal text.
    pub(crate) text: String,
    /// Whether it is written as a string.
    pub(crate) is_text: bool,
}

impl Version {
    /// Whether the version is this one or begins with it and a dot. No number stands for one format
    /// under `openapi` and for another under `swagger`.
    pub(crate) fn is(&self, version: &str) -> bool {
        let rest = self.text.trim_start_matches(['v', 'V']).strip_prefix(version);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Whether it is a minor version of 3 that came after those that are known.
    pub(crate) fn is_newer(&self) -> bool {
        let minor = self.text.strip_prefix("3.").and_then(|rest| rest.split('.').next());
        minor.and_then(|minor| minor.parse().ok()).is_some_and(|minor: u32| minor > MINOR_KNOWN)
    }

    /// What is odd about how it is written, if it is understood all the same.
    pub(crate) fn oddity(&self) -> Option<String> {
        let is_field = if self.is("2") { "swagger" } else { "openapi" };
        if self.is_newer() {
            Some(format!("version {:?} is newer than any that is known; read as 3.2", self.text))
        } else if self.text.starts_with(['v', 'V']) {
            Some(format!("version {:?} begins with a letter; read without it", self.text))
        } else if self.field != is_field {
            Some(format!("version {:?} is written as {is_field}, not {}", self.text, self.field))
        } else {
            None
        }
    }
}

/// Octets as text.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Offset of the first octet that is no text and was replaced, if there is one.
    pub(crate) first_wrong_octet: Option<usize>,
}

/// Decodes UTF-8, or UTF-16, which a byte order mark tells, or the zero beside the first character (RFC
/// 4627, 3: it is ASCII in JSON and YAML). Wrong octets are replaced: one in a description
/// is no reason not to read the rest.
pub(crate) fn decode<'a>(bytes: &'a [u8], source: &str) -> Result<Decoded<'a>, ReadError> {
    if binary(bytes).is_some() {
        return Err(not_text(bytes, source, 0));
    }
    let utf_16 = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, true)),
        [0xfe, 0xff, rest @ ..] => Some((rest, false)),
        [first, 0, second, 0, ..] if *first > 0 && *second > 0 => Some((bytes, true)),
        [0, first, 0, second, ..] if *first > 0 && *second > 0 => Some((bytes, false)),
        _ => None,
    };
    if let Some((rest, is_little)) = utf_16 {
        let units = rest.chunks_exact(2).map(|pair| match *pair {
            [first, second] if is_little => u16::from_le_bytes([first, second]),
            [first, second] => u16::from_be_bytes([first, second]),
            _ => 0,
        });
        let text: String = char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        return Ok(Decoded { text: Cow::Owned(text), first_wrong_octet: None });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty { document: source.to_owned() });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: Cow::Borrowed(text), first_wrong_octet: None }),
        Err(error) if bytes.contains(&0) => Err(not_text(bytes, source, error.valid_up_to())),
        Err(error) => Ok(Decoded {
            text: String::from_utf8_lossy(bytes),
            first_wrong_octet: Some(error.valid_up_to()),
        }),
    }
}

/// `offset`: of the first octet that is no text, from 0.
pub(crate) fn not_text(bytes: &[u8], source: &str, offset: usize) -> ReadError {
    let why = match binary(bytes) {
        Some(what) => format!("it is {what}"),
        None => format!("octet {offset} is not valid UTF-8"),
    };
    ReadError::NotText { document: source.to_owned(), why }
}

/// What octets are that begin like a kind of file that documents come in by mistake.
fn binary(bytes: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 5] = [
        (b"\x1f\x8b", "compressed (gzip); decompress it first"),
        (b"PK\x03\x04", "an archive (zip); unpack it first"),
        (b"\xfd7zXZ\0", "compressed (xz); decompress it first"),
        (b"%PDF-", "a PDF"),
        (b"\xff\xfe\0\0", "UTF-32; write it as UTF-8"),
    ];
    marks.into_iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, what)| what)
}

/// Whether the octets are worth handing to [`crate::read()`]: text whose top level says `openapi` or
/// `swagger`. Cheap enough to ask of every answer to a probe; builds no tree.
pub fn looks_like_contract(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Top {
        openapi: Option<IgnoredAny>,
        swagger: Option<IgnoredAny>,
    }
    let Ok(decoded) = decode(bytes, "") else { return false };
    let text = decoded.text.trim_start();
    if text.starts_with('{')
        && let Ok(top) = serde_json::from_str::<Top>(text)
    {
        return top.openapi.is_some() || top.swagger.is_some();
    }
    // YAML, block or flow: the field begins a line, or follows the opening brace.
    text.trim_start_matches(['{', ' ']).lines().any(|line| {
        let line = line.trim_start_matches(['"', '\'']);
        ["openapi", "swagger"].iter().any(|field| {
            let rest = line.strip_prefix(field).map(|rest| rest.trim_start_matches(['"', '\'']));
            let rest = rest.and_then(|rest| rest.trim_start().strip_prefix(':'));
            rest.is_some_and(|rest| rest.starts_with([' ', '\t']))
        })
    })
}

/// The version that a document declares, if it is an API document at all.
pub(crate) fn version(document: &Value) -> Option<Version> {
    ["openapi", "swagger"].into_iter().find_map(|field| {
        let (text, is_text) = match document.get(field)? {
            Value::String(text) => (text.trim().to_owned(), true),
            Value::Number(number) => (number.to_string(), false),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        let text = text.chars().take(VERSION_LENGTH_MAX).collect();
        Some(Version { field, text, is_text })
    })
}

#[cfg(test)]
mod tests;
