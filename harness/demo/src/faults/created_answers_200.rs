//! A new review is answered with 200.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::Fault;
use crate::answer::json_of;

pub(crate) const FAULT: Fault = Fault {
    name: "created_answers_200",
    explain: "The contract promises 201, the code sends its default.\n\n\
        Frameworks answer 200 unless told otherwise. The correct twin answers 201. Trigger: \
        any review that is accepted.\n\n\
        Example: POST /products/1003/reviews {\"rating\": 4, \"author\": \"Ada\"} → 200, \
        declared is 201",
    caught_by: "undeclared_status",
    operation: "POST /products/{product_id}/reviews",
    bend: None,
};

/// What the framework answers if nobody says otherwise.
pub(crate) fn answer(review: &impl Serialize) -> Response {
    json_of(StatusCode::OK, review)
}
