//! `discriminator` in its variants → one that says for every branch which value names it, and branches
//! that are held to it in requests: what is wrong for the branch that is named is not made right by
//! another one. In responses it stays an annotation (`OpenAPI` 3.1, 4.8.25.4), and where its neighbours
//! would refuse what it means, they give way.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::Lifting;
use crate::Direction;
use crate::pointer::{self, Trail};
use crate::references::{Lead, References, canonical};

/// Schemas that are looked at to tell what one says of a property. Real compositions have ten.
const SCHEMAS_MAX: usize = 32;

/// Fields by which a schema names itself to the discriminator of what it extends, where its own name
/// will not do: those of `AutoRest`, and what others made of it.
const OWN_VALUES: [&str; 2] = ["x-ms-discriminator-value", "x-discriminator-value"];

impl Lifting<'_, '_> {
    /// `{propertyName, mapping}` with a value for every branch of `oneOf` and `anyOf` that is a
    /// reference; `None` if no property is named. Each value leads to a schema as `$ref` would.
    pub(super) fn discriminator(&self, members: &Map<String, Value>) -> Option<Value> {
        let (name, mapping) = self.mapping(members)?;
        let mapping: Map<_, _> = mapping.into_iter().map(|(k, to)| (k, canonical(&to))).collect();
        Some(json!({ "propertyName": name, "mapping": mapping }))
    }

    /// The property that a schema's discriminator looks at, and pointers by its values.
    fn mapping<'v>(
        &self,
        members: &'v Map<String, Value>,
    ) -> Option<(&'v str, IndexMap<String, String>)> {
        let discriminator = members.get("discriminator")?;
        let name = property_name(discriminator)?;
        let mut mapping: IndexMap<String, String> =
            declared(discriminator, self.references).into_iter().collect();
        let branches = ["oneOf", "anyOf"].into_iter().filter_map(|keyword| members.get(keyword));
        for branch in branches.filter_map(Value::as_array).flatten() {
            let Some(target) = self.target(branch) else { continue };
            if !mapping.values().any(|to| to == target) {
                for key in implied(self.references, target, name) {
                    mapping.entry(key).or_insert_with(|| target.to_owned());
                }
            }
        }
        Some((name, mapping))
    }

    /// Where a branch that is a reference leads.
    fn target(&self, branch: &Value) -> Option<&str> {
        match self.references.lead(branch.get("$ref")?.as_str()?) {
            Lead::Schema(pointer) => Some(pointer),
            Lead::External | Lead::NoSchema | Lead::Nothing | Lead::Cycle => None,
        }
    }

    /// `oneOf` or `anyOf`, as its neighbours have it.
    pub(super) fn alternatives(
        &mut self,
        members: &Map<String, Value>,
        (name, value): (&str, &Value),
        trail: &Trail<'_>,
        lifted: &mut Map<String, Value>,
    ) {
        let here = Trail::Member(trail, name);
        if self.subtypes.is_base(&trail.pointer()) {
            let what = format!("{name} lists schemas that take this one in; it is left out here");
            self.report.note("circular-composition", &here.pointer(), what);
            return;
        }
        let Some(mut branches) = self.checked(name, value, &here, None) else { return };
        let mut new_name = name;
        if is_chosen(members, name) {
            self.narrow(members, value, &mut branches);
            // The discriminator tells which branch is meant, also where others fit.
            new_name = "anyOf";
        }
        lifted.insert(new_name.to_owned(), branches);
    }

    /// Holds each branch of a request to the values that name it.
    fn narrow(&mut self, members: &Map<String, Value>, written: &Value, branches: &mut Value) {
        let Some((name, mapping)) = self.mapping(members) else { return };
        self.depends_on_direction = true;
        if self.direction == Direction::Response {
            return;
        }
        let written = written.as_array().into_iter().flatten();
        for (branch, written) in branches.as_array_mut().into_iter().flatten().zip(written) {
            let Some(target) = self.target(written) else { continue };
            let mut keys: Vec<&String> =
                mapping.iter().filter(|(_, to)| *to == target).map(|(key, _)| key).collect();
            // What the schema itself says of the property comes before what it is called.
            if let Some(said) = said(self.references, target, name) {
                keys.retain(|key| said.contains(*key));
            }
            let is_bare = branch.get("properties").or(branch.get("required")).is_none();
            if is_bare && !keys.is_empty() {
                branch["properties"] = json!({ name: { "enum": keys } });
                branch["required"] = json!([name]);
            }
        }
    }

    /// Whether further members are really shut out: a schema that others take in, named by its
    /// discriminator, is open.
    pub(super) fn is_closed(&mut self, keyword: &str, trail: &Trail<'_>) -> bool {
        let is_base = self.subtypes.is_base(&trail.pointer());
        if is_base {
            let what =
                format!("{keyword} shuts out the schemas that take this one in; it is ignored");
            self.report.note("closed-base", &Trail::Member(trail, keyword).pointer(), what);
        }
        !is_base
    }
}

