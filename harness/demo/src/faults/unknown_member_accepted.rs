//! A member that the contract forbids is let in.

use serde_json::Value;

use super::{Fault, content_schema};

pub(crate) const FAULT: Fault = Fault {
    name: "unknown_member_accepted",
    explain: "The object is closed in the contract and open in the code.\n\n\
        Most parsers ignore what they do not know. The correct twin refuses with 422. \
        Trigger: one member more than the contract lists.\n\n\
        Example: PUT /products/1006 {…, \"unexpectedMember\": \"x\"} → 200",
    caught_by: "invalid_accepted",
    operation: "PUT /products/{product_id}",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    if let Some(schema) = content_schema(operation).as_object_mut() {
        schema.remove("additionalProperties");
    }
}
