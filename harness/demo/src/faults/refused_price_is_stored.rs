//! A price that is refused is stored before it is refused.

use axum::http::StatusCode;
use serde_json::Value;

use crate::answer::{Refusal, problem};

use super::{Fault, content_schema};

pub(crate) const FAULT: Fault = Fault {
    name: "refused_price_is_stored",
    explain: "PATCH writes the price and then finds it too high: 422, and it is stored.\n\n\
        Members are set as they are validated, without a transaction. The correct twin validates first. \
        Trigger: patch a price above the maximum, read.\n\n\
        Example: PATCH /products/7 {price_cents: 10000001} → 422, GET /products/7 → {price_cents: 10000001}",
    caught_by: "failed_write_changed_state",
    operation: "PATCH /products/{product_id}",
    bend: Some(bend),
};

/// What the contract allows at most.
const PRICE_MAX: i64 = 10_000_000;

fn bend(operation: &mut Value) {
    // Nested schemas are written out where the gate reads them.
    content_schema(operation)["properties"]["price_cents"]
        .as_object_mut()
        .expect("a price has a schema")
        .remove("maximum");
}

/// Refuses what was stored a moment ago.
pub(crate) fn strike(price_cents: i64) -> Result<(), Refusal> {
    if price_cents > PRICE_MAX {
        return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, "the price is too high"));
    }
    Ok(())
}
