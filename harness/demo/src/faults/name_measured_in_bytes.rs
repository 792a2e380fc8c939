//! The length of a name is measured in octets.

use axum::http::StatusCode;

use super::Fault;
use crate::answer::{Refusal, problem};

pub(crate) const FAULT: Fault = Fault {
    name: "name_measured_in_bytes",
    explain: "A name is refused because it takes more than 80 octets, though it has no more than \
        80 characters.\n\n\
        The length of a string in Rust, Go, PHP and C is its octets; JSON Schema counts \
        characters (2020-12 Validation, 6.3.1). The correct twin counts characters. Trigger: \
        a long name beyond ASCII.\n\n\
        Example: PUT /products/1006 {\"name\": <80 × 😀>, …} → 422",
    caught_by: "valid_rejected",
    operation: "PUT /products/{product_id}",
    bend: None,
};

/// Octets that the column holds.
const NAME_BYTES_MAX: usize = 80;

/// Refuses a name that is too long in octets.
pub(crate) fn strike(name: &str) -> Result<(), Refusal> {
    if name.len() > NAME_BYTES_MAX {
        return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, "name is too long"));
    }
    Ok(())
}
