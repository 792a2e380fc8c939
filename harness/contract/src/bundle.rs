//! A document and those that it refers to, made one value tree: every other document stands under its
//! name in one member of the root, and every reference becomes a JSON pointer into the whole. Knows
//! base URIs, `$id` and anchors (JSON Schema 2020-12 Core, 8.2); knows no operations.
//!
//! Only what an operation could need is followed: references in examples, extensions and texts are
//! data. Most documents refer to themselves by pointer only; they are left as they are.

mod walk;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::fetch::{
    FETCHED_DOCUMENTS_MAX, FETCHED_OCTETS_MAX, Fetch, Fetched, LOCATION_LENGTH_MAX,
};
use crate::grammar::{Kind, kind_at};
use crate::lift::Dialect;
use crate::recognise::decode;
use crate::references::canonical;
use crate::syntax::{Parsed, Syntax};
use crate::vintage::{Vintage, child};
use crate::{foreign, pointer, syntax, uri};
use walk::{Found, Occurrence, Walk, is_self_contained};

/// Under which name other documents stand in the root.
const DOCUMENTS_NAME: &str = "x-harness-documents";

/// Nodes that may be copied for maps that are written as references: a fourth of what the largest
/// real document has.
const COPIED_NODES_MAX: usize = 500_000;

/// All documents of a contract as one.
pub(crate) struct Bundle {
    /// The root, with the others in a member of it.
    pub(crate) value: Value,
    /// The other documents in the order in which they were met.
    pub(crate) others: Vec<Other>,
    pub(crate) written: Written,
}

/// A document that was fetched.
#[derive(Debug)]
pub(crate) struct Other {
    /// JSON pointer of the document in the whole.
    pub(crate) pointer: String,
    /// Where it was found.
    pub(crate) location: String,
    pub(crate) text: String,
    pub(crate) syntax: Syntax,
    /// JSON pointers within the document.
    pub(crate) duplicates: Vec<String>,
    /// BLAKE3 of its octets.
    pub(crate) digest: blake3::Hash,
}

/// What references that lead nowhere were before they were rewritten, and why they lead nowhere.
#[derive(Debug, Default)]
pub(crate) struct Written {
    originals: BTreeMap<String, String>,
    reasons: BTreeMap<String, String>,
    /// JSON pointers of the other documents in the whole.
    documents: Vec<String>,
}

impl Written {
    /// JSON pointers of the other documents in the whole.
    pub(crate) fn documents(&self) -> &[String] {
        &self.documents
    }

    /// The reference as the author wrote it.
    pub(crate) fn original<'a>(&'a self, reference: &'a str) -> &'a str {
        self.originals.get(reference).map_or(reference, String::as_str)
    }

    /// Why the document that the reference leads to could not be had, if it was tried.
    pub(crate) fn reason(&self, reference: &str) -> Option<&str> {
        self.reasons.get(reference).map(String::as_str).filter(|reason| !reason.is_empty())
    }
}

/// One document while references are followed.
struct Document {
    /// What references in it are relative to.
    base: String,
    location: String,
    value: Value,
    /// JSON pointer of the document in the whole.
    pointer: String,
}

/// A place in one of the documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    document: usize,
    pointer: String,
}

/// A reference that gets another text: the object that holds it, its name there, the new text.
struct Change {
    place: Place,
    name: String,
    text: Value,
}

/// A map or list that is written as a reference: what is copied where, as pointers into the whole.
struct Copied {
    from: String,
    to: String,
}

struct Bundling<'f, 'd> {
    fetch: Option<&'f mut dyn Fetch>,
    dialect: &'d Dialect,
    documents: Vec<Document>,
    others: Vec<Other>,
    documents_name: String,
    /// Pointers that are given to documents.
    names: BTreeSet<String>,
    /// Location or URI → document.
    locations: BTreeMap<String, usize>,
    unreachable: BTreeMap<String, String>,
    /// Absolute `$id` → place of its schema.
    resources: BTreeMap<String, Place>,
    /// Base URI and name → place of its schema.
    anchors: BTreeMap<(String, String), Place>,
    visited: BTreeSet<(Place, Kind)>,
    pending: VecDeque<Occurrence>,
    changes: Vec<Change>,
    copied: Vec<Copied>,
    written: Written,
    n_octets: usize,
}

