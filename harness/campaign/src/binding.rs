//! Values that are taken from earlier answers when a step's turn comes.

use harness_model::{Binding, BindingSource, BoundValue, Exchange, Step};
use serde_json::Value;

/// The step with every bound value replaced by what the earlier answers hold.
///
/// # Errors
/// If an answer does not hold the value: a sentence fragment that says which.
pub(crate) fn resolve(step: &Step, exchanges: &[Option<Exchange>]) -> Result<Step, String> {
    let mut step = step.clone();
    for parameter in &mut step.parameters {
        if let BoundValue::Bound(binding) = &parameter.value {
            let value = look_up(binding, exchanges)?;
            parameter.value = BoundValue::Known(value);
        }
    }
    if let Some(body) = &mut step.body {
        for (pointer, binding) in std::mem::take(&mut body.bindings) {
            let value = look_up(&binding, exchanges)?;
            let content = body.content.value_mut();
            let content =
                content.ok_or_else(|| "values cannot be bound inside raw octets".to_owned())?;
            let place = content
                .pointer_mut(&pointer)
                .ok_or_else(|| format!("the content has no place {pointer}"))?;
            *place = value;
        }
    }
    Ok(step)
}

fn look_up(binding: &Binding, exchanges: &[Option<Exchange>]) -> Result<Value, String> {
    let step = binding.step;
    let response = exchanges
        .get(step)
        .and_then(Option::as_ref)
        .and_then(Exchange::response)
        .ok_or_else(|| format!("step {step} has no answer to take a value from"))?;
    let header = |name: &str| {
        response
            .header(name)
            .map(|value| value.lossy().into_owned())
            .ok_or_else(|| format!("the answer to step {step} has no {name} field"))
    };
    match &binding.from {
        BindingSource::Body(pointer) => {
            let content: Value = serde_json::from_slice(&response.content.0)
                .map_err(|_| format!("the answer to step {step} is not JSON"))?;
            let value = content.pointer(pointer);
            value.cloned().ok_or_else(|| format!("the answer to step {step} has no {pointer}"))
        }
        BindingSource::Header(name) => header(name).map(Value::String),
        BindingSource::LocationSegment => {
            let location = header("location")?;
            let path = location.split(['?', '#']).next().unwrap_or_default();
            let segment = path.rsplit('/').find(|segment| !segment.is_empty());
            let segment = segment.ok_or_else(|| format!("the Location of step {step} is empty"))?;
            Ok(Value::String(segment.to_owned()))
        }
    }
}
