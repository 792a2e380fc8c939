//! A message that is no HTTP, or HTTP that is rarely seen, and a service that takes it for something else.

use harness_contract::OperationKey;
use harness_model::{Evidence, Finding, Severity, Signature, Verdict};

/// What the standard says to a service that answers such a message as it answers the valid one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lawful {
    /// It has to: this is HTTP.
    Must,
    /// It may, and it may refuse.
    May,
    /// Lenient readers do; nothing is said of them.
    ShouldNot,
    /// It must not.
    MustNot,
}

/// What came of one such message and of the requests after it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that was seen")]
pub struct WireSeen<'a> {
    /// The operation whose valid request was bent.
    pub operation: &'a OperationKey,
    /// Name of the fault.
    pub fault: &'a str,
    /// Where the standard says what is right, e.g. `RFC 9112, 6.3`.
    pub rule: &'a str,
    /// Whether it is about where a message ends: what lets requests be smuggled.
    pub is_framing: bool,
    /// What serving it means.
    pub served: Lawful,
    /// Status of the answer to the valid request.
    pub valid_status: u16,
    /// Statuses of the final answers, in order.
    pub statuses: &'a [u16],
    /// Whether every lawful service answers or closes: silence is then a fault.
    pub is_answer_due: bool,
    /// Whether the deadline passed with the connection open and nothing said.
    pub is_silent: bool,
    /// How it showed that octets of one message were taken for another, if it did.
    pub lost_step: Option<String>,
    /// Whether a valid request on a fresh connection was answered afterwards.
    pub is_alive: bool,
}

/// Name of the check in signatures and reports.
pub const WIRE_CHECK: &str = "wire_fault_mishandled";

/// What `harness explain` prints.
pub const WIRE_EXPLAIN: &str = "A message that breaks HTTP/1.1, or uses it in a rare way, makes the service lose \
    its place on the connection, fall over, fall silent, fail with 5xx, serve what it must refuse, or refuse what \
    it must serve.\n\n\
    Why: where two readers of one connection differ about where a message ends, requests are smuggled past the \
    first one; a reader that waits without end is a way to hold every worker.\n\n\
    After every such message a valid request goes over the same connection, where that means something, and \
    another over a fresh one.\n\n\
    Quiet when: the standard lets lenient readers be (a SHOULD, or grammar alone); the service refuses or closes; \
    the answer is 501, 503 or 505; the valid request itself is not answered 2xx.\n\n\
    One failure per effect for the whole service: critical if it stopped serving, high if it lost step, medium for \
    5xx, silence and framing that must be refused, low for the rest. Source: RFC 9112 and RFC 9110, the section \
    is told with each; CWE-444.\n\n\
    Example: Transfer-Encoding: chunked beside a Content-Length that ends earlier → two answers";

/// The verdicts on one message; empty is a pass.
pub fn judge_wire(seen: &WireSeen<'_>) -> Vec<Verdict> {
    let is_served = |status: &u16| (200..300).contains(status);
    let failed = seen.statuses.iter().find(|status| {
        **status >= 500 && !matches!(**status, 501 | 503 | 505) && **status != seen.valid_status
    });
    if !seen.is_alive {
        let title = "stopped serving after a message that breaks HTTP";
        return vec![fail(
            seen,
            Severity::Critical,
            "stopped",
            title,
            "no answer to a valid request",
        )];
    }
    if let Some(how) = &seen.lost_step {
        let title = "lost its place on the connection after a message that breaks HTTP";
        return vec![fail(seen, Severity::High, "lost step", title, how)];
    }
    if let Some(status) = failed {
        let title = format!("answered {status} to a message that breaks HTTP");
        // One handler of errors is one cause, whatever fault reaches it.
        let mut verdict = fail(seen, Severity::Medium, "", &title, &format!("status {status}"));
        if let Verdict::Fail(finding) = &mut verdict {
            finding.signature.effect = format!("status {status}");
        }
        return vec![verdict];
    }
    if seen.is_silent && seen.is_answer_due {
        let title = "neither answered nor closed after a message that breaks HTTP";
        return vec![fail(seen, Severity::Medium, "silent", title, "nothing until the deadline")];
    }
    if !is_served(&seen.valid_status) {
        return Vec::new();
    }
    let first = seen.statuses.first();
    match seen.served {
        Lawful::MustNot if first.is_some_and(is_served) => {
            let title = "served a message that HTTP says must be refused";
            let mut verdict = fail(seen, Severity::Medium, "served", title, &shown(seen));
            if let (Verdict::Fail(finding), false) = (&mut verdict, seen.is_framing) {
                // Nobody is fooled by it; and one check that is missing lets the whole family through.
                finding.severity = Severity::Low;
                let family = seen.fault.split('_').next().unwrap_or(seen.fault);
                finding.signature.effect = format!("served: {family}");
            }
            vec![verdict]
        }
        Lawful::Must if seen.is_answer_due && !first.is_some_and(is_served) => {
            let title = "refused a message that is lawful HTTP";
            vec![fail(seen, Severity::Low, "refused", title, &shown(seen))]
        }
        Lawful::Must | Lawful::May | Lawful::ShouldNot | Lawful::MustNot => Vec::new(),
    }
}

