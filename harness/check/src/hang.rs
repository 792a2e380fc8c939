//! The service does not answer, while it answers others.

use harness_model::{Exchange, Outcome, Response, Severity, Stage, Verdict};

use crate::answers::declared_essence;
use crate::finding::{Told, fail, request_in_words, unknown};
use crate::{Check, Subject};

/// The control must be this many times quicker than the hang, or the service was slow for everyone.
const QUICKER_AT_LEAST: u64 = 4;

/// Media types whose content may go on for ever.
const STREAMS: &[&str] = &[
    "text/event-stream",
    "application/x-ndjson",
    "application/jsonl",
    "application/json-seq",
    "multipart/x-mixed-replace",
];

pub(crate) const CHECK: Check = Check {
    name: "hang",
    explain: "No head of an answer, or no end of its content, within the deadline of a request.\n\n\
        Why: one request that holds a worker for ever is enough to take a service down, one worker at a \
        time.\n\n\
        Quiet when: a control request right afterwards is not answered quickly either (the service was \
        slow for everyone; counted as unknown), or the answer is a stream by its declared media type \
        (text/event-stream, application/x-ndjson, multipart/x-mixed-replace, …).\n\n\
        Source: Web Fuzzing Commons F909; RFC 9110, 15.6.5 (what a gateway makes of it).\n\n\
        Example: GET /products?offset=9007199254740993 → nothing within 10 s; GET /health answers in 2 ms",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Outcome::TimedOut { stage, partial } = &subject.exchange.outcome else { return Vec::new() };
    if *stage == Stage::Connect {
        return unknown("no connection within the deadline");
    }
    if partial.as_deref().is_some_and(|response| is_stream(subject, response)) {
        return Vec::new();
    }
    let Some(control) = subject.control else {
        return unknown("no control request was sent afterwards");
    };
    let waited_us = subject.exchange.timing.total_us;
    if !is_quick(control, waited_us) {
        return unknown("the service was slow for every request");
    }
    let (effect, what) = match stage {
        Stage::Body => ("no end of content", "the answer began but never ended"),
        Stage::Connect | Stage::Head => ("no head", "no answer came"),
    };
    let seconds = std::time::Duration::from_micros(waited_us).as_secs_f64();
    let control_ms = control.timing.total_us.div_ceil(1000);
    let told = Told {
        check: CHECK.name,
        severity: Severity::High,
        effect: effect.to_owned(),
        title: format!("{what} within {seconds:.1} s to {}", request_in_words(subject)),
        expected: format!("an answer within {seconds:.1} s"),
        observed: format!("{what}; a control request right afterwards took {control_ms} ms"),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// Whether the control shows that the service had time: a whole answer, no excuse of a gateway
/// (RFC 9110, 15.6), in a fraction of the time that the request under judgement was given.
fn is_quick(control: &Exchange, waited_us: u64) -> bool {
    let (Outcome::Response(response) | Outcome::TooLarge { response, .. }) = &control.outcome
    else {
        return false;
    };
    let is_excuse = matches!(response.status, 502..=504);
    !is_excuse && control.timing.total_us.saturating_mul(QUICKER_AT_LEAST) <= waited_us
}

/// Whether the content may go on for ever: its media type is a stream, and the contract does not
/// promise another one.
fn is_stream(subject: &Subject<'_>, response: &Response) -> bool {
    let Some(essence) = response.media_type() else { return false };
    if !(200..300).contains(&response.status) || !STREAMS.contains(&essence.as_str()) {
        return false;
    }
    let Some(declared) = subject.operation.response(response.status) else { return true };
    declared.content.is_empty()
        || subject.answers.declares(subject.operation, response.status, &essence)
        || declared.content.iter().any(|m| STREAMS.contains(&&*declared_essence(&m.name)))
}

#[cfg(test)]
mod tests {
    use harness_model::{HeaderField, Octets, Outcome, Response, Stage};

    use crate::fixture::{Fixture, check, silent, unknown};

    fn hung(stage: Stage, media_type: Option<&str>) -> Fixture {
        let partial = media_type.map(|media_type| {
            Box::new(Response {
                status: 200,
                headers: vec![HeaderField::new("content-type", media_type)],
                content: Octets::from("x"),
            })
        });
        Fixture::ended(Outcome::TimedOut { stage, partial }).took(4_000_000)
    }

    #[test]
    fn no_head_while_others_are_answered_is_a_hang() {
        let finding = check("hang", &hung(Stage::Head, None).control_answered(3_000));
        assert_eq!(finding.signature.effect, "no head");
    }

    #[test]
    fn an_endless_answer_is_a_hang_of_its_own() {
        let fixture = hung(Stage::Body, Some("application/json")).control_answered(3_000);
        assert_eq!(check("hang", &fixture).signature.effect, "no end of content");
    }

    #[test]
    fn a_service_that_is_slow_for_everyone_is_not_judged() {
        unknown("hang", &hung(Stage::Head, None).control_answered(1_500_000));
        unknown("hang", &hung(Stage::Head, None).control_failed());
        unknown("hang", &hung(Stage::Head, None));
    }

    #[test]
    fn a_control_that_is_not_answered_properly_proves_nothing() {
        unknown("hang", &hung(Stage::Head, None).control_answered(3_000).control_status(503));
        unknown("hang", &hung(Stage::Head, None).control_hung(3_000));
        check("hang", &hung(Stage::Head, None).control_answered(3_000).control_status(404));
    }

    #[test]
    fn the_control_must_be_four_times_quicker() {
        check("hang", &hung(Stage::Head, None).control_answered(1_000_000));
        unknown("hang", &hung(Stage::Head, None).control_answered(1_000_001));
    }

    #[test]
    fn no_connection_within_the_deadline_is_not_judged() {
        unknown("hang", &hung(Stage::Connect, None).control_answered(3_000));
    }

    #[test]
    fn an_answer_in_time_is_no_hang() {
        silent("hang", &Fixture::answered(200, "{}").took(4_000_000).control_answered(3_000));
    }

    #[test]
    fn a_stream_may_go_on_for_ever() {
        let fixture = hung(Stage::Body, Some("text/event-stream")).declared_streams();
        silent("hang", &fixture.control_answered(3_000));
    }

    #[test]
    fn a_stream_of_an_error_is_a_hang() {
        let mut fixture = hung(Stage::Body, Some("text/event-stream")).declared_streams();
        if let Outcome::TimedOut { partial: Some(response), .. } = &mut fixture.exchange.outcome {
            response.status = 404;
        }
        check("hang", &fixture.control_answered(3_000));
    }

    #[test]
    fn a_stream_where_json_is_declared_is_a_hang() {
        check("hang", &hung(Stage::Body, Some("text/event-stream")).control_answered(3_000));
    }
}
