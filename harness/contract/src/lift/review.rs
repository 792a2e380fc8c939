//! What is legal in a schema and seldom meant: reported, and lifted as it stands.

use serde_json::{Map, Value};

use super::Lifting;
use crate::pointer::Trail;

/// Formats that JSON Schema (2020-12 Validation, 7.3) or the `OpenAPI` Format Registry defines, in
/// order.
const FORMATS: [&str; 48] = [
    "base64url",
    "binary",
    "byte",
    "char",
    "commonmark",
    "date",
    "date-time",
    "date-time-local",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "duration",
    "email",
    "float",
    "hostname",
    "html",
    "http-date",
    "idn-email",
    "idn-hostname",
    "int16",
    "int32",
    "int64",
    "int8",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "media-range",
    "password",
    "regex",
    "relative-json-pointer",
    "sf-binary",
    "sf-boolean",
    "sf-decimal",
    "sf-integer",
    "sf-string",
    "sf-token",
    "time",
    "time-local",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uri",
    "uri-reference",
    "uri-template",
];

/// Keywords that say something about the type of a value without `type`.
const SPEAKING: [&str; 10] =
    ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "enum", "const", "nullable"];

/// Longest format that is shown, in characters.
const FORMAT_LENGTH_MAX: usize = 40;

impl Lifting<'_, '_> {
    /// Reports a schema of properties or items that leaves its type open, and formats that nobody
    /// defines, each format once. `is_branch`: whether others hold for the same value.
    pub(super) fn review(
        &mut self,
        members: &Map<String, Value>,
        trail: &Trail<'_>,
        is_branch: bool,
    ) {
        let meant = [("properties", "object"), ("items", "array")];
        let meant = meant.into_iter().find(|(keyword, _)| {
            members.get(*keyword).is_some_and(|value| !value.is_null() && value != false)
        });
        if let Some((keyword, name)) = meant.filter(|_| !is_branch && !members.contains_key("type"))
            && !SPEAKING.iter().any(|keyword| members.contains_key(*keyword))
        {
            let what =
                format!("{keyword} without type: {name}; values of every other type are valid too");
            self.report.note("missing-type", &trail.pointer(), what);
        }
        let Some(format) = members.get("format").and_then(Value::as_str) else { return };
        let is_known = FORMATS.binary_search(&format).is_ok() || format == "uuid";
        if !is_known && !self.odd_formats.contains(format) {
            self.odd_formats.insert(format.to_owned());
            let shown: String = format.chars().take(FORMAT_LENGTH_MAX).collect();
            let what = format!("format {shown:?} is not a known one; it is not checked");
            self.report.note("unknown-format", &Trail::Member(trail, "format").pointer(), what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_in_order() {
        assert!(FORMATS.is_sorted());
    }
}
