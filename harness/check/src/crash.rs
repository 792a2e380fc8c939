//! The service drops the connection, or goes away.

use harness_model::{Outcome, Severity, Stage, Verdict};

use crate::finding::{Told, fail, request_in_words};
use crate::{Check, Subject};

pub(crate) const CHECK: Check = Check {
    name: "crash",
    explain: "The connection is closed or reset before the answer is complete, or what comes back is not \
        HTTP.\n\n\
        Why: a handler that panics or a process that dies leaves its client with nothing; behind a proxy \
        it is a 502 for every request in flight.\n\n\
        Quiet when: no control request was sent afterwards, or the failure is a refused connection while \
        the service is otherwise there. A control request tells a dropped connection (high) from a \
        service that is down (critical). An idle connection that the service closed as we used it is \
        tried again on a fresh one first (RFC 9112, 9.3.1).\n\n\
        Source: RFC 9112, 9.3 and 9.5 (a server closes a connection gracefully, after its answer).\n\n\
        Example: POST /orders {\"coupon\": \"…\"} → connection closed without an answer",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let (effect, what, why) = match &subject.exchange.outcome {
        Outcome::ClosedEarly { stage: Stage::Body, why, .. } => {
            ("closed in body", "the connection broke in the middle of the answer", why)
        }
        Outcome::ClosedEarly { why, .. } => {
            ("closed before head", "the connection was dropped without an answer", why)
        }
        Outcome::Unparsable { why } => ("not http", "the answer is not HTTP", why),
        Outcome::ConnectFailed { why } => {
            // A refused connection blames no request in particular.
            return vec![Verdict::Unknown(format!("no connection could be made: {why}"))];
        }
        Outcome::Response(_)
        | Outcome::TooLarge { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::TimedOut { .. }
        | Outcome::Unsendable { .. } => return Vec::new(),
    };
    let Some(control) = subject.control else {
        return vec![Verdict::Unknown("no control request was sent afterwards".to_owned())];
    };
    let is_alive = control.response().is_some();
    let (severity, aftermath) = if is_alive {
        (Severity::High, "the service answers other requests afterwards")
    } else {
        (Severity::Critical, "the service is down afterwards")
    };
    let told = Told {
        check: CHECK.name,
        severity,
        effect: format!("{effect}{}", if is_alive { "" } else { ", service down" }),
        title: format!("{what}, to {}", request_in_words(subject)),
        expected: "a complete HTTP answer".to_owned(),
        observed: format!("{what} ({why}); {aftermath}"),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

#[cfg(test)]
mod tests {
    use harness_model::{Outcome, Severity, Stage};

    use crate::fixture::{Fixture, check, silent, unknown};

    fn dropped() -> Fixture {
        Fixture::ended(Outcome::ClosedEarly {
            stage: Stage::Head,
            partial: None,
            why: "connection reset".to_owned(),
        })
    }

    #[test]
    fn a_dropped_connection_with_the_service_alive_is_high() {
        let finding = check("crash", &dropped().control_answered(1_000));
        assert_eq!(finding.severity, Severity::High);
    }

    #[test]
    fn a_service_that_is_down_afterwards_is_critical() {
        let finding = check("crash", &dropped().control_failed());
        assert_eq!(finding.severity, Severity::Critical);
    }

    #[test]
    fn without_a_control_there_is_no_verdict() {
        unknown("crash", &dropped());
    }

    #[test]
    fn a_refused_connection_blames_no_request() {
        let refused = Outcome::ConnectFailed { why: "refused".to_owned() };
        unknown("crash", &Fixture::ended(refused).control_answered(1_000));
    }

    #[test]
    fn an_answer_that_is_not_http_is_a_crash_of_its_own() {
        let garbage = Outcome::Unparsable { why: "invalid version".to_owned() };
        let finding = check("crash", &Fixture::ended(garbage).control_answered(1_000));
        assert_eq!(finding.signature.effect, "not http");
    }

    #[test]
    fn a_complete_answer_is_no_crash() {
        silent("crash", &Fixture::answered(500, ""));
    }
}
