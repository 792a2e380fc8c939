//! A new order does not say where it is read.

use axum::http::header;
use axum::response::Response;

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "created_without_location",
    explain: "The field Location, which the contract requires, was lost when answers were made by one \
        common function.\n\n\
        Nobody missed it, since the web site builds the address itself. The correct twin sends \
        it. Trigger: any order that is created.\n\n\
        Example: POST /orders → 201 without Location",
    caught_by: "missing_required_header",
    operation: "POST /orders",
    bend: None,
};

/// The answer as the common function makes it.
pub(crate) fn strike(mut answer: Response) -> Response {
    answer.headers_mut().remove(header::LOCATION);
    answer
}
