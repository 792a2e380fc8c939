//! A refused form is answered with plain text.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::Fault;
use crate::answer::{Refusal, typed};

pub(crate) const FAULT: Fault = Fault {
    name: "refusal_as_text",
    explain: "The refusal of a form is a line of text where the contract promises \
        application/problem+json.\n\n\
        Validation happens in the framework's extractor, whose errors nobody mapped. The \
        correct twin sends a problem. Trigger: any form that breaks its schema.\n\n\
        Example: POST /newsletter email=x → 422 text/plain",
    caught_by: "undeclared_media_type",
    operation: "POST /newsletter",
    bend: None,
};

/// The refusal of a form that breaks its schema, as the framework words it; others as they are.
pub(crate) fn rewritten(refusal: Refusal) -> Refusal {
    let response = refusal.into_response();
    if response.status() != StatusCode::UNPROCESSABLE_ENTITY {
        return response.into();
    }
    let text = "Failed to deserialize form body";
    typed(StatusCode::UNPROCESSABLE_ENTITY, "text/plain; charset=utf-8", text).into()
}
