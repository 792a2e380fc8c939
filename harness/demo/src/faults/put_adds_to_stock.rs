//! PUT adds to the stock instead of replacing it.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "put_adds_to_stock",
    explain: "PUT puts its stock on top of what is there.\n\n\
        Code copied from a delivery. The correct twin replaces it, so that a PUT that is repeated changes \
        nothing. Trigger: the same PUT twice.\n\n\
        Example: PUT /products/7 {stock: 5} twice, GET /products/7 → {stock: 10}",
    caught_by: "put_not_idempotent, update_lost_fields",
    operation: "PUT /products/{product_id}",
    bend: None,
};
