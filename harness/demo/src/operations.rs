//! The operations of the shop: one function each. Here are the router and what they share.

mod categories;
mod coupons;
mod customers;
mod discovery;
mod health;
mod newsletter;
mod orders;
mod payments;
mod products;
mod reviews;
mod shipping;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Serialize;

use crate::answer::{Refusal, conflict};
use crate::call::Call;
use crate::service::Service;
use crate::shop::Full;

/// What every operation is given beside its call.
type Shared = State<Arc<Service>>;

/// Items on a page if nobody says how many; the contract says so too.
const LIMIT_DEFAULT: i64 = 20;

/// Every path of the contract.
pub(crate) fn router() -> Router<Arc<Service>> {
    Router::new()
        .route("/health", get(health::read))
        .route("/products", get(products::list).post(products::create))
        .route(
            "/products/{product_id}",
            get(products::read)
                .put(products::replace)
                .patch(products::update)
                .delete(products::delete),
        )
        .route("/products/{product_id}/reviews", get(reviews::list).post(reviews::create))
        .route("/categories", get(categories::list))
        .route("/customers", get(customers::list).post(customers::create))
        .route("/customers/{customer_id}", get(customers::read))
        .route("/orders", get(orders::list).post(orders::create))
        .route("/orders/{order_id}", get(orders::read).delete(orders::delete))
        .route("/orders/{order_id}/cancel", post(orders::cancel))
        .route("/orders/{order_id}/ship", post(orders::ship))
        .route("/coupons", post(coupons::create))
        .route("/coupons/{code}", get(coupons::read))
        .route("/coupons/{code}/redeem", post(coupons::redeem))
        .route("/payments", post(payments::create))
        .route("/payments/{payment_id}", get(payments::read))
        .route("/shipping/quote", get(shipping::quote))
        .route("/search", get(discovery::search))
        .route("/recommendations", get(discovery::recommend))
        .route("/newsletter", post(newsletter::subscribe))
        .route("/newsletter/greeting", get(newsletter::greet))
}

/// A part of a list.
#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    /// Items of the whole list.
    total: usize,
}

/// What `limit` and `offset` ask for.
fn page<T: Clone>(call: &Call, all: &[T]) -> Page<T> {
    let wanted = |name, default| {
        usize::try_from(call.integer(name).unwrap_or(default)).unwrap_or(usize::MAX)
    };
    let (limit, offset) = (wanted("limit", LIMIT_DEFAULT), wanted("offset", 0));
    Page { items: all.iter().skip(offset).take(limit).cloned().collect(), total: all.len() }
}

impl From<Full> for Refusal {
    fn from(_: Full) -> Self {
        conflict("the shop has no room for more")
    }
}
