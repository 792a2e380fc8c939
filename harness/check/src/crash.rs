//! The service drops the connection, or goes away.

use harness_model::{Outcome, Severity, Stage, Verdict};

use crate::finding::{Told, fail, request_in_words, unknown};
use crate::{Check, Subject};

/// Octets of content from which on a closed connection may be an early refusal: the rest was still
/// on its way, and the reset that it provokes can overtake the answer (RFC 9112, 9.6).
const EARLY_REFUSAL_BYTES_MIN: usize = 64 * 1024;

pub(crate) const CHECK: Check = Check {
    name: "crash",
    explain: "The connection is closed or reset before the answer is complete, what comes back is not \
        HTTP, or the service is gone.\n\n\
        Why: a handler that panics or a process that dies leaves its client with nothing; behind a proxy \
        it is a 502 for every request in flight.\n\n\
        Quiet when: no control request was sent afterwards; a connection was refused and the next one is \
        not; the connection is closed while 64 KiB of content or more are still being sent and the \
        service goes on (it may have refused them unread). These are counted as unknown. A control \
        request tells a dropped connection (high) from a service that is down (critical). An idle \
        connection that the service closed as we used it is tried again on a fresh one first (RFC 9112, \
        9.3.1).\n\n\
        Source: RFC 9112, 9.5 and 9.6 (a server closes a connection gracefully, after its answer).\n\n\
        Example: POST /orders {\"coupon\": \"…\"} → connection closed without an answer",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let (effect, what, why) = match &subject.exchange.outcome {
        Outcome::ClosedEarly { stage: Stage::Body, why, .. } => {
            ("closed in body", "the connection broke in the middle of the answer", why)
        }
        Outcome::ClosedEarly { stage: Stage::Connect | Stage::Head, why, .. } => {
            ("closed before head", "the connection was dropped without an answer", why)
        }
        Outcome::Unparsable { why } => ("not http", "the answer is not HTTP", why),
        Outcome::ConnectFailed { why } => ("no connection", "no connection could be made", why),
        Outcome::TlsFailed { why } => return unknown(format!("no TLS session was made: {why}")),
        Outcome::Response(_)
        | Outcome::TooLarge { .. }
        | Outcome::TimedOut { .. }
        | Outcome::Unsendable { .. } => return Vec::new(),
    };
    let Some(is_alive) = subject.is_control_answered() else {
        return unknown("no control request was sent afterwards");
    };
    if is_alive && matches!(subject.exchange.outcome, Outcome::ConnectFailed { .. }) {
        return unknown("a connection was refused once and made afterwards");
    }
    if is_alive && may_be_early_refusal(subject) {
        return unknown("the connection was closed while much content was still being sent");
    }
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
        expected: "a complete answer, whatever it says".to_owned(),
        observed: format!("{what} ({why}); {aftermath}"),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

fn may_be_early_refusal(subject: &Subject<'_>) -> bool {
    let is_before_head = matches!(
        subject.exchange.outcome,
        Outcome::ClosedEarly { stage: Stage::Connect | Stage::Head, .. }
    );
    is_before_head && subject.exchange.request.content.len() >= EARLY_REFUSAL_BYTES_MIN
}

#[cfg(test)]
mod tests {
    use harness_model::{Outcome, Severity, Stage};

    use crate::fixture::{Fixture, check, silent, unknown};

    fn dropped(stage: Stage) -> Fixture {
        let why = "connection reset".to_owned();
        Fixture::ended(Outcome::ClosedEarly { stage, partial: None, why })
    }

    fn refused() -> Fixture {
        Fixture::ended(Outcome::ConnectFailed { why: "refused".to_owned() })
    }

    #[test]
    fn a_dropped_connection_with_the_service_alive_is_high() {
        let finding = check("crash", &dropped(Stage::Head).control_answered(1_000));
        assert_eq!(finding.severity, Severity::High);
        assert_eq!(finding.signature.effect, "closed before head");
    }

    #[test]
    fn an_answer_that_breaks_off_is_a_crash_of_its_own() {
        let finding = check("crash", &dropped(Stage::Body).control_answered(1_000));
        assert_eq!(finding.signature.effect, "closed in body");
    }

    #[test]
    fn a_service_that_is_down_afterwards_is_critical() {
        let finding = check("crash", &dropped(Stage::Head).control_failed());
        assert_eq!(finding.severity, Severity::Critical);
        assert_eq!(finding.signature.effect, "closed before head, service down");
    }

    #[test]
    fn without_a_control_there_is_no_verdict() {
        unknown("crash", &dropped(Stage::Head));
        unknown("crash", &refused());
    }

    #[test]
    fn a_refused_connection_is_a_crash_only_if_the_service_stays_away() {
        unknown("crash", &refused().control_answered(1_000));
        let finding = check("crash", &refused().control_failed());
        assert_eq!(finding.severity, Severity::Critical);
        assert_eq!(finding.signature.effect, "no connection, service down");
    }

    #[test]
    fn an_answer_that_is_not_http_is_a_crash_of_its_own() {
        let garbage = Outcome::Unparsable { why: "invalid version".to_owned() };
        let finding = check("crash", &Fixture::ended(garbage).control_answered(1_000));
        assert_eq!(finding.signature.effect, "not http");
    }

    #[test]
    fn much_content_may_be_refused_before_it_is_read() {
        let much = "x".repeat(64 * 1024);
        unknown("crash", &dropped(Stage::Head).sending(&much).control_answered(1_000));
        check("crash", &dropped(Stage::Head).sending(&much).control_failed());
        check("crash", &dropped(Stage::Head).sending("x").control_answered(1_000));
    }

    #[test]
    fn a_failed_tls_session_is_not_judged() {
        let failed = Outcome::TlsFailed { why: "handshake".to_owned() };
        unknown("crash", &Fixture::ended(failed).control_failed());
    }

    #[test]
    fn a_complete_answer_is_no_crash() {
        silent("crash", &Fixture::answered(500, "").control_failed());
    }

    #[test]
    fn what_was_not_sent_crashed_nothing() {
        let unsendable = Outcome::Unsendable { why: "a line break in a header".to_owned() };
        silent("crash", &Fixture::ended(unsendable).control_answered(1_000));
    }
}
