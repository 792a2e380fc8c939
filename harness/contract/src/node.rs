//! A value of the document together with its JSON pointer, and how a `$ref` leads from one to
//! another. Knows references, not what they are for.

use serde_json::Value;

use crate::bundle::Written;
use crate::pointer;

/// An element of the document.
#[derive(Clone, Debug)]
pub(crate) struct Node<'d> {
    pub(crate) value: &'d Value,
    pub(crate) pointer: String,
}

impl<'d> Node<'d> {
    /// The element at a pointer of the document.
    pub(crate) fn at(root: &'d Value, pointer: String) -> Option<Self> {
        root.pointer(&pointer).map(|value| Self { value, pointer })
    }

    /// The member with this name; `null` counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, pointer: pointer::member(&self.pointer, name) })
    }

    /// The text of a member.
    pub(crate) fn str(&self, name: &str) -> Option<&'d str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// The truth of a member.
    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        self.value.get(name).and_then(Value::as_bool)
    }

    /// Members in document order, `x-` extensions left out; none if this is no object.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        self.members_with_extensions().filter(|(name, _)| !name.starts_with("x-"))
    }

    /// All members in document order: where names are free, `x-` is not an extension (headers).
    pub(crate) fn members_with_extensions(
        &self,
    ) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        let pointer = self.pointer.clone();
        let members = self.value.as_object().into_iter().flatten();
        members.map(move |(name, value)| {
            (name.as_str(), Self { value, pointer: pointer::member(&pointer, name) })
        })
    }

    /// Items in order; none if this is no array.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> + use<'d> {
        let pointer = self.pointer.clone();
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(move |(index, value)| Self { value, pointer: pointer::item(&pointer, index) })
    }
}

/// What the text of a `$ref` points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A JSON pointer into the same document. Something stands there.
    Local(String),
    /// A plain-name fragment (`#name`, JSON Schema 2020-12 Core, 8.2.2), without `#`.
    Anchor(String),
    /// Another file or URL.
    External,
    /// The same document, but nothing stands there.
    Nothing,
}

/// Tells references to the document itself from others.
#[derive(Clone, Debug)]
pub(crate) struct Resolver<'d> {
    root: &'d Value,
    /// Under which names the document may call itself.
    own_names: Vec<String>,
    written: &'d Written,
}

impl<'d> Resolver<'d> {
    /// `source` is where the document was read from: it may refer to itself by its own file name.
    pub(crate) fn new(root: &'d Value, source: &str, written: &'d Written) -> Self {
        let path = source.split(['?', '#']).next().unwrap_or(source);
        let file_name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let own_uri = root.get("$self").and_then(Value::as_str).unwrap_or(source);
        let own_names = vec![source.to_owned(), file_name.to_owned(), own_uri.to_owned()];
        Self { root, own_names, written }
    }

    /// The reference as the author wrote it.
    pub(crate) fn original<'a>(&'a self, reference: &'a str) -> &'a str {
        self.written.original(reference)
    }

    /// JSON pointers of the other documents in the whole.
    pub(crate) fn documents(&self) -> &'d [String] {
        self.written.documents()
    }

    /// Why the document that a reference leads to could not be had, if it was tried.
    pub(crate) fn reason(&self, reference: &str) -> Option<&'d str> {
        self.written.reason(reference)
    }

    /// Where a reference leads.
    pub(crate) fn target(&self, reference: &str) -> Target {
        let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = document.strip_prefix("./").unwrap_or(document);
        if !document.is_empty() && !self.own_names.iter().any(|name| name == document) {
            return Target::External;
        }
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return Target::Anchor(fragment.to_owned());
        }
        // Documents that do not encode `%` in names exist: the text as it is comes second.
        let decoded = pointer::from_fragment(fragment);
        let spellings = [decoded.as_ref(), fragment];
        let found = spellings.iter().find(|pointer| self.root.pointer(pointer).is_some());
        found.map_or(Target::Nothing, |pointer| Target::Local((*pointer).to_owned()))
    }

    /// The document.
    pub(crate) fn root(&self) -> &'d Value {
        self.root
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(reference: &str, expect: &Target) {
        let root = json!({"a": {"b c": 1, "{d}": 2, "e%20": 3}, "$self": "https://x.example/self"});
        let written = Written::default();
        let resolver = Resolver::new(&root, "https://x.example/v1/openapi.json?v=2", &written);
        assert_eq!(resolver.target(reference), *expect, "{reference}");
    }

    fn local(pointer: &str) -> Target {
        Target::Local(pointer.to_owned())
    }

    #[test]
    fn percent_encoding_is_undone() {
        check("#/a/b%20c", &local("/a/b c"));
        check("#/a/%7Bd%7D", &local("/a/{d}"));
    }

    #[test]
    fn names_that_are_not_encoded_are_found_too() {
        check("#/a/b c", &local("/a/b c"));
        check("#/a/e%20", &local("/a/e%20"));
    }

    #[test]
    fn document_may_name_itself() {
        check("openapi.json#/a", &local("/a"));
        check("./openapi.json#/a", &local("/a"));
        check("https://x.example/self#/a", &local("/a"));
    }

    #[test]
    fn other_documents_are_external() {
        check("other.json#/a", &Target::External);
        check("Pet", &Target::External);
    }

    #[test]
    fn plain_name_is_an_anchor() {
        check("#tree", &Target::Anchor("tree".to_owned()));
    }

    #[test]
    fn nothing_there_is_said() {
        check("#/a/z", &Target::Nothing);
    }
}
