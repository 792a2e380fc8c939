//! A status that the contract does not mention.

use harness_contract::Operation;
use harness_model::{Intent, Severity, Verdict};

use crate::finding::{Told, fail, range_name, request_in_words, unknown};
use crate::subject::{ASKED_FOR, ELSEWHERE};
use crate::{Check, Subject};

pub(crate) const CHECK: Check = Check {
    name: "undeclared_status",
    explain: "A status that the operation does not declare, neither as a code, nor as a range (4XX), nor by \
        `default`.\n\n\
        Why: clients are generated from the contract; an answer that it does not know is an exception in \
        somebody else's code.\n\n\
        Quiet when: the operation declares no responses at all; the status is 5xx (server_error says it) \
        or 429 (back-pressure); the request is malformed or uses an undeclared method, where HTTP's own \
        answers apply; 401 or 403 come from the declared security. Unknown when the path may lead to \
        another operation.\n\n\
        One failure per operation and status, of low severity.\n\n\
        Source: OpenAPI 3.1, 4.8.16 (Responses Object); Web Fuzzing Commons F101.\n\n\
        Example: GET /products?category=tea → 418, declared are 200 and 400",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let status = response.status;
    let operation = subject.operation;
    let is_quiet = operation.responses.is_empty()
        || operation.response(status).is_some()
        || (500..600).contains(&status)
        // What the server in front says of connection, time and size (RFC 9110, 15.5.9 and 15.5.15;
        // RFC 6585, 4 and 5), whatever the operation is.
        || matches!(status, 100..=199 | 408 | 414 | 429 | 431)
        || matches!(subject.step.intent, Intent::Malformed { .. })
        || !subject.is_declared_method()
        || (matches!(status, 401 | 403) && needs_credentials(operation));
    if is_quiet {
        return Vec::new();
    }
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    if subject.asks_for_status(status) {
        return unknown(ASKED_FOR);
    }
    let declared: Vec<String> = operation.responses.iter().map(|r| range_name(r.status)).collect();
    let told = Told {
        check: CHECK.name,
        severity: Severity::Low,
        effect: status.to_string(),
        title: format!(
            "answered {status}, which the contract does not declare, to {}",
            request_in_words(subject)
        ),
        expected: format!("one of the declared statuses: {}", declared.join(", ")),
        observed: format!("status {status}"),
        contract_pointer: Some(format!("#{}/responses", operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// Whether some alternative of the declared security asks for anything at all.
fn needs_credentials(operation: &Operation) -> bool {
    operation.security.iter().any(|requirement| !requirement.is_empty())
}

#[cfg(test)]
mod tests {
    use harness_model::Severity;

    use crate::fixture::{Fixture, check, malformed, silent, unknown};

    #[test]
    fn what_the_server_in_front_says_of_size_and_time_is_fine() {
        for status in [408, 414, 429, 431] {
            silent("undeclared_status", &Fixture::answered(status, ""));
        }
    }

    #[test]
    fn a_status_that_was_asked_for_is_not_judged() {
        let asked = |target| Fixture::answered(418, "").at("/status/{code}", target);
        unknown("undeclared_status", &asked("/status/418"));
        unknown("undeclared_status", &asked("/status/200%2C418"));
        check("undeclared_status", &asked("/status/4180"));
    }

    #[test]
    fn a_status_that_is_not_declared_is_a_failure() {
        let finding = check("undeclared_status", &Fixture::answered(418, ""));
        assert_eq!(finding.signature.effect, "418");
        assert_eq!(finding.severity, Severity::Low);
        assert_eq!(finding.evidence.expected, "one of the declared statuses: 200, 201, 400");
    }

    #[test]
    fn declared_codes_and_ranges_are_fine() {
        for status in [200, 201, 400] {
            silent("undeclared_status", &Fixture::answered(status, ""));
        }
        for status in [404, 422] {
            silent("undeclared_status", &Fixture::answered(status, "").declaring_status("4XX"));
            check("undeclared_status", &Fixture::answered(status, "").declaring_status("2XX"));
        }
    }

    #[test]
    fn a_default_response_declares_everything() {
        silent("undeclared_status", &Fixture::answered(418, "").declaring_status("default"));
    }

    #[test]
    fn server_errors_and_back_pressure_are_left_to_others() {
        for status in [500, 503, 429] {
            silent("undeclared_status", &Fixture::answered(status, ""));
        }
    }

    #[test]
    fn a_status_beyond_those_of_http_is_not_declared_either() {
        check("undeclared_status", &Fixture::answered(600, ""));
    }

    #[test]
    fn malformed_requests_and_undeclared_methods_get_answers_of_http_itself() {
        for status in [400, 405, 413, 414, 415, 431] {
            let fixture = Fixture::answered(status, "").declaring_status("410");
            silent("undeclared_status", &fixture.meant(malformed("json")));
        }
        silent("undeclared_status", &Fixture::answered(405, "").by_method("TRACE"));
        silent("undeclared_status", &Fixture::answered(206, "").by_method("HEAD"));
    }

    #[test]
    fn an_operation_without_responses_promises_nothing() {
        silent("undeclared_status", &Fixture::answered(418, "").declaring_nothing());
    }

    #[test]
    fn refusals_of_declared_security_are_fine() {
        for status in [401, 403] {
            silent("undeclared_status", &Fixture::answered(status, "").secured(r#"{"key": []}"#));
            check("undeclared_status", &Fixture::answered(status, ""));
            check("undeclared_status", &Fixture::answered(status, "").secured("{}"));
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        unknown("undeclared_status", &Fixture::answered(405, "").at("/orders/{id}", "/orders/"));
        check("undeclared_status", &Fixture::answered(405, "").at("/orders/{id}", "/orders/7"));
    }
}
