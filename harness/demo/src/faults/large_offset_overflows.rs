//! A large offset does not fit into 32 bits.

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "large_offset_overflows",
    explain: "The offset is handed to a storage layer that counts in 32 bits.\n\n\
        The contract says int64 with a maximum far above. The correct twin answers an empty \
        page. Trigger: an offset above 2147483647; the smallest is 2147483648.\n\n\
        Example: GET /products?offset=9007199254740991 → 500",
    caught_by: "server_error",
    operation: "GET /products",
    bend: None,
};

/// What the narrowing conversion comes to.
pub(crate) fn strike(offset: Option<i64>) -> Result<(), Refusal> {
    match offset.map(i32::try_from) {
        Some(Err(_)) => Err(internal_error("out of range integral type conversion attempted")),
        Some(Ok(_)) | None => Ok(()),
    }
}
