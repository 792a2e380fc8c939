//! DELETE says that it did, and does not.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "product_outlives_deletion",
    explain: "DELETE is answered 204 and the product is still there.\n\n\
        The handler checks everything and forgets the deletion itself. The correct twin removes the product. \
        Trigger: create, delete, read.\n\n\
        Example: DELETE /products/7 → 204, GET /products/7 → 200",
    caught_by: "delete_without_effect",
    operation: "DELETE /products/{product_id}",
    bend: None,
};
