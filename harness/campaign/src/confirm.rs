//! From suspicion to counterexample: re-sent on fresh connections while nothing else is in flight,
//! then shrunk.

use std::sync::Arc;
use std::time::Duration;

use harness_check::CHECKS;
use harness_model::{
    Case, Confirmation, Counterexample, Exchange, FORMAT_VERSION, Finding, Intent, Reproduction,
    Signature, Step, Verdict,
};
use harness_shrink::shrink;
use tokio::runtime::Handle;

use crate::control::{Control, answered};
use crate::execute::{Execution, execute};
use crate::intent::refreshed;
use crate::judge::{Circumstances, failure_with, is_incident, judge};
use crate::triage::Suspicion;
use crate::under_test::Shared;

/// How often a suspicion is re-sent: with the first sighting, k of 3.
const CONFIRM_SENDS: u32 = 2;
/// In a hurry (time is up, or the user asked to stop) a shrink gets this much.
const HURRIED_SHRINK: (u32, Duration) = (40, Duration::from_secs(2));

/// What became of a suspicion.
pub(crate) enum Conclusion {
    /// It came back; smallest case, and what was answered to it.
    Found(Box<Counterexample>),
    /// It did not come back.
    Flaky { sent: u32, reproduced: u32 },
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
    for _ in 0..CONFIRM_SENDS {
        let attempt = attempt(inquiry, &suspicion.case, signature).await;
        requests += attempt.requests;
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
    let shrunk = shrunk(inquiry, suspicion, finding, steps).await;
    requests += shrunk.requests;
    let confirmation = Confirmation { reproduced, sent, shrink_probes: shrunk.probes };
    let found = write(shared, shrunk.finding, shrunk.case, shrunk.steps, confirmation);
    (Conclusion::Found(found), requests)
}

/// Whether a finding is about the connection itself: then a target that is gone is the evidence.
fn is_gone(signature: &Signature) -> bool {
    signature.check == "crash"
}

struct Attempted {
    finding: Option<Finding>,
    steps: Vec<(Step, Exchange)>,
    requests: u64,
    /// The target does not answer the control either.
    down: Option<String>,
}

/// One try on a fresh connection.
async fn attempt(inquiry: &Inquiry<'_>, case: &Case, signature: &Signature) -> Attempted {
    let shared = inquiry.shared;
    let Execution { steps, mut requests, .. } = execute(shared, case, true).await;
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
    let verdicts = judge(shared, &steps, circumstances);
    let finding = failure_with(&verdicts, signature).cloned();
    Attempted { finding, steps, requests, down }
}

struct ShrunkCase {
    case: Case,
    finding: Finding,
    steps: Vec<(Step, Exchange)>,
    requests: u64,
    probes: u32,
}

/// Shrinks on a thread of its own, since the shrinker is synchronous; nothing else runs meanwhile.
async fn shrunk(
    inquiry: &Inquiry<'_>,
    suspicion: &Suspicion,
    finding: Finding,
    steps: Vec<(Step, Exchange)>,
) -> ShrunkCase {
    let shared = Arc::clone(inquiry.shared);
    let limits = shared.config.limits;
    let (probes_max, time_max) = if inquiry.hurry {
        HURRIED_SHRINK
    } else {
        (limits.shrink_probes_max, limits.shrink_time_max)
    };
    let needs_intent =
        CHECKS.iter().any(|check| check.name == finding.signature.check && check.needs_intent);
    let control = inquiry.control.clone();
    let operation_accepted = inquiry.operation_accepted;
    let handle = Handle::current();
    let original = suspicion.case.clone();
    let start = ShrunkCase { case: original.clone(), finding, steps, requests: 0, probes: 0 };
    let fallback_case = original.clone();
    let task = tokio::task::spawn_blocking(move || {
        let mut best = start;
        let signature = best.finding.signature.clone();
        let time_max_us = u64::try_from(time_max.as_micros()).unwrap_or(u64::MAX);
        let until_us = shared.clock.now_us().saturating_add(time_max_us);
        let result =
            shrink(original.clone(), harness_shrink::Limits { probes_max }, &mut |tried| {
                if shared.clock.now_us() >= until_us {
                    return false;
                }
                let Some(case) = refreshed(&shared, &original, tried, needs_intent) else {
                    return false;
                };
                let inquiry = Inquiry {
                    shared: &shared,
                    control: &control,
                    operation_accepted,
                    hurry: false,
                };
                // What fails in the same way without the special value has a broader cause, and is the
                // better finding.
                let wanted =
                    broader(&signature, &original, &case).unwrap_or_else(|| signature.clone());
                let attempted = handle.block_on(attempt(&inquiry, &case, &wanted));
                best.requests += attempted.requests;
                match attempted.finding {
                    Some(finding) => {
                        best = ShrunkCase {
                            case,
                            finding,
                            steps: attempted.steps,
                            requests: best.requests,
                            probes: 0,
                        };
                        true
                    }
                    None => false,
                }
            });
        best.probes = result.probes;
        best
    });
    match task.await {
        Ok(best) => best,
        // A panic in the shrinker is our bug; the finding is not lost over it.
        Err(_) => ShrunkCase {
            case: fallback_case,
            finding: suspicion.finding.clone(),
            steps: Vec::new(),
            requests: 0,
            probes: 0,
        },
    }
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

/// The signature of the same failure without the boundary that it was found on, if the case no longer
/// sits on one: then the boundary was not the cause.
fn broader(signature: &Signature, original: &Case, case: &Case) -> Option<Signature> {
    let (before, now) = (original.steps().last()?, case.steps().last()?);
    let Intent::Boundary { at, .. } = &before.intent else { return None };
    if signature.check != "valid_rejected" || now.intent != Intent::Valid {
        return None;
    }
    let effect = signature.effect.replacen(&format!(" {}", at.normalised()), "", 1);
    Some(Signature { effect, ..signature.clone() })
}

fn write(
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
