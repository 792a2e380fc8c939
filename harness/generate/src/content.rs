//! The octets of a request's content: a pure function of the content.

use std::collections::BTreeMap;

use harness_model::{Body, BodyContent, Coding, FieldLayout, Octets};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::render::{RenderError, pairs_of, text};
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
        BodyContent::Form(value) => form(value, &BTreeMap::new()).into_bytes(),
        BodyContent::Octets(octets) => return Ok((body.media_type.clone(), octets.clone())),
        BodyContent::Coded { value, coding } => match coding {
            Coding::Text => text(value).into_bytes(),
            Coding::Binary => octets_of(&text(value)),
            Coding::JsonLines => lines(value),
            Coding::Form { fields } => form(value, fields).into_bytes(),
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

/// Members as `name=value`, items repeated, objects as JSON (OpenAPI 3.1, 4.8.14.4), but for those
/// `fields` that are written as query parameters are.
pub(crate) fn form(value: &Value, fields: &BTreeMap<String, FieldLayout>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, FORM).to_string().replace("%20", "+");
    let Value::Object(members) = value else { return encode(&text(value)) };
    let mut parts = Vec::new();
    for (name, member) in members {
        if let Some(layout) = fields.get(name) {
            let pairs = pairs_of(name, member, layout.style, layout.explode);
            parts.extend(pairs.iter().map(|(name, value)| format!("{}={value}", encode(name))));
            continue;
        }
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
    use harness_contract::Style;
    use serde_json::json;

    use super::{BTreeMap, FieldLayout, form, lines, octets_of};

    #[test]
    fn fields_with_a_style_are_written_as_query_parameters_are() {
        let value = json!({"a": ["x y", "&"], "o": {"R": 1, "G": {"b": 2}}, "s": "t"});
        for (style, explode, expected) in [
            (Style::Form, true, "a=x%20y&a=%26&R=1&G=%7B%22b%22%3A2%7D&s=t"),
            (Style::Form, false, "a=x%20y,%26&o=R,1,G,%7B%22b%22%3A2%7D&s=t"),
            (Style::PipeDelimited, false, "a=x%20y%7C%26&o=R%7C1%7CG%7C%7B%22b%22%3A2%7D&s=t"),
            (Style::DeepObject, true, "a=x%20y&a=%26&o%5BR%5D=1&o%5BG%5D%5Bb%5D=2&s=t"),
        ] {
            let layout = FieldLayout { style, explode };
            let fields = ["a", "o"].map(|name| (name.to_owned(), layout.clone()));
            assert_eq!(form(&value, &BTreeMap::from(fields)), expected, "{style:?} {explode}");
        }
    }

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
