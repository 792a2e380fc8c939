//! An order of nothing is an internal error.

use serde_json::Value;

use super::{Fault, content_schema};
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "zero_quantity_divides",
    explain: "A quantity of zero is let in, and the average price divides by the number of pieces.\n\n\
        The lower limit of the contract was forgotten; only the upper one is checked. The \
        correct twin refuses with 422. Trigger: quantity 0, one below the minimum.\n\n\
        Example: POST /orders {\"customer_id\": 2001, \"items\": [{\"product_id\": 1003, \
        \"quantity\": 0}]} → 500",
    caught_by: "server_error",
    operation: "POST /orders",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    let item = &mut content_schema(operation)["properties"]["items"]["items"];
    item["properties"]["quantity"]["minimum"] = Value::from(0);
}

/// What the division by the number of pieces comes to.
pub(crate) fn strike(quantities: &[i64]) -> Result<(), Refusal> {
    if quantities.contains(&0) {
        return Err(internal_error("division by zero in average_cents"));
    }
    Ok(())
}