/// Makes one of a document and those that it refers to. `source`: where the document was read from.
pub(crate) fn bundle(
    root: Value,
    source: &str,
    dialect: &Dialect,
    fetch: Option<&mut dyn Fetch>,
) -> Bundle {
    if is_self_contained(&root) {
        return Bundle { value: root, others: Vec::new(), written: Written::default() };
    }
    let mut bundling = Bundling {
        fetch,
        dialect,
        documents: Vec::new(),
        others: Vec::new(),
        documents_name: free_name(&root, DOCUMENTS_NAME),
        names: BTreeSet::new(),
        locations: BTreeMap::new(),
        unreachable: BTreeMap::new(),
        resources: BTreeMap::new(),
        anchors: BTreeMap::new(),
        visited: BTreeSet::new(),
        pending: VecDeque::new(),
        changes: Vec::new(),
        copied: Vec::new(),
        written: Written::default(),
        n_octets: 0,
    };
    bundling.add(root, source.to_owned(), String::new());
    bundling.visit(&Place { document: 0, pointer: String::new() }, dialect.document);
    while let Some(occurrence) = bundling.pending.pop_front() {
        bundling.settle(&occurrence);
    }
    bundling.finish()
}

/// A name that is no member of this object yet.
fn free_name(object: &Value, name: &str) -> String {
    let mut name = name.to_owned();
    while object.get(&name).is_some() {
        name.push('_');
    }
    name
}

impl Bundling<'_, '_> {
    /// Adds a document and the names that it can be referred to by.
    fn add(&mut self, value: Value, location: String, pointer: String) -> usize {
        let index = self.documents.len();
        let own = value.get("$self").and_then(Value::as_str);
        let base = own.map_or_else(|| location.clone(), |own| uri::resolve(&location, own));
        let base = uri::split_fragment(&base).0.to_owned();
        // A URL may be asked for with a query, and be referred to without.
        let without_query = location.split('?').next().unwrap_or(&location).to_owned();
        for name in [base.clone(), location.clone(), without_query] {
            self.locations.entry(name).or_insert(index);
        }
        self.documents.push(Document { base, location, value, pointer });
        index
    }

    /// Notes what stands at a place of this kind, once.
    fn visit(&mut self, place: &Place, kind: Kind) {
        if !self.visited.insert((place.clone(), kind)) {
            return;
        }
        let document = &self.documents[place.document];
        let Some(value) = document.value.pointer(&place.pointer) else { return };
        let (base, vintage) = self.surroundings(document, &place.pointer);
        let mut walk = Walk::new(vintage);
        walk.visit(value, kind, &pointer::Trail::At(&place.pointer), &base);
        let Found { references, ids, anchors } = walk.found;
        let here = |pointer| Place { document: place.document, pointer };
        for (id, pointer) in ids {
            self.resources.entry(id).or_insert_with(|| here(pointer));
        }
        for (anchor, pointer) in anchors {
            self.anchors.entry(anchor).or_insert_with(|| here(pointer));
        }
        self.pending.extend(references.into_iter().map(|mut reference| {
            reference.document = place.document;
            reference
        }));
    }

    /// The base URI and the draft of JSON Schema at a place: those of the document, changed by each
    /// `$id` and `$schema` on the way.
    fn surroundings(&self, document: &Document, pointer: &str) -> (Rc<str>, Vintage) {
        let mut vintage = self.dialect.vintage(&self.documents[0].value);
        let mut base = document.base.clone();
        let mut value = &document.value;
        for token in pointer.split('/').skip(1) {
            vintage = vintage.within(value);
            if let Some(id) = vintage.id(value) {
                uri::split_fragment(&uri::resolve(&base, id)).0.clone_into(&mut base);
            }
            match child(value, &pointer::unescape(token)) {
                Some(next) => value = next,
                None => break,
            }
        }
        (base.into(), vintage)
    }

    /// Finds what a reference leads to, and notes its new text.
    fn settle(&mut self, occurrence: &Occurrence) {
        let document = &self.documents[occurrence.document];
        let (location, whole) = (document.location.clone(), document.pointer.clone());
        let absolute = uri::resolve(&occurrence.base, &occurrence.text);
        let mut found = self.target(&absolute, occurrence);
        if found.is_none() && *occurrence.base != location {
            // An `$id` that nobody serves, in a file that stands beside what it refers to.
            found = self.target(&uri::resolve(&location, &occurrence.text), occurrence);
        }
        let text = match &found {
            Some(target) => {
                let kind = occurrence.kind;
                let is_walked = target.document == 0 && self.is_walked(target);
                if !is_walked {
                    self.visit(target, kind);
                }
                let there =
                    format!("{}{}", self.documents[target.document].pointer, target.pointer);
                if kind.is_collection() && occurrence.name == "$ref" {
                    let to = format!("{whole}{}", occurrence.pointer);
                    self.copied.push(Copied { from: there.clone(), to });
                }
                canonical(&there)
            }
            None if !occurrence.is_needed => return,
            None => Value::String(self.lost(occurrence, &absolute, &whole)),
        };
        if text != occurrence.text {
            let place =
                Place { document: occurrence.document, pointer: occurrence.pointer.clone() };
            // Without a name it is dynamic in nothing but its own (JSON Schema 2020-12 Core, 8.2.3.2).
            let is_static = occurrence.name == "$dynamicRef" && !occurrence.has_plain_name();
            let name = if is_static { "$ref" } else { &occurrence.name };
            self.changes.push(Change { place, name: name.to_owned(), text });
        }
    }

