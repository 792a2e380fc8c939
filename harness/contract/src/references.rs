//! Every `$ref` of every schema in a document, resolved once before the document is lifted: a
//! document of 13 MB has thirty thousand references and a thousand targets.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use crate::dynamic::DynamicAnchors;
use crate::grammar::{Kind, kind_at};
use crate::node::{Resolver, Target};
use crate::pointer::{self, Trail};
use crate::schema::REF_CHAIN_MAX;

/// Where the text of a schema's `$ref` leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// To the schema at this JSON pointer.
    Schema(String),
    /// To another file or URL.
    External,
    /// To something in the document that is no schema.
    NoSchema,
    /// Nowhere.
    Nothing,
    /// Through other references back to itself, and never to a schema.
    Cycle,
}

/// Pointers of schemas that stand where the grammar expects none, and what they are.
pub(crate) type Strays = BTreeMap<String, Kind>;

/// What all schema references of a document lead to.
#[derive(Debug)]
pub(crate) struct References<'d> {
    root: &'d Value,
    document: Kind,
    resolver: Resolver<'d>,
    leads: IndexMap<&'d str, Lead>,
    /// E.g. `/x-schemas/A`.
    pub(crate) strays: Strays,
    pub(crate) dynamic: DynamicAnchors,
}

impl<'d> References<'d> {
    /// Collects and resolves. `strays`: pointers of schemas that are known to stand where the grammar
    /// expects none.
    pub(crate) fn collect(resolver: &Resolver<'d>, document: Kind, mut strays: Strays) -> Self {
        let root = resolver.root();
        let mut walk = Walk {
            texts: IndexMap::new(),
            names: BTreeMap::new(),
            dynamic: DynamicAnchors::default(),
        };
        for document in resolver.documents() {
            walk.dynamic.add_resource(document.clone());
        }
        walk.visit(root, document, &Trail::Root);
        for (pointer, kind) in &strays {
            if let Some(stray) = root.pointer(pointer) {
                walk.visit(stray, *kind, &Trail::At(pointer));
            }
        }
        let mut leads: IndexMap<&'d str, Lead> = IndexMap::new();
        let mut index = 0;
        // Grows while it runs: a stray schema may hold further references. Each text comes once.
        while let Some((text, ())) = walk.texts.get_index(index).map(|(text, ())| (*text, ())) {
            index += 1;
            let lead = match resolver.target(text) {
                Target::Local(pointer) => {
                    let kind = kind_at(document, root, &pointer);
                    let value = root.pointer(&pointer);
                    match (kind, value) {
                        (Some(kind), Some(_)) if kind.is_schema() => Lead::Schema(pointer),
                        (Some(Kind::Opaque), Some(value))
                            if value.is_object() || value.is_boolean() =>
                        {
                            if !strays.contains_key(&pointer) {
                                strays.insert(pointer.clone(), Kind::Schema);
                                walk.visit(value, Kind::Schema, &Trail::At(&pointer));
                            }
                            Lead::Schema(pointer)
                        }
                        _ => Lead::NoSchema,
                    }
                }
                Target::Anchor(_) | Target::Nothing => Lead::Nothing,
                Target::External => Lead::External,
            };
            leads.insert(text, lead);
        }
        for (text, lead) in &mut leads {
            if let Some(pointer) =
                walk.names.get(*text).filter(|_| !matches!(lead, Lead::Schema(_)))
            {
                *lead = Lead::Schema(pointer.clone());
            }
        }
        let mut dynamic = walk.dynamic;
        dynamic.settle();
        let resolver = resolver.clone();
        let mut references = Self { root, document, resolver, leads, strays, dynamic };
        references.cut_cycles();
        references
    }

    /// Where this text leads. Every text that stands in a schema of the document is known.
    pub(crate) fn lead(&self, text: &str) -> &Lead {
        self.leads.get(text).unwrap_or(&Lead::Nothing)
    }

