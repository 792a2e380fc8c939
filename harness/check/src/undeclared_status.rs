//! A status that the contract does not mention.

use harness_contract::StatusRange;
use harness_model::{Intent, Outcome, Severity, Verdict};

use crate::finding::{Told, fail, is_declared_method, request_in_words};
use crate::{Check, Subject};

pub(crate) const CHECK: Check = Check {
    name: "undeclared_status",
    explain: "A status that the operation does not declare, neither as a code, nor as a range (4XX), nor by \
        `default`.\n\n\
        Why: clients are generated from the contract; an answer that it does not know is an exception in \
        somebody else's code.\n\n\
        Quiet when: the operation declares no responses at all; the status is 5xx (server_error says it), \
        429 or 503 (back-pressure); the request is malformed or uses an undeclared method, where HTTP's own \
        answers apply; 401 or 403 come from the declared security.\n\n\
        Source: OpenAPI 3.1, 4.8.16 (Responses Object); Web Fuzzing Commons F101.\n\n\
        Example: GET /products?category=tea → 418, declared are 200 and 400",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let (Outcome::Response(response) | Outcome::TooLarge { response, .. }) =
        &subject.exchange.outcome
    else {
        return Vec::new();
    };
    let status = response.status;
    let operation = subject.operation;
    let is_quiet = operation.responses.is_empty()
        || operation.response(status).is_some()
        || (500..600).contains(&status)
        || matches!(status, 100..=199 | 429)
        || matches!(subject.step.intent, Intent::Malformed { .. })
        || !is_declared_method(subject)
        || (matches!(status, 401 | 403) && !operation.security.is_empty());
    if is_quiet {
        return Vec::new();
    }
    let declared: Vec<String> = operation.responses.iter().map(|r| name(r.status)).collect();
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

fn name(status: StatusRange) -> String {
    match status {
        StatusRange::Code(code) => code.to_string(),
        StatusRange::Class(class) => format!("{class}XX"),
        StatusRange::Default => "default".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use harness_model::Intent;

    use crate::fixture::{Fixture, check, silent};

    #[test]
    fn a_status_that_is_not_declared_is_a_failure() {
        let finding = check("undeclared_status", &Fixture::answered(418, ""));
        assert_eq!(finding.signature.effect, "418");
        assert!(finding.evidence.expected.contains("200"), "{finding:?}");
    }

    #[test]
    fn declared_codes_and_ranges_are_fine() {
        for status in [200, 201, 400, 404, 422] {
            // The fixture declares 200, 201, 400 and, in one of its forms, 4XX.
            silent("undeclared_status", &Fixture::answered(status, "").declaring_4xx());
        }
    }

    #[test]
    fn a_default_response_declares_everything() {
        silent("undeclared_status", &Fixture::answered(418, "").declaring_default());
    }

    #[test]
    fn server_errors_and_back_pressure_are_left_to_others() {
        for status in [500, 503, 429] {
            silent("undeclared_status", &Fixture::answered(status, ""));
        }
    }

    #[test]
    fn malformed_requests_and_undeclared_methods_get_answers_of_http_itself() {
        let malformed = Intent::Malformed { layer: "json".to_owned(), what: "cut".to_owned() };
        silent("undeclared_status", &Fixture::answered(415, "").meant(malformed));
        silent("undeclared_status", &Fixture::answered(405, "").by_method("TRACE"));
    }

    #[test]
    fn an_operation_without_responses_promises_nothing() {
        silent("undeclared_status", &Fixture::answered(418, "").declaring_nothing());
    }

    #[test]
    fn refusals_of_declared_security_are_fine() {
        silent("undeclared_status", &Fixture::answered(401, "").with_security());
        check("undeclared_status", &Fixture::answered(401, ""));
    }
}
