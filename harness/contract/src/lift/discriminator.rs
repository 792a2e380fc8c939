//! `discriminator` in its variants → one that says for every branch which value names it. It stays an
//! annotation: it never changes what is valid (`OpenAPI` 3.1, 4.8.25.4).

use serde_json::{Map, Value, json};

use super::Lifting;
use crate::references::{Lead, canonical};

impl Lifting<'_, '_> {
    /// `{propertyName, mapping}` with a value for every branch of `oneOf` and `anyOf` that is a
    /// reference; `None` if no property is named. Each value leads to a schema as `$ref` would.
    pub(super) fn discriminator(
        &self,
        members: &Map<String, Value>,
        value: &Value,
    ) -> Option<Value> {
        // Swagger 2.0 writes the name alone.
        let name = value.as_str().or_else(|| value.get("propertyName")?.as_str())?;
        let mut mapping = Map::new();
        let declared = value.get("mapping").and_then(Value::as_object);
        for (key, target) in declared.into_iter().flatten() {
            let pointer = target.as_str().and_then(|text| self.references.component(text));
            if let Some(pointer) = pointer {
                mapping.insert(key.clone(), canonical(&pointer));
            }
        }
        let branches = ["oneOf", "anyOf"].into_iter().filter_map(|keyword| members.get(keyword));
        for branch in branches.filter_map(Value::as_array).flatten() {
            let reference = branch.get("$ref").and_then(Value::as_str);
            let Some(Lead::Schema(pointer)) = reference.map(|text| self.references.lead(text))
            else {
                continue;
            };
            let target = canonical(pointer);
            // Without a mapping the name of the component is the value (OpenAPI 3.1, 4.8.25.2).
            let implicit = pointer.rsplit('/').next().map(crate::pointer::unescape);
            if let Some(implicit) = implicit.filter(|_| !mapping.values().any(|to| *to == target)) {
                mapping.insert(implicit.into_owned(), target);
            }
        }
        Some(json!({ "propertyName": name, "mapping": mapping }))
    }
}
