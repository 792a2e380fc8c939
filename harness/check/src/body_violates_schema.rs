//! An answer that is not what its schema says.

use std::collections::BTreeSet;

use harness_contract::{Direction, MediaType, Violation};
use harness_model::{Response, Severity, Verdict};
use serde_json::Value;

use crate::answers::{Promise, is_json, is_our_limit};
use crate::finding::{Told, excerpt, fail, request_in_words, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject};

/// Violations that one answer reports: they mostly share a cause.
const VIOLATIONS_MAX: usize = 5;

pub(crate) const CHECK: Check = Check {
    name: "body_violates_schema",
    explain: "The content of an answer breaks the JSON Schema that the contract declares for its status and \
        media type, or is declared JSON and does not parse.\n\n\
        Why: a missing field or a string for a number breaks generated clients at run time, far from the \
        change that caused it.\n\n\
        Quiet when: status or media type is not declared (other checks say it); the status is 5xx and \
        not declared by its code. Unknown when the content was cut off, compressed or partial, when it \
        is JSON that our parser does not hold (nested too deep, a number out of range, half of a \
        surrogate pair), when the schema itself is broken, or when the path may lead to another \
        operation. Formats are not asserted. Properties that are writeOnly are not required; null in a \
        nullable enum is fine.\n\n\
        One failure per keyword in the contract (and per missing property), wherever in the answer it \
        is broken. Source: OpenAPI 3.1, 4.8.14 and 4.8.24; JSON Schema 2020-12; RFC 8259; Web Fuzzing \
        Commons F101.\n\n\
        Example: GET /products/1 → {\"price\": \"4\"} where price is a number",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let Some((essence, media_type, promise)) = promised(subject, response) else {
        return Vec::new();
    };
    if let Some(why) = subject.unreadable(response) {
        return unknown(why);
    }
    let content: Value = match serde_json::from_slice(&response.content.0) {
        Ok(content) => content,
        Err(error) if is_our_limit(&error) => return unknown(format!("not read: {error}")),
        Err(_) if !subject.reaches_operation() => return unknown(ELSEWHERE),
        Err(error) => return vec![not_json(subject, response, &essence, media_type, &error)],
    };
    match promise {
        Promise::Anything => Vec::new(),
        Promise::Broken(why) => unknown(why),
        Promise::Schema(validator) if validator.is_valid(&content) => Vec::new(),
        Promise::Schema(_) if !subject.reaches_operation() => unknown(ELSEWHERE),
        Promise::Schema(validator) => {
            violated(subject, response.status, &content, &validator.violations(&content))
        }
    }
}

/// What the contract says about this answer's content, if it is JSON that the operation's own code
/// has sent.
fn promised<'a>(
    subject: &Subject<'a>,
    response: &Response,
) -> Option<(String, &'a MediaType, Promise<'a>)> {
    let status = response.status;
    if !subject.may_have_content(status) {
        return None;
    }
    subject.declared_answer(status)?;
    let essence = response.media_type().filter(|essence| is_json(essence))?;
    let (media_type, promise) = subject.answers.promise(subject.operation, status, &essence)?;
    Some((essence, media_type, promise))
}

fn not_json(
    subject: &Subject<'_>,
    response: &Response,
    essence: &str,
    media_type: &MediaType,
    error: &serde_json::Error,
) -> Verdict {
    let status = response.status;
    let told = Told {
        check: CHECK.name,
        severity: Severity::Medium,
        effect: format!("{status} not json"),
        title: format!(
            "answered {status} with {essence} that does not parse, to {}",
            request_in_words(subject)
        ),
        expected: "JSON (RFC 8259)".to_owned(),
        observed: if response.content.is_empty() {
            "no content".to_owned()
        } else {
            format!("{error}: {}", excerpt(&response.content.lossy()))
        },
        contract_pointer: Some(format!("#{}", media_type.pointer)),
        response_pointer: None,
    };
    fail(subject, told)
}

/// One verdict per broken keyword of the contract; a missing property counts by its name.
fn violated(
    subject: &Subject<'_>,
    status: u16,
    content: &Value,
    violations: &[Violation],
) -> Vec<Verdict> {
    let mut seen = BTreeSet::new();
    let mut verdicts = Vec::new();
    for violation in violations {
        for name in missing(subject, content, violation) {
            if verdicts.len() >= VIOLATIONS_MAX {
                return verdicts;
            }
            let mut effect = violation.schema_pointer.clone();
            if let Some(name) = &name {
                effect = format!("{effect} {name}");
            }
            if seen.insert(effect.clone()) {
                let told = told(subject, status, content, violation, name, effect);
                verdicts.push(fail(subject, told));
            }
        }
    }
    verdicts
}

/// For `required`: the names that are missing. For everything else one `None`.
fn missing(subject: &Subject<'_>, content: &Value, violation: &Violation) -> Vec<Option<String>> {
    let whole = vec![None];
    if violation.keyword != "required" {
        return whole;
    }
    let document = subject.contract.schemas.document(Direction::Response);
    let required = document.pointer(&violation.schema_pointer).and_then(Value::as_array);
    let object = content.pointer(&violation.instance_pointer).and_then(Value::as_object);
    let (Some(required), Some(object)) = (required, object) else { return whole };
    let names = required.iter().filter_map(Value::as_str);
    let absent = names.filter(|name| !object.contains_key(*name));
    let absent: Vec<_> = absent.map(|name| Some(name.to_owned())).collect();
    if absent.is_empty() { whole } else { absent }
}

/// The keyword as the contract has it, e.g. `maximum: 100`; where it cannot be found, what the
/// validator says.
fn asked_for(subject: &Subject<'_>, violation: &Violation) -> String {
    let document = subject.contract.schemas.document(Direction::Response);
    match document.pointer(&violation.schema_pointer) {
        Some(value) => format!("{}: {}", violation.keyword, excerpt(&value.to_string())),
        None => violation.message.clone(),
    }
}

fn told(
    subject: &Subject<'_>,
    status: u16,
    content: &Value,
    violation: &Violation,
    missing: Option<String>,
    effect: String,
) -> Told {
    let at = &violation.instance_pointer;
    let place = if at.is_empty() { "the content" } else { at.as_str() };
    let value = content.pointer(at).map(ToString::to_string).unwrap_or_default();
    let (keyword, expected, observed) = match missing {
        Some(name) => (
            format!("required {name}"),
            format!("a property {name}"),
            format!("{place} lacks it: {}", excerpt(&value)),
        ),
        None => (
            violation.keyword.clone(),
            asked_for(subject, violation),
            format!("{place} is {}", excerpt(&value)),
        ),
    };
    Told {
        check: CHECK.name,
        severity: Severity::Medium,
        effect,
        title: format!(
            "answered {status} with content that breaks its schema at {place} ({keyword}), to {}",
            request_in_words(subject)
        ),
        expected,
        observed,
        contract_pointer: Some(format!("#{}", violation.schema_pointer)),
        response_pointer: Some(at.clone()),
    }
}

#[cfg(test)]
mod tests;
