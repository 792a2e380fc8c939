//! What a request breaks, judged as it goes over the wire.

use std::borrow::Cow;
use std::collections::BTreeSet;

use harness_contract::{Contract, Direction, Schemas, Validator, Violation};
use harness_model::{Body, BoundValue, ParameterValue, Place, Step, Violated};
use serde_json::Value;

use crate::bodies::BodyPart;
use crate::media::Family;
use crate::parts::{ParameterPart, Parts};
use crate::readings::{of_form, of_parameter, of_text, of_xml};
use crate::render::text;
use crate::wire;

/// Violations of one request that are told apart.
const VIOLATED_MAX: usize = 32;

/// What an operation's steps are judged against.
#[derive(Clone, Debug)]
pub(crate) struct Law {
    schemas: Schemas,
}

impl Law {
    pub(crate) fn new(contract: &Contract) -> Self {
        Self { schemas: contract.schemas.clone() }
    }

    /// Every constraint that a step breaks, parameters first; empty: the contract allows it.
    pub(crate) fn of_step(&self, parts: &Parts, step: &Step) -> Vec<Violated> {
        // What another method means is not for this operation to say.
        if let Some(violated) = wire::of_method(step) {
            return vec![violated];
        }
        let mut found = Vec::new();
        for part in &parts.parameters {
            found.extend(self.of_parameter(part, step));
        }
        found.extend(wire::of_media_type(parts, step));
        found.extend(self.of_content(parts, step));
        found.truncate(VIOLATED_MAX);
        found
    }

    /// What a step breaks in one parameter.
    pub(crate) fn of_parameter(&self, part: &ParameterPart, step: &Step) -> Vec<Violated> {
        let is_it = |v: &&ParameterValue| v.location == part.location && v.name == part.name;
        let sent = step.parameters.iter().find(is_it);
        let readings = sent.and_then(of_parameter);
        let name = format!("{} parameter {}", part.location.as_str(), part.name);
        let required = |what: String, lenient: bool| Violated {
            at: place(part, String::new()),
            keyword: "required".to_owned(),
            what,
            lenient,
        };
        if let (None, Some(raw)) = (sent, wire::raw(step, part.location, &part.name)) {
            return of_raw(part, raw);
        }
        match readings {
            None if part.required => vec![required(format!("without the required {name}"), false)],
            None => Vec::new(),
            // An empty list leaves a name or nothing at all: absence to some readers.
            Some(_) if part.required && sent.is_some_and(is_void) => {
                vec![required(format!("nothing in the required {name}"), true)]
            }
            Some(readings) => of_readings(&self.schemas, part, &readings),
        }
    }

    /// Whether a step holds a text that is not of its `format`, among the formats that JSON Schema
    /// defines. That breaks no constraint (JSON Schema 2020-12 Validation, 7.2.1), yet a service may
    /// refuse it with good reason.
    pub(crate) fn breaks_format(&self, parts: &Parts, step: &Step) -> bool {
        let of_parameter = |part: &ParameterPart| {
            let is_it = |v: &&ParameterValue| v.location == part.location && v.name == part.name;
            let Some(sent) = step.parameters.iter().find(is_it) else { return false };
            match &sent.value {
                BoundValue::Known(value) => part.graph.breaks_format(&self.schemas, value),
                BoundValue::Bound(_) => false,
            }
        };
        if parts.parameters.iter().any(of_parameter) {
            return true;
        }
        let Some(body) = &step.body else { return false };
        let Some(part) = parts.body_of(body.media_type.as_deref()) else { return false };
        let (Some(graph), Some(value)) = (&part.graph, body.content.value()) else { return false };
        values(part, value).any(|(value, _)| graph.breaks_format(&self.schemas, value))
    }

