//! The longest name that is allowed is refused.

use serde_json::Value;

use super::{Fault, content_schema};

pub(crate) const FAULT: Fault = Fault {
    name: "longest_name_rejected",
    explain: "The length is compared with the wrong operator: 80 characters are refused where the \
        contract allows them.\n\n\
        Off by one on the strict side. The correct twin takes it. Trigger: a name of 80 \
        characters.\n\n\
        Example: POST /products {\"name\": <80 characters>, …} → 422",
    caught_by: "valid_rejected",
    operation: "POST /products",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    content_schema(operation)["properties"]["name"]["maxLength"] = Value::from(79);
}
