//! The rules about what a request may hold: a walk through the schemas of its parameters and content,
//! each place once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Tally;
use crate::{Contract, Direction, Operation, SchemaRef, pointer};

/// Schemas that are looked at for one operation. Real operations have up to some thousand.
const SCHEMAS_MAX: usize = 2000;

/// How deep `allOf` and `$ref` are followed for the keywords that hold at one place: composition in
/// real documents is at most five deep.
const COMPOSITION_DEPTH_MAX: usize = 8;

/// Formats whose values have a length of their own, or nearly (JSON Schema 2020-12 Validation, 7.3;
/// `OpenAPI` Format Registry).
const SHORT_FORMATS: [&str; 12] = [
    "date",
    "date-time",
    "time",
    "duration",
    "uuid",
    "ipv4",
    "ipv6",
    "email",
    "hostname",
    "int32",
    "int64",
    "char",
];

/// What the walk counted.
#[derive(Debug, Default)]
pub(super) struct Reviewed {
    pub(super) strings: Tally,
    pub(super) arrays: Tally,
    pub(super) free_form: Tally,
}

/// Reviews everything that a request to the operation may hold.
pub(super) fn review(contract: &Contract, operation: &Operation) -> Reviewed {
    let mut walk = Walk { contract, seen: BTreeSet::new(), reviewed: Reviewed::default() };
    for parameter in &operation.parameters {
        walk.start(&parameter.schema, &format!("parameter {:?}", parameter.name));
    }
    for media_type in operation.request_body.iter().flat_map(|body| &body.content) {
        for schema in media_type.schema.iter().chain(&media_type.item_schema) {
            walk.start(schema, "the content");
        }
    }
    walk.reviewed
}

struct Walk<'c> {
    contract: &'c Contract,
    seen: BTreeSet<String>,
    reviewed: Reviewed,
}

/// The schemas that hold at one place together: `$ref` and `allOf` followed. Each with its pointer.
type Together<'c> = Vec<(&'c Map<String, Value>, String)>;

impl<'c> Walk<'c> {
    fn start(&mut self, schema: &SchemaRef, what: &str) {
        if let Some(value) = self.contract.schemas.request(schema) {
            self.place(value, schema.pointer(), what);
        }
    }

    /// Reviews one place and everything below it.
    fn place(&mut self, schema: &'c Value, pointer: &str, what: &str) {
        if self.seen.len() >= SCHEMAS_MAX || !self.seen.insert(pointer.to_owned()) {
            return;
        }
        let mut together = Together::new();
        self.collect(schema, pointer, &mut together, 0);
        // A schema that many refer to is reviewed where it stands, once.
        if let Some((_, target)) = together.last()
            && together.len() == 1
            && target != pointer
            && !self.seen.insert(target.clone())
        {
            return;
        }
        let is_anything =
            schema == &Value::Bool(true) || together.iter().all(|(s, _)| s.is_empty());
        if is_anything && schema != &Value::Bool(false) {
            self.reviewed.free_form.count(true, pointer, || format!("{what} may be anything"));
            return;
        }
        self.judge(&together, pointer, what);
        for (members, pointer) in &together {
            self.below(members, pointer);
        }
    }

    fn collect(&self, schema: &'c Value, pointer: &str, together: &mut Together<'c>, depth: usize) {
        let Some(members) = schema.as_object() else { return };
        if depth > COMPOSITION_DEPTH_MAX {
            return;
        }
        let reference = members.get("$ref").and_then(Value::as_str);
        if let Some(fragment) = reference.and_then(|reference| reference.strip_prefix('#')) {
            let target = pointer::from_fragment(fragment).into_owned();
            let found = self.contract.schemas.document(Direction::Request).pointer(&target);
            if let Some(found) = found {
                self.collect(found, &target, together, depth + 1);
            }
        }
        let is_only_a_reference = reference.is_some() && members.len() == 1;
        if !is_only_a_reference {
            together.push((members, pointer.to_owned()));
        }
        let branches = members.get("allOf").and_then(Value::as_array).into_iter().flatten();
        for (index, branch) in branches.enumerate() {
            let pointer = pointer::item(&pointer::member(pointer, "allOf"), index);
            self.collect(branch, &pointer, together, depth + 1);
        }
    }

    /// Counts the place as what its `type` says it is.
    fn judge(&mut self, together: &Together<'c>, pointer: &str, what: &str) {
        let says = |keyword: &str| together.iter().any(|(schema, _)| schema.contains_key(keyword));
        let says_any = |keywords: &[&str]| keywords.iter().any(|keyword| says(keyword));
        let is_type = |name: &str| {
            together.iter().filter_map(|(schema, _)| schema.get("type")).any(|value| {
                value == name || value.as_array().is_some_and(|names| names.contains(&name.into()))
            })
        };
        let is_chosen = says_any(&["enum", "const", "oneOf", "anyOf", "if"]);
        if is_type("string") {
            let formats = together.iter().filter_map(|(schema, _)| schema.get("format")?.as_str());
            let is_short = formats.into_iter().any(|format| SHORT_FORMATS.contains(&format));
            let is_bounded = is_chosen || is_short || says_any(&["maxLength", "pattern"]);
            self.reviewed
                .strings
                .count(!is_bounded, pointer, || format!("{what} may be a text of any length"));
        }
        if is_type("array") {
            let is_bounded = is_chosen || says("maxItems");
            self.reviewed
                .arrays
                .count(!is_bounded, pointer, || format!("{what} may be a list of any length"));
        }
        if is_type("object") {
            let shape = ["properties", "patternProperties", "propertyNames", "required"];
            let is_map =
                together.iter().any(|(schema, _)| match schema.get("additionalProperties") {
                    Some(Value::Object(members)) => !members.is_empty(),
                    Some(Value::Bool(is_allowed)) => !is_allowed,
                    _ => false,
                });
            self.reviewed.free_form.count(
                !(is_chosen || is_map || says_any(&shape)),
                pointer,
                || format!("{what} may be an object of any properties"),
            );
        }
    }

    fn below(&mut self, members: &'c Map<String, Value>, pointer: &str) {
        for keyword in ["properties", "patternProperties"] {
            let named = members.get(keyword).and_then(Value::as_object).into_iter().flatten();
            let above = pointer::member(pointer, keyword);
            for (name, schema) in named {
                // What the service alone sets is not sent.
                if schema.get("readOnly") != Some(&Value::Bool(true)) {
                    self.place(schema, &pointer::member(&above, name), &format!("{name:?}"));
                }
            }
        }
        for keyword in ["items", "additionalProperties", "contains"] {
            if let Some(schema) = members.get(keyword).filter(|schema| schema.is_object()) {
                let what = if keyword == "items" { "each item" } else { "each further value" };
                self.place(schema, &pointer::member(pointer, keyword), what);
            }
        }
        for keyword in ["oneOf", "anyOf", "prefixItems"] {
            let branches = members.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let above = pointer::member(pointer, keyword);
            for (index, schema) in branches.enumerate() {
                let what = format!("branch {index} of {keyword}");
                self.place(schema, &pointer::item(&above, index), &what);
            }
        }
    }
}
