//! A list is sent as a whole, whatever was asked for.

use super::Fault;
use crate::call::Call;

pub(crate) const FAULT: Fault = Fault {
    name: "limit_ignored",
    explain: "The limit is checked, and then forgotten on the way to the query.\n\n\
        With few orders nobody sees it; with many it takes the shop down. The correct twin \
        sends one page. Trigger: a limit below the number of orders, e.g. 1.\n\n\
        Example: GET /orders?limit=1 → 200 with 5 items",
    caught_by: "unbounded_result",
    operation: "GET /orders",
    bend: None,
};

/// The parameters as the query sees them.
pub(crate) fn strike(call: &mut Call) {
    call.parameters.shift_remove("limit");
}
