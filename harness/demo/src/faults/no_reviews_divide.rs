//! A product without reviews fails when its reviews are listed.

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "no_reviews_divide",
    explain: "The average of the ratings is divided by their number, which is 0 at first.\n\n\
        All test data has reviews. The correct twin leaves the average out. Trigger: a product that \
        was just created, which takes two requests.\n\n\
        Example: POST /products → 201 with id 1010; GET /products/1010/reviews → 500",
    caught_by: "server_error",
    operation: "GET /products/{product_id}/reviews",
    bend: None,
};

/// Divides by the number of reviews.
pub(crate) fn strike(ratings: impl ExactSizeIterator<Item = i64>) -> Result<(), Refusal> {
    let count = i64::try_from(ratings.len()).unwrap_or(i64::MAX);
    match ratings.sum::<i64>().checked_div(count) {
        Some(_) => Ok(()),
        None => Err(internal_error("attempt to divide by zero")),
    }
}