    /// The text of a reference that leads nowhere. It must not lead anywhere in the whole either.
    fn lost(&mut self, occurrence: &Occurrence, absolute: &str, whole: &str) -> String {
        let (document, fragment) = uri::split_fragment(absolute);
        let reason = self.unreachable.get(document).cloned();
        let text = match reason {
            Some(_) => absolute.to_owned(),
            None if occurrence.document == 0 && occurrence.text.starts_with('#') => {
                occurrence.text.clone()
            }
            None => format!("#{whole}{}", pointer::member("", fragment)),
        };
        if let Some(reason) = reason {
            self.written.reasons.insert(text.clone(), reason);
        }
        self.written.originals.insert(text.clone(), occurrence.text.clone());
        text
    }

    /// Whether a place of the root is walked from the root on.
    fn is_walked(&self, place: &Place) -> bool {
        let kind = kind_at(self.dialect.document, &self.documents[0].value, &place.pointer);
        !matches!(kind, None | Some(Kind::Opaque))
    }

    /// The place that an absolute reference leads to.
    fn target(&mut self, absolute: &str, occurrence: &Occurrence) -> Option<Place> {
        let (document, fragment) = uri::split_fragment(absolute);
        let resource = match self.resource(document) {
            Some(resource) => resource,
            None if !occurrence.is_needed => return None,
            None => Place { document: self.load(document)?, pointer: String::new() },
        };
        if fragment.is_empty() {
            return Some(resource);
        }
        if fragment.starts_with('/') {
            return self.at_pointer(&resource, fragment);
        }
        let name = pointer::from_fragment(fragment).into_owned();
        let find = |this: &Self| {
            let exact = this.anchors.get(&(document.to_owned(), name.clone()));
            let same_document = this.anchors.iter().find(|((_, anchor), place)| {
                *anchor == name && place.document == resource.document
            });
            exact.or(same_document.map(|(_, place)| place)).cloned()
        };
        find(self).or_else(|| {
            let is_api = |name| self.documents[resource.document].value.get(name).is_some();
            let is_api = is_api("openapi") || is_api("swagger");
            let kind = if is_api { self.dialect.document } else { Kind::Schema };
            self.visit(&Place { pointer: String::new(), ..resource.clone() }, kind);
            find(self)
        })
    }

    fn resource(&self, document: &str) -> Option<Place> {
        let by_location = |name: &str| {
            let index = *self.locations.get(name)?;
            Some(Place { document: index, pointer: String::new() })
        };
        let decoded = pointer::from_fragment(document);
        let by_id = self.resources.get(document).cloned();
        by_id.or_else(|| by_location(document)).or_else(|| by_location(&decoded))
    }

    /// What a pointer leads to within a resource, else within its document: authors who write an
    /// `$id` without need go on pointing into the document.
    fn at_pointer(&self, resource: &Place, fragment: &str) -> Option<Place> {
        let document = &self.documents[resource.document];
        let decoded = pointer::from_fragment(fragment);
        for start in [resource.pointer.as_str(), ""] {
            // Documents that do not encode `%` in names exist.
            for spelling in [decoded.as_ref(), fragment] {
                let pointer = format!("{start}{spelling}");
                if document.value.pointer(&pointer).is_some() {
                    return Some(Place { document: resource.document, pointer });
                }
            }
        }
        None
    }

    /// Fetches a document; `None`, and a reason, if it cannot be had.
    fn load(&mut self, location: &str) -> Option<usize> {
        if self.unreachable.contains_key(location) {
            return None;
        }
        match self.fetch(location) {
            Ok(index) => Some(index),
            Err(why) => {
                self.unreachable.insert(location.to_owned(), why);
                None
            }
        }
    }

