//! `nullable` in its variants → `null` as JSON Schema says it.

use serde_json::{Map, Value, json};

use super::{Lifting, Nullable};
use crate::Direction;
use crate::pointer::Trail;

/// How deep a branch is searched for whether it admits `null` already.
const BRANCH_DEPTH_MAX: usize = 8;

impl Lifting<'_, '_> {
    /// Whether the schema says that `null` is allowed beside what its other keywords allow.
    pub(super) fn is_nullable(&mut self, members: &Map<String, Value>, trail: &Trail<'_>) -> bool {
        match self.dialect.nullable {
            Nullable::Keyword(keyword) => members.get(keyword) == Some(&Value::Bool(true)),
            Nullable::Type if members.get("nullable") == Some(&Value::Bool(true)) => {
                let what = "nullable is no keyword since OpenAPI 3.1, use \"null\" in type; \
                            null is accepted in responses and not sent in requests";
                let pointer = Trail::Member(trail, "nullable").pointer();
                self.report.warn("stray-nullable", &pointer, what);
                self.depends_on_direction = true;
                self.direction == Direction::Response
            }
            Nullable::Type => false,
        }
    }

    /// Makes a lifted schema admit `null` without moving anything that a pointer may lead to.
    ///
    /// By the letter `nullable` only widens `type` (OpenAPI 3.0.3, 4.7.24.2, and its proposal of
    /// 2019). Authors who write it beside `allOf` or `oneOf` mean `null` all the same, and nobody
    /// means it not to be allowed.
    pub(super) fn admit_null(
        &mut self,
        lifted: &mut Map<String, Value>,
        members: &Map<String, Value>,
    ) {
        match lifted.get_mut("type") {
            Some(Value::String(name)) if name != "null" => {
                let name = std::mem::take(name);
                lifted.insert("type".to_owned(), json!([name, "null"]));
            }
            Some(Value::Array(names)) if !names.contains(&json!("null")) => {
                names.push(json!("null"));
            }
            _ => {}
        }
        if let Some(Value::Array(values)) = lifted.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            // Forbidden by the letter (proposal of 2019), so not sent; accepted when it comes.
            self.depends_on_direction = true;
            if self.direction == Direction::Response {
                values.push(Value::Null);
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            let branches = members.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let is_admitted = branches.into_iter().any(|branch| self.admits_null(branch, 0));
            if let Some(Value::Array(branches)) = lifted.get_mut(keyword)
                && !is_admitted
            {
                branches.push(json!({ "type": "null" }));
            }
        }
        if let Some(Value::Array(branches)) = lifted.get_mut("allOf") {
            let originals = members.get("allOf").and_then(Value::as_array);
            let mut branches = std::mem::take(branches);
            for (index, branch) in branches.iter_mut().enumerate() {
                let original = originals.and_then(|branches| branches.get(index));
                if let (Value::Object(branch), Some(Value::Object(original))) = (branch, original) {
                    self.admit_null(branch, original);
                }
            }
            lifted.insert("allOf".to_owned(), Value::Array(branches));
        }
        if let Some(reference) = lifted.remove("$ref") {
            let either = json!([{ "$ref": reference }, { "type": "null" }]);
            if lifted.contains_key("anyOf") {
                let branches = lifted.entry("allOf").or_insert_with(|| json!([]));
                if let Value::Array(branches) = branches {
                    branches.push(json!({ "anyOf": either }));
                }
            } else {
                lifted.insert("anyOf".to_owned(), either);
            }
        }
    }

    /// Whether a branch as written admits `null`: a second one would break `oneOf`.
    fn admits_null(&self, schema: &Value, depth: usize) -> bool {
        if depth > BRANCH_DEPTH_MAX {
            return false;
        }
        if let Some(target) = self.references.next(schema) {
            return self.admits_null(target, depth + 1);
        }
        if let Nullable::Keyword(keyword) = self.dialect.nullable
            && schema.get(keyword) == Some(&Value::Bool(true))
        {
            return true;
        }
        let is_type_null = match schema.get("type") {
            Some(Value::String(name)) => name == "null",
            Some(Value::Array(names)) => names.contains(&json!("null")),
            _ => false,
        };
        let has_null = |values: &Value| values.as_array().is_some_and(|v| v.contains(&Value::Null));
        is_type_null || (schema.get("type").is_none() && schema.get("enum").is_some_and(has_null))
    }
}
