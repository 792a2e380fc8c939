//! Puts every check to every step that was sent.

use harness_check::{Check, Subject, judge_all};
use harness_model::{Exchange, Outcome, Signature, Step, Verdict};

use crate::under_test::Shared;

/// What a judge may know beside the steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// What came of the control request, if one was sent right afterwards.
    pub(crate) control: Option<&'a Exchange>,
    /// Whether the operation under attack has answered 2xx in this run.
    pub(crate) operation_accepted: bool,
    /// Whether other requests of ours were in flight.
    pub(crate) under_load: bool,
}

/// All verdicts other than passes, in the order of steps, then of checks.
pub(crate) fn judge(
    shared: &Shared,
    steps: &[(Step, Exchange)],
    circumstances: Circumstances<'_>,
) -> Vec<(&'static Check, Verdict)> {
    let mut verdicts = Vec::new();
    for (step, exchange) in steps {
        let Some(under_test) = shared.operations.get(&step.operation) else { continue };
        verdicts.extend(judge_all(&Subject {
            contract: &shared.contract,
            operation: &under_test.operation,
            answers: &under_test.answers,
            step,
            exchange,
            control: circumstances.control,
            operation_accepted: circumstances.operation_accepted,
            under_load: circumstances.under_load,
        }));
    }
    verdicts
}

/// The finding with this signature, if it is among the verdicts.
pub(crate) fn failure_with<'a>(
    verdicts: &'a [(&'static Check, Verdict)],
    signature: &Signature,
) -> Option<&'a harness_model::Finding> {
    verdicts.iter().find_map(|(_, verdict)| match verdict {
        Verdict::Fail(finding) if finding.signature == *signature => Some(finding),
        Verdict::Fail(_) | Verdict::Pass | Verdict::Unknown(_) => None,
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
