//! What is wrong in a drawn value, taken out: an optional member that no value satisfies must not cost the
//! members around it. Knows the validator's complaints, not why a part was drawn so.

use harness_contract::Validator;
use serde_json::Value;

/// Rounds of taking out: what is taken out may be asked for further up.
const ROUNDS_MAX: usize = 8;

/// The value without the members that are not valid; `None` if that does not make it valid.
pub(crate) fn repaired(validator: &Validator, mut value: Value) -> Option<Value> {
    for _ in 0..ROUNDS_MAX {
        let violations = validator.violations(&value);
        if violations.is_empty() {
            // What cannot be judged is no violation, but not valid either.
            return validator.is_valid(&value).then_some(value);
        }
        let mut is_changed = false;
        for violation in violations {
            is_changed |= take_out(&mut value, &violation.instance_pointer);
        }
        if !is_changed {
            return None;
        }
    }
    None
}

/// Removes the innermost member of an object on the way to a place. Whether there was one.
fn take_out(value: &mut Value, pointer: &str) -> bool {
    let mut rest = pointer;
    while let Some((above, token)) = rest.rsplit_once('/') {
        if let Some(Value::Object(members)) = value.pointer_mut(above) {
            let name = token.replace("~1", "/").replace("~0", "~");
            return members.shift_remove(&name).is_some();
        }
        rest = above;
    }
    false
}

#[cfg(test)]
mod tests {
    use harness_contract::{Direction, SchemaRef, Validator, read};
    use serde_json::{Value, json};

    use super::repaired;

    #[track_caller]
    fn check(schema: &Value, value: Value, expect: Option<&Value>) {
        let schemas = json!({ "S": schema });
        let document = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}});
        let contract = read(document.to_string().as_bytes(), "a.json").expect("it can be read");
        let s = SchemaRef::at("/components/schemas/S");
        let validator = Validator::compile(&contract.schemas, &s, Direction::Request);
        assert_eq!(repaired(&validator.expect("it compiles"), value).as_ref(), expect);
    }

    #[test]
    fn members_that_nothing_satisfies_are_taken_out() {
        let schema = json!({"properties": {"a": {"not": {}}, "b/c": {"type": "string"}}});
        check(&schema, json!({"a": 1, "b/c": "x"}), Some(&json!({"b/c": "x"})));
        check(&schema, json!({"a": 1, "b/c": 2, "d": 3}), Some(&json!({"d": 3})));
    }

    #[test]
    fn what_then_is_missing_is_taken_out_further_up() {
        let inner = json!({"required": ["a"], "properties": {"a": {"not": {}}}});
        let schema = json!({"properties": {"in": {"items": inner}}});
        check(&schema, json!({"in": [{"a": 1}], "b": 1}), Some(&json!({"b": 1})));
    }

    #[test]
    fn what_is_wrong_as_a_whole_stays_wrong() {
        check(&json!({"type": "object", "minProperties": 3}), json!({"a": 1}), None);
        check(&json!({"type": "string"}), json!(1), None);
        check(&json!({"required": ["a"], "properties": {"a": {"not": {}}}}), json!({"a": 1}), None);
    }
}
