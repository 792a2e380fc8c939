//! A request that the contract allows, as values. Taking one out of an axum request is what puts
//! every operation behind the gate.

use std::sync::Arc;

use axum::extract::{FromRequest, MatchedPath, Request};
use axum::http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::answer::{Refusal, bad_request, not_found, problem};
use crate::service::Service;

/// A request that was let in.
#[derive(Debug)]
pub(crate) struct Call {
    /// Parameters by name, typed as their schemas say; only those that were sent.
    pub(crate) parameters: Map<String, Value>,
    /// The content, whole numbers written as integers; `None`: there is none.
    pub(crate) content: Option<Value>,
}

impl FromRequest<Arc<Service>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Refusal> {
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        // HEAD is GET without the content (RFC 9110, 9.3.2).
        let is_head = *request.method() == Method::HEAD;
        let method = if is_head { "GET" } else { request.method().as_str() };
        let key = format!("{method} {path}");
        match service.gate.rules(&key) {
            Some(rules) => rules.admit(request).await,
            None => Err(not_found("operation", key)),
        }
    }
}

impl Call {
    /// An integer parameter.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.parameters.get(name).and_then(Value::as_i64)
    }

    /// A text parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// A boolean parameter.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        self.parameters.get(name).and_then(Value::as_bool)
    }

    /// An identifier in the path, which is required there.
    pub(crate) fn id(&self, name: &str) -> Result<i64, Refusal> {
        self.integer(name).ok_or_else(|| bad_request(&format!("{name} is missing")))
    }

    /// A text in the path, which is required there.
    pub(crate) fn required_text(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| bad_request(&format!("{name} is missing")))
    }

    /// The content as a type; without content, `{}` is taken.
    ///
    /// # Errors
    /// 422 if the type asks for more than the schema: a fault that bends the schema must come
    /// before.
    pub(crate) fn content<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let value = self.content.clone().unwrap_or_else(|| Value::Object(Map::new()));
        serde_json::from_value(value).map_err(|error| {
            problem(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())
        })
    }

    /// A member of the content.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.content.as_ref()?.get(name)
    }
}
