//! The schemas of a document, made JSON Schema 2020-12 where they stand.
//!
//! The whole document is copied and only schemas change, so that every JSON pointer goes on meaning
//! what it means in the document. Knows the differences between the schema dialects of OpenAPI 2.0,
//! 3.0 and 3.1; knows nothing of operations.

mod copies;
mod discriminator;
mod keywords;
mod null;
mod replaced;
mod review;
mod subtypes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::dynamic::Bindings;
use crate::grammar::Kind;
use crate::pointer::Trail;
use crate::references::{Lead, References};
use crate::report::Report;
use crate::vintage::Vintage;
use crate::{Direction, Schemas};

use copies::Copies;
pub(crate) use keywords::examples;
use subtypes::Subtypes;

/// How deep `allOf` is searched for read-only properties: composition in real documents is at most
/// five deep.
const COMPOSITION_DEPTH_MAX: usize = 8;

/// Schemas that are searched for read-only properties in one composition: where each of eight levels
/// repeats the next ten times, there is no end.
const COMPOSITION_SCHEMAS_MAX: usize = 1_000;

/// Keywords by which whatever holds a schema would change what the references in it mean to the
/// validator, which reads the document as one schema. They have done their work before.
const REBASING: [&str; 9] = [
    "$id",
    "$schema",
    "$ref",
    "$dynamicRef",
    "$anchor",
    "$dynamicAnchor",
    "$vocabulary",
    "$recursiveRef",
    "$recursiveAnchor",
];

/// What the schemas of a format mean.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What the root of a document is.
    pub(crate) document: Kind,
    /// Whether keywords beside `$ref` apply (OpenAPI 3.1, 4.8.24.6) or are ignored (3.0.3, 4.7.23).
    pub(crate) has_ref_siblings: bool,
    /// How `null` is allowed.
    pub(crate) nullable: Nullable,
}

impl Dialect {
    /// The draft of JSON Schema that the schemas of a document are written in, where they do not say
    /// it themselves (OpenAPI 3.1, 4.8.24.5).
    pub(crate) fn vintage(&self, root: &Value) -> Vintage {
        let vintage = Vintage::undeclared(self.has_ref_siblings);
        let declared = root.get("jsonSchemaDialect").and_then(Value::as_str);
        declared.map_or(vintage, |name| vintage.named(name))
    }
}

/// How a schema says that `null` is allowed too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nullable {
    /// By this keyword.
    Keyword(&'static str),
    /// By its `type`; `nullable` has no meaning, but stands in documents all the same.
    Type,
}

/// Lifts a document for both directions. `synthetic` is put into both, under its name.
pub(crate) fn lift(
    root: &Value,
    dialect: &Dialect,
    references: &References<'_>,
    synthetic: Option<(String, Value)>,
    report: &mut Report,
) -> Schemas {
    let mut lifting = Lifting {
        dialect,
        references,
        direction: Direction::Request,
        vintage: dialect.vintage(root),
        bindings: references.dynamic.at(""),
        copies: Copies::named(root),
        subtypes: Subtypes::find(root, references),
        report,
        odd_formats: BTreeSet::new(),
        patterns: BTreeMap::new(),
        depends_on_direction: false,
    };
    let mut request = lifting.document(root);
    let mut response = lifting.depends_on_direction.then(|| {
        let mut silent = Report::default();
        let mut lifting = Lifting {
            direction: Direction::Response,
            report: &mut silent,
            bindings: references.dynamic.at(""),
            copies: Copies::named(root),
            ..lifting
        };
        lifting.document(root)
    });
    if let Some((name, schemas)) = synthetic {
        for document in [Some(&mut request), response.as_mut()].into_iter().flatten() {
            if let Value::Object(members) = document {
                members.insert(name.clone(), schemas.clone());
            }
        }
    }
    let request = Arc::new(request);
    let response = response.map_or_else(|| Arc::clone(&request), Arc::new);
    Schemas::new(request, response)
}

struct Lifting<'a, 'd> {
    dialect: &'a Dialect,
    references: &'a References<'d>,
    direction: Direction,
    vintage: Vintage,
    /// What dynamic names stand for where the lifting is.
    bindings: Bindings,
    /// Schemas that are copied for the way in which they are reached.
    copies: Copies,
    /// Schemas that others inherit from.
    subtypes: Subtypes,
    report: &'a mut Report,
    /// Formats met so far that nobody defines.
    odd_formats: BTreeSet<String>,
    /// Whether each `pattern` met so far is a regular expression.
    patterns: BTreeMap<String, bool>,
    /// Whether anything so far would be lifted otherwise for the other direction.
    depends_on_direction: bool,
}

