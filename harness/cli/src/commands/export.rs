//! `harness replay --export FORMAT`: a stored failure as a script that stands alone. Sends nothing.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::anyhow;
use harness_contract::OperationKey;
use harness_model::{Binding, BindingSource, BoundValue, Counterexample, Exchange, Request, Step};
use harness_report::{Bound, EXPORTS, Script, ScriptStep};
use serde_json::Value;

use crate::exit::{Exit, Failure};

/// Begins a mark; with a number behind it, letters and digits only, so that no coding changes it.
const MARK: &str = "zHarnessMarkz";

/// Prints the script.
pub(crate) fn export(
    format: &str,
    base: &str,
    counterexample: &Counterexample,
    bases: &BTreeMap<OperationKey, String>,
) -> Result<Exit, Failure> {
    let export = EXPORTS.iter().find(|export| export.name == format).ok_or_else(|| {
        let names: Vec<&str> = EXPORTS.iter().map(|export| export.name).collect();
        let error = anyhow!("there is no export {format:?}; there are {}", names.join(", "));
        Failure::new(Exit::Usage, error)
    })?;
    let cannot = |why: String| {
        let error =
            anyhow!("{} cannot be exported as {format}: {why}", counterexample.finding.signature);
        Failure::new(Exit::Usage, error)
    };
    let script = script(base, counterexample, bases).map_err(cannot)?;
    let text = (export.write)(&script).map_err(cannot)?;
    // A closed pipe has seen enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Clean)
}

fn script(
    base: &str,
    counterexample: &Counterexample,
    bases: &BTreeMap<OperationKey, String>,
) -> Result<Script, String> {
    let case = &counterexample.case;
    if !case.lanes.is_empty() {
        return Err("its requests go out at the same moment; use harness replay".to_owned());
    }
    if case.steps().any(|step| step.intent.is_wire()) {
        return Err("its octets depend on when they are sent; use harness replay".to_owned());
    }
    let mut steps = Vec::new();
    for (number, step) in case.steps().enumerate() {
        let base_path = bases.get(&step.operation).or_else(|| bases.values().next());
        let base_path = base_path.map_or("", String::as_str);
        steps.push(scripted(number, step, &counterexample.exchanges, base_path)?);
    }
    if steps.is_empty() {
        return Err("it holds no request".to_owned());
    }
    let finding = &counterexample.finding;
    Ok(Script {
        base: base.to_owned(),
        title: format!("{}: {}", finding.signature, finding.title),
        expected: finding.evidence.expected.clone(),
        observed: finding.evidence.observed.clone(),
        steps,
    })
}

/// A step as it was sent; where values of earlier answers are in it, rendered anew with marks.
fn scripted(
    number: usize,
    step: &Step,
    exchanges: &[Exchange],
    base_path: &str,
) -> Result<ScriptStep, String> {
    let mut marked = step.clone();
    let mut bound = Vec::new();
    let mut mark = |binding: &Binding| {
        let mark = format!("{MARK}{number}x{}", bound.len());
        let Binding { step, from } = binding.clone();
        bound.push(Bound { mark: mark.clone(), step, from });
        Value::String(mark)
    };
    for parameter in &mut marked.parameters {
        if let BoundValue::Bound(binding) = &parameter.value {
            parameter.value = BoundValue::Known(mark(binding));
        }
    }
    if let Some(body) = &mut marked.body {
        for (pointer, binding) in std::mem::take(&mut body.bindings) {
            let place = body.content.value_mut().and_then(|value| value.pointer_mut(&pointer));
            let place = place.ok_or_else(|| format!("its content has no place {pointer}"))?;
            *place = mark(&binding);
        }
    }
    if bound.is_empty() {
        let exchange = exchanges.get(number);
        let sent = exchange.ok_or_else(|| format!("request {number} is not stored"))?;
        return Ok(ScriptStep { request: sent.request.clone(), bound });
    }
    let mut request =
        harness_generate::render(&marked, base_path).map_err(|error| error.to_string())?;
    for value in &bound {
        unquote(&mut request, value, exchanges);
    }
    Ok(ScriptStep { request, bound })
}

/// A number in JSON stands without quotes, which a text has: what it was tells which it will be.
fn unquote(request: &mut Request, bound: &Bound, exchanges: &[Exchange]) {
    let BindingSource::Body(pointer) = &bound.from else { return };
    let answer = exchanges.get(bound.step).and_then(Exchange::response);
    let content: Option<Value> = answer.and_then(|a| serde_json::from_slice(&a.content.0).ok());
    let is_text = content.as_ref().and_then(|c| c.pointer(pointer)).is_none_or(Value::is_string);
    if is_text {
        return;
    }
    let quoted = format!("\"{}\"", bound.mark).into_bytes();
    let content = &mut request.content.0;
    if let Some(at) = content.windows(quoted.len()).position(|window| window == quoted) {
        content.splice(at..at + quoted.len(), bound.mark.bytes());
    }
}
