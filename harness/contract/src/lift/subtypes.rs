//! Inheritance by `allOf`: a schema with a `discriminator` and no branches, and the schemas that take it
//! in (Swagger 2.0, "Composition and Inheritance"; `OpenAPI` 3.0.3, 4.7.25).
//!
//! A reference to the base stands for its children, each named by its value. In a request that is what a
//! service expects, and nothing else would say which names there are; in a response the base alone
//! decides what is valid, since a service may know children that the document does not.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Lifting;
use crate::Direction;
use crate::pointer::{self, Trail};
use crate::references::{References, canonical};

/// Under which name the alternatives are put into the lifted document.
const SUBTYPES_NAME: &str = "x-harness-subtypes";
/// Children of one base that are told apart: the largest real family has some eighty.
const CHILDREN_MAX: usize = 200;
/// Where components stand.
const COMPONENTS: [&str; 2] = ["/components/schemas", "/definitions"];

/// The families of one document.
#[derive(Debug)]
pub(super) struct Subtypes {
    name: String,
    /// Pointer of the base → its family.
    families: BTreeMap<String, Family>,
}

#[derive(Debug)]
struct Family {
    /// Its place among the families.
    index: usize,
    /// The property that names the child.
    property: String,
    /// Value and pointer of every child, and of the base if a value leads there.
    children: Vec<(String, String)>,
}

impl Subtypes {
    /// The families of the document's components.
    pub(super) fn find(root: &Value, references: &References<'_>) -> Self {
        let mut name = SUBTYPES_NAME.to_owned();
        while root.get(&name).is_some() {
            name.push('_');
        }
        let mut subtypes = Self { name, families: BTreeMap::new() };
        let components = COMPONENTS.iter().filter_map(|place| {
            let schemas = root.pointer(place).and_then(Value::as_object)?;
            Some(schemas.iter().map(|(name, schema)| (pointer::member(place, name), schema)))
        });
        let components: Vec<(String, &Value)> = components.flatten().collect();
        let is_base = |schema: &Value| {
            schema.get("discriminator").is_some()
                && schema.get("oneOf").is_none()
                && schema.get("anyOf").is_none()
        };
        if !components.iter().any(|(_, schema)| is_base(schema)) {
            return subtypes;
        }
        let parents: BTreeMap<&str, Vec<String>> = components
            .iter()
            .map(|(pointer, schema)| (pointer.as_str(), parents(schema, references)))
            .collect();
        for (base, schema) in components.iter().filter(|(_, schema)| is_base(schema)) {
            let heirs: Vec<&str> = components
                .iter()
                .map(|(pointer, _)| pointer.as_str())
                .filter(|heir| *heir != base.as_str() && inherits(heir, base, &parents))
                .take(CHILDREN_MAX)
                .collect();
            let discriminator = &schema["discriminator"];
            let property =
                discriminator.as_str().or_else(|| discriminator.get("propertyName")?.as_str());
            let Some(property) = property.filter(|_| !heirs.is_empty()) else { continue };
            let children = named(&heirs, base, discriminator, references);
            let index = subtypes.families.len();
            let family = Family { index, property: property.to_owned(), children };
            subtypes.families.insert(base.clone(), family);
        }
        subtypes
    }
}

impl Family {
    /// Whether a reference to the base at this place is how a child takes it in.
    fn is_inheritance(&self, at: &str) -> bool {
        let Some((holder, branch)) = at.rsplit_once("/allOf/") else { return false };
        // Deeper down it is a property of the child.
        !branch.contains('/') && self.children.iter().any(|(_, child)| child == holder)
    }
}

/// Components that a schema takes in.
fn parents(schema: &Value, references: &References<'_>) -> Vec<String> {
    let branches = schema.get("allOf").and_then(Value::as_array);
    let texts = branches.into_iter().flatten().filter_map(|branch| branch.get("$ref")?.as_str());
    texts.filter_map(|text| references.component(text)).collect()
}

/// Whether a component takes another in, at whatever remove.
fn inherits(heir: &str, base: &str, parents: &BTreeMap<&str, Vec<String>>) -> bool {
    let mut seen = Vec::new();
    let mut next = vec![heir];
    // Each component is looked at once.
    while let Some(current) = next.pop() {
        if seen.contains(&current) {
            continue;
        }
        seen.push(current);
        for parent in parents.get(current).into_iter().flatten() {
            if parent == base {
                return true;
            }
            next.push(parent);
        }
    }
    false
}

/// The heirs with their values: what the mapping says, else the name of the component.
fn named(
    heirs: &[&str],
    base: &str,
    discriminator: &Value,
    references: &References<'_>,
) -> Vec<(String, String)> {
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let declared: Vec<(String, String)> = mapping
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| {
            Some((value.clone(), references.component(target.as_str()?)?))
        })
        .filter(|(_, target)| target == base || heirs.contains(&target.as_str()))
        .collect();
    let implied = heirs.iter().filter(|heir| !declared.iter().any(|(_, to)| to == *heir));
    let implied = implied.map(|heir| {
        let name = heir.rsplit('/').next().unwrap_or(heir);
        (pointer::unescape(name).into_owned(), (*heir).to_owned())
    });
    let implied: Vec<_> = implied.collect();
    declared.into_iter().chain(implied).collect()
}

impl Lifting<'_, '_> {
    /// Where a reference to a schema leads that may be the base of a family; `None`: to the schema
    /// itself.
    pub(super) fn family(&mut self, target: &str, trail: &Trail<'_>) -> Option<Value> {
        let family = self.subtypes.families.get(target)?;
        if family.is_inheritance(&trail.pointer()) {
            return None;
        }
        self.depends_on_direction = true;
        let place = pointer::member("", &self.subtypes.name);
        (self.direction == Direction::Request)
            .then(|| canonical(&pointer::item(&place, family.index)))
    }

    /// Puts the alternatives of every family into the lifted document.
    pub(super) fn make_subtypes(&self, lifted: &mut Value) {
        if self.subtypes.families.is_empty() || self.direction == Direction::Response {
            return;
        }
        let mut families: Vec<&Family> = self.subtypes.families.values().collect();
        families.sort_by_key(|family| family.index);
        let alternatives = families.into_iter().map(|family| {
            let branch = |(value, child): &(String, String)| {
                let names = Map::from_iter([(family.property.clone(), json!({ "const": value }))]);
                json!({"$ref": canonical(child), "properties": names, "required": [family.property]})
            };
            json!({"anyOf": family.children.iter().map(branch).collect::<Vec<_>>()})
        });
        if let Value::Object(members) = lifted {
            members.insert(self.subtypes.name.clone(), alternatives.collect());
        }
    }
}
