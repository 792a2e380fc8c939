//! A price is sent as text.

use serde_json::Value;

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "price_as_text",
    explain: "The price is formatted for people, and so becomes a string where the contract \
        promises a number.\n\n\
        Decimal types of many languages turn into strings in JSON. The correct twin sends a \
        number. Trigger: any quote.\n\n\
        Example: GET /shipping/quote?country=DE&grams=1 → {\"price\": \"4.90\", …}",
    caught_by: "body_violates_schema",
    operation: "GET /shipping/quote",
    bend: None,
};

/// Puts the formatted price where the number was.
pub(crate) fn strike(quote: &mut Value, price: f64) {
    quote["price"] = Value::from(format!("{price:.2}"));
}
