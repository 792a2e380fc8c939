//! The number of all reviews is a phrase.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "total_count_as_text",
    explain: "A header that is a number in the contract was written for people to read.\n\n\
        Headers are seldom looked at by tests. The correct twin sends a number. Trigger: any \
        list of reviews.\n\n\
        Example: GET /products/1003/reviews → 200 with X-Total-Count: 1 of 1",
    caught_by: "header_violates_schema",
    operation: "GET /products/{product_id}/reviews",
    bend: None,
};

/// The number as people like to read it.
pub(crate) fn rendered(shown: usize, total: usize) -> String {
    format!("{shown} of {total}")
}
