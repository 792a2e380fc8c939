//! Payments: create once per key, read.

use axum::extract::State;
use serde::Deserialize;

use super::Shared;
use crate::answer::{Answer, conflict, created, not_found, ok};
use crate::call::Call;
use crate::faults::large_amount_drops_connection;
use crate::shop::{OrderStatus, Payment};

#[derive(Deserialize)]
struct NewPayment {
    order_id: i64,
    amount_cents: i64,
    method: String,
}

pub(super) async fn create(State(service): Shared, call: Call) -> Answer {
    let key = call.required_text("Idempotency-Key")?;
    let NewPayment { order_id, amount_cents, method } = call.content()?;
    if service.has(&large_amount_drops_connection::FAULT) {
        large_amount_drops_connection::strike(amount_cents);
    }
    let mut shop = service.shop();
    if let Some(paid) = shop.paid_by(key) {
        let same = Payment { id: paid.id, order_id, amount_cents, method };
        return if *paid == same {
            Ok(created(paid))
        } else {
            Err(conflict("the key already stands for another payment"))
        };
    }
    let Some(order) = shop.orders.get_mut(order_id) else {
        return Err(conflict(&format!("order {order_id} not found")));
    };
    if order.status != OrderStatus::Pending {
        return Err(conflict(&format!("the order is {}", order.status.as_str())));
    }
    if order.total_cents != amount_cents {
        return Err(conflict("the amount is not what the order costs"));
    }
    let payment = shop.payments.add(|id| Payment { id, order_id, amount_cents, method })?.clone();
    shop.remember_key(key, payment.id);
    if let Some(order) = shop.orders.get_mut(order_id) {
        order.status = OrderStatus::Paid;
    }
    Ok(created(&payment))
}

pub(super) async fn read(State(service): Shared, call: Call) -> Answer {
    let id = call.id("payment_id")?;
    match service.shop().payments.get(id) {
        Some(payment) => Ok(ok(payment)),
        None => Err(not_found("payment", id)),
    }
}
