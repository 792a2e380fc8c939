//! What the user knows better than the contract: statuses that are to be expected, checks that are not
//! asked, values that never change. Data and pure functions.

use std::collections::BTreeMap;

use harness_contract::Operation;
use harness_model::{BoundValue, Exchange, Intent, ParameterValue, Place, Step};
use serde_json::Value;

use crate::Filter;

/// Checks whose verdict is about the status alone: an expected status passes them.
const ABOUT_STATUS: &[&str] = &[
    "undeclared_status",
    "valid_rejected",
    "invalid_accepted",
    "malformed_accepted",
    "missing_required_header",
    "server_error",
];

/// The user's word on some operations or all.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// In the order in which they were given; all that match count.
    pub rules: Vec<Rule>,
}

/// The user's word on the operations that a filter selects.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Which operations; `None`: all.
    pub filter: Option<Filter>,
    /// Names of checks that are not asked.
    pub disabled_checks: Vec<String>,
    /// Statuses that are as good as declared, whatever was sent.
    pub expected_statuses: Vec<u16>,
    /// Name of a parameter → the value that it always has.
    pub parameters: BTreeMap<String, Value>,
    /// JSON pointer into a content → the value that always stands there.
    pub body: BTreeMap<String, Value>,
}

impl Rules {
    fn of<'a>(&'a self, operation: &'a Operation) -> impl Iterator<Item = &'a Rule> {
        self.rules
            .iter()
            .filter(|rule| rule.filter.as_ref().is_none_or(|filter| filter.matches(operation)))
    }

    /// Whether a failure of this check counts.
    pub(crate) fn asks(&self, check: &str, operation: &Operation, exchange: &Exchange) -> bool {
        let status = exchange.response().map(|response| response.status);
        let is_expected = |rule: &Rule| {
            ABOUT_STATUS.contains(&check)
                && status.is_some_and(|status| rule.expected_statuses.contains(&status))
        };
        let is_disabled = |rule: &Rule| rule.disabled_checks.iter().any(|name| name == check);
        !self.of(operation).any(|rule| is_disabled(rule) || is_expected(rule))
    }

    /// Puts the values that never change into a step, except where the step is about that very value.
    pub(crate) fn fix(&self, operation: &Operation, step: &mut Step) {
        for rule in self.of(operation) {
            for (name, value) in &rule.parameters {
                fix_parameter(operation, step, name, value);
            }
            for (pointer, value) in &rule.body {
                fix_member(step, pointer, value);
            }
        }
    }
}

/// Where the intent of a step points, if it breaks something there.
fn broken_place(step: &Step) -> Option<&Place> {
    match &step.intent {
        Intent::Invalid(violated) => Some(&violated.at),
        Intent::Valid | Intent::Boundary { .. } | Intent::Malformed { .. } => None,
    }
}

fn fix_parameter(operation: &Operation, step: &mut Step, name: &str, value: &Value) {
    for declared in operation.parameters.iter().filter(|declared| declared.name == name) {
        let is_here = |place: &Place| {
            matches!(place, Place::Parameter { location, name: at, .. }
                if *location == declared.location && at == name)
        };
        if broken_place(step).is_some_and(is_here) {
            continue;
        }
        if matches!(&step.intent, Intent::Boundary { at, .. } if is_here(at)) {
            step.intent = Intent::Valid;
        }
        let fixed = BoundValue::Known(value.clone());
        let sent = step
            .parameters
            .iter_mut()
            .find(|sent| sent.location == declared.location && sent.name == name);
        match sent {
            Some(sent) => sent.value = fixed,
            None => step.parameters.push(ParameterValue {
                location: declared.location,
                name: name.to_owned(),
                style: declared.style,
                explode: declared.explode,
                media_type: declared.media_type.clone(),
                required: declared.required,
                value: fixed,
            }),
        }
    }
}

fn fix_member(step: &mut Step, pointer: &str, value: &Value) {
    let touches = |place: &Place| {
        let Place::Body { pointer: at } = place else { return false };
        at.starts_with(pointer) || pointer.starts_with(at.as_str())
    };
    if broken_place(step).is_some_and(touches) {
        return;
    }
    let content = step.body.as_mut().and_then(|body| body.content.value_mut());
    let Some(member) = content.and_then(|content| content.pointer_mut(pointer)) else { return };
    value.clone_into(member);
    if let Some(body) = &mut step.body {
        body.bindings.retain(|(at, _)| !at.starts_with(pointer));
    }
    if matches!(&step.intent, Intent::Boundary { at, .. } if touches(at)) {
        step.intent = Intent::Valid;
    }
}

#[cfg(test)]
mod tests {
    use harness_model::{BoundValue, Intent};
    use serde_json::json;

    use super::{Rule, Rules};
    use crate::Filter;

    const CONTRACT: &str = r#"{
        "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/a/{tenant}": {"post": {
            "parameters": [
                {"name": "tenant", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}},
                {"name": "lang", "in": "query", "schema": {"type": "string"}}
            ],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object", "required": ["owner"], "properties": {"owner": {"type": "string", "minLength": 2}}
            }}}},
            "responses": {"200": {"description": "ok"}}
        }}}
    }"#;

    #[test]
    fn fixed_values_stand_everywhere_but_where_a_case_breaks_that_very_value() {
        let contract = harness_contract::read(CONTRACT.as_bytes(), "t.json").expect("it is valid");
        let operation = &contract.operations[0];
        let plan = harness_generate::OperationPlan::compile(&contract, operation);
        let rules = Rules {
            rules: vec![Rule {
                filter: Some(Filter::parse("path:/a/*").expect("a filter")),
                parameters: [("tenant".to_owned(), json!(7)), ("lang".to_owned(), json!("fr"))]
                    .into(),
                body: [("/owner".to_owned(), json!("me"))].into(),
                ..Rule::default()
            }],
        };
        let mut steps = vec![plan.baseline().expect("there is one")];
        steps.extend(plan.boundaries());
        steps.extend(plan.violations());
        assert!(steps.len() > 5, "{}", steps.len());
        for mut step in steps {
            rules.fix(operation, &mut step);
            let about = match &step.intent {
                Intent::Invalid(violated) => violated.at.to_string(),
                _ => String::new(),
            };
            for (name, value) in [("tenant", json!(7)), ("lang", json!("fr"))] {
                let sent = step.parameters.iter().find(|sent| sent.name == name);
                let is_fixed = sent.is_some_and(|sent| sent.value == BoundValue::Known(value));
                assert!(is_fixed || about.contains(name), "{name} in {step:?}");
            }
            let owner = step.body.as_ref().and_then(|body| body.content.value()?.pointer("/owner"));
            let is_fixed = owner.is_none_or(|owner| *owner == json!("me"));
            assert!(is_fixed || about.starts_with("body"), "{step:?}");
        }
    }
}
