//! A lowest price of zero is refused.

use super::Fault;
use crate::answer::{Refusal, bad_request};

pub(crate) const FAULT: Fault = Fault {
    name: "lowest_price_rejected",
    explain: "Zero is taken for no value at all.\n\n\
        In many languages zero is false, so that a test for presence fails on it. The \
        correct twin takes it. Trigger: min_price=0, the minimum.\n\n\
        Example: GET /products?min_price=0 → 400",
    caught_by: "valid_rejected",
    operation: "GET /products",
    bend: None,
};

/// Refuses zero as if nothing had been sent.
pub(crate) fn strike(min_price: Option<i64>) -> Result<(), Refusal> {
    match min_price {
        Some(0) => Err(bad_request("min_price needs a value")),
        Some(_) | None => Ok(()),
    }
}
