//! A PATCH that names no tags wipes them out.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "patch_wipes_tags",
    explain: "PATCH without tags leaves the product with none.\n\n\
        What is absent is read as empty. The correct twin leaves alone what is not named. Trigger: create with \
        tags, patch something else, read.\n\n\
        Example: PATCH /products/7 {stock: 1} → 200, GET /products/7 → {tags: []}",
    caught_by: "update_lost_fields",
    operation: "PATCH /products/{product_id}",
    bend: None,
};
