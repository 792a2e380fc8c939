//! Sends one wire fault and judges what came of it: used by the stage, and by whoever replays what it
//! found. A step that stands for a fault is the valid request with the intent `malformed wire: NAME`.

use harness_check::{Lawful, WireSeen, judge_wire};
use harness_generate::render;
use harness_model::{
    Case, Exchange, Finding, Framing, Intent, Outcome, Request, Response, Stage, Step, Verdict,
};
use harness_transport::{
    Desynchronised, End, Ends, Raw, SendOptions, Served, WireExchange, WireFault, probe, wire_fault,
};

use crate::execute::Manner;
use crate::under_test::Shared;

/// How the names of faults begin that are about where a message ends.
const FRAMING: &[&str] = &["transfer_encoding", "content_length", "chunk", "content_without"];

/// The fault that a step stands for.
pub(crate) fn fault_of(step: &Step) -> Option<&'static WireFault> {
    match &step.intent {
        Intent::Malformed { layer, what } if layer == Intent::WIRE_LAYER => wire_fault(what),
        Intent::Malformed { .. } | Intent::Valid | Intent::Boundary { .. } | Intent::Invalid(_) => {
            None
        }
    }
}

/// Whether a case holds a wire fault: it goes by own octets and is judged here.
pub(crate) fn is_wire(case: &Case) -> bool {
    case.steps().any(|step| fault_of(step).is_some())
}

/// What a fault is made of.
pub(crate) struct Bent<'a> {
    /// The valid request with the intent that names the fault.
    pub(crate) step: &'a Step,
    /// Status of the answer to the valid request.
    pub(crate) valid_status: u16,
    /// A valid request that changes nothing.
    pub(crate) canary: &'a Request,
}

/// Sends a fault and judges it. Answers the exchange as it is written down, and the findings.
///
/// # Errors
/// If the step names no fault or cannot be rendered, as a sentence fragment.
pub(crate) async fn send_fault(
    shared: &Shared,
    raw: &Raw,
    bent: &Bent<'_>,
) -> Result<(Exchange, Vec<Finding>), String> {
    let fault = fault_of(bent.step).ok_or("the case names no wire fault that is known")?;
    let base = shared.config.base_of(&bent.step.operation);
    let request = render(bent.step, base).map_err(|error| error.to_string())?;
    let options = SendOptions {
        deadline: Manner::planned(shared).deadline,
        fresh_connection: true,
        response_bytes_max: shared.config.limits.response_bytes_max,
    };
    let seen = probe(raw, fault, &request, bent.canary, options).await;
    let findings = judged(bent, fault, &seen);
    Ok((written_down(seen, request), findings))
}

fn judged(bent: &Bent<'_>, fault: &WireFault, seen: &WireExchange) -> Vec<Finding> {
    if seen.failed.is_some() && seen.canary_fresh.response().is_some() {
        // No connection could be made for the fault, and one could right afterwards: nothing was sent.
        return Vec::new();
    }
    let statuses: Vec<u16> = seen.answers.iter().map(|answer| answer.response.status).collect();
    let lost_step = seen.desynchronised(fault).map(|how| match how {
        Desynchronised::ExtraAnswers { n_answers, answers_max } => {
            format!("{n_answers} answers where {answers_max} at most are lawful")
        }
        Desynchronised::CanaryDiffers { same, fresh } => format!(
            "a valid request was answered {same} on the same connection and {fresh} on a fresh one"
        ),
    });
    let verdicts = judge_wire(&WireSeen {
        operation: &bent.step.operation,
        fault: fault.name,
        rule: fault.rule,
        is_framing: FRAMING.iter().any(|family| fault.name.starts_with(family)),
        served: match fault.served {
            Served::Right => Lawful::Must,
            Served::Allowed => Lawful::May,
            Served::Unwise => Lawful::ShouldNot,
            Served::Wrong => Lawful::MustNot,
        },
        valid_status: bent.valid_status,
        statuses: &statuses,
        is_answer_due: fault.ends == Ends::Between && fault.answers_min > 0,
        is_silent: statuses.is_empty() && seen.partial.is_none() && seen.end == End::Deadline,
        lost_step,
        is_alive: seen.canary_fresh.response().is_some(),
    });
    let failed = verdicts.into_iter().filter_map(|verdict| match verdict {
        Verdict::Fail(finding) => Some(finding),
        Verdict::Pass | Verdict::Unknown(_) => None,
    });
    failed.collect()
}

/// The exchange that a report shows: the valid request that was bent, and the first answer or what came
/// instead of one.
fn written_down(seen: WireExchange, request: Request) -> Exchange {
    let request = Request { framing: Framing::AsWritten, ..request };
    let partial = || seen.partial.as_ref().map(|answer| Box::new(answer.response.clone()));
    let first: Option<Response> = seen.answers.first().map(|answer| answer.response.clone());
    let outcome = match (first, seen.failed, seen.unparsable) {
        (Some(response), _, _) => Outcome::Response(response),
        (None, Some(failed), _) => failed,
        (None, None, Some(why)) => Outcome::Unparsable { why },
        (None, None, None) => match seen.end {
            End::Deadline | End::Open => {
                Outcome::TimedOut { stage: Stage::Head, partial: partial() }
            }
            End::Closed | End::Ours => {
                let why = "the connection was closed".to_owned();
                Outcome::ClosedEarly { stage: Stage::Head, partial: partial(), why }
            }
            End::Broken { why } => {
                Outcome::ClosedEarly { stage: Stage::Head, partial: partial(), why }
            }
        },
    };
    Exchange { request, outcome, timing: seen.timing }
}
