//! Clearing the description is an internal error.

use serde_json::Value;

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "null_description_fails",
    explain: "A null that the contract allows meets code that expects a text.\n\n\
        Absent and null were taken for the same thing. The correct twin clears the \
        description. Trigger: description null.\n\n\
        Example: PATCH /products/1007 {\"description\": null} → 500",
    caught_by: "server_error",
    operation: "PATCH /products/{product_id}",
    bend: None,
};

/// What using null as a text comes to.
pub(crate) fn strike(description: Option<&Value>) -> Result<(), Refusal> {
    match description {
        Some(Value::Null) => Err(internal_error("expected a string, got null in description")),
        Some(_) | None => Ok(()),
    }
}
