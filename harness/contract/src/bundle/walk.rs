//! What a part of a document says about references: those in it, and the names that others may refer
//! to it by. Resolves nothing.

use std::rc::Rc;

use serde_json::Value;

use crate::grammar::{Element, Kind};
use crate::pointer::Trail;
use crate::uri;
use crate::vintage::Vintage;

/// A reference where it stands.
#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    /// Index of the document; filled in by the caller.
    pub(super) document: usize,
    /// JSON pointer of the object that holds it, in its document.
    pub(super) pointer: String,
    /// Name of the member that holds it, e.g. `$ref`.
    pub(super) name: String,
    pub(super) text: String,
    /// What it is relative to.
    pub(super) base: Rc<str>,
    /// What it must lead to.
    pub(super) kind: Kind,
    /// Whether a document is fetched for it.
    pub(super) is_needed: bool,
}

impl Occurrence {
    /// Whether the fragment is a name and no JSON pointer.
    pub(super) fn has_plain_name(&self) -> bool {
        let (_, fragment) = uri::split_fragment(&self.text);
        !fragment.is_empty() && !fragment.starts_with('/')
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) references: Vec<Occurrence>,
    /// Absolute `$id` and JSON pointer of its schema.
    pub(super) ids: Vec<(String, String)>,
    /// Base URI and name of each anchor, and JSON pointer of its schema.
    pub(super) anchors: Vec<((String, String), String)>,
}

pub(super) struct Walk {
    pub(super) found: Found,
    vintage: Vintage,
}

impl Walk {
    /// `vintage`: that of what is walked, unless it says otherwise.
    pub(super) fn new(vintage: Vintage) -> Self {
        Self { found: Found::default(), vintage }
    }

    pub(super) fn visit(&mut self, value: &Value, kind: Kind, trail: &Trail<'_>, base: &Rc<str>) {
        let outer = self.vintage;
        let kind = kind.of(value);
        if kind.is_schema() {
            self.vintage = outer.within(value);
        }
        self.visit_kind(value, kind, trail, base);
        self.vintage = outer;
    }

    fn visit_kind(&mut self, value: &Value, kind: Kind, trail: &Trail<'_>, base: &Rc<str>) {
        match value {
            _ if kind == Kind::Opaque => {}
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                let mut base = Rc::clone(base);
                if kind.is_schema() && (reference.is_none() || self.vintage.has_ref_siblings) {
                    self.names(value, trail, &mut base);
                }
                if let Some(text) = reference {
                    self.note(trail, "$ref", text, &base, (kind, true));
                }
                match kind {
                    Kind::Schema | Kind::InlineSchema => self.schema(value, trail, &base),
                    Kind::One(Element::Link) => {
                        if let Some(text) = value.get("operationRef").and_then(Value::as_str) {
                            self.note(trail, "operationRef", text, &base, (Kind::Opaque, false));
                        }
                    }
                    _ => {}
                }
                for (name, member) in members {
                    let here = Trail::Member(trail, name);
                    self.visit(member, kind.child(name), &here, &base);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(item, kind.child("0"), &Trail::Item(trail, index), base);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn names(&mut self, schema: &Value, trail: &Trail<'_>, base: &mut Rc<str>) {
        if let Some(id) = self.vintage.id(schema) {
            let absolute = uri::resolve(base, id);
            *base = uri::split_fragment(&absolute).0.into();
            self.found.ids.push((base.to_string(), trail.pointer()));
        }
        // Until draft 7 an `$id` of a fragment alone is an anchor.
        let legacy = schema.get(self.vintage.id).and_then(Value::as_str);
        let legacy = legacy.and_then(|id| uri::split_fragment(id).1.split('/').next());
        let anchors = ["$anchor", "$dynamicAnchor"]
            .into_iter()
            .filter_map(|keyword| schema.get(keyword).and_then(Value::as_str));
        for anchor in anchors.chain(legacy).filter(|anchor| !anchor.is_empty()) {
            let name = (base.to_string(), anchor.to_owned());
            self.found.anchors.push((name, trail.pointer()));
        }
    }

    fn schema(&mut self, schema: &Value, trail: &Trail<'_>, base: &Rc<str>) {
        if let Some(text) = schema.get("$dynamicRef").and_then(Value::as_str) {
            self.note(trail, "$dynamicRef", text, base, (Kind::Schema, true));
        }
        let mapping = schema.get("discriminator").and_then(|it| it.get("mapping"));
        for (name, target) in mapping.and_then(Value::as_object).into_iter().flatten() {
            // A plain name is that of a component (OpenAPI 3.1, 4.8.25.2).
            let Some(text) = target.as_str().filter(|text| text.contains(['/', '#', '.'])) else {
                continue;
            };
            let discriminator = Trail::Member(trail, "discriminator");
            let mapping = Trail::Member(&discriminator, "mapping");
            self.note(&mapping, name, text, base, (Kind::Schema, false));
        }
    }

    fn note(
        &mut self,
        trail: &Trail<'_>,
        name: &str,
        text: &str,
        base: &Rc<str>,
        (kind, is_needed): (Kind, bool),
    ) {
        self.found.references.push(Occurrence {
            document: 0,
            pointer: trail.pointer(),
            name: name.to_owned(),
            text: text.to_owned(),
            base: Rc::clone(base),
            kind,
            is_needed,
        });
    }
}

/// Whether a document refers to itself by JSON pointers only, and gives no names that would change
/// what references are relative to. Looks at everything: what is data only costs time.
pub(super) fn is_self_contained(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().all(|(name, member)| match name.as_str() {
            "$ref" | "$dynamicRef" => {
                member.as_str().is_none_or(|text| text == "#" || text.starts_with("#/"))
                    && is_self_contained(member)
            }
            "$id" | "$anchor" | "$dynamicAnchor" | "$self" => !member.is_string(),
            // Draft 4 names schemas by `id`.
            "$schema" => member.as_str().is_none_or(|name| !name.contains("draft-0")),
            _ => is_self_contained(member),
        }),
        Value::Array(items) => items.iter().all(is_self_contained),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
