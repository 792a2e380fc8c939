//! Which draft of JSON Schema a schema says that it is written in, as far as it changes what the
//! schema means: documents of `OpenAPI` refer to schemas that are older than they are.

use serde_json::Value;

use crate::pointer;

/// What differs between the drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vintage {
    /// Whether keywords beside `$ref` apply (since 2019-09).
    pub(crate) has_ref_siblings: bool,
    /// The keyword that names a schema.
    pub(crate) id: &'static str,
}

impl Vintage {
    /// That of schemas which do not say.
    pub(crate) fn undeclared(has_ref_siblings: bool) -> Self {
        Self { has_ref_siblings, id: "$id" }
    }

    /// That of a schema within others of this one (JSON Schema 2020-12 Core, 8.1.1).
    pub(crate) fn within(self, schema: &Value) -> Self {
        let Some(name) = schema.get("$schema").and_then(Value::as_str) else { return self };
        self.named(name)
    }

    /// That of a place in a document, by what stands above it.
    pub(crate) fn at(self, root: &Value, pointer: &str) -> Self {
        let mut vintage = self;
        let mut value = Some(root);
        for token in pointer.split('/').skip(1) {
            let Some(above) = value else { break };
            vintage = vintage.within(above);
            value = child(above, &pointer::unescape(token));
        }
        vintage
    }

    /// The one with this name, e.g. `http://json-schema.org/draft-07/schema#`; itself if there is no
    /// such draft.
    pub(crate) fn named(self, name: &str) -> Self {
        let Some((_, draft)) = name.split_once("json-schema.org/") else { return self };
        if draft.starts_with("draft-03") || draft.starts_with("draft-04") {
            return Self { has_ref_siblings: false, id: "id" };
        }
        Self { has_ref_siblings: !draft.starts_with("draft-0"), id: "$id" }
    }

    /// The name of a schema that makes it a resource of its own: not one that is a mere fragment, nor
    /// a pointer of the document, which some write by mistake.
    pub(crate) fn id(self, schema: &Value) -> Option<&str> {
        let id = schema.get(self.id)?.as_str()?;
        (!crate::uri::split_fragment(id).0.is_empty()).then_some(id)
    }
}

/// A member or an item by its name or index.
pub(crate) fn child<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.get(token),
        Value::Array(items) => items.get(token.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
