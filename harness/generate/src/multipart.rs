//! Forms of several parts (RFC 7578, RFC 2046, 5.1): how the members of an object are laid out as
//! parts, and the octets of them.

use std::collections::BTreeMap;

use harness_contract::Schemas;
use harness_model::PartLayout;
use serde_json::Value;

use crate::annotations::is_file;
use crate::content::{json, octets_of};
use crate::media::{Family, concrete, essence};
use crate::render::text;
use crate::shapes::{Graph, Kind};

/// Tries at a boundary that does not occur in the content; one nearly always does.
const BOUNDARIES_MAX: u32 = 64;

/// One property's `encoding`, with values for the header fields of its parts.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) property: String,
    pub(crate) content_type: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

/// How the members of a schema's objects are sent: what `encoding` says, and files where the schema
/// speaks of octets (OpenAPI 3.1, 4.8.14.5 and 4.8.15). Members that are sent as their type has it
/// are not in it.
pub(crate) fn layout(
    schemas: &Schemas,
    graph: Option<&Graph>,
    declared: &[Declared],
) -> BTreeMap<String, PartLayout> {
    let mut parts: BTreeMap<String, PartLayout> = BTreeMap::new();
    for variant in graph.iter().flat_map(|graph| &graph.shape(graph.root).variants) {
        let Kind::Object { properties, .. } = &variant.kind else { continue };
        for (name, all) in &variant.constraints.properties {
            let of_items = || {
                let shape = graph.zip(properties.get(name)).map(|(graph, id)| graph.shape(*id));
                shape.into_iter().flat_map(|shape| &shape.variants).any(|variant| {
                    variant.constraints.items.as_ref().is_some_and(|all| is_file(schemas, all))
                })
            };
            if is_file(schemas, all) || of_items() {
                parts.insert(
                    name.clone(),
                    PartLayout {
                        media_type: Some("application/octet-stream".to_owned()),
                        file_name: Some(format!("{}.bin", safe(name))),
                        headers: Vec::new(),
                    },
                );
            }
        }
    }
    for Declared { property, content_type, headers } in declared {
        let part = parts.entry(property.clone()).or_default();
        part.headers.clone_from(headers);
        if let Some(content_type) = content_type {
            let media_type = concrete(content_type, Family::of(content_type));
            // Octets of a declared type are a file, whatever the schema says.
            if Family::of(&media_type) == Family::Binary {
                let subtype = essence(&media_type).rsplit('/').next().unwrap_or("bin").to_owned();
                part.file_name = Some(format!("{}.{}", safe(property), safe(&subtype)));
            }
            part.media_type = Some(media_type);
        }
    }
    parts
}

