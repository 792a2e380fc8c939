//! The refusal of an unknown coupon shows where in the code it was made.

use axum::http::StatusCode;

use super::Fault;
use crate::answer::{Refusal, problem};

pub(crate) const FAULT: Fault = Fault {
    name: "trace_in_refusal",
    explain: "The whole text of an exception is sent as the detail of a problem.\n\n\
        It helped while the shop was written, and stayed. The correct twin names the coupon \
        only. Trigger: a code that no coupon has.\n\n\
        Example: GET /coupons/NONE1 → 404 … at Coupons.read (/srv/shop/src/coupons.js:41:11)",
    caught_by: "error_detail_leak",
    operation: "GET /coupons/{code}",
    bend: None,
};

/// What an exception looks like as text.
pub(crate) fn answer(code: &str) -> Refusal {
    let detail = format!(
        "Error: coupon {code} not found\n    at Coupons.read (/srv/shop/src/coupons.js:41:11)\n    \
         at async Router.handle (/srv/shop/src/router.js:108:7)"
    );
    problem(StatusCode::NOT_FOUND, &detail)
}
