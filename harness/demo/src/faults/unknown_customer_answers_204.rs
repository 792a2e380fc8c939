//! A customer who is not there is answered with 204.

use axum::response::Response;

use super::Fault;
use crate::answer::no_content;

pub(crate) const FAULT: Fault = Fault {
    name: "unknown_customer_answers_204",
    explain: "Nothing was found, so nothing is sent, as a success.\n\n\
        What a repository returns as null becomes an empty answer. The correct twin answers \
        404. Trigger: an identifier that nobody has.\n\n\
        Example: GET /customers/1 → 204, declared are 200, 400 and 404",
    caught_by: "undeclared_status",
    operation: "GET /customers/{customer_id}",
    bend: None,
};

/// What null becomes.
pub(crate) fn answer() -> Response {
    no_content()
}