    fn fetch(&mut self, location: &str) -> Result<usize, String> {
        let Some(fetch) = self.fetch.as_deref_mut() else {
            // No reason but that this was not asked for.
            return Err(String::new());
        };
        if location.len() > LOCATION_LENGTH_MAX {
            return Err(format!("its location is longer than {LOCATION_LENGTH_MAX} octets"));
        }
        if self.documents.len() > FETCHED_DOCUMENTS_MAX {
            return Err(format!("more than {FETCHED_DOCUMENTS_MAX} documents are referred to"));
        }
        let Fetched { octets, location: found } =
            fetch.fetch(location).map_err(|error| format!("cannot read {location}: {error}"))?;
        self.n_octets = self.n_octets.saturating_add(octets.len());
        if self.n_octets > FETCHED_OCTETS_MAX {
            let limit = FETCHED_OCTETS_MAX / (1024 * 1024);
            return Err(format!("the documents referred to have more than {limit} MiB together"));
        }
        let found = uri::split_fragment(&found).0.to_owned();
        if let Some(known) = self.locations.get(&found).copied() {
            // Another name of the same document.
            self.locations.insert(location.to_owned(), known);
            return Ok(known);
        }
        let (Parsed { value, syntax, duplicates, .. }, text) = parse(&octets, location)?;
        let whole = self.name_of(&found);
        self.others.push(Other {
            pointer: whole.clone(),
            location: found.clone(),
            text,
            syntax,
            duplicates,
            digest: blake3::hash(&octets),
        });
        let index = self.add(value, found, whole);
        self.locations.insert(location.to_owned(), index);
        Ok(index)
    }

    /// A pointer for a document in the whole: its location, as the root would write it.
    fn name_of(&mut self, location: &str) -> String {
        let folder = self.documents[0].location.rfind('/').map_or("", |end| {
            let (folder, _) = self.documents[0].location.split_at(end + 1);
            folder
        });
        let name = location.strip_prefix(folder).unwrap_or(location);
        let all = pointer::member("", &self.documents_name);
        let mut whole = pointer::member(&all, name);
        while !self.names.insert(whole.clone()) {
            whole.push('_');
        }
        whole
    }

    /// Puts everything together.
    fn finish(mut self) -> Bundle {
        for Change { place, name, text } in self.changes {
            let document = &mut self.documents[place.document].value;
            if let Some(Value::Object(holder)) = document.pointer_mut(&place.pointer) {
                holder.insert(name, text);
            }
        }
        let mut documents = self.documents.into_iter();
        let mut value = documents.next().map_or(Value::Null, |root| root.value);
        let others: Map<String, Value> = documents
            .map(|document| {
                let token = document.pointer.rsplit('/').next().unwrap_or_default();
                (pointer::unescape(token).into_owned(), document.value)
            })
            .collect();
        if let (Value::Object(members), false) = (&mut value, others.is_empty()) {
            members.insert(self.documents_name, Value::Object(others));
        }
        // What was met last lies deepest: it is complete when what holds it is copied.
        let mut n_left = COPIED_NODES_MAX;
        for Copied { from, to } in self.copied.iter().rev() {
            let Some(content) = value.pointer(from) else { continue };
            let Some(left) = n_left.checked_sub(n_nodes(content)) else { continue };
            n_left = left;
            let content = content.clone();
            if let Some(place) = value.pointer_mut(to) {
                *place = content;
            }
        }
        self.written.documents = self.others.iter().map(|other| other.pointer.clone()).collect();
        Bundle { value, others: self.others, written: self.written }
    }
}

fn n_nodes(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(n_nodes).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(n_nodes).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// A fetched document as a value tree, and its text.
fn parse(octets: &[u8], location: &str) -> Result<(Parsed, String), String> {
    let text = decode(octets, location).map_err(|error| error.to_string())?.text.into_owned();
    match syntax::parse(&text) {
        // Any text is YAML.
        Ok(Parsed { value: Value::String(_), .. }) => {
            let found = foreign::by_text(&text)
                .map_or_else(|| "it is plain text".to_owned(), |foreign| foreign.found);
            Err(format!("{location} is no JSON or YAML: {found}"))
        }
        Ok(parsed) => Ok((parsed, text)),
        Err(error) => Err(match foreign::by_text(&text) {
            Some(foreign) => format!("{location} is no JSON or YAML: {}", foreign.found),
            None => format!("{location} is no JSON or YAML: {}", error.why),
        }),
    }
}

#[cfg(test)]
mod tests;
