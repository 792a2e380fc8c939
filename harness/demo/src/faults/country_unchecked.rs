//! Any text passes for a country.

use serde_json::Value;

use super::{Fault, parameter_schema};

pub(crate) const FAULT: Fault = Fault {
    name: "country_unchecked",
    explain: "The pattern that the contract gives for a country is never checked.\n\n\
        Types are checked by the framework, patterns only where somebody asks for it. The \
        correct twin refuses with 400. Trigger: a country that is not two capital letters.\n\n\
        Example: GET /shipping/quote?country=~~&grams=1 → 200",
    caught_by: "invalid_accepted",
    operation: "GET /shipping/quote",
    bend: Some(bend),
};

fn bend(operation: &mut Value) {
    if let Some(schema) = parameter_schema(operation, "country").as_object_mut() {
        schema.remove("pattern");
    }
}
