//! What shipping costs.

use axum::extract::State;
use serde_json::json;

use super::Shared;
use crate::answer::{Answer, ok};
use crate::call::Call;
use crate::faults::{no_parcels_divides, price_as_text};

/// Cents for a letter.
const LETTER_CENTS: i64 = 195;
/// Cents for one parcel, whatever it weighs.
const PARCEL_CENTS: i64 = 490;
/// Grams that one more cent carries.
const GRAMS_PER_CENT: i64 = 20;

pub(super) async fn quote(State(service): Shared, call: Call) -> Answer {
    let country = call.required_text("country")?;
    let grams = call.integer("grams").unwrap_or_default();
    let parcels = call.integer("parcels").unwrap_or(1);
    let is_express = call.boolean("express").unwrap_or(false);
    let insured = call.parameters.get("insured_value").and_then(serde_json::Value::as_f64);
    let grams_per_parcel = if service.has(&no_parcels_divides::FAULT) {
        Some(no_parcels_divides::grams_per_parcel(grams, parcels)?)
    } else {
        grams.checked_div(parcels)
    };
    let base = if parcels == 0 { LETTER_CENTS } else { PARCEL_CENTS * parcels };
    let cents = (base + grams / GRAMS_PER_CENT) * if is_express { 2 } else { 1 };
    #[expect(clippy::cast_precision_loss, reason = "it is far below 2^53")]
    let price = cents as f64 / 100.0 + insured.unwrap_or_default() / 100.0;
    let mut quote = json!({
        "country": country,
        "price": price,
        "days": if is_express { 1 } else { 3 },
        "grams_per_parcel": grams_per_parcel,
        "express": is_express,
    });
    if service.has(&price_as_text::FAULT) {
        price_as_text::strike(&mut quote, price);
    }
    Ok(ok(&quote))
}
