//! Overlays (`OpenAPI` Overlay 1.0.0, 2024): changes to a document that the user makes without editing
//! it. Knows value trees and the actions of an overlay; what the document is does not matter.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::diagnostic::Severity;
use crate::recognise::decode;
use crate::syntax::Parsed;
use crate::{Diagnostic, Position, pointer, position, syntax};

/// Actions of one overlay. Each looks at the whole document; the largest published one has some
/// hundred.
const ACTIONS_MAX: usize = 10_000;

/// Code of the diagnostic about an action that changes nothing.
const NO_MATCH: &str = "overlay-target-without-match";

/// Changes to a document, in the order in which they are made.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// File name or URL.
    pub source: String,
    /// BLAKE3 of its octets.
    pub(crate) digest: blake3::Hash,
    actions: Vec<Action>,
}

/// One change.
#[derive(Clone, Debug)]
struct Action {
    target: JsonPath,
    change: Change,
    pointer: String,
    position: Option<Position>,
}

/// What happens to what is selected.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Update(Value),
    /// Neither: the action is a comment.
    Nothing,
}

/// Why octets are no overlay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// Neither JSON nor YAML, or no text.
    #[error("{overlay} cannot be read: {why}; expected an OpenAPI overlay in JSON or YAML")]
    Syntax {
        /// File name or URL.
        overlay: String,
        /// What is wrong, with the place if it is known.
        why: String,
    },
    /// Something else.
    #[error(
        "{overlay} is not an OpenAPI overlay: {found}; expected \"overlay\": \"1.0.0\" and a list of \
         actions"
    )]
    NotAnOverlay {
        /// File name or URL.
        overlay: String,
        /// What it is instead.
        found: String,
    },
    /// An action that cannot be carried out.
    #[error("{overlay}{}: {why} (at #{pointer})", position.map_or_else(String::new, |Position { line, column }| format!(":{line}:{column}")))]
    InvalidAction {
        /// File name or URL.
        overlay: String,
        /// JSON pointer of the action.
        pointer: String,
        /// Where it stands.
        position: Option<Position>,
        /// What is wrong.
        why: String,
    },
}

impl Overlay {
    /// Reads an overlay in JSON or YAML. `source` is its file name or URL, for messages.
    ///
    /// # Errors
    /// If it is no overlay, or one of its actions has no target, or one that is no `JSONPath` (RFC
    /// 9535): a change that the user asked for is made or refused, never passed over.
    pub fn read(bytes: &[u8], source: &str) -> Result<Self, OverlayError> {
        let overlay = || source.to_owned();
        let unreadable = |why: String| OverlayError::Syntax { overlay: overlay(), why };
        let decoded = decode(bytes, source).map_err(|error| unreadable(error.to_string()))?;
        let parsed = syntax::parse(&decoded.text).map_err(|error| {
            let place = error.position.map_or_else(String::new, |Position { line, column }| {
                format!(" at line {line}, column {column}")
            });
            unreadable(format!("{}{place}", error.why))
        })?;
        let refused = |found: String| OverlayError::NotAnOverlay { overlay: overlay(), found };
        match parsed.value.get("overlay") {
            Some(Value::String(version)) if version.starts_with("1.") => {}
            Some(Value::Number(version))
                if version.as_f64().is_some_and(|v| (1.0..2.0).contains(&v)) => {}
            Some(version) => return Err(refused(format!("its version is {version}"))),
            None => return Err(refused("it does not say \"overlay\"".to_owned())),
        }
        let Some(Value::Array(listed)) = parsed.value.get("actions") else {
            return Err(refused("it has no list of actions".to_owned()));
        };
        if listed.len() > ACTIONS_MAX {
            return Err(refused(format!("it has more than {ACTIONS_MAX} actions")));
        }
        let places = places(&decoded.text, &parsed, listed.len());
        let mut actions = Vec::with_capacity(listed.len());
        for (value, (pointer, position)) in listed.iter().zip(places) {
            let action = action(value, &pointer, position).map_err(|why| {
                OverlayError::InvalidAction { overlay: overlay(), pointer, position, why }
            })?;
            actions.push(action);
        }
        Ok(Self { source: overlay(), digest: blake3::hash(bytes), actions })
    }

    /// Carries out every action on a document. Returns a warning for each that selects nothing or
    /// that does not fit what it selects (Overlay 1.0.0, 4.4.3).
    pub fn apply(&self, document: &mut Value) -> Vec<Diagnostic> {
        self.apply_noting(document, &mut BTreeSet::new())
    }

