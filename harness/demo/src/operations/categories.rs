//! The categories, in XML.

use axum::extract::State;
use axum::http::StatusCode;

use super::Shared;
use crate::answer::{Answer, escaped, typed};
use crate::call::Call;
use crate::faults::ampersand_unescaped;

/// What the contract calls a category, and what people call it.
const CATEGORIES: &[(&str, &str)] = &[
    ("home", "Home & living"),
    ("garden", "Garden"),
    ("office", "Office"),
    ("kitchen", "Kitchen & table"),
];

pub(super) async fn list(State(service): Shared, _: Call) -> Answer {
    let escaped = if service.has(&ampersand_unescaped::FAULT) {
        ampersand_unescaped::escaped
    } else {
        escaped
    };
    let category = |(name, title): &(&str, &str)| {
        format!("<category name=\"{name}\">{}</category>", escaped(title))
    };
    let categories: String = CATEGORIES.iter().map(category).collect();
    let document =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><categories>{categories}</categories>");
    Ok(typed(StatusCode::OK, "application/xml", document))
}