    /// The document.
    pub(crate) fn root(&self) -> &'d Value {
        self.root
    }

    /// Whether what stands at a pointer is a schema: by the grammar, or within one that stands where
    /// the grammar expects none.
    pub(crate) fn is_schema(&self, pointer: &str) -> bool {
        let strays =
            self.strays.iter().filter(|(stray, _)| pointer::is_at_or_below(pointer, stray));
        let stray = strays.max_by_key(|(stray, _)| stray.len()).and_then(|(stray, kind)| {
            kind_at(*kind, self.root.pointer(stray)?, &pointer[stray.len()..])
        });
        let kind = stray.or_else(|| kind_at(self.document, self.root, pointer));
        kind.is_some_and(Kind::is_schema)
    }

    /// The schema that a name or reference in a `discriminator` stands for.
    pub(crate) fn component(&self, text: &str) -> Option<String> {
        let named = ["#/components/schemas/", "#/definitions/"];
        let named = named.into_iter().map(|folder| format!("{folder}{}", pointer::escape(text)));
        let mut all = named.chain(std::iter::once(text.to_owned()));
        all.find_map(|reference| match self.resolver.target(&reference) {
            Target::Local(pointer) => Some(pointer),
            Target::Anchor(_) | Target::External | Target::Nothing => None,
        })
    }

    /// The reference as the author wrote it.
    pub(crate) fn original<'a>(&'a self, text: &'a str) -> &'a str {
        self.resolver.original(text)
    }

    /// Why the document that a reference leads to could not be had, if it was tried.
    pub(crate) fn reason(&self, text: &str) -> Option<&'d str> {
        self.resolver.reason(text)
    }

    /// The schema that a `$ref` in `schema` leads to, if it has one that leads anywhere.
    pub(crate) fn next(&self, schema: &Value) -> Option<&'d Value> {
        match self.lead(schema.get("$ref")?.as_str()?) {
            Lead::Schema(pointer) => self.root.pointer(pointer),
            Lead::External | Lead::NoSchema | Lead::Nothing | Lead::Cycle => None,
        }
    }

    fn cut_cycles(&mut self) {
        let is_endless = |lead: &Lead| {
            let Lead::Schema(pointer) = lead else { return false };
            let mut current = self.root.pointer(pointer);
            for _ in 0..REF_CHAIN_MAX {
                match current {
                    Some(schema) => current = self.next(schema),
                    None => return false,
                }
            }
            true
        };
        let endless: Vec<bool> = self.leads.values().map(is_endless).collect();
        for (lead, is_endless) in self.leads.values_mut().zip(endless) {
            if is_endless {
                *lead = Lead::Cycle;
            }
        }
    }
}

struct Walk<'d> {
    /// Texts of references in the order of the document.
    texts: IndexMap<&'d str, ()>,
    /// `#name` of each anchor, and each `$id`, → pointer of its schema.
    names: BTreeMap<String, String>,
    dynamic: DynamicAnchors,
}

impl<'d> Walk<'d> {
    fn visit(&mut self, value: &'d Value, kind: Kind, trail: &Trail<'_>) {
        let kind = kind.of(value);
        match value {
            _ if kind == Kind::Opaque => {}
            Value::Object(members) => {
                for (name, member) in members {
                    if kind.is_schema() && name.starts_with('$') {
                        self.keyword(name, member, trail);
                    }
                    self.visit(member, kind.child(name), &Trail::Member(trail, name));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(item, kind.child("0"), &Trail::Item(trail, index));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn keyword(&mut self, name: &str, value: &'d Value, trail: &Trail<'_>) {
        let Some(text) = value.as_str() else { return };
        match name {
            "$ref" | "$dynamicRef" => {
                self.texts.insert(text, ());
            }
            "$anchor" | "$dynamicAnchor" => {
                if name == "$dynamicAnchor" {
                    self.dynamic.add_anchor(text, trail.pointer());
                }
                self.names.entry(format!("#{text}")).or_insert_with(|| trail.pointer());
            }
            "$id" => {
                self.dynamic.add_resource(trail.pointer());
                self.names.entry(text.to_owned()).or_insert_with(|| trail.pointer());
            }
            _ => {}
        }
    }
}

/// A reference to `pointer` of the lifted document, as a URI reference that any reader accepts.
pub(crate) fn canonical(pointer: &str) -> Value {
    Value::String(format!("#{}", pointer::to_fragment(pointer)))
}
