//! A header field that the contract promises is not there.

use harness_model::{Severity, Verdict};

use crate::finding::{Told, fail, range_name, request_in_words, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject};

/// Fields that one answer reports: they mostly share a cause.
const FIELDS_MAX: usize = 5;
/// Longest field name that is repeated in a signature, in characters; real ones are shorter.
const NAME_CHARS_MAX: usize = 80;

/// Fields that belong to the message on its way rather than to the answer (RFC 9110, 7.6.1 and 8.6;
/// RFC 9112, 6): servers and intermediaries choose them, whatever the operation says.
const FRAMING: &[&str] =
    &["connection", "content-length", "keep-alive", "trailer", "transfer-encoding"];

pub(crate) const CHECK: Check = Check {
    name: "missing_required_header",
    explain: "An answer without a header field that the contract says is always there (`required: true`).\n\n\
        Why: a client that follows Location to what it has just created, or pages by X-Next, has nothing \
        to go by; generated clients often fail on the spot.\n\n\
        Quiet when: the status is not declared (undeclared_status says it), or is 5xx and not declared by \
        its code; the request breaks HTTP itself or uses an undeclared method (the server in front \
        answers then); the field only frames the message (Content-Length, Transfer-Encoding, Connection, \
        …), which is for servers and proxies to choose. Content-Type is not judged here (OpenAPI ignores \
        it among headers). Unknown when the path may lead to another operation.\n\n\
        One failure per declared response and field: medium for 1xx to 3xx, low for refusals, which often \
        come from a framework. Source: OpenAPI 3.1, 4.8.17 (headers) and 4.8.21; Web Fuzzing Commons \
        F101.\n\n\
        Example: POST /orders → 201 without Location, which the contract requires",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let status = response.status;
    let Some(declared) = subject.declared_answer(status) else { return Vec::new() };
    let is_framing = |name: &str| FRAMING.iter().any(|own| own.eq_ignore_ascii_case(name));
    let missing = declared.headers.iter().filter(|header| {
        header.required && !is_framing(&header.name) && response.header(&header.name).is_none()
    });
    let missing: Vec<_> = missing.take(FIELDS_MAX).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let range = range_name(declared.status);
    let told = |header: &harness_contract::HeaderSpec| Told {
        check: CHECK.name,
        severity: if status < 400 { Severity::Medium } else { Severity::Low },
        effect: {
            let name = header.name.to_ascii_lowercase();
            format!("{range} {}", name.chars().take(NAME_CHARS_MAX).collect::<String>())
        },
        title: format!(
            "answered {status} without the required header {}, to {}",
            header.name,
            request_in_words(subject)
        ),
        expected: format!("a header field {}", header.name),
        observed: format!("status {status} without it"),
        contract_pointer: Some(format!("#{}", header.pointer)),
        response_pointer: None,
    };
    missing.into_iter().map(|header| fail(subject, told(header))).collect()
}

#[cfg(test)]
mod tests {
    use harness_model::Severity;

    use crate::fixture::{Fixture, check, failures, malformed, silent, unknown};

    const NAME: &str = "missing_required_header";

    /// The answers of the fixture's contract promise a Location with 201 and an X-Trace with 400.
    fn answered(status: u16) -> Fixture {
        Fixture::answered(status, "")
            .declaring(
                r#""description": "created""#,
                r#""description": "created", "headers": {
                    "Location": {"required": true, "schema": {"type": "string"}},
                    "X-Hint": {"schema": {"type": "string"}}}"#,
            )
            .declaring(
                r#""description": "no""#,
                r#""description": "no", "headers": {"X-Trace": {"required": true}}"#,
            )
    }

    #[test]
    fn a_promised_field_that_is_absent_is_a_failure() {
        let finding = check(NAME, &answered(201));
        assert_eq!(finding.signature.effect, "201 location");
        assert_eq!(finding.severity, Severity::Medium);
        assert!(finding.evidence.contract_pointer.expect("it has one").ends_with("/Location"));
    }

    #[test]
    fn a_field_is_found_whatever_its_case_and_value() {
        silent(NAME, &answered(201).with_header("LOCATION", "/orders/1"));
        silent(NAME, &answered(201).with_header("location", ""));
    }

    #[test]
    fn what_a_refusal_lacks_is_of_low_severity() {
        assert_eq!(check(NAME, &answered(400)).severity, Severity::Low);
    }

    #[test]
    fn one_cause_under_a_range_is_one_signature() {
        let ranged = |status| check(NAME, &answered(status).declaring_status("4XX"));
        assert_eq!(ranged(404).signature, ranged(422).signature);
        assert_eq!(ranged(404).signature.effect, "4XX x-trace");
    }

    #[test]
    fn optional_fields_and_statuses_without_fields_promise_nothing() {
        silent(NAME, &answered(200));
        silent(NAME, &answered(201).with_header("Location", "/orders/1"));
        silent(NAME, &answered(418));
    }

    #[test]
    fn fields_that_frame_the_message_are_for_servers_to_choose() {
        for name in ["Content-Length", "transfer-encoding", "Connection", "Content-Type"] {
            silent(NAME, &answered(201).declaring("\"Location\"", &format!("\"{name}\"")));
        }
    }

    #[test]
    fn what_a_server_in_front_answers_is_not_judged() {
        silent(NAME, &answered(500).declaring_status("default"));
        check(NAME, &answered(500).declaring_status("500"));
        silent(NAME, &answered(400).meant(malformed("http")));
        silent(NAME, &answered(400).by_method("TRACE"));
    }

    #[test]
    fn every_missing_field_is_told() {
        let fixture = answered(201).declaring("\"X-Hint\": {", "\"X-Hint\": {\"required\": true, ");
        assert_eq!(failures(NAME, &fixture).len(), 2);
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        unknown(NAME, &answered(201).at("/orders/{id}", "/orders/"));
        check(NAME, &answered(201).at("/orders/{id}", "/orders/7"));
    }
}