/// Letters, digits, `-` and `_` of a name.
fn safe(name: &str) -> String {
    let is_safe = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    let name: String = name.chars().filter(is_safe).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

/// Parts without their delimiters: the head up to the blank line, and the content.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written(pub(crate) Vec<(String, Vec<u8>)>);

/// The parts of a value; a value that is no object is one part without a name.
pub(crate) fn written(value: &Value, layouts: &BTreeMap<String, PartLayout>) -> Written {
    let mut parts = Written::default();
    let none = PartLayout::default();
    let Value::Object(members) = value else {
        parts.push("", value, &none);
        return parts;
    };
    for (name, member) in members {
        let layout = layouts.get(name).unwrap_or(&none);
        match member {
            Value::Array(items) => items.iter().for_each(|item| parts.push(name, item, layout)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => parts.push(name, member, layout),
        }
    }
    parts
}

impl Written {
    fn push(&mut self, name: &str, value: &Value, layout: &PartLayout) {
        let is_json = layout.media_type.as_deref().is_some_and(|m| Family::of(m) == Family::Json);
        let holds_parts = value.is_object() || value.is_array();
        let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(name));
        if let Some(file_name) = &layout.file_name {
            head.push_str("; filename=\"");
            head.push_str(&quoted(file_name));
            head.push('"');
        }
        let media_type = match &layout.media_type {
            Some(media_type) => Some(media_type.as_str()),
            None if holds_parts => Some("application/json"),
            None => None,
        };
        if let Some(media_type) = media_type {
            head.push_str("\r\nContent-Type: ");
            head.push_str(media_type);
        }
        for (name, value) in &layout.headers {
            head.push_str("\r\n");
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
        }
        let content = if is_json || holds_parts {
            json(value)
        } else if layout.file_name.is_some() {
            octets_of(&text(value))
        } else {
            text(value).into_bytes()
        };
        self.0.push((head, content));
    }

    /// Value of the `Content-Type` field with a boundary, and the octets. A boundary that the media
    /// type names already is used as it is.
    pub(crate) fn within(&self, media_type: Option<&str>) -> (Option<String>, Vec<u8>) {
        let own = media_type.and_then(boundary_of);
        let boundary = own.clone().unwrap_or_else(|| self.boundary());
        let octets = self.delimited(&boundary, true);
        let media_type = media_type.map(|media_type| match own {
            Some(_) => media_type.to_owned(),
            None => format!("{media_type}; boundary={boundary}"),
        });
        (media_type, octets)
    }

    /// The octets with this boundary, with or without the one that closes (RFC 2046, 5.1.1).
    pub(crate) fn delimited(&self, boundary: &str, is_closed: bool) -> Vec<u8> {
        let mut octets = Vec::new();
        for (head, content) in &self.0 {
            octets.extend(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
            octets.extend(content);
            octets.extend(b"\r\n");
        }
        if is_closed {
            octets.extend(format!("--{boundary}--\r\n").as_bytes());
        }
        octets
    }

    /// A boundary that occurs nowhere in the parts, and always the same for the same parts.
    pub(crate) fn boundary(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (head, content) in &self.0 {
            hasher.update(head.as_bytes());
            hasher.update(content);
        }
        for nth in 0..BOUNDARIES_MAX {
            hasher.update(&nth.to_le_bytes());
            let boundary = format!("----part-{}", &hasher.finalize().to_hex()[..24]);
            let occurs = |octets: &[u8]| {
                octets.windows(boundary.len()).any(|window| window == boundary.as_bytes())
            };
            if !self.0.iter().any(|(head, content)| occurs(head.as_bytes()) || occurs(content)) {
                return boundary;
            }
        }
        unreachable!("content would have to hold {BOUNDARIES_MAX} hashes of itself")
    }
}

/// A name within double quotes, as browsers write it (WHATWG HTML, 4.10.21.8).
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// The `boundary` parameter of a media type.
fn boundary_of(media_type: &str) -> Option<String> {
    let mut parameters = media_type.split(';').skip(1).map(str::trim);
    let boundary = parameters.find_map(|parameter| parameter.strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use harness_model::PartLayout;
    use serde_json::json;

    use super::written;

    #[test]
    fn parts_carry_names_files_types_and_fields() {
        let file = PartLayout {
            media_type: Some("image/png".to_owned()),
            file_name: Some("f.png".to_owned()),
            headers: vec![("X-A".to_owned(), "1".to_owned())],
        };
        let value = json!({"a": "x", "n": [1, 2], "o": {"b": 1}, "f": "\u{89}PNG"});
        let written = written(&value, &BTreeMap::from([("f".to_owned(), file)]));
        let octets = written.delimited("B", true);
        let expected = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n\
            --B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"o\"\r\nContent-Type: application/json\r\n\r\n\
            {\"b\":1}\r\n\
            --B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.png\"\r\n\
            Content-Type: image/png\r\nX-A: 1\r\n\r\n\x89PNG\r\n--B--\r\n";
        assert_eq!(octets, expected);
    }

    #[test]
    fn a_boundary_of_the_content_is_not_taken() {
        let plain = written(&json!({"a": "x"}), &BTreeMap::new());
        let first = plain.boundary();
        let mut hostile = plain.clone();
        hostile.0[0].1 = first.clone().into_bytes();
        let (media_type, octets) = hostile.within(Some("multipart/form-data"));
        let boundary = hostile.boundary();
        assert_eq!(media_type, Some(format!("multipart/form-data; boundary={boundary}")));
        let count = octets.windows(boundary.len()).filter(|w| *w == boundary.as_bytes()).count();
        assert_eq!(count, 2, "before the part and behind it");
    }

    #[test]
    fn a_boundary_that_is_named_is_kept() {
        let plain = written(&json!({"a": "x"}), &BTreeMap::new());
        let (media_type, octets) = plain.within(Some("multipart/form-data; boundary=\"q\""));
        assert_eq!(media_type.as_deref(), Some("multipart/form-data; boundary=\"q\""));
        assert!(octets.starts_with(b"--q\r\n") && octets.ends_with(b"--q--\r\n"));
    }
}
