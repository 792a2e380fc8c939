//! The value of a header field is not what its schema says.

mod readings;

use harness_contract::{HeaderSpec, Validator, Violation};
use harness_model::{Response, Severity, Verdict};
use serde_json::Value;

use crate::answers::Promise;
use crate::finding::{Told, excerpt, fail, request_in_words, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject};

/// Failures that one answer reports: they mostly share a cause.
const FIELDS_MAX: usize = 5;
/// Field lines of one name that are read: a field is one line, rarely a few.
const LINES_MAX: usize = 64;
/// Longest value that is read, in octets; servers send far shorter ones.
const VALUE_BYTES_MAX: usize = 16 * 1024;

pub(crate) const CHECK: Check = Check {
    name: "header_violates_schema",
    explain: "The value of a header field breaks the JSON Schema that the contract declares for it.\n\n\
        Why: a client that reads X-Total-Count as a number, or X-Request-Id as a UUID, fails on what \
        comes instead.\n\n\
        A field is text: it is read in every way that OpenAPI's style `simple` allows, and one valid \
        reading is enough. So `7` is a number and a text, `a, b` a list and a text; several lines of one \
        name are one list (RFC 9110, 5.3), or repeat one value. With `content` the value is read in its \
        media type.\n\n\
        Quiet when: the field is absent (missing_required_header says it); the status is not declared, or \
        is 5xx and not declared by its code; the request breaks HTTP itself or uses an undeclared \
        method. Unknown when the value is no text, when the schema itself is broken, or when the path \
        may lead to another operation. Formats are not asserted: dates in fields are seldom those of \
        RFC 3339.\n\n\
        One failure per field and keyword: medium for 1xx to 3xx, low for refusals. Source: OpenAPI 3.1, \
        4.8.21 and 4.8.12 (style); JSON Schema 2020-12; Web Fuzzing Commons F101.\n\n\
        Example: GET /products → 200 with X-Total-Count: many, an integer is declared",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let Some(declared) = subject.declared_answer(response.status) else { return Vec::new() };
    let mut verdicts = Vec::new();
    for (header, promise) in subject.answers.headers(subject.operation, declared) {
        if verdicts.len() >= FIELDS_MAX {
            break;
        }
        let validator = match promise {
            Promise::Anything => continue,
            Promise::Schema(validator) => validator,
            Promise::Broken(why) => {
                if response.header(&header.name).is_some() {
                    verdicts.push(Verdict::Unknown(why.to_owned()));
                }
                continue;
            }
        };
        match lines(response, &header.name) {
            Some(lines) if lines.is_empty() => {}
            Some(lines) => {
                if let Some((value, violation)) = broken(header, validator, &lines) {
                    if !subject.reaches_operation() {
                        return unknown(ELSEWHERE);
                    }
                    verdicts.push(told(subject, response.status, header, &value, &violation));
                }
            }
            None => verdicts.push(Verdict::Unknown(format!("{} is no text", header.name))),
        }
    }
    verdicts
}

/// The values of all lines of this name, in order, without blanks around them; `None` if one is no
/// text that can be read.
fn lines(response: &Response, name: &str) -> Option<Vec<String>> {
    let named = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
    let text = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?;
        (text.len() <= VALUE_BYTES_MAX).then(|| text.trim().to_owned())
    };
    named.take(LINES_MAX).map(|field| text(&field.value.0)).collect()
}

/// The reading that breaks the schema least, with what it breaks first; `None`: some reading is valid.
fn broken(
    header: &HeaderSpec,
    validator: &Validator,
    lines: &[String],
) -> Option<(Value, Violation)> {
    // Lines of Set-Cookie cannot be joined (RFC 9110, 5.3): each is a value of its own.
    if header.name.eq_ignore_ascii_case("set-cookie") && lines.len() > 1 {
        return lines.iter().find_map(|line| broken(header, validator, std::slice::from_ref(line)));
    }
    let readings = readings::readings(header, lines);
    if readings.iter().any(|reading| validator.is_valid(reading)) {
        return None;
    }
    let judged = readings.into_iter().map(|reading| (validator.violations(&reading), reading));
    let (violations, value) = judged
        // Without a violation that is certain, e.g. a pattern that takes too long, nothing is broken.
        .filter(|(violations, _)| !violations.is_empty())
        .min_by_key(|(violations, _)| {
            (violations.iter().filter(|v| v.keyword == "type").count(), violations.len())
        })?;
    Some((value, violations.into_iter().next()?))
}

fn told(
    subject: &Subject<'_>,
    status: u16,
    header: &HeaderSpec,
    value: &Value,
    violation: &Violation,
) -> Verdict {
    let name = &header.name;
    let document = subject.contract.schemas.document(harness_contract::Direction::Response);
    let expected = match document.pointer(&violation.schema_pointer) {
        Some(asked) => format!("{}: {}", violation.keyword, excerpt(&asked.to_string())),
        None => violation.message.clone(),
    };
    let told = Told {
        check: CHECK.name,
        severity: if status < 400 { Severity::Medium } else { Severity::Low },
        effect: format!("{} {}", name.to_ascii_lowercase(), violation.schema_pointer),
        title: format!(
            "answered {status} with a header {name} that breaks its schema ({}), to {}",
            violation.keyword,
            request_in_words(subject)
        ),
        expected,
        observed: format!("{name} is {}", excerpt(&value.to_string())),
        contract_pointer: Some(format!("#{}", violation.schema_pointer)),
        response_pointer: None,
    };
    fail(subject, told)
}

#[cfg(test)]
mod tests;
