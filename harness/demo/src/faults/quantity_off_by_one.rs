//! One piece more than the maximum is let in.

use serde_json::Value;

use super::{Fault, content_schema};

pub(crate) const FAULT: Fault = Fault {
    name: "quantity_off_by_one",
    explain: "The quantity of an item is compared with the wrong operator: 101 passes where the \
        contract allows 100.\n\n\
        The same fault as limit_off_by_one, deep inside content. The correct twin refuses \
        with 422. Trigger: quantity 101.\n\n\
        Example: POST /orders {\"customer_id\": 2001, \"items\": [{\"product_id\": 1003, \
        \"quantity\": 101}]} → 201",
    caught_by: "invalid_accepted",
    operation: "POST /orders",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    let item = &mut content_schema(operation)["properties"]["items"]["items"];
    item["properties"]["quantity"]["maximum"] = Value::from(101);
}
