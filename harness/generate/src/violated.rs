//! What a request breaks, judged as it goes over the wire.

use std::borrow::Cow;
use std::collections::BTreeSet;

use harness_contract::{Contract, Direction, Schemas, Violation};
use harness_model::{Body, BodyContent, BoundValue, ParameterValue, Place, Step, Violated};
use serde_json::Value;

use crate::parts::{BodyPart, Coding, ParameterPart, Parts};
use crate::readings::{of_form, of_parameter, of_text};

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
        let mut found = Vec::new();
        for part in &parts.parameters {
            found.extend(self.of_parameter(part, step));
        }
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
        let is_of = |part: &&BodyPart| Some(&part.media_type) == body.media_type.as_ref();
        let Some(part) = parts.bodies.iter().find(is_of) else { return false };
        match (&part.graph, &body.content) {
            (Some(graph), BodyContent::Json(value) | BodyContent::Form(value)) => {
                graph.breaks_format(&self.schemas, value)
            }
            (None, _) | (_, BodyContent::Octets(_)) => false,
        }
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
    let is_of = |part: &&BodyPart| Some(&part.media_type) == body.media_type.as_ref();
    let Some(part) = parts.bodies.iter().find(is_of) else { return Vec::new() };
    let Some(validator) = part.validator() else { return Vec::new() };
    let value = match (&body.content, part.coding) {
        (BodyContent::Form(value) | BodyContent::Json(value), Coding::Form) => {
            Cow::Owned(of_form(value, validator))
        }
        (BodyContent::Json(value) | BodyContent::Form(value), Coding::Json) => Cow::Borrowed(value),
        // What raw octets mean is for whoever made them to say.
        (BodyContent::Octets(_), _) => return Vec::new(),
    };
    if validator.is_valid(&value) {
        return Vec::new();
    }
    let bound: BTreeSet<&str> = body.bindings.iter().map(|(pointer, _)| pointer.as_str()).collect();
    let at = |pointer| Place::Body { pointer };
    validator
        .violations(&value)
        .iter()
        // A value that is not known yet is taken to be fine.
        .filter(|violation| !bound.contains(violation.instance_pointer.as_str()))
        .flat_map(|violation| spelled(schemas, violation, &value, at))
        .collect()
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
