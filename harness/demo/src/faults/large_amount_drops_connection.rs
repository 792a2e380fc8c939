//! A large amount ends the connection.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "large_amount_drops_connection",
    explain: "The handler panics, and nothing stands between it and the connection.\n\n\
        The amount goes through a conversion to 32 bits that is said to never fail. The \
        correct twin has no such conversion. Trigger: an amount above 2147483647.\n\n\
        Example: POST /payments {\"order_id\": 3002, \"amount_cents\": 2147483648, \
        \"method\": \"card\"} → connection closed without an answer",
    caught_by: "crash",
    operation: "POST /payments",
    bend: None,
};

/// Unwinds through the connection, which closes it; silently, for the fault is no news to the one
/// who switched it on.
pub(crate) fn strike(amount_cents: i64) {
    if i32::try_from(amount_cents).is_err() {
        std::panic::resume_unwind(Box::new("the amount fits into 32 bits"));
    }
}
