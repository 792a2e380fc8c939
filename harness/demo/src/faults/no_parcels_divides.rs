//! Zero parcels divide by zero.

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "no_parcels_divides",
    explain: "The weight of one parcel is worked out by a division that nobody guarded.\n\n\
        Written by whoever thinks of parcels as one or more, while the contract allows none \
        (a letter). The correct twin says null. Trigger: parcels=0, the minimum.\n\n\
        Example: GET /shipping/quote?country=DE&grams=1&parcels=0 → 500",
    caught_by: "server_error",
    operation: "GET /shipping/quote",
    bend: None,
};

/// Grams of each parcel; an internal error where the twin has none.
pub(crate) fn grams_per_parcel(grams: i64, parcels: i64) -> Result<i64, Refusal> {
    grams.checked_div(parcels).ok_or_else(|| internal_error("attempt to divide by zero"))
}
