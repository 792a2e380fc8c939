//! The service admits that it failed.

use harness_model::{Outcome, Severity, Verdict};

use crate::finding::{Told, fail, is_declared_method, request_in_words};
use crate::{Check, Subject, mask};

pub(crate) const CHECK: Check = Check {
    name: "server_error",
    explain: "A 5xx status to any request, valid or not.\n\n\
        Why: 5xx means that the service failed to handle the request, and says so itself (RFC 9110, \
        15.6). An invalid request deserves 4xx; a valid one deserves its answer. Behind a 5xx stands an \
        unhandled case.\n\n\
        Quiet when: 501 answers a method that the contract does not declare; 501 or 503 is declared for \
        the operation; 503 or 429 comes with Retry-After (back-pressure under our own load).\n\n\
        Causes are told apart by status and masked message, so that a 500 on an empty list does not hide \
        a 500 on a negative number.\n\n\
        Source: RFC 9110, 15.6; Web Fuzzing Commons F100.\n\n\
        Example: POST /orders {\"quantity\": 0} → 500 {\"message\": \"division by zero\"}",
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
    if !(500..600).contains(&status) {
        return Vec::new();
    }
    let declared = subject.operation.responses.iter().any(|declared| {
        declared.status == harness_contract::StatusRange::Code(status)
    });
    let is_quiet = match status {
        501 => declared || !is_declared_method(subject),
        503 => declared || response.header("retry-after").is_some(),
        _ => false,
    };
    if is_quiet {
        return Vec::new();
    }
    let message = mask::message(response, &subject.exchange.request);
    let told = Told {
        check: CHECK.name,
        severity: Severity::High,
        effect: format!("{status} {message}").trim_end().to_owned(),
        title: format!("answered {status} to {}", request_in_words(subject)),
        expected: if subject.step.intent.is_allowed() {
            "an answer below 500".to_owned()
        } else {
            "a refusal with 4xx".to_owned()
        },
        observed: if message.is_empty() {
            format!("status {status}")
        } else {
            format!("status {status}: {message}")
        },
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

#[cfg(test)]
mod tests {
    use harness_model::{Intent, Severity};

    use crate::fixture::{Fixture, check, silent};

    #[test]
    fn every_5xx_is_a_failure_whatever_was_meant() {
        for status in [500, 502, 504, 507, 599] {
            for intent in [Intent::Valid, crate::fixture::invalid("maximum")] {
                let fixture = Fixture::answered(status, "{\"message\":\"boom\"}").meant(intent);
                let finding = check("server_error", &fixture);
                assert_eq!(finding.signature.effect, format!("{status} boom"));
                assert_eq!(finding.severity, Severity::High);
            }
        }
    }

    #[test]
    fn other_statuses_are_not() {
        for status in [200, 301, 404, 418, 499, 600] {
            silent("server_error", &Fixture::answered(status, ""));
        }
    }

    #[test]
    fn not_implemented_is_fine_for_an_undeclared_method() {
        silent("server_error", &Fixture::answered(501, "").by_method("TRACE"));
        check("server_error", &Fixture::answered(501, ""));
    }

    #[test]
    fn back_pressure_is_not_a_failure() {
        silent("server_error", &Fixture::answered(503, "").with_header("Retry-After", "1"));
        check("server_error", &Fixture::answered(503, ""));
    }

    #[test]
    fn causes_are_told_apart_by_their_message() {
        let one = check("server_error", &Fixture::answered(500, "{\"error\":\"division by zero\"}"));
        let two = check("server_error", &Fixture::answered(500, "{\"error\":\"no such table\"}"));
        assert_ne!(one.signature, two.signature);
    }
}
