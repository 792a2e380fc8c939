//! A new product is said to be at the template of an address.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "location_template_unfilled",
    explain: "The address is written with a placeholder, and nothing fills it in.\n\n\
        The text looks right in the code. The correct twin sends the address. Trigger: any \
        product that is created.\n\n\
        Example: POST /products → 201 with Location: /products/{product_id}",
    caught_by: "http_semantics",
    operation: "POST /products",
    bend: None,
};

/// The address that nobody filled in.
pub(crate) const LOCATION: &str = "/products/{product_id}";
