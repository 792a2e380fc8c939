//! An order without items is an internal error.

use serde_json::Value;

use super::{Fault, content_schema};
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "empty_items_fail",
    explain: "The number of items is not checked, and the code takes the first of a list that has \
        none.\n\n\
        The rule minItems was written into the contract and never into the code. The correct \
        twin refuses with 422. Trigger: an empty list of items. A second cause on the same \
        operation is zero_quantity_divides: two failures that must not hide each other.\n\n\
        Example: POST /orders {\"customer_id\": 2001, \"items\": []} → 500",
    caught_by: "server_error",
    operation: "POST /orders",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    content_schema(operation)["properties"]["items"]["minItems"] = Value::from(0);
}

/// What the code that takes the first item comes to.
pub(crate) fn strike(item_count: usize) -> Result<(), Refusal> {
    if item_count == 0 {
        return Err(internal_error("index out of bounds: the order has no first item"));
    }
    Ok(())
}