/// Names of properties that a composed schema marks, as its branches see them.
#[derive(Clone, Debug, Default)]
struct Marked {
    read_only: BTreeSet<String>,
    write_only: BTreeSet<String>,
}

impl Lifting<'_, '_> {
    fn document(&mut self, root: &Value) -> Value {
        let mut lifted = self.element(root, self.dialect.document, &Trail::Root);
        let mut above = BTreeSet::from([String::new()]);
        for pointer in self.references.strays.keys() {
            above.extend(pointer.match_indices('/').map(|(at, _)| pointer[..at].to_owned()));
        }
        for pointer in above {
            if let Some(Value::Object(members)) = lifted.pointer_mut(&pointer) {
                members.retain(|name, _| !REBASING.contains(&name.as_str()));
            }
        }
        // Sorted, so that a stray schema inside another is lifted last and stands.
        for (pointer, kind) in &self.references.strays {
            let stray = root.pointer(pointer);
            if let (Some(stray), Some(place)) = (stray, lifted.pointer_mut(pointer)) {
                self.surround(root, pointer);
                self.bindings = self.references.dynamic.at(pointer);
                *place = self.schema(stray, *kind, &Trail::At(pointer), None);
            }
        }
        self.make_copies(root, &mut lifted);
        self.make_subtypes(&mut lifted);
        lifted
    }

    /// Notes which draft holds at a place, where the lifting begins anew.
    fn surround(&mut self, root: &Value, pointer: &str) {
        self.vintage = self.dialect.vintage(root).at(root, pointer);
    }

