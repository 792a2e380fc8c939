//! Answers: JSON, nothing, and problems (RFC 9457). Knows no operation.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// What an operation comes to: both sides are answers, so that `?` ends it with a refusal.
pub(crate) type Answer = Result<Response, Refusal>;

/// An answer that ends an operation early. Boxed, for answers are large and most operations have
/// none.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// 200 with JSON.
pub(crate) fn ok(value: &impl Serialize) -> Response {
    json_of(StatusCode::OK, value)
}

/// 201 with JSON.
pub(crate) fn created(value: &impl Serialize) -> Response {
    json_of(StatusCode::CREATED, value)
}

/// 201 with JSON and the place where it is read from now on.
pub(crate) fn created_at(location: &str, value: &impl Serialize) -> Response {
    with_field(created(value), header::LOCATION.as_str(), location)
}

/// The answer with one more header field; its name is in lower case.
pub(crate) fn with_field(mut response: Response, name: &'static str, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The text with what markup is made of escaped (XML 1.0, 2.4; HTML, 13.1.4).
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// 204.
pub(crate) fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Any status with JSON.
pub(crate) fn json_of(status: StatusCode, value: &impl Serialize) -> Response {
    let content = serde_json::to_vec(value).expect("the shop's types are plain data");
    typed(status, "application/json", content)
}

/// A refusal as the contract describes it (`Problem`).
pub(crate) fn problem(status: StatusCode, detail: &str) -> Refusal {
    let title = status.canonical_reason().unwrap_or("Refused");
    let value = json!({"title": title, "status": status.as_u16(), "detail": detail});
    typed(status, "application/problem+json", value.to_string()).into()
}

/// 400.
pub(crate) fn bad_request(detail: &str) -> Refusal {
    problem(StatusCode::BAD_REQUEST, detail)
}

/// 404: `what` with this name is not there.
pub(crate) fn not_found(what: &str, name: impl std::fmt::Display) -> Refusal {
    problem(StatusCode::NOT_FOUND, &format!("{what} {name} not found"))
}

/// 409.
pub(crate) fn conflict(detail: &str) -> Refusal {
    problem(StatusCode::CONFLICT, detail)
}

/// What a service that failed sends: the faults that are internal errors end here.
pub(crate) fn internal_error(detail: &str) -> Refusal {
    problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

/// Any content under any media type.
pub(crate) fn typed(
    status: StatusCode,
    media_type: &'static str,
    content: impl Into<Body>,
) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))];
    (status, headers, content.into()).into_response()
}
