//! One item more than the maximum is let in.

use serde_json::Value;

use super::{Fault, parameter_schema};

pub(crate) const FAULT: Fault = Fault {
    name: "limit_off_by_one",
    explain: "The limit is compared with the wrong operator: 101 passes where the contract allows \
        100.\n\n\
        Off by one, the oldest fault there is. The correct twin refuses with 400. Trigger: \
        limit=101.\n\n\
        Example: GET /products?limit=101 → 200",
    caught_by: "invalid_accepted",
    operation: "GET /products",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    parameter_schema(operation, "limit")["maximum"] = Value::from(101);
}