fn shown(seen: &WireSeen<'_>) -> String {
    match seen.statuses {
        [] => "the connection was closed".to_owned(),
        [status, ..] => format!("status {status}"),
    }
}

fn fail(
    seen: &WireSeen<'_>,
    severity: Severity,
    effect: &str,
    title: &str,
    observed: &str,
) -> Verdict {
    Verdict::Fail(Finding {
        signature: Signature {
            check: WIRE_CHECK.to_owned(),
            operation: seen.operation.clone(),
            effect: format!("{effect}: {}", seen.fault),
        },
        severity,
        title: title.to_owned(),
        evidence: Evidence {
            expected: format!("what {} says of {}", seen.rule, seen.fault.replace('_', " ")),
            observed: observed.to_owned(),
            contract_pointer: None,
            response_pointer: None,
        },
    })
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;
    use harness_model::{Severity, Verdict};

    use super::{Lawful, WireSeen, judge_wire};

    /// Severity and effect of what is found, where the valid request is answered 200.
    fn found(bend: impl FnOnce(&mut WireSeen<'_>)) -> Option<(Severity, String)> {
        let operation = OperationKey::new("GET", "/a");
        let mut seen = WireSeen {
            operation: &operation,
            fault: "odd",
            rule: "RFC 9112, 6.3",
            is_framing: true,
            served: Lawful::May,
            valid_status: 200,
            statuses: &[400],
            is_answer_due: true,
            is_silent: false,
            lost_step: None,
            is_alive: true,
        };
        bend(&mut seen);
        match judge_wire(&seen).pop()? {
            Verdict::Fail(finding) => Some((finding.severity, finding.signature.effect)),
            Verdict::Pass | Verdict::Unknown(_) => panic!("neither passes nor doubts"),
        }
    }

    #[test]
    fn refusing_and_closing_are_always_right_where_http_does_not_ask_to_serve() {
        for served in [Lawful::May, Lawful::ShouldNot, Lawful::MustNot] {
            for statuses in [&[400][..], &[], &[501], &[505], &[503]] {
                assert_eq!(found(|seen| (seen.served, seen.statuses) = (served, statuses)), None);
            }
        }
        for served in [Lawful::Must, Lawful::May, Lawful::ShouldNot] {
            assert_eq!(found(|seen| (seen.served, seen.statuses) = (served, &[200])), None);
        }
    }

    #[test]
    fn what_must_be_refused_and_is_served_is_told_and_so_is_the_contrary() {
        let served = found(|seen| (seen.served, seen.statuses) = (Lawful::MustNot, &[204]));
        assert_eq!(served, Some((Severity::Medium, "served: odd".to_owned())));
        let lenient = found(|seen| {
            (seen.served, seen.statuses) = (Lawful::MustNot, &[200]);
            (seen.is_framing, seen.fault) = (false, "host_missing");
        });
        assert_eq!(lenient, Some((Severity::Low, "served: host".to_owned())));
        for statuses in [&[400][..], &[]] {
            let refused = found(|seen| (seen.served, seen.statuses) = (Lawful::Must, statuses));
            assert_eq!(refused, Some((Severity::Low, "refused: odd".to_owned())));
        }
        let unknown = found(|seen| {
            (seen.served, seen.statuses, seen.valid_status) = (Lawful::Must, &[404], 404);
        });
        assert_eq!(unknown, None);
    }

    #[test]
    fn the_gravest_effect_is_the_one_that_is_told() {
        let gone = found(|seen| (seen.is_alive, seen.statuses) = (false, &[500]));
        assert_eq!(gone, Some((Severity::Critical, "stopped: odd".to_owned())));
        let lost = found(|seen| {
            (seen.lost_step, seen.statuses) = (Some("2 answers".to_owned()), &[200, 500]);
        });
        assert_eq!(lost, Some((Severity::High, "lost step: odd".to_owned())));
        let failed = found(|seen| seen.statuses = &[500]);
        assert_eq!(failed, Some((Severity::Medium, "status 500".to_owned())));
        let silent = found(|seen| (seen.statuses, seen.is_silent) = (&[], true));
        assert_eq!(silent, Some((Severity::Medium, "silent: odd".to_owned())));
    }

    #[test]
    fn silence_is_lawful_where_the_message_has_no_end() {
        let silent = found(|seen| {
            (seen.statuses, seen.is_silent, seen.is_answer_due) = (&[], true, false);
        });
        assert_eq!(silent, None);
    }
}
