//! Coupons: create, read, redeem.

use axum::extract::State;
use serde::Deserialize;

use super::Shared;
use crate::answer::{Answer, conflict, created, not_found, ok};
use crate::call::Call;
use crate::faults::trace_in_refusal;
use crate::shop::Coupon;

#[derive(Deserialize)]
struct NewCoupon {
    code: String,
    percent_off: i64,
    max_uses: i64,
}

pub(super) async fn create(State(service): Shared, call: Call) -> Answer {
    let NewCoupon { code, percent_off, max_uses } = call.content()?;
    let mut shop = service.shop();
    if shop.coupon(&code).is_some() {
        return Err(conflict("the code is already taken"));
    }
    let coupon = Coupon { code, percent_off, max_uses, uses_left: max_uses };
    shop.add_coupon(coupon.clone())?;
    Ok(created(&coupon))
}

pub(super) async fn read(State(service): Shared, call: Call) -> Answer {
    let code = call.required_text("code")?;
    match service.shop().coupon(code) {
        Some(coupon) => Ok(ok(coupon)),
        None if service.has(&trace_in_refusal::FAULT) => Err(trace_in_refusal::answer(code)),
        None => Err(not_found("coupon", code)),
    }
}

pub(super) async fn redeem(State(service): Shared, call: Call) -> Answer {
    #[derive(Deserialize)]
    struct Redemption {
        customer_id: i64,
    }

    let code = call.required_text("code")?;
    let Redemption { customer_id } = call.content()?;
    let mut shop = service.shop();
    if shop.customers.get(customer_id).is_none() {
        return Err(conflict(&format!("customer {customer_id} not found")));
    }
    match shop.coupon_mut(code) {
        None => Err(not_found("coupon", code)),
        Some(coupon) if coupon.uses_left == 0 => Err(conflict("the coupon is used up")),
        Some(coupon) => {
            coupon.uses_left -= 1;
            Ok(ok(coupon))
        }
    }
}
