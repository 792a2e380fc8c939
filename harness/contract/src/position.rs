//! JSON pointer → line and column, on demand: parsing keeps no places, because nearly every document
//! needs them for a handful of diagnostics only. Knows syntax, not API documents.

mod json;
mod yaml;

use std::collections::BTreeMap;

use crate::syntax::Syntax;
use crate::{Position, pointer};

/// The place of each pointer's element, in the order asked for: where a member's name begins, or
/// where an array's item begins. An element that is not in the text itself (reached through a YAML
/// alias or merge key) has the place of what it was reached through.
pub(crate) fn find(text: &str, syntax: Syntax, pointers: &[&str]) -> Vec<Option<Position>> {
    if pointers.is_empty() {
        return Vec::new();
    }
    let mut wanted = Wanted::default();
    for pointer in pointers {
        wanted.insert(pointer);
    }
    match syntax {
        Syntax::Json => json::locate(text, &mut wanted),
        Syntax::Yaml => yaml::locate(text, &mut wanted),
    }
    pointers.iter().map(|pointer| wanted.position(pointer)).collect()
}

/// A tree of the elements whose place is asked for.
#[derive(Debug, Default)]
struct Wanted {
    members: BTreeMap<String, Wanted>,
    position: Option<Position>,
}

impl Wanted {
    fn insert(&mut self, pointer: &str) {
        let mut here = self;
        for token in pointer.split('/').skip(1) {
            here = here.members.entry(pointer::unescape(token).into_owned()).or_default();
        }
    }

    fn found_at(&mut self, position: Position) -> &mut Self {
        self.position = Some(position);
        self
    }

    /// The place of the element, else of its nearest ancestor that has one.
    fn position(&self, pointer: &str) -> Option<Position> {
        let mut here = self;
        let mut nearest = self.position;
        for token in pointer.split('/').skip(1) {
            match here.members.get(pointer::unescape(token).as_ref()) {
                Some(member) => here = member,
                None => break,
            }
            nearest = here.position.or(nearest);
        }
        nearest
    }
}

#[cfg(test)]
mod tests;
