//! Inheritance by `allOf`: a schema with a `discriminator` and no branches, and the schemas that take it
//! in (Swagger 2.0, "Composition and Inheritance"; `OpenAPI` 3.0.3, 4.7.25).
//!
//! A reference to the base stands for its children, each named by its value. In a request that is what a
//! service expects, and nothing else would say which names there are; in a response the base alone
//! decides what is valid, since a service may know children that the document does not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::Lifting;
use super::discriminator::{declared, implied, property_name, said};
use crate::Direction;
use crate::pointer::{self, Trail};
use crate::references::{References, canonical};

/// Under which name the alternatives are put into the lifted document.
const SUBTYPES_NAME: &str = "x-harness-subtypes";
/// Children of one base that are told apart: the largest real family has some eighty.
const CHILDREN_MAX: usize = 200;
/// Heirs of all bases of a document: a thousand bases of which each takes in the one before would have
/// half a million.
const HEIRS_MAX: usize = 10_000;
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
    /// Pointers of all that take it in.
    heirs: BTreeSet<String>,
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
        if !components.iter().any(|(_, schema)| schema.get("discriminator").is_some()) {
            return subtypes;
        }
        let mut takers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (pointer, schema) in &components {
            for parent in parents(schema, references) {
                takers.entry(parent).or_default().push(pointer);
            }
        }
        let mut n_left = HEIRS_MAX;
        for (base, schema) in &components {
            let Some(property) = schema.get("discriminator").and_then(property_name) else {
                continue;
            };
            let heirs = heirs(base, &takers, &mut n_left);
            if heirs.is_empty() || !is_base(schema, &heirs, references) {
                continue;
            }
            let children = named(&heirs, base, &schema["discriminator"], references);
            let index = subtypes.families.len();
            let heirs = heirs.into_iter().map(str::to_owned).collect();
            let family = Family { index, property: property.to_owned(), children, heirs };
            subtypes.families.insert(base.clone(), family);
        }
        subtypes
    }

    /// Whether the schema at a pointer is the base of a family.
    pub(super) fn is_base(&self, pointer: &str) -> bool {
        self.families.contains_key(pointer)
    }
}

/// Whether a schema with a discriminator is the base of those that take it in: it has no branches, or
/// lists some of them, so that judging a value by one would mean judging it by the other.
fn is_base(schema: &Value, heirs: &[&str], references: &References<'_>) -> bool {
    let lists = ["oneOf", "anyOf"].into_iter().filter_map(|keyword| schema.get(keyword));
    let branches: Vec<&Value> = lists.filter_map(Value::as_array).flatten().collect();
    let is_heir = |branch: &&Value| {
        let reference = branch.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|text| references.component(text));
        target.is_some_and(|target| heirs.contains(&target.as_str()))
    };
    branches.is_empty() || branches.iter().any(is_heir)
}

impl Family {
    /// Whether a reference to the base at this place is how a child takes it in.
    fn is_inheritance(&self, at: &str) -> bool {
        let Some((holder, branch)) = at.rsplit_once("/allOf/") else { return false };
        // Deeper down it is a property of the child.
        !branch.contains('/') && self.heirs.contains(holder)
    }
}

/// Components that a schema takes in.
fn parents(schema: &Value, references: &References<'_>) -> Vec<String> {
    let branches = schema.get("allOf").and_then(Value::as_array);
    let texts = branches.into_iter().flatten().filter_map(|branch| branch.get("$ref")?.as_str());
    texts.filter_map(|text| references.component(text)).collect()
}

/// The components that take one in, at whatever remove; those next to it first.
fn heirs<'c>(
    base: &str,
    takers: &BTreeMap<String, Vec<&'c str>>,
    n_left: &mut usize,
) -> Vec<&'c str> {
    let mut found: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::from([base]);
    let next_to = |pointer: &str| takers.get(pointer).map_or(&[][..], Vec::as_slice);
    let mut next = VecDeque::from_iter(next_to(base));
    // Each component is looked at once.
    while let Some(heir) = next.pop_front() {
        if *n_left == 0 {
            break;
        }
        if seen.insert(heir) {
            *n_left -= 1;
            found.push(heir);
            next.extend(next_to(heir));
        }
    }
    found
}

/// The heirs with their values: what the mapping says, else the name of the component.
fn named(
    heirs: &[&str],
    base: &str,
    discriminator: &Value,
    references: &References<'_>,
) -> Vec<(String, String)> {
    let name = property_name(discriminator).unwrap_or_default();
    let mut children = declared(discriminator, references);
    children.retain(|(_, target)| target == base || heirs.contains(&target.as_str()));
    let known: BTreeSet<String> = children.iter().map(|(_, target)| target.clone()).collect();
    for heir in heirs.iter().filter(|heir| !known.contains(**heir)) {
        let values = implied(references, heir, name);
        children.extend(values.into_iter().map(|value| (value, (*heir).to_owned())));
    }
    children.truncate(CHILDREN_MAX);
    children
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
                let said = said(self.references, child, &family.property);
                // What the child itself says comes before what it is called.
                if said.is_some_and(|said| !said.contains(value)) {
                    return json!({ "$ref": canonical(child) });
                }
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
