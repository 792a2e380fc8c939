//! The service admits that it failed.

use harness_contract::StatusRange;
use harness_model::{Severity, Verdict};

use crate::finding::{Told, fail, request_in_words, status_in_words, unknown};
use crate::subject::ASKED_FOR;
use crate::{Check, Subject, message};

pub(crate) const CHECK: Check = Check {
    name: "server_error",
    explain: "A 5xx status to any request, valid or not.\n\n\
        Why: 5xx means that the service failed to handle the request, and says so itself (RFC 9110, \
        15.6). An invalid request deserves 4xx; a valid one deserves its answer. Behind a 5xx stands an \
        unhandled case.\n\n\
        Quiet when: 501 answers a method that the contract does not declare; 501 or 503 is declared by \
        its code for the operation; 503 comes with Retry-After (back-pressure). Unknown when the request \
        names this very status. A declared 500 is still \
        a failure: many generated contracts declare it everywhere.\n\n\
        Causes are told apart by status and masked message, so that a 500 on an empty list does not hide \
        a 500 on a negative number.\n\n\
        Source: RFC 9110, 15.6; Web Fuzzing Commons F100.\n\n\
        Example: POST /orders {\"quantity\": 0} → 500 {\"message\": \"division by zero\"}",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let status = response.status;
    if !(500..600).contains(&status) {
        return Vec::new();
    }
    let is_declared =
        subject.operation.responses.iter().any(|r| r.status == StatusRange::Code(status));
    let is_quiet = match status {
        501 => is_declared || !subject.is_declared_method(),
        503 => is_declared || response.header("retry-after").is_some(),
        _ => false,
    };
    if is_quiet {
        return Vec::new();
    }
    if subject.asks_for_status(status) {
        return unknown(ASKED_FOR);
    }
    let message = message::message(subject, response);
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
        observed: status_in_words(status, &message),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

#[cfg(test)]
mod tests {
    use harness_model::{Intent, Severity};

    use crate::fixture::{Fixture, check, invalid, malformed, silent};

    #[test]
    fn every_5xx_is_a_failure_whatever_was_meant() {
        for status in [500, 502, 504, 507, 599] {
            for intent in [Intent::Valid, invalid("maximum"), malformed("json")] {
                let fixture = Fixture::answered(status, "boom").meant(intent);
                let finding = check("server_error", &fixture);
                assert_eq!(finding.signature.effect, format!("{status} boom"));
                assert_eq!(finding.severity, Severity::High);
            }
        }
    }

    #[test]
    fn the_title_says_what_was_meant() {
        let fixture = Fixture::answered(500, "").meant(invalid("maximum"));
        let title = check("server_error", &fixture).title;
        assert_eq!(title, "answered 500 to an invalid request (body /quantity breaks maximum)");
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
        check("server_error", &Fixture::answered(500, "").by_method("TRACE"));
        check("server_error", &Fixture::answered(501, ""));
    }

    #[test]
    fn back_pressure_is_not_a_failure() {
        silent("server_error", &Fixture::answered(503, "").with_header("Retry-After", "1"));
        check("server_error", &Fixture::answered(503, ""));
        check("server_error", &Fixture::answered(500, "").with_header("Retry-After", "1"));
    }

    #[test]
    fn what_the_contract_announces_is_fine_unless_it_is_a_plain_500() {
        silent("server_error", &Fixture::answered(501, "").declaring_status("501"));
        silent("server_error", &Fixture::answered(503, "").declaring_status("503"));
        check("server_error", &Fixture::answered(500, "").declaring_status("500"));
        check("server_error", &Fixture::answered(503, "").declaring_status("5XX"));
        check("server_error", &Fixture::answered(503, "").declaring_status("default"));
    }

    #[test]
    fn causes_are_told_apart_by_their_message() {
        let one =
            check("server_error", &Fixture::answered(500, "{\"error\":\"division by zero\"}"));
        let two = check("server_error", &Fixture::answered(500, "{\"error\":\"no such table\"}"));
        assert_ne!(one.signature, two.signature);
    }

    #[test]
    fn an_answer_that_is_too_large_is_still_a_5xx() {
        check("server_error", &Fixture::answered(500, "boom").too_large());
    }
}
