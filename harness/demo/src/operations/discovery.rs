//! Search and recommendations.

use axum::extract::State;
use serde_json::{Value, json};

use super::{LIMIT_DEFAULT, Shared};
use crate::answer::{Answer, ok};
use crate::call::Call;
use crate::faults::{blank_search_fails, largest_count_never_ends, longest_search_hangs};
use crate::shop::Product;

/// Proposals if nobody says how many; the contract says so too.
const COUNT_DEFAULT: i64 = 5;

pub(super) async fn search(State(service): Shared, call: Call) -> Answer {
    let query = call.required_text("q")?;
    if service.has(&longest_search_hangs::FAULT) {
        longest_search_hangs::strike(query).await;
    }
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    if service.has(&blank_search_fails::FAULT) {
        blank_search_fails::strike(&words)?;
    }
    let places = call.parameters.get("in").and_then(Value::as_array);
    let is_searched =
        |place: &str| places.is_none_or(|places| places.iter().any(|named| named == place));
    let text_of = |product: &Product| {
        let mut text = String::new();
        if is_searched("name") {
            text.push_str(&product.name);
        }
        if is_searched("description") {
            text.push(' ');
            text.push_str(product.description.as_deref().unwrap_or_default());
        }
        if is_searched("tags") {
            text.push(' ');
            text.push_str(&product.tags.join(" "));
        }
        text.to_lowercase()
    };
    let mut hits: Vec<(usize, Value)> = Vec::new();
    for product in service.shop().products.iter() {
        let text = text_of(product);
        let found = words.iter().filter(|word| text.contains(**word)).count();
        if found > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a query has few words")]
            let score = found as f64 / words.len() as f64;
            let hit = json!({"product_id": product.id, "name": product.name, "score": score});
            hits.push((found, hit));
        }
    }
    hits.sort_by_key(|(found, _)| std::cmp::Reverse(*found));
    let limit = call.integer("limit").unwrap_or(LIMIT_DEFAULT);
    let best = hits.into_iter().map(|(_, hit)| hit);
    let items: Vec<Value> = best.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
    Ok(ok(&json!({"words": words.len(), "items": items})))
}

pub(super) async fn recommend(State(service): Shared, call: Call) -> Answer {
    let count = call.integer("count").unwrap_or(COUNT_DEFAULT);
    if service.has(&largest_count_never_ends::FAULT)
        && let Some(endless) = largest_count_never_ends::answer(count)
    {
        return Ok(endless);
    }
    let shop = service.shop();
    let proposals = shop.products.iter().take(usize::try_from(count).unwrap_or(usize::MAX));
    let items: Vec<Value> = proposals
        .map(|product| {
            json!({
                "product_id": product.id,
                "name": product.name,
                "price_cents": product.price_cents,
            })
        })
        .collect();
    let currency = call.text("X-Currency").unwrap_or("EUR");
    Ok(ok(&json!({"visitor": call.text("visitor"), "currency": currency, "items": items})))
}
