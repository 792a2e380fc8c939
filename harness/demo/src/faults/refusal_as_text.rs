//! A refused form is answered with plain text.

use axum::response::{IntoResponse as _, Response};

use super::Fault;
use crate::answer::{Refusal, typed};

pub(crate) const FAULT: Fault = Fault {
    name: "refusal_as_text",
    explain: "The refusal of a form is a line of text where the contract promises \
        application/problem+json.\n\n\
        Validation happens in the framework's extractor, whose errors nobody mapped. The \
        correct twin sends a problem. Trigger: any form that is refused.\n\n\
        Example: POST /newsletter email=x → 422 text/plain",
    caught_by: "undeclared_media_type",
    operation: "POST /newsletter",
    bend: None,
};

/// The refusal with the same status, as the framework words it.
pub(crate) fn rewritten(refusal: Refusal) -> Response {
    let status = refusal.into_response().status();
    typed(status, "text/plain; charset=utf-8", "Failed to deserialize form body")
}
