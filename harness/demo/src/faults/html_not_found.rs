//! An order that is not there is answered with a page of HTML.

use axum::http::StatusCode;
use axum::response::Response;

use super::Fault;
use crate::answer::typed;

pub(crate) const FAULT: Fault = Fault {
    name: "html_not_found",
    explain: "The framework's own error page where the contract promises application/problem+json.\n\n\
        Nobody looked at what the default handler sends. The correct twin sends a problem. \
        Trigger: an identifier that no order has.\n\n\
        Example: GET /orders/1 → 404 text/html",
    caught_by: "undeclared_media_type",
    operation: "GET /orders/{order_id}",
    bend: None,
};

/// The framework's own page.
pub(crate) fn answer() -> Response {
    let page = "<!doctype html><title>404 Not Found</title><h1>Not Found</h1>";
    typed(StatusCode::NOT_FOUND, "text/html; charset=utf-8", page)
}
