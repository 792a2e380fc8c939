//! Whoever has just signed up is not found.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "new_customer_is_unreadable",
    explain: "POST answers 201 with a Location that leads to 404.\n\n\
        Reads go to a copy that new rows reach tomorrow. The correct twin finds the customer. Trigger: create, \
        read.\n\n\
        Example: POST /customers → 201 Location: /customers/9, GET /customers/9 → 404",
    caught_by: "created_not_readable",
    operation: "POST /customers",
    bend: None,
};

/// Customers that the copy has: those that the shop began with.
const KNOWN_ID_MAX: i64 = 2003;

/// Whether the copy has the customer.
pub(crate) fn knows(id: i64) -> bool {
    id <= KNOWN_ID_MAX
}
