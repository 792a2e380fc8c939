//! A review without an author is an internal error.

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "absent_author_fails",
    explain: "An optional member is used as if it were always there.\n\n\
        The example of the contract has an author, so the happy path works. The correct twin \
        writes anonymous. Trigger: a review without the optional author.\n\n\
        Example: POST /products/1003/reviews {\"rating\": 4} → 500",
    caught_by: "server_error",
    operation: "POST /products/{product_id}/reviews",
    bend: None,
};

/// The author, whom this code takes for granted.
pub(crate) fn author(author: Option<String>) -> Result<String, Refusal> {
    author.ok_or_else(|| internal_error("cannot read properties of undefined (reading 'trim')"))
}
