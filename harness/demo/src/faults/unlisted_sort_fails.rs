//! An order that is not listed is an internal error.

use serde_json::Value;

use super::{Fault, parameter_schema};
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "unlisted_sort_fails",
    explain: "The name of the sort order is not checked; what is not known ends in a branch that \
        nobody wrote.\n\n\
        Typical of a match that ends in unreachable, or of a column name pasted into a \
        query. The correct twin refuses with 400. Trigger: a sort value that the contract \
        does not list.\n\n\
        Example: GET /products?sort=no-such-value → 500",
    caught_by: "server_error",
    operation: "GET /products",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    if let Some(schema) = parameter_schema(operation, "sort").as_object_mut() {
        schema.remove("enum");
    }
}

/// What the branch that nobody wrote comes to.
pub(crate) fn answer(_sort: &str) -> Refusal {
    internal_error("entered unreachable code: no such column to sort by")
}