    /// What a step breaks in its content.
    pub(crate) fn of_content(&self, parts: &Parts, step: &Step) -> Vec<Violated> {
        match &step.body {
            None if parts.body_required && !parts.bodies.is_empty() => vec![Violated {
                at: Place::Body { pointer: String::new() },
                keyword: "required".to_owned(),
                what: "without the required content".to_owned(),
                lenient: false,
            }],
            None => Vec::new(),
            Some(body) => of_body(&self.schemas, parts, body),
        }
    }
}

/// Whether the value of a parameter is an empty list or object.
fn is_void(value: &ParameterValue) -> bool {
    match &value.value {
        BoundValue::Known(Value::Array(items)) => items.is_empty() && value.media_type.is_none(),
        BoundValue::Known(Value::Object(members)) => {
            members.is_empty() && value.media_type.is_none()
        }
        BoundValue::Known(_) | BoundValue::Bound(_) => false,
    }
}

fn place(part: &ParameterPart, pointer: String) -> Place {
    Place::Parameter { location: part.location, name: part.name.clone(), pointer }
}

/// A text that stands in the target as it is: it breaks the contract if no reader makes a valid value
/// of it.
fn of_raw(part: &ParameterPart, raw: &str) -> Vec<Violated> {
    if wire::raw_readings(raw).iter().any(|reading| part.graph.is_valid(reading)) {
        return Vec::new();
    }
    let what = format!("{raw} in the target");
    let keyword = "encoding".to_owned();
    // Many readers pass over what they cannot decode (WHATWG URL, 5.1).
    vec![Violated { at: place(part, String::new()), keyword, what, lenient: true }]
}

fn of_readings(schemas: &Schemas, part: &ParameterPart, readings: &[Value]) -> Vec<Violated> {
    let validator = &part.graph.validator;
    if readings.iter().any(|reading| validator.is_valid(reading)) {
        return Vec::new();
    }
    // The reading that breaks least tells best what is wrong; of equals the literal one.
    let judged = readings.iter().map(|reading| (validator.violations(reading), reading));
    let best = judged.min_by_key(|(violations, _)| {
        (violations.iter().filter(|v| v.keyword == "type").count(), violations.len())
    });
    let Some((violations, reading)) = best else { return Vec::new() };
    // `name=` and `name=null` are absence to some readers.
    let is_absence = readings.iter().any(Value::is_null);
    let broken = violations
        .iter()
        .flat_map(|violation| spelled(schemas, violation, reading, |pointer| place(part, pointer)));
    broken
        .map(|violated| Violated { lenient: violated.lenient || is_absence, ..violated })
        .collect()
}

fn of_body(schemas: &Schemas, parts: &Parts, body: &Body) -> Vec<Violated> {
    let Some(part) = parts.body_of(body.media_type.as_deref()) else { return Vec::new() };
    let Some(validator) = part.validator() else { return Vec::new() };
    // What raw octets mean is for whoever made them to say.
    let Some(content) = body.content.value() else { return Vec::new() };
    let bound: BTreeSet<&str> = body.bindings.iter().map(|(pointer, _)| pointer.as_str()).collect();
    let mut found = Vec::new();
    for (value, prefix) in values(part, content) {
        let value = read(part, validator, value);
        if validator.is_valid(&value) {
            continue;
        }
        let at = |pointer: String| Place::Body { pointer: format!("{prefix}{pointer}") };
        let violations = validator.violations(&value);
        // A value that is not known yet is taken to be fine.
        let is_known = |violation: &&Violation| {
            !bound.contains(format!("{prefix}{}", violation.instance_pointer).as_str())
        };
        let broken = violations.iter().filter(is_known);
        found.extend(broken.flat_map(|violation| spelled(schemas, violation, &value, at)));
    }
    found
}

