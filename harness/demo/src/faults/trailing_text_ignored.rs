//! What stands behind the content is not read.

use serde::Deserialize as _;
use serde_json::Value;

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "trailing_text_ignored",
    explain: "The reader of JSON stops at the end of the first value, and nobody looks whether \
        there is more.\n\n\
        Readers of streams work like this, and one was used for a single message. The correct \
        twin refuses with 400. Trigger: anything behind the JSON.\n\n\
        Example: POST /coupons/WELCOME10/redeem {\"customer_id\": 2001}} → 200",
    caught_by: "malformed_accepted",
    operation: "POST /coupons/{code}/redeem",
    bend: None,
};

/// The first value, as a reader of a stream takes it.
pub(crate) fn read(octets: &[u8]) -> serde_json::Result<Value> {
    Value::deserialize(&mut serde_json::Deserializer::from_slice(octets))
}