/// The property that a discriminator looks at. Swagger 2.0 writes its name alone.
pub(super) fn property_name(discriminator: &Value) -> Option<&str> {
    discriminator.as_str().or_else(|| discriminator.get("propertyName")?.as_str())
}

/// Whether a discriminator chooses among the branches of `oneOf` or `anyOf`, where one of them stands.
pub(super) fn is_chosen(members: &Map<String, Value>, keyword: &str) -> bool {
    let other = if keyword == "oneOf" { "anyOf" } else { "oneOf" };
    !members.contains_key(other) && members.get("discriminator").and_then(property_name).is_some()
}

/// The mapping as written: values and the pointers that they lead to. What leads nowhere is left out.
pub(super) fn declared(
    discriminator: &Value,
    references: &References<'_>,
) -> Vec<(String, String)> {
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapping = mapping.into_iter().flatten();
    mapping
        .filter_map(|(value, target)| {
            Some((value.clone(), references.component(target.as_str()?)?))
        })
        .collect()
}

/// The values that stand for a schema which no mapping names: what it says itself, else the name of the
/// component (OpenAPI 3.1, 4.8.25.2).
pub(super) fn implied(references: &References<'_>, target: &str, name: &str) -> Vec<String> {
    let schema = references.root().pointer(target).unwrap_or(&Value::Null);
    let own = OWN_VALUES.into_iter().find_map(|field| schema.get(field)?.as_str());
    if let Some(own) = own {
        return vec![own.to_owned()];
    }
    let inline = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let said = std::iter::once(schema).chain(inline).find_map(|part| {
        texts(part.get("properties")?.get(name)?).filter(|texts| !texts.is_empty())
    });
    let component = || target.rsplit('/').next().map(|name| pointer::unescape(name).into_owned());
    said.map_or_else(|| component().into_iter().collect(), |said| said.into_iter().collect())
}

/// The texts that a schema allows for a property, with what it is composed of; `None`: any.
pub(super) fn said(
    references: &References<'_>,
    target: &str,
    name: &str,
) -> Option<BTreeSet<String>> {
    let mut n_left = SCHEMAS_MAX;
    said_in(references, references.root().pointer(target)?, name, &mut n_left)
}

fn said_in(
    references: &References<'_>,
    schema: &Value,
    name: &str,
    n_left: &mut usize,
) -> Option<BTreeSet<String>> {
    *n_left = n_left.checked_sub(1)?;
    let property = schema.get("properties").and_then(|properties| properties.get(name));
    let property = property.map(|property| references.next(property).unwrap_or(property));
    let own = property.and_then(texts);
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let parts = references.next(schema).into_iter().chain(parts);
    let parts = parts.filter_map(|part| said_in(references, part, name, n_left));
    own.into_iter().chain(parts).reduce(|one, other| one.intersection(&other).cloned().collect())
}

/// The texts that a schema lists; `None` if it lists no values.
fn texts(schema: &Value) -> Option<BTreeSet<String>> {
    let listed = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let listed = listed.or_else(|| schema.get("const").map(std::slice::from_ref))?;
    Some(listed.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
