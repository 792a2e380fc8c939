//! The largest page breaks off in the middle.

use std::io;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::{StreamExt as _, stream};

use super::Fault;
use crate::answer::typed;

pub(crate) const FAULT: Fault = Fault {
    name: "largest_page_breaks_off",
    explain: "The answer begins, and its source fails before the end.\n\n\
        Lists that are streamed cannot take back their status once it is sent. The correct \
        twin sends the page. Trigger: limit=100, the maximum.\n\n\
        Example: GET /customers?limit=100 → 200, and the connection is closed in the middle",
    caught_by: "crash",
    operation: "GET /customers",
    bend: None,
};

/// Items from which on the source fails.
const LIMIT_FROM: i64 = 100;

/// An answer that breaks off.
pub(crate) fn answer(limit: Option<i64>) -> Option<Response> {
    if limit.is_none_or(|limit| limit < LIMIT_FROM) {
        return None;
    }
    let first = stream::iter([Ok("{\"items\":[")]);
    let failure = stream::once(async {
        // Lets the server send what it has: a client that sees no head sees another fault.
        tokio::task::yield_now().await;
        Err(io::Error::other("the cursor is closed"))
    });
    let body = Body::from_stream(first.chain(failure));
    Some(typed(StatusCode::OK, "application/json", body))
}
