//! Keywords of older drafts that 2020-12 has under other names: a list of `items`, `additionalItems`,
//! `dependencies`. Where a schema moves, the references to it move along.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Lifting;
use super::discriminator::is_chosen;
use crate::grammar::Kind;
use crate::pointer::{self, Trail};

impl Lifting<'_, '_> {
    /// Lifts `additionalItems` and `dependencies` (JSON Schema draft 7 Validation, 6.4.2, 6.5.7) into
    /// what took their place (2020-12 Core, 10.3.1.2, 10.2.2.4; Validation, 6.5.4).
    pub(super) fn replaced(
        &mut self,
        members: &Map<String, Value>,
        name: &str,
        value: &Value,
        here: &Trail<'_>,
        lifted: &mut Map<String, Value>,
    ) {
        if name == "additionalItems" {
            // Beside a single schema of items it says nothing.
            if members.get("items").is_some_and(Value::is_array)
                && let Some(schema) = self.checked("items", value, here, None)
            {
                lifted.insert("items".to_owned(), schema);
            }
            return;
        }
        let Some(dependencies) = value.as_object() else {
            let what = "dependencies must be an object; it is ignored";
            self.report.warn("invalid-keyword", &here.pointer(), what);
            return;
        };
        for (property, dependency) in dependencies {
            let (keyword, dependency) = if dependency.is_array() {
                ("dependentRequired", dependency.clone())
            } else {
                let trail = Trail::Member(here, property);
                ("dependentSchemas", self.schema(dependency, Kind::Schema, &trail, None))
            };
            let all = lifted.entry(keyword).or_insert_with(|| Map::new().into());
            if let Value::Object(all) = all {
                all.insert(property.clone(), dependency);
            }
        }
    }

    /// Where the schema at a pointer of the document stands when all is lifted.
    pub(super) fn moved<'p>(&self, pointer: &'p str) -> Cow<'p, str> {
        let is_plain = !["/items/", "/additionalItems", "/dependencies/", "/oneOf/"]
            .iter()
            .any(|keyword| pointer.contains(keyword));
        if is_plain {
            return Cow::Borrowed(pointer);
        }
        let mut moved = String::with_capacity(pointer.len());
        let mut above = String::new();
        for token in pointer.split('/').skip(1) {
            let root = self.references.root();
            let has_list = || {
                let holder = root.pointer(&above);
                holder.is_some_and(|holder| holder.get("items").is_some_and(Value::is_array))
            };
            let has_choice = || {
                let holder = root.pointer(&above).and_then(Value::as_object);
                holder.is_some_and(|holder| is_chosen(holder, "oneOf"))
                    && self.references.is_schema(&above)
            };
            let new = match token {
                "items" if has_list() => "prefixItems",
                "additionalItems" if has_list() => "items",
                "oneOf" if has_choice() => "anyOf",
                "dependencies" if self.references.is_schema(&above) => "dependentSchemas",
                _ => token,
            };
            moved = pointer::member(&moved, &pointer::unescape(new));
            above = pointer::member(&above, &pointer::unescape(token));
        }
        Cow::Owned(moved)
    }
}
