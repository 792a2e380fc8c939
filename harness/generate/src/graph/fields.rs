//! The named places of a schema: its members, through references, `allOf` and items. Knows no names'
//! meaning.

use harness_contract::{Direction, SchemaRef, Schemas};
use serde_json::Value;

/// Levels of members that are looked at: identities stand at the top or in one wrapper around it.
const DEPTH_MAX: usize = 4;
/// Members that are looked at: a schema of more is cut there.
const FIELDS_MAX: usize = 400;

/// A member of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// JSON pointer to the value; items stand at index 0.
    pub(super) pointer: String,
    /// Name of the member.
    pub(super) name: String,
    /// Its JSON types, as far as the schema says; empty: any.
    pub(super) types: Vec<String>,
    /// Members and lists around it.
    pub(super) depth: usize,
}

/// The members of a schema, outer ones first.
pub(super) fn fields(schemas: &Schemas, schema: &SchemaRef, direction: Direction) -> Vec<Field> {
    let mut found = Vec::new();
    let Some(root) = schemas.get(schema, direction) else { return found };
    let mut queue = std::collections::VecDeque::from([(root, String::new(), 0)]);
    while let Some((schema, pointer, depth)) = queue.pop_front() {
        if depth > DEPTH_MAX || found.len() >= FIELDS_MAX {
            break;
        }
        for part in parts(schemas, schema, direction) {
            if let Some(items) = part.get("items") {
                queue.push_back((items, format!("{pointer}/0"), depth + 1));
            }
            let members = part.get("properties").and_then(Value::as_object);
            for (name, member) in members.into_iter().flatten() {
                let token = name.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{token}");
                let types = types(schemas, member, direction);
                found.push(Field { pointer: pointer.clone(), name: name.clone(), types, depth });
                queue.push_back((member, pointer, depth + 1));
            }
        }
    }
    found
}

/// The JSON types that a schema names; empty: any.
pub(super) fn types(schemas: &Schemas, schema: &Value, direction: Direction) -> Vec<String> {
    let mut types = Vec::new();
    for part in parts(schemas, schema, direction) {
        match part.get("type") {
            Some(Value::String(name)) => types.push(name.clone()),
            Some(Value::Array(names)) => {
                types.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            Some(_) | None => {}
        }
    }
    types
}

/// A schema without its references, and the schemas that apply to the same value by `allOf`.
fn parts<'a>(schemas: &'a Schemas, schema: &'a Value, direction: Direction) -> Vec<&'a Value> {
    let (own, _) = schemas.resolve(schema, direction);
    let mut found = vec![own];
    let members = |schema: &'a Value| schema.get("allOf").and_then(Value::as_array);
    for part in members(own).into_iter().flatten() {
        let (part, _) = schemas.resolve(part, direction);
        found.push(part);
        found.extend(members(part).into_iter().flatten().map(|p| schemas.resolve(p, direction).0));
    }
    found
}