/// The values of content that its schema is for, each with the pointer of it: the whole, or the items.
fn values<'a>(
    part: &BodyPart,
    content: &'a Value,
) -> impl Iterator<Item = (&'a Value, String)> + use<'a> {
    let items = content.as_array().filter(|_| part.is_item);
    let whole = if items.is_some() { None } else { Some((content, String::new())) };
    let items = items.into_iter().flatten().enumerate();
    items.map(|(idx, item)| (item, format!("/{idx}"))).chain(whole)
}

/// What a reader of the wire makes of a value: the reading that breaks the schema least.
fn read<'a>(part: &BodyPart, validator: &Validator, value: &'a Value) -> Cow<'a, Value> {
    match part.family {
        Family::Json | Family::JsonLines | Family::Binary => Cow::Borrowed(value),
        Family::Form | Family::Multipart => Cow::Owned(of_form(value, validator)),
        Family::Xml => Cow::Owned(of_xml(value, validator)),
        Family::Text => {
            let readings = of_text(&text(value));
            let fits = readings.into_iter().find(|reading| validator.is_valid(reading));
            fits.map_or(Cow::Borrowed(value), Cow::Owned)
        }
    }
}

/// A violation in terms of a request: a missing member is a place of its own.
fn spelled(
    schemas: &Schemas,
    violation: &Violation,
    value: &Value,
    at: impl Fn(String) -> Place,
) -> Vec<Violated> {
    let pointer = &violation.instance_pointer;
    let here = value.pointer(pointer);
    let child = |name: &str| format!("{pointer}/{}", crate::constraints::escaped(name));
    let with = |pointer: String, what: String, lenient: bool| Violated {
        at: at(pointer),
        keyword: violation.keyword.clone(),
        what,
        lenient,
    };
    let members = here.and_then(Value::as_object);
    let document = schemas.document(Direction::Request);
    let keyword_value = document.pointer(&violation.schema_pointer);
    match (violation.keyword.as_str(), members) {
        ("required", Some(members)) => {
            let names = keyword_value.and_then(Value::as_array).into_iter().flatten();
            let missing: Vec<Violated> = names
                .filter_map(Value::as_str)
                .filter(|name| !members.contains_key(*name))
                .map(|name| with(child(name), format!("without the required member {name}"), false))
                .collect();
            // The pointer may lead nowhere if the schema was put together from several documents.
            if missing.is_empty() {
                vec![with(pointer.clone(), violation.message.clone(), false)]
            } else {
                missing
            }
        }
        ("additionalProperties" | "unevaluatedProperties", Some(_)) => {
            vec![with(pointer.clone(), "a member that the schema does not allow".to_owned(), false)]
        }
        _ => {
            let lenient = here.is_some_and(|value| is_lenient(violation, value, keyword_value));
            let shown = here.map(shown).unwrap_or_default();
            vec![with(pointer.clone(), format!("{shown}: {}", violation.message), lenient)]
        }
    }
}

/// Whether a lenient reader could take the value for a valid one: another spelling of the right type.
fn is_lenient(violation: &Violation, value: &Value, keyword_value: Option<&Value>) -> bool {
    match violation.keyword.as_str() {
        "format" => true,
        "type" => {
            let expected: Vec<&str> = match keyword_value {
                Some(Value::String(name)) => vec![name],
                Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            let expects = |name: &str| expected.contains(&name);
            match value {
                // Absence by another name.
                Value::Null => true,
                Value::Bool(_) | Value::Number(_) => {
                    expects("string")
                        || expects("boolean")
                        || expects("integer")
                        || expects("number")
                }
                Value::String(text) => of_text(text).iter().skip(1).any(|reading| match reading {
                    Value::Number(_) => expects("integer") || expects("number"),
                    Value::Bool(_) => expects("boolean"),
                    Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => false,
                }),
                Value::Array(_) | Value::Object(_) => false,
            }
        }
        _ => false,
    }
}

/// The value, short.
fn shown(value: &Value) -> String {
    /// Characters of a value in a sentence.
    const CHARS_MAX: usize = 40;
    let text = value.to_string();
    if text.chars().count() <= CHARS_MAX {
        return text;
    }
    let short: String = text.chars().take(CHARS_MAX).collect();
    format!("{short}…")
}
