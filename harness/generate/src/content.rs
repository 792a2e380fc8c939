//! The octets of a request's content: a pure function of the content.

use harness_model::{Body, BodyContent, Coding, Octets};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::render::{RenderError, text};
use crate::{multipart, xml};

/// `application/x-www-form-urlencoded` (WHATWG URL, 5.2).
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// Value of the `Content-Type` field, if one is sent, and the octets.
pub(crate) fn content(body: &Body) -> Result<(Option<String>, Octets), RenderError> {
    if let Some((pointer, _)) = body.bindings.first() {
        return Err(RenderError::Unbound(format!("body {pointer}")));
    }
    let octets = match &body.content {
        BodyContent::Json(value) => json(value),
        BodyContent::Form(value) => form(value).into_bytes(),
        BodyContent::Octets(octets) => return Ok((body.media_type.clone(), octets.clone())),
        BodyContent::Coded { value, coding } => match coding {
            Coding::Text => text(value).into_bytes(),
            Coding::Binary => octets_of(&text(value)),
            Coding::JsonLines => lines(value),
            Coding::Multipart { parts } => {
                let written = multipart::written(value, parts);
                let (media_type, octets) = written.within(body.media_type.as_deref());
                return Ok((media_type, Octets(octets)));
            }
            Coding::Xml { root, nodes } => xml::written(value, root, nodes).into_bytes(),
        },
    };
    Ok((body.media_type.clone(), Octets(octets)))
}

/// No insignificant white space.
pub(crate) fn json(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("a JSON value is serialisable")
}

/// A text that stands for octets ([`Coding::Binary`]).
pub(crate) fn octets_of(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(u32::from(c)) {
            Ok(octet) => octets.push(octet),
            Err(_) => octets.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    octets
}

/// Every line ends with a line feed, the last one too (NDJSON, 3.1).
fn lines(value: &Value) -> Vec<u8> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let mut octets = Vec::new();
    for item in items {
        octets.extend(json(item));
        octets.push(b'\n');
    }
    octets
}

/// Members as `name=value`, items repeated, objects as JSON (OpenAPI 3.1, 4.8.14.4).
pub(crate) fn form(value: &Value) -> String {
    let encode = |text: &str| utf8_percent_encode(text, FORM).to_string().replace("%20", "+");
    let Value::Object(members) = value else { return encode(&text(value)) };
    let mut parts = Vec::new();
    for (name, member) in members {
        match member {
            Value::Array(items) => {
                parts
                    .extend(items.iter().map(|i| format!("{}={}", encode(name), encode(&text(i)))));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => {
                parts.push(format!("{}={}", encode(name), encode(&text(member))));
            }
        }
    }
    parts.join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{lines, octets_of};

    #[test]
    fn a_character_up_to_ff_is_one_octet() {
        assert_eq!(octets_of("a\u{0}\u{ff}"), [b'a', 0, 0xff]);
        assert_eq!(octets_of("\u{20ac}"), "\u{20ac}".as_bytes());
    }

    #[test]
    fn items_stand_on_lines_of_their_own() {
        assert_eq!(lines(&json!([{"a": 1}, "b\n"])), b"{\"a\":1}\n\"b\\n\"\n");
        assert_eq!(lines(&json!({"a": 1})), b"{\"a\":1}\n");
    }
}
