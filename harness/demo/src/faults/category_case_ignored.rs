//! A category passes in any case.

use serde_json::{Value, json};

use super::{Fault, content_schema};
use crate::call::Call;

pub(crate) const FAULT: Fault = Fault {
    name: "category_case_ignored",
    explain: "The category is lowered before it is compared, so that HOME passes where the \
        contract lists home.\n\n\
        Kind to people, and a surprise to the next service that compares exactly. The \
        correct twin refuses with 422. Trigger: a listed category in capitals.\n\n\
        Example: POST /products {\"name\": \"a\", \"price_cents\": 1, \"category\": \
        \"HOME\"} → 201",
    caught_by: "invalid_accepted",
    operation: "POST /products",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    let category = &mut content_schema(operation)["properties"]["category"];
    let listed = category["enum"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
    *category = json!({"type": "string", "pattern": format!("^(?i:{})$", names.join("|"))});
}

/// Lowers the category, as the code does before it compares.
pub(crate) fn normalise(call: &mut Call) {
    if let Some(category) = call.content.as_mut().and_then(|content| content.get_mut("category"))
        && let Some(text) = category.as_str()
    {
        *category = Value::from(text.to_lowercase());
    }
}
