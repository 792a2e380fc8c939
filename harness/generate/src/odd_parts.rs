//! Lists and objects that no contract names and many readers trip over: very long lists, and members
//! that nothing declares.

use serde_json::{Map, Value, json};

use crate::Generator;
use crate::constraints::Constraints;

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "odd_parts",
    explain: "Sends long lists where the contract sets no limit, and members that it does not declare \
              where it does not forbid them: a reader that binds them blindly, or walks into \
              `__proto__`, is found. To refuse one is no finding; to crash on it is.",
};

/// Items of a long list: more than a page, less than what a decoder limits.
const ITEMS: usize = 1_000;
/// Octets of an item of a long list, so that the whole stays below 128 KiB.
const ITEM_OCTETS_MAX: usize = 128;

/// A long list of the first item again and again.
pub(crate) fn undeclared_list(constraints: &Constraints, items: &[Value]) -> Option<Value> {
    let first = items.first()?;
    let is_open = constraints.items_max.is_none() && !constraints.unique;
    let is_small = || first.to_string().len() <= ITEM_OCTETS_MAX;
    (is_open && is_small()).then(|| Value::Array(vec![first.clone(); ITEMS]))
}

/// The object with one more member, each with the name of what is odd about it.
pub(crate) fn undeclared_members(
    constraints: &Constraints,
    members: &Map<String, Value>,
) -> Vec<(Value, &'static str)> {
    if constraints.closed {
        return Vec::new();
    }
    let odd = [
        ("undeclaredMember", json!("x"), "a member that nothing declares"),
        ("__proto__", json!({"a": 1}), "a member that scripts take for the prototype"),
        ("", json!(null), "a member without a name"),
    ];
    odd.into_iter()
        .filter(|(name, _, _)| !members.contains_key(*name))
        .map(|(name, value, what)| {
            let mut more = members.clone();
            more.insert(name.to_owned(), value);
            (Value::Object(more), what)
        })
        .collect()
}
