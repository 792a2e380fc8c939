//! The simplest value of the same kind, in one step.

use serde_json::{Map, Value, json};

use super::Pass;
use crate::Search;
use crate::parts::addresses;

pub(super) const PASS: Pass = Pass {
    name: "simplify_values",
    explain: "Replaces each value by the simplest one of its type: false, 0, 1, \"\", \"a\", an empty array or \
              object. Most values have nothing to do with a failure, so this is the cheapest first try.",
    run,
};

fn run(search: &mut Search<'_>) {
    let mut position = 0;
    while let Some(address) = addresses(search.best()).into_iter().nth(position) {
        position += 1;
        let Some(value) = address.get(search.best()) else { continue };
        for simpler in simplest(value) {
            let accepted = search.edit(|case| {
                *address.get_mut(case)? = simpler;
                Some(())
            });
            if accepted || search.is_exhausted() {
                break;
            }
        }
    }
}

/// Replacements of the same JSON type, simplest first.
fn simplest(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(_) => vec![json!(false)],
        Value::Number(_) => vec![json!(0), json!(1)],
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(_) => vec![json!(""), json!("a")],
        Value::Array(_) => vec![Value::Array(Vec::new())],
        Value::Object(_) => vec![Value::Object(Map::new())],
    }
}
