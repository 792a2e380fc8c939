//! A page without orders has null for its list.

use serde::Serialize;
use serde_json::{Value, json};

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "empty_list_is_null",
    explain: "A list that was never filled is sent as null.\n\n\
        A nil slice in Go, an uninitialised member elsewhere. The correct twin sends an \
        empty list. Trigger: a page without orders, as behind the last one.\n\n\
        Example: GET /orders?offset=9007199254740991 → {\"items\": null, …}",
    caught_by: "body_violates_schema",
    operation: "GET /orders",
    bend: None,
};

/// The page, with null for a list that was never filled.
pub(crate) fn rendered(items: &[impl Serialize], total: usize) -> Value {
    let items = if items.is_empty() { Value::Null } else { json!(items) };
    json!({"items": items, "total": total})
}
