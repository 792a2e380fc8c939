//! Puts every check to every step that was sent.

use harness_check::{Check, STATE_CHECKS, Seen, Subject, judge_all, judge_state};
use harness_model::{Exchange, Finding, Outcome, Signature, Step, Verdict};

use crate::cost::{SUPERLINEAR_COST, judged};
use crate::under_test::Shared;

/// Name of the check over a whole run that compares errors.
pub(crate) const ERROR_SHAPE_DRIFT: &str = "error_shape_drift";

/// What a judge may know beside the steps.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Circumstances<'a> {
    /// What came of the control request, if one was sent right afterwards.
    pub(crate) control: Option<&'a Exchange>,
    /// Whether the operation under attack has answered 2xx in this run.
    pub(crate) operation_accepted: bool,
    /// Whether other requests of ours were in flight.
    pub(crate) under_load: bool,
}

/// What the checks look at, step by step. Steps of operations that are not under test are left out.
pub(crate) fn subjects<'a>(
    shared: &'a Shared,
    steps: &'a [(Step, Exchange)],
    circumstances: Circumstances<'a>,
) -> impl Iterator<Item = Subject<'a>> {
    steps.iter().filter_map(move |(step, exchange)| {
        let under_test = shared.operations.get(&step.operation)?;
        Some(Subject {
            contract: &shared.contract,
            operation: &under_test.operation,
            answers: &under_test.answers,
            step,
            exchange,
            control: circumstances.control,
            operation_accepted: circumstances.operation_accepted,
            under_load: circumstances.under_load,
        })
    })
}

/// Check that takes a resource to be in the state that the contract's examples expect: what a sequence
/// has done before may be the reason of a refusal.
const RESTS_ON_STATE: &str = "valid_rejected";

/// All verdicts other than passes, in the order of steps, then of checks.
pub(crate) fn judge(
    shared: &Shared,
    steps: &[(Step, Exchange)],
    circumstances: Circumstances<'_>,
) -> Vec<(&'static Check, Verdict)> {
    let rules = &shared.config.rules;
    let is_alone = steps.len() == 1;
    let judged = subjects(shared, steps, circumstances).flat_map(|subject| {
        let verdicts = judge_all(&subject).into_iter();
        verdicts.filter(move |(check, _)| {
            (is_alone || check.name != RESTS_ON_STATE)
                && rules.asks(check.name, subject.operation, subject.exchange)
        })
    });
    judged.collect()
}

/// The finding with this signature, if it is among the verdicts.
pub(crate) fn failure_with<'a>(
    verdicts: &'a [(&'static Check, Verdict)],
    signature: &Signature,
) -> Option<&'a Finding> {
    verdicts.iter().find_map(|(_, verdict)| match verdict {
        Verdict::Fail(finding) if finding.signature == *signature => Some(finding),
        Verdict::Fail(_) | Verdict::Pass | Verdict::Unknown(_) => None,
    })
}

/// What the oracles over state say to a sequence.
pub(crate) fn state_verdicts(shared: &Shared, steps: &[(Step, Exchange)]) -> Vec<Verdict> {
    let mut seen = Vec::with_capacity(steps.len());
    for (step, exchange) in steps {
        let Some(under_test) = shared.operations.get(&step.operation) else { return Vec::new() };
        seen.push(Seen { operation: &under_test.operation, step, exchange });
    }
    judge_state(&seen).into_iter().map(|(_, verdict)| verdict).collect()
}

/// The failure with this signature as these steps show it, whether the oracle looks at one answer or at
/// the whole sequence; `None`: they do not.
pub(crate) fn failure_in(
    shared: &Shared,
    steps: &[(Step, Exchange)],
    signature: &Signature,
    circumstances: Circumstances<'_>,
) -> Option<Finding> {
    if STATE_CHECKS.iter().any(|check| check.name == signature.check) {
        let failed =
            state_verdicts(shared, steps).into_iter().filter_map(|verdict| match verdict {
                Verdict::Fail(finding) => Some(finding),
                Verdict::Pass | Verdict::Unknown(_) => None,
            });
        return failed.into_iter().find(|finding| finding.signature == *signature);
    }
    let verdicts = judge(shared, steps, circumstances);
    failure_with(&verdicts, signature).cloned()
}

/// The failure of a stored finding as these steps show it again, whichever kind of oracle found it;
/// `None`: they do not.
pub(crate) fn same_failure(
    shared: &Shared,
    steps: &[(Step, Exchange)],
    finding: &Finding,
    circumstances: Circumstances<'_>,
) -> Option<Finding> {
    if finding.signature.check == ERROR_SHAPE_DRIFT {
        // What the norm is only a run can say; the stray shape is known.
        return has_error_like(shared, steps, &finding.signature).then(|| finding.clone());
    }
    if finding.signature.check == SUPERLINEAR_COST {
        return judged(steps, &finding.signature.effect);
    }
    failure_in(shared, steps, &finding.signature, circumstances)
}

/// Whether one of the answers is the error of this signature of [`ERROR_SHAPE_DRIFT`].
pub(crate) fn has_error_like(
    shared: &Shared,
    steps: &[(Step, Exchange)],
    signature: &Signature,
) -> bool {
    subjects(shared, steps, Circumstances::default())
        .filter(|subject| subject.operation.key == signature.operation)
        .filter_map(|subject| subject.exchange.response())
        .any(|response| {
            let shape = harness_check::Shape::of(response);
            harness_check::error_effect(response.status, &shape) == signature.effect
        })
}

/// Whether the target may be gone or stuck after this: it takes a control request to judge.
pub(crate) fn is_incident(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::ConnectFailed { .. }
        | Outcome::TimedOut { .. }
        | Outcome::ClosedEarly { .. }
        | Outcome::Unparsable { .. } => true,
        Outcome::Response(_)
        | Outcome::TooLarge { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::Unsendable { .. } => false,
    }
}
