//! A price that is patched is answered and not stored.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "patched_price_is_kept",
    explain: "PATCH answers with the new price and stores the old one.\n\n\
        The answer is made of the request instead of the row. The correct twin stores what it says. Trigger: \
        create, patch the price, read.\n\n\
        Example: PATCH /products/7 {price_cents: 5} → 200, GET /products/7 → {price_cents: 3}",
    caught_by: "update_lost_fields",
    operation: "PATCH /products/{product_id}",
    bend: None,
};
