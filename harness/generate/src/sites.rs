//! Every place of a value together with the shape it must have: where boundaries and violations are
//! put.

use serde_json::Value;

use crate::constraints::{Types, escaped};
use crate::shapes::{Graph, Kind, ShapeId, Variant};

/// Places of one value. Deep and wide bodies have more; the outer ones come first.
const SITES_MAX: usize = 300;
/// Nesting that is followed.
const DEPTH_MAX: usize = 6;

/// A place in a value.
#[derive(Clone, Debug)]
pub(crate) struct Site<'a> {
    /// JSON pointer from the root.
    pub(crate) pointer: String,
    pub(crate) shape: ShapeId,
    /// The variant that the value there is of.
    pub(crate) variant: &'a Variant,
}

/// The places of a value, outer ones first. Of an array only the first item is a place: the others
/// are bound by the same shape.
pub(crate) fn sites<'a>(graph: &'a Graph, value: &Value) -> Vec<Site<'a>> {
    let mut found = Vec::new();
    let mut queue = std::collections::VecDeque::from([(String::new(), graph.root, value, 0)]);
    while let Some((pointer, shape, value, depth)) = queue.pop_front() {
        if found.len() >= SITES_MAX {
            break;
        }
        let Some(variant) = variant_of(graph, shape, value) else { continue };
        if depth < DEPTH_MAX {
            match (&variant.kind, value) {
                (Kind::Object { properties, .. }, Value::Object(members)) => {
                    for (name, member) in members {
                        if let Some(id) = properties.get(name) {
                            let pointer = format!("{pointer}/{}", escaped(name));
                            queue.push_back((pointer, *id, member, depth + 1));
                        }
                    }
                }
                (Kind::Array { prefix, items, .. }, Value::Array(values)) => {
                    let id = prefix.first().copied().or(*items);
                    if let (Some(id), Some(first)) = (id, values.first()) {
                        queue.push_back((format!("{pointer}/0"), id, first, depth + 1));
                    }
                }
                _ => {}
            }
        }
        found.push(Site { pointer, shape, variant });
    }
    found
}

/// The first variant whose type a value has, with the required members if it is an object.
pub(crate) fn variant_of<'a>(
    graph: &'a Graph,
    shape: ShapeId,
    value: &Value,
) -> Option<&'a Variant> {
    let is_of = |variant: &&Variant| match (&variant.kind, value) {
        (Kind::Listed(values), value) => values.contains(value),
        (Kind::Object { .. }, Value::Object(members)) => {
            variant.constraints.required.iter().all(|name| members.contains_key(name))
        }
        (Kind::Null, Value::Null)
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Number, Value::Number(_))
        | (Kind::String { .. }, Value::String(_))
        | (Kind::Array { .. }, Value::Array(_)) => true,
        (Kind::Integer, number) => Types::of_value(number) == Types::INTEGER,
        _ => false,
    };
    graph.shape(shape).variants.iter().find(is_of)
}

/// A copy of a value with the place at a pointer replaced.
pub(crate) fn replaced(root: &Value, pointer: &str, value: Value) -> Option<Value> {
    let mut copy = root.clone();
    *copy.pointer_mut(pointer)? = value;
    Some(copy)
}
