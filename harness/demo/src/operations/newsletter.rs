//! The newsletter, subscribed to by a form, and how it greets.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::answer::{Answer, Refusal, escaped, ok, typed};
use crate::call::Call;
use crate::faults::{greeting_unescaped, refusal_as_text};

/// What is subscribed; answered as it came. The shop sends no mail, so nothing is stored.
#[derive(Deserialize, Serialize)]
struct Subscription {
    email: String,
    frequency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<i64>,
    #[serde(default)]
    html: bool,
    #[serde(default)]
    topics: Vec<String>,
}

/// Takes the refusal of the gate too: one fault rewrites it.
pub(super) async fn subscribe(State(service): Shared, call: Result<Call, Refusal>) -> Answer {
    let call = match call {
        Err(refusal) if service.has(&refusal_as_text::FAULT) => {
            return Err(refusal_as_text::rewritten(refusal));
        }
        call => call?,
    };
    let subscription: Subscription = call.content()?;
    Ok(ok(&subscription))
}

pub(super) async fn greet(State(service): Shared, call: Call) -> Answer {
    let name = call.required_text("name")?;
    let name = if service.has(&greeting_unescaped::FAULT) {
        greeting_unescaped::escaped(name)
    } else {
        escaped(name)
    };
    let page = format!("<!doctype html><title>Newsletter</title><p>Hello {name}!</p>");
    Ok(typed(StatusCode::OK, "text/html; charset=utf-8", page))
}
