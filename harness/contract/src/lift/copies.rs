//! Copies of schemas that mean something else each time they are reached, because a `$dynamicRef` in
//! them looks at how. Nearly no document has any.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Lifting;
use crate::dynamic::Bindings;
use crate::grammar::Kind;
use crate::pointer::{self, Trail};
use crate::references::canonical;

/// Under which name copies are put into the lifted document.
const COPIES_NAME: &str = "x-harness-copies";

/// Copies made of one document. A schema that is written to be extended needs one for each extension.
const COPIES_MAX: usize = 2000;

/// The copies that are made of a document.
#[derive(Debug)]
pub(super) struct Copies {
    name: String,
    /// What is copied, with what its names stand for → index.
    wanted: BTreeMap<(String, Bindings), usize>,
    /// The same in order.
    order: Vec<(String, Bindings)>,
}

impl Copies {
    /// No copies yet, and a name for them that the document does not have.
    pub(super) fn named(root: &Value) -> Self {
        let mut name = COPIES_NAME.to_owned();
        while root.get(&name).is_some() {
            name.push('_');
        }
        Self { name, wanted: BTreeMap::new(), order: Vec::new() }
    }

    /// Pointer of the copy; `None` if there are too many.
    fn want(&mut self, pointer: &str, bindings: Bindings) -> Option<String> {
        let next = self.order.len();
        let key = (pointer.to_owned(), bindings);
        let index = match self.wanted.get(&key) {
            Some(index) => *index,
            None if next >= COPIES_MAX => return None,
            None => {
                self.order.push(key.clone());
                self.wanted.insert(key, next);
                next
            }
        };
        Some(pointer::item(&pointer::member("", &self.name), index))
    }
}

impl Lifting<'_, '_> {
    /// Enters a schema that gives dynamic names of its own; returns what held outside.
    pub(super) fn enter(&mut self, schema: &Value, trail: &Trail<'_>) -> Option<Bindings> {
        if self.references.dynamic.is_empty() || schema.get("$id").is_none() {
            return None;
        }
        let inner = self.references.dynamic.within(&self.bindings, &trail.pointer())?;
        Some(std::mem::replace(&mut self.bindings, inner))
    }

    /// A reference to the schema at `pointer`, or to a copy of it, or to what its dynamic name stands
    /// for.
    pub(super) fn reach(&mut self, pointer: &str, is_dynamic: bool) -> Value {
        let references = self.references;
        if references.dynamic.is_empty() {
            return canonical(&self.moved(pointer));
        }
        let mut target = pointer;
        let initial = references.root().pointer(pointer);
        let name = initial.and_then(|schema| schema.get("$dynamicAnchor")).and_then(Value::as_str);
        let bound = name.filter(|_| is_dynamic).and_then(|name| self.bindings.get(name)).cloned();
        if let Some(bound) = &bound {
            target = bound;
        }
        let through = references.dynamic.through(&self.bindings, target);
        if through == references.dynamic.at(target) {
            return canonical(&self.moved(target));
        }
        let copy = self.copies.want(target, through);
        canonical(&copy.unwrap_or_else(|| self.moved(target).into_owned()))
    }

    /// Lifts what is to be copied, and what that needs in turn, into the lifted document.
    pub(super) fn make_copies(&mut self, root: &Value, lifted: &mut Value) {
        let mut made = Vec::new();
        // Grows while it runs, up to its bound.
        while let Some((pointer, bindings)) = self.copies.order.get(made.len()).cloned() {
            self.surround(root, &pointer);
            self.bindings = bindings;
            let copy = root.pointer(&pointer).map_or(json!(true), |schema| {
                self.schema(schema, Kind::Schema, &Trail::At(&pointer), None)
            });
            made.push(copy);
        }
        if let (Value::Object(members), false) = (lifted, made.is_empty()) {
            members.insert(self.copies.name.clone(), made.into());
        }
    }
}
