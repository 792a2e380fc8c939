//! What schemas say about a value without constraining it: how it is written, whether it is a file.
//! Looks at the schemas of requests where they stand; knows nothing of values.

use harness_contract::{Direction, Schemas};
use serde_json::{Map, Value};

use crate::constraints::All;

/// Schemas that are looked at for one value: references and `allOf` of real documents are few.
const LOOKED_AT_MAX: usize = 32;

/// The schemas that describe one value, those that stand nearest first: with `$ref` and `allOf`
/// followed, since annotations travel along both (JSON Schema 2020-12 Core, 7.7).
pub(crate) fn schemas_of<'a>(schemas: &'a Schemas, all: &All) -> Vec<&'a Map<String, Value>> {
    let document = schemas.document(Direction::Request);
    let mut found = Vec::new();
    let mut queue: std::collections::VecDeque<&Value> =
        all.iter().filter_map(|pointer| document.pointer(pointer)).collect();
    while let Some(schema) = queue.pop_front() {
        let Value::Object(keywords) = schema else { continue };
        if found.len() >= LOOKED_AT_MAX {
            break;
        }
        found.push(keywords);
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            let fragment = target.split_once('#').map_or("", |(_, fragment)| fragment);
            let target = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
            queue.extend(document.pointer(&target));
        }
        if let Some(Value::Array(branches)) = keywords.get("allOf") {
            queue.extend(branches);
        }
    }
    found
}

/// Whether a value is a file: octets without a text form (OpenAPI 3.0.3, 4.7.14.2: `format: binary`;
/// 3.1, 4.8.14.1: a media type, and no encoding as text).
pub(crate) fn is_file(schemas: &Schemas, all: &All) -> bool {
    schemas_of(schemas, all).into_iter().any(|keywords| {
        let text = |name: &str| keywords.get(name).and_then(Value::as_str);
        match (text("format"), text("contentEncoding"), text("contentMediaType")) {
            (Some("binary"), _, _) | (_, Some("binary"), _) => true,
            (_, None, Some(media_type)) => {
                !media_type.starts_with("text/") && !media_type.ends_with("json")
            }
            _ => false,
        }
    })
}