    fn element(&mut self, value: &Value, kind: Kind, trail: &Trail<'_>) -> Value {
        let kind = kind.of(value);
        if kind == Kind::Opaque {
            return value.clone();
        }
        if kind.is_schema() {
            return self.schema(value, kind, trail, None);
        }
        match value {
            Value::Object(members) => {
                let lifted = members.iter().map(|(name, member)| {
                    let trail = Trail::Member(trail, name);
                    (name.clone(), self.element(member, kind.child(name), &trail))
                });
                Value::Object(lifted.collect())
            }
            Value::Array(items) => {
                let lifted = items.iter().enumerate().map(|(index, item)| {
                    self.element(item, kind.child("0"), &Trail::Item(trail, index))
                });
                Value::Array(lifted.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    /// `marked`: what the schemas that this one is a branch of say about its properties.
    fn schema(
        &mut self,
        schema: &Value,
        kind: Kind,
        trail: &Trail<'_>,
        marked: Option<&Marked>,
    ) -> Value {
        let outer = self.vintage;
        self.vintage = outer.within(schema);
        let bindings = self.enter(schema, trail);
        let lifted = self.schema_within(schema, kind, trail, marked);
        self.vintage = outer;
        if let Some(outer) = bindings {
            self.bindings = outer;
        }
        lifted
    }

    fn schema_within(
        &mut self,
        schema: &Value,
        kind: Kind,
        trail: &Trail<'_>,
        marked: Option<&Marked>,
    ) -> Value {
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(_) => return schema.clone(),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let what = "a schema must be an object; anything goes here";
                self.report.warn("invalid-schema", &trail.pointer(), what);
                return Value::Bool(true);
            }
        };
        if members.get("$ref").is_some_and(Value::is_string) && !self.vintage.has_ref_siblings {
            return self.bare_reference(members, trail);
        }
        self.review(members, trail, marked.is_some());
        let mut lifted = Map::with_capacity(members.len());
        let composed = members.contains_key("allOf").then(|| {
            let mut all = marked.cloned().unwrap_or_default();
            self.collect_marked(schema, &mut all, 0, &mut { COMPOSITION_SCHEMAS_MAX });
            all
        });
        let marked = composed.as_ref().or(marked);
        for (name, value) in members {
            self.keyword(members, (name, value), kind, trail, marked, &mut lifted);
        }
        if self.is_nullable(members, trail) {
            self.admit_null(&mut lifted, members);
        }
        Value::Object(lifted)
    }

    /// A schema in which `$ref` stands alone, whatever else is written beside it.
    fn bare_reference(&mut self, members: &Map<String, Value>, trail: &Trail<'_>) -> Value {
        let Some(target) = self.follow(members.get("$ref"), "$ref", trail) else {
            return Value::Bool(true);
        };
        let mut lifted = Map::from_iter([("$ref".to_owned(), target)]);
        // Ignored by the letter of the specification, and meant by most who write it.
        if let Nullable::Keyword(keyword) = self.dialect.nullable
            && members.get(keyword) == Some(&Value::Bool(true))
        {
            self.depends_on_direction = true;
            if self.direction == Direction::Response {
                self.admit_null(&mut lifted, members);
            }
        }
        Value::Object(lifted)
    }

    /// The canonical form of a reference; `None`, and a diagnostic, if it leads nowhere.
    fn follow(
        &mut self,
        reference: Option<&Value>,
        keyword: &str,
        trail: &Trail<'_>,
    ) -> Option<Value> {
        let text = reference.and_then(Value::as_str)?;
        let (code, why) = match self.references.lead(text) {
            Lead::Schema(pointer) => {
                let pointer = pointer.clone();
                if let Some(family) = self.family(&pointer, trail) {
                    return Some(family);
                }
                return Some(self.reach(&pointer, keyword == "$dynamicRef"));
            }
            Lead::External => ("external-reference", "leads to another document"),
            Lead::NoSchema => ("unresolvable-reference", "leads to something that is no schema"),
            Lead::Nothing => ("unresolvable-reference", "leads nowhere"),
            Lead::Cycle => ("reference-cycle", "leads back to itself and never to a schema"),
        };
        let pointer = Trail::Member(trail, keyword).pointer();
        let original = self.references.original(text);
        let why = match self.references.reason(text) {
            Some(reason) => format!("cannot be had: {reason}"),
            None => why.to_owned(),
        };
        let what = format!("{keyword} {original:?} {why}; anything goes here");
        self.report.error(code, &pointer, what);
        None
    }

    fn keyword(
        &mut self,
        members: &Map<String, Value>,
        (name, value): (&String, &Value),
        kind: Kind,
        trail: &Trail<'_>,
        marked: Option<&Marked>,
        lifted: &mut Map<String, Value>,
    ) {
        let here = Trail::Member(trail, name);
        let new = match name.as_str() {
            "$ref" if value.is_string() => self.follow(Some(value), "$ref", trail),
            "$dynamicRef" if !members.contains_key("$ref") => {
                if let Some(target) = self.follow(Some(value), "$dynamicRef", trail) {
                    lifted.insert("$ref".to_owned(), target);
                }
                None
            }
            // References are made absolute, so nothing may change what they are relative to.
            "$ref" | "$dynamicRef" | "$id" | "$schema" | "$anchor" | "$dynamicAnchor"
            | "$vocabulary" | "$recursiveRef" | "$recursiveAnchor" => None,
            "example" | "examples" => {
                if !lifted.contains_key("examples") {
                    lifted.insert("examples".to_owned(), examples(members).into());
                }
                None
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                self.bound(members, name, value, &here, lifted);
                None
            }
            "type" => self.types(value, &here),
            "required" => self.required(members, value, kind, &here, marked),
            "items" if kind == Kind::InlineSchema => {
                Some(self.schema(value, Kind::InlineSchema, &here, None))
            }
            "allOf" => self.checked("allOf", value, &here, marked),
            "discriminator" => self.discriminator(members),
            "oneOf" | "anyOf" => {
                self.alternatives(members, (name, value), trail, lifted);
                None
            }
            "additionalProperties" | "unevaluatedProperties" if value == false => {
                self.is_closed(name, trail).then(|| value.clone())
            }
            "items" if value.is_array() => {
                let what = "a list of items is not OpenAPI; it is read as prefixItems";
                self.report.warn("items-list", &here.pointer(), what);
                if let Some(list) = self.checked("prefixItems", value, &here, None) {
                    lifted.insert("prefixItems".to_owned(), list);
                }
                None
            }
            "additionalItems" | "dependencies" => {
                self.replaced(members, name, value, &here, lifted);
                None
            }
            _ => self.checked(name, value, &here, None),
        };
        if let Some(new) = new {
            lifted.insert(name.clone(), new);
        }
    }

    /// Notes the names of properties that a schema marks, those of its `allOf` branches included.
    fn collect_marked(
        &self,
        schema: &Value,
        marked: &mut Marked,
        depth: usize,
        n_left: &mut usize,
    ) {
        if depth > COMPOSITION_DEPTH_MAX || *n_left == 0 {
            return;
        }
        *n_left -= 1;
        if let Some(target) = self.references.next(schema) {
            self.collect_marked(target, marked, depth + 1, n_left);
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if self.is_marked(property, "readOnly") {
                marked.read_only.insert(name.clone());
            }
            if self.is_marked(property, "writeOnly") {
                marked.write_only.insert(name.clone());
            }
        }
        for branch in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect_marked(branch, marked, depth + 1, n_left);
        }
    }

    /// Whether a property, or what it refers to, carries this mark.
    fn is_marked(&self, property: &Value, mark: &str) -> bool {
        let is_set = |schema: &Value| schema.get(mark) == Some(&Value::Bool(true));
        let mut current = Some(property);
        for _ in 0..COMPOSITION_DEPTH_MAX {
            match current {
                Some(schema) if is_set(schema) => return true,
                Some(schema) => current = self.references.next(schema),
                None => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
