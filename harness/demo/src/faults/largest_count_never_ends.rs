//! The answer to the largest count never ends.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::{StreamExt as _, stream};

use super::Fault;
use crate::answer::typed;

pub(crate) const FAULT: Fault = Fault {
    name: "largest_count_never_ends",
    explain: "The answer begins and is never finished.\n\n\
        The writer waits for one more item than there will be. The correct twin sends what \
        there is. Trigger: count=50, the maximum.\n\n\
        Example: GET /recommendations?count=50 → 200, and no end of content within 10 s",
    caught_by: "hang",
    operation: "GET /recommendations",
    bend: None,
};

/// Items from which on the writer waits.
const COUNT_FROM: i64 = 50;

/// An answer without an end; it goes when its client does.
pub(crate) fn answer(count: i64) -> Option<Response> {
    if count < COUNT_FROM {
        return None;
    }
    let first = stream::iter([Ok::<_, Infallible>("{\"visitor\":null,")]);
    let body = Body::from_stream(first.chain(stream::pending()));
    Some(typed(StatusCode::OK, "application/json", body))
}