    /// As [`Self::apply`]. Notes the pointers of lists that lost items: what is left in them stands
    /// at another index than in the text.
    pub(crate) fn apply_noting(
        &self,
        document: &mut Value,
        shortened: &mut BTreeSet<String>,
    ) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        for action in &self.actions {
            let mut remark = |code: &str, message: String| {
                diagnostics.push(Diagnostic {
                    severity: Severity::Warning,
                    code: code.to_owned(),
                    message,
                    source: self.source.clone(),
                    pointer: action.pointer.clone(),
                    position: action.position,
                });
            };
            let located = action.target.query_located(document);
            let mut selected: Vec<String> =
                located.iter().map(|node| node.location().to_json_pointer()).collect();
            selected.dedup();
            if selected.is_empty() {
                remark(NO_MATCH, format!("target {} selects nothing", action.target));
            }
            // The last first: removing one must not move another that is still to be removed.
            for pointer in selected.iter().rev() {
                match &action.change {
                    Change::Remove => {
                        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
                        if document.pointer(above).is_some_and(Value::is_array) {
                            shortened.insert(above.to_owned());
                        }
                        if !remove(document, pointer) {
                            let what = format!("{} cannot be removed", shown(pointer));
                            remark("overlay-misfit", what);
                        }
                    }
                    Change::Update(update) => {
                        let Some(place) = document.pointer_mut(pointer) else { continue };
                        if place.is_object() && !update.is_object() {
                            let what =
                                format!("update must be an object, as {} is", shown(pointer));
                            remark("overlay-misfit", what);
                        } else {
                            update_node(place, update);
                        }
                    }
                    Change::Nothing => {}
                }
            }
        }
        diagnostics
    }
}

fn shown(pointer: &str) -> String {
    format!("#{pointer}")
}

/// The pointer and the place of each action.
fn places(text: &str, parsed: &Parsed, n: usize) -> Vec<(String, Option<Position>)> {
    let pointers: Vec<String> = (0..n).map(|index| pointer::item("/actions", index)).collect();
    let wanted: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let positions = position::find(text, parsed.syntax, &wanted);
    pointers.into_iter().zip(positions).collect()
}

fn action(value: &Value, pointer: &str, position: Option<Position>) -> Result<Action, String> {
    let target = value.get("target").and_then(Value::as_str).ok_or("the action has no target")?;
    let target = JsonPath::parse(target)
        .map_err(|error| format!("target {target:?} is no JSONPath: {error}"))?;
    // `remove` comes before `update` (Overlay 1.0.0, 4.4.3.1).
    let change = if value.get("remove") == Some(&Value::Bool(true)) {
        Change::Remove
    } else if let Some(update) = value.get("update") {
        Change::Update(update.clone())
    } else if value.get("copy").is_some() {
        return Err("copy is not supported; write what is copied as update".to_owned());
    } else {
        Change::Nothing
    };
    Ok(Action { target, change, pointer: pointer.to_owned(), position })
}

/// Removes what stands at a pointer from the object or list that holds it; the root stays.
fn remove(document: &mut Value, pointer: &str) -> bool {
    let Some((above, token)) = pointer.rsplit_once('/') else { return false };
    match document.pointer_mut(above) {
        Some(Value::Object(members)) => {
            members.shift_remove(pointer::unescape(token).as_ref()).is_some()
        }
        Some(Value::Array(items)) => {
            let index = token.parse().ok().filter(|index| *index < items.len());
            index.map(|index: usize| items.remove(index)).is_some()
        }
        _ => false,
    }
}

/// A selected object is merged with the update, a selected list gets it as one more item (Overlay
/// 1.0.0, 4.4.3), and any other value is replaced (1.1.0).
fn update_node(place: &mut Value, update: &Value) {
    match place {
        Value::Array(items) => items.push(update.clone()),
        _ => merge(place, update),
    }
}

/// Merges recursively: objects member by member, lists by appending; anything else is replaced.
fn merge(place: &mut Value, update: &Value) {
    match (place, update) {
        (Value::Object(members), Value::Object(updates)) => {
            for (name, update) in updates {
                match members.get_mut(name) {
                    Some(member) => merge(member, update),
                    None => drop(members.insert(name.clone(), update.clone())),
                }
            }
        }
        (Value::Array(items), Value::Array(updates)) => items.extend(updates.iter().cloned()),
        (place, update) => *place = update.clone(),
    }
}

#[cfg(test)]
mod tests;
