//! An answer that is not what its schema says.

use harness_model::{Evidence, Octets, Outcome, Severity, Verdict};
use serde_json::Value;

use crate::answers::{Promise, is_json};
use crate::finding::{Told, fail, is_declared_method, request_in_words};
use crate::{Check, Subject};

/// Violations that one answer reports: they mostly share a cause.
const VIOLATIONS_MAX: usize = 4;
/// Octets of an answer's excerpt in the evidence.
const EXCERPT_CHARS_MAX: usize = 80;

pub(crate) const CHECK: Check = Check {
    name: "body_violates_schema",
    explain: "The content of an answer breaks the JSON Schema that the contract declares for its status and \
        media type, or is declared JSON and does not parse.\n\n\
        Why: a missing field or a string for a number breaks generated clients at run time, far from the \
        change that caused it.\n\n\
        Quiet when: status or media type is not declared (other checks say it), the content was cut off \
        (unknown), the schema itself is broken (unknown). Formats are not asserted. Properties that are \
        writeOnly are not required; null in a nullable enum is fine.\n\n\
        One failure per place in the schema and keyword. Source: OpenAPI 3.1, 4.8.14 and 4.8.24; JSON \
        Schema 2020-12; Web Fuzzing Commons F101.\n\n\
        Example: GET /products/1 → {\"price\": \"4\"} where price is a number",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.exchange.response() else { return Vec::new() };
    let status = response.status;
    if response.content.is_empty()
        || subject.exchange.request.method == "HEAD"
        || !is_declared_method(subject)
    {
        return Vec::new();
    }
    let Some(essence) = response.media_type().filter(|essence| is_json(essence)) else {
        return Vec::new();
    };
    let promise = subject.answers.promise(subject.operation, status, &essence);
    let Some((media_type, promise)) = promise else { return Vec::new() };
    // `default` describes what the operation's own code sends; a 5xx is seldom from there.
    if (500..600).contains(&status)
        && subject.operation.response(status).is_some_and(|response| {
            response.status != harness_contract::StatusRange::Code(status)
        })
    {
        return Vec::new();
    }
    match &subject.exchange.outcome {
        Outcome::Response(_) => {}
        Outcome::TooLarge { response_bytes_max, .. } => {
            let why = format!("the content is longer than {response_bytes_max} bytes");
            return vec![Verdict::Unknown(why)];
        }
        Outcome::ConnectFailed { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::TimedOut { .. }
        | Outcome::ClosedEarly { .. }
        | Outcome::Unparsable { .. }
        | Outcome::Unsendable { .. } => return Vec::new(),
    }
    let content: Value = match serde_json::from_slice(&response.content.0) {
        Ok(content) => content,
        Err(error) => {
            let told = Told {
                check: CHECK.name,
                severity: Severity::Medium,
                effect: format!("{status} not json"),
                title: format!(
                    "answered {status} with {essence} that does not parse, to {}",
                    request_in_words(subject)
                ),
                expected: "JSON (RFC 8259)".to_owned(),
                observed: format!("{error}: {}", excerpt(&response.content)),
                contract_pointer: Some(format!("#{}", media_type.pointer)),
                response_pointer: None,
            };
            return vec![fail(subject, told)];
        }
    };
    match promise {
        Promise::Anything => Vec::new(),
        Promise::Broken(why) => vec![Verdict::Unknown(why.to_owned())],
        Promise::Schema(validator) if validator.is_valid(&content) => Vec::new(),
        Promise::Schema(validator) => {
            let mut verdicts: Vec<Verdict> = Vec::new();
            for violation in validator.violations(&content) {
                let verdict = violated(subject, status, &content, &violation);
                if !verdicts.contains(&verdict) && verdicts.len() < VIOLATIONS_MAX {
                    verdicts.push(verdict);
                }
            }
            verdicts
        }
    }
}

fn violated(
    subject: &Subject<'_>,
    status: u16,
    content: &Value,
    violation: &harness_contract::Violation,
) -> Verdict {
    let at = &violation.instance_pointer;
    let place = if at.is_empty() { "the content".to_owned() } else { at.clone() };
    let value = content.pointer(at).map(ToString::to_string).unwrap_or_default();
    let mut evidence = Evidence {
        expected: violation.message.clone(),
        observed: format!("{place} is {}", cut(&value)),
        contract_pointer: Some(format!("#{}", violation.schema_pointer)),
        response_pointer: Some(at.clone()),
    };
    if violation.keyword == "required" {
        evidence.observed = format!("{place} lacks it: {}", cut(&value));
    }
    let told = Told {
        check: CHECK.name,
        severity: Severity::Medium,
        effect: format!("{status} {} {}", normalised(at), violation.schema_pointer),
        title: format!(
            "answered {status} with content that breaks its schema at {place} ({}), to {}",
            violation.keyword,
            request_in_words(subject)
        ),
        expected: evidence.expected,
        observed: evidence.observed,
        contract_pointer: evidence.contract_pointer,
        response_pointer: evidence.response_pointer,
    };
    fail(subject, told)
}

/// A JSON pointer with array indices replaced by `*`: which item it was is chance.
fn normalised(pointer: &str) -> String {
    let is_index = |token: &str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
    let tokens = pointer.split('/').map(|token| if is_index(token) { "*" } else { token });
    tokens.collect::<Vec<_>>().join("/")
}

fn excerpt(content: &Octets) -> String {
    cut(&content.lossy())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= EXCERPT_CHARS_MAX {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(EXCERPT_CHARS_MAX).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use harness_model::Outcome;

    use crate::fixture::{Fixture, check, silent, unknown};

    #[test]
    fn content_that_breaks_its_schema_is_a_failure() {
        let finding = check("body_violates_schema", &Fixture::answered(200, "{\"id\": \"1\"}"));
        assert_eq!(finding.evidence.response_pointer.as_deref(), Some("/id"));
        assert!(finding.evidence.contract_pointer.is_some_and(|p| p.ends_with("/id/type")));
    }

    #[test]
    fn a_missing_required_property_is_a_failure() {
        let finding = check("body_violates_schema", &Fixture::answered(200, "{}"));
        assert!(finding.signature.effect.ends_with("required"), "{finding:?}");
    }

    #[test]
    fn content_that_fits_is_fine() {
        silent("body_violates_schema", &Fixture::answered(200, "{\"id\": 1}"));
    }

    #[test]
    fn declared_json_that_does_not_parse_is_a_failure() {
        let finding = check("body_violates_schema", &Fixture::answered(200, "{\"id\": "));
        assert_eq!(finding.signature.effect, "200 not json");
    }

    #[test]
    fn which_item_of_a_list_it_was_does_not_matter() {
        let one = check("body_violates_schema", &Fixture::answered(200, "{\"id\":1,\"tags\":[7]}"));
        let two = check(
            "body_violates_schema",
            &Fixture::answered(200, "{\"id\":1,\"tags\":[\"a\",\"b\",9]}"),
        );
        assert_eq!(one.signature, two.signature);
    }

    #[test]
    fn other_formats_and_undeclared_answers_are_left_to_others() {
        let html = Fixture::answered(200, "<p>").with_header("content-type", "text/html");
        silent("body_violates_schema", &html);
        silent("body_violates_schema", &Fixture::answered(418, "{}"));
    }

    #[test]
    fn content_that_was_cut_off_is_not_judged() {
        let mut fixture = Fixture::answered(200, "{\"id\": 1");
        if let Outcome::Response(response) = fixture.exchange.outcome.clone() {
            fixture.exchange.outcome = Outcome::TooLarge { response, response_bytes_max: 8 };
        }
        unknown("body_violates_schema", &fixture);
    }
}
