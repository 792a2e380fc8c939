//! From suspicion to counterexample: re-sent on fresh connections while nothing else is in flight,
//! then shrunk.

use std::sync::Arc;

use harness_model::{
    Case, Confirmation, Counterexample, Exchange, FORMAT_VERSION, Finding, Outcome, Reproduction,
    Signature, Step, Verdict,
};

use crate::control::{Control, answered};
use crate::execute::{Execution, Manner, execute};
use crate::judge::{Circumstances, failure_in, is_incident};
use crate::minimise::{Minimised, Seen, minimise};
use crate::triage::Suspicion;
use crate::under_test::Shared;

/// How often a suspicion is re-sent: with the first sighting, k of 3.
const CONFIRM_SENDS: u32 = 2;
/// A supposed hang is given this many times the deadline once, to tell it from an operation that is
/// slow by design.
const HANG_PATIENCE: u32 = 3;
/// What became of a suspicion.
pub(crate) enum Conclusion {
    /// It came back; smallest case, and what was answered to it.
    Found(Box<Counterexample>),
    /// It did not come back.
    Flaky { sent: u32, reproduced: u32 },
    /// A supposed hang was answered when it was given more time.
    Slow { took_us: u64 },
    /// The target stopped answering while it was confirmed.
    Down { why: String, found: Option<Box<Counterexample>> },
}

/// What one confirmation needs to know.
pub(crate) struct Inquiry<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) control: &'a Control,
    pub(crate) operation_accepted: bool,
    pub(crate) hurry: bool,
}

/// Re-sends, then shrinks. Answers the conclusion and how many requests it took.
pub(crate) async fn confirm(inquiry: &Inquiry<'_>, suspicion: &Suspicion) -> (Conclusion, u64) {
    let shared = inquiry.shared;
    let signature = &suspicion.finding.signature;
    let (mut requests, mut reproduced) = (0, 1);
    let mut last: Option<(Finding, Vec<(Step, Exchange)>)> = None;
    for send in 0..CONFIRM_SENDS {
        let mut manner = Manner::fresh(shared);
        if is_hang(signature) && send == 0 {
            // An operation that sleeps longer than the deadline is slow by design, not hung.
            manner.deadline *= HANG_PATIENCE;
        }
        let attempt = attempt(inquiry, &suspicion.case, signature, manner).await;
        requests += attempt.requests;
        if is_hang(signature)
            && send == 0
            && let Some(took_us) = answered_after(&attempt.steps)
        {
            return (Conclusion::Slow { took_us }, requests);
        }
        if let Some(finding) = attempt.finding {
            reproduced += 1;
            last = Some((finding, attempt.steps));
        } else if attempt.down.is_some() && is_gone(signature) {
            last = Some((suspicion.finding.clone(), attempt.steps));
        }
        if let Some(why) = attempt.down {
            let confirmation = Confirmation { reproduced, sent: reproduced, shrink_probes: 0 };
            let found = last.map(|(finding, steps)| {
                write(shared, finding, suspicion.case.clone(), steps, confirmation)
            });
            return (Conclusion::Down { why, found }, requests);
        }
    }
    let sent = CONFIRM_SENDS + 1;
    let Some((finding, steps)) = last else {
        return (Conclusion::Flaky { sent, reproduced }, requests);
    };
    let seen = Seen { case: suspicion.case.clone(), finding, steps };
    let Minimised { seen, requests: more, probes } = minimise(inquiry, seen).await;
    requests += more;
    let confirmation = Confirmation { reproduced, sent, shrink_probes: probes };
    let found = write(shared, seen.finding, seen.case, seen.steps, confirmation);
    (Conclusion::Found(found), requests)
}

pub(crate) fn is_hang(signature: &Signature) -> bool {
    signature.check == "hang"
}

/// How long the last answer took, if there is one; in microseconds.
fn answered_after(steps: &[(Step, Exchange)]) -> Option<u64> {
    let (_, exchange) = steps.last()?;
    matches!(exchange.outcome, Outcome::Response(_) | Outcome::TooLarge { .. })
        .then_some(exchange.timing.total_us)
}

/// Whether a finding is about the connection itself: then a target that is gone is the evidence.
fn is_gone(signature: &Signature) -> bool {
    signature.check == "crash"
}

/// What one try brought.
pub(crate) struct Attempted {
    pub(crate) finding: Option<Finding>,
    pub(crate) steps: Vec<(Step, Exchange)>,
    pub(crate) requests: u64,
    /// The target does not answer the control either.
    down: Option<String>,
}

/// One try on a fresh connection.
pub(crate) async fn attempt(
    inquiry: &Inquiry<'_>,
    case: &Case,
    signature: &Signature,
    manner: Manner,
) -> Attempted {
    let shared = inquiry.shared;
    let Execution { steps, mut requests, .. } = execute(shared, case, manner).await;
    let mut control = None;
    let mut down = None;
    if steps.iter().any(|(_, exchange)| is_incident(&exchange.outcome)) {
        let (exchange, sent) = inquiry.control.until_answered(shared).await;
        requests += sent;
        if exchange.as_ref().is_some_and(answered) {
            control = exchange;
        } else {
            let why = exchange.map_or_else(
                || "the control request could not be sent".to_owned(),
                |exchange| crate::dispatch::describe(&exchange.outcome),
            );
            down = Some(why);
        }
    }
    let circumstances = Circumstances {
        control: control.as_ref(),
        operation_accepted: inquiry.operation_accepted,
        under_load: false,
    };
    let finding = failure_in(shared, &steps, signature, circumstances);
    Attempted { finding, steps, requests, down }
}

/// A failure that cannot be seen again because the service is gone.
pub(crate) fn unconfirmed(
    shared: &Shared,
    finding: Finding,
    case: &Case,
    steps: &[(Step, Exchange)],
) -> Box<Counterexample> {
    let confirmation = Confirmation { reproduced: 1, sent: 1, shrink_probes: 0 };
    write(shared, finding, case.clone(), steps.to_vec(), confirmation)
}

pub(crate) fn write(
    shared: &Shared,
    finding: Finding,
    case: Case,
    steps: Vec<(Step, Exchange)>,
    confirmation: Confirmation,
) -> Box<Counterexample> {
    let config = &shared.config;
    Box::new(Counterexample {
        format: FORMAT_VERSION.to_owned(),
        harness: config.harness_version.clone(),
        finding,
        case,
        exchanges: steps.into_iter().map(|(_, exchange)| exchange).collect(),
        confirmation,
        reproduction: Reproduction {
            seed: config.seed,
            target: config.target.clone(),
            contract_source: shared.contract.source.clone(),
            contract_digest: shared.contract.digest.clone(),
        },
    })
}

/// The verdicts that are findings.
pub(crate) fn failures(verdicts: Vec<(&'static harness_check::Check, Verdict)>) -> Vec<Finding> {
    verdicts
        .into_iter()
        .filter_map(|(_, verdict)| match verdict {
            Verdict::Fail(finding) => Some(finding),
            Verdict::Pass | Verdict::Unknown(_) => None,
        })
        .collect()
}
