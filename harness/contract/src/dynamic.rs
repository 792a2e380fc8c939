//! Dynamic references (JSON Schema 2020-12 Core, 8.2.3.2): which schema a `$dynamicRef` stands for
//! depends on the schemas through which it was reached. Knows where the names are; the lifting makes
//! one copy of a schema for each way in which it is reached.

use std::collections::{BTreeMap, BTreeSet};

/// What each dynamic name stands for: name → pointer of the schema. The outermost one that was passed
/// wins.
pub(crate) type Bindings = BTreeMap<String, String>;

/// Dynamic anchors of a document, by the resource that they stand in.
#[derive(Debug, Default)]
pub(crate) struct DynamicAnchors {
    /// Pointers of all resources but the root: schemas with an `$id`, other documents.
    resources: BTreeSet<String>,
    /// Name and pointer of each anchor.
    anchors: Vec<(String, String)>,
    /// By pointer of the resource, filled in by [`Self::settle`].
    by_resource: BTreeMap<String, Bindings>,
}

impl DynamicAnchors {
    /// Notes a resource.
    pub(crate) fn add_resource(&mut self, pointer: String) {
        self.resources.insert(pointer);
    }

    /// Notes an anchor.
    pub(crate) fn add_anchor(&mut self, name: &str, pointer: String) {
        self.anchors.push((name.to_owned(), pointer));
    }

    /// Sorts the anchors by resource. Of two with one name in one resource the first counts.
    pub(crate) fn settle(&mut self) {
        for (name, pointer) in std::mem::take(&mut self.anchors) {
            let resource = self.enclosing(&pointer).next().unwrap_or("").to_owned();
            self.by_resource.entry(resource).or_default().entry(name).or_insert(pointer);
        }
    }

    /// Whether there is nothing to bind.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_resource.is_empty()
    }

    /// The resources that a place is in, the innermost first.
    fn enclosing<'a>(&'a self, pointer: &'a str) -> impl Iterator<Item = &'a str> {
        let cuts = pointer.rmatch_indices('/').map(|(at, _)| at);
        let above = std::iter::once(pointer.len()).chain(cuts).map(|at| &pointer[..at]);
        above.filter(|above| above.is_empty() || self.resources.contains(*above))
    }

    /// The bindings at a place that is reached from the document itself.
    pub(crate) fn at(&self, pointer: &str) -> Bindings {
        let mut bindings = Bindings::new();
        // The innermost first, so that those further out replace them.
        for resource in self.enclosing(pointer) {
            let own = self.by_resource.get(resource).into_iter().flatten();
            bindings.extend(own.map(|(name, pointer)| (name.clone(), pointer.clone())));
        }
        bindings
    }

    /// The bindings at a place that is reached by reference from where `outer` hold.
    pub(crate) fn through(&self, outer: &Bindings, pointer: &str) -> Bindings {
        let mut bindings = Bindings::new();
        if let Some(resource) = self.enclosing(pointer).next() {
            bindings.extend(self.by_resource.get(resource).into_iter().flatten().map(pair));
        }
        bindings.extend(outer.iter().map(pair));
        bindings
    }

    /// The bindings within a schema that may be a resource of its own.
    pub(crate) fn within(&self, outer: &Bindings, pointer: &str) -> Option<Bindings> {
        let own = self.by_resource.get(pointer)?;
        let mut bindings = own.clone();
        bindings.extend(outer.iter().map(pair));
        Some(bindings)
    }
}

fn pair((name, pointer): (&String, &String)) -> (String, String) {
    (name.clone(), pointer.clone())
}
