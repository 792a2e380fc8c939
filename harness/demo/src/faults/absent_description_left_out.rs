//! A description that was not given is missing in the answer.

use serde_json::Value;

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "absent_description_left_out",
    explain: "A required member that may be null is left out if there is nothing to say.\n\n\
        Serialisers that skip empty members do this everywhere at once. The correct twin \
        says null. Trigger: a product without a description.\n\n\
        Example: POST /products {\"name\": \"a\", \"price_cents\": 1, \"category\": \
        \"home\"} → 201 without description",
    caught_by: "body_violates_schema",
    operation: "POST /products",
    bend: None,
};

/// Leaves the description out if it is null.
pub(crate) fn strike(product: &mut Value) {
    if product["description"].is_null()
        && let Some(members) = product.as_object_mut()
    {
        members.shift_remove("description");
    }
}
