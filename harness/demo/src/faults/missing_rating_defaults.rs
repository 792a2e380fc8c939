//! A review without a rating gets the best one.

use serde_json::Value;

use super::{Fault, content_schema};
use crate::call::Call;

pub(crate) const FAULT: Fault = Fault {
    name: "missing_rating_defaults",
    explain: "A required member is filled in by the service if it is missing.\n\n\
        A default in a data class, meant for tests. The correct twin refuses with 422. \
        Trigger: a review without a rating.\n\n\
        Example: POST /products/1003/reviews {\"author\": \"Ada\"} → 201",
    caught_by: "invalid_accepted",
    operation: "POST /products/{product_id}/reviews",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    if let Some(schema) = content_schema(operation).as_object_mut() {
        schema.remove("required");
    }
}

/// Fills the default in.
pub(crate) fn fill_in(call: &mut Call) {
    if let Some(Value::Object(members)) = &mut call.content {
        members.entry("rating").or_insert(Value::from(5));
    }
}
