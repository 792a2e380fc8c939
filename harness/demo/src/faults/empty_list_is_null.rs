//! The orders of a customer without orders are null.

use serde_json::{Value, json};

use super::Fault;
use crate::shop::{Order, Table};

pub(crate) const FAULT: Fault = Fault {
    name: "empty_list_is_null",
    explain: "A list that was never filled is sent as null.\n\n\
        A nil slice in Go, an outer join that found nothing elsewhere. The correct twin sends an \
        empty list. Trigger: the orders of a customer who has none, or who is not there.\n\n\
        Example: GET /orders?customer_id=1 → {\"items\": null, …}",
    caught_by: "body_violates_schema",
    operation: "GET /orders",
    bend: None,
};

/// The page of a customer without orders; `None` for others and for everybody's.
pub(crate) fn rendered(orders: &Table<Order>, customer_id: Option<i64>) -> Option<Value> {
    let customer_id = customer_id?;
    let has_orders = orders.iter().any(|order| order.customer_id == customer_id);
    (!has_orders).then(|| json!({"items": null, "total": 0}))
}
