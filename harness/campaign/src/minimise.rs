//! From a confirmed failure to its smallest case: the shrinker proposes, the target answers.

use std::sync::Arc;
use std::time::Duration;

use harness_check::CHECKS;
use harness_model::{Case, Exchange, Finding, Intent, Signature, Step};
use harness_shrink::shrink;
use tokio::runtime::Handle;

use crate::confirm::{Inquiry, attempt, is_hang};
use crate::control::Control;
use crate::execute::Manner;
use crate::intent::refreshed;
use crate::under_test::Shared;

/// In a hurry (time is up, or the user asked to stop) a shrink gets this much.
const HURRIED_SHRINK: (u32, Duration) = (40, Duration::from_secs(2));
/// While a hang is shrunk, this part of the deadline has to do: each probe that still hangs takes all
/// of it. The result is sent once more with the whole.
const HANG_HASTE: u32 = 4;

/// A case with the failure that it was seen to end in.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) case: Case,
    pub(crate) finding: Finding,
    pub(crate) steps: Vec<(Step, Exchange)>,
}

/// The smallest case found.
pub(crate) struct Minimised {
    pub(crate) seen: Seen,
    /// Requests sent for it, controls included.
    pub(crate) requests: u64,
    /// Cases tried.
    pub(crate) probes: u32,
}

/// Shrinks on a thread of its own, since the shrinker is synchronous; nothing else runs meanwhile.
pub(crate) async fn minimise(inquiry: &Inquiry<'_>, seen: Seen) -> Minimised {
    let original = seen.clone();
    let search = Search::new(inquiry, seen);
    let (probes_max, deadline) = (search.probes_max, search.manner.deadline);
    let task = tokio::task::spawn_blocking(move || search.run(probes_max));
    // A panic in the shrinker is our bug; the finding is not lost over it.
    let Ok(mut minimised) = task.await else {
        return Minimised { seen: original, requests: 0, probes: 0 };
    };
    let manner = Manner::fresh(inquiry.shared);
    if deadline < manner.deadline && minimised.seen.case != original.case {
        let signature = &original.finding.signature;
        let attempted = attempt(inquiry, &minimised.seen.case, signature, manner).await;
        minimised.requests += attempted.requests;
        minimised.seen = match attempted.finding {
            Some(finding) => Seen { finding, steps: attempted.steps, ..minimised.seen },
            None => original,
        };
    }
    minimised
}

/// Everything that one shrink needs, to be handed to its thread.
struct Search {
    shared: Arc<Shared>,
    control: Control,
    operation_accepted: bool,
    handle: Handle,
    original: Case,
    /// What a probe must end in.
    signature: Signature,
    observed: String,
    needs_intent: bool,
    manner: Manner,
    probes_max: u32,
    until_us: u64,
    best: Seen,
    requests: u64,
}

impl Search {
    fn new(inquiry: &Inquiry<'_>, seen: Seen) -> Self {
        let shared = Arc::clone(inquiry.shared);
        let limits = shared.config.limits;
        let (probes_max, time_max) = if inquiry.hurry {
            HURRIED_SHRINK
        } else {
            (limits.shrink_probes_max, limits.shrink_time_max)
        };
        let signature = seen.finding.signature.clone();
        let mut manner = Manner::fresh(&shared);
        if is_hang(&signature) {
            manner.deadline /= HANG_HASTE;
        }
        let check = CHECKS.iter().find(|check| check.name == signature.check);
        let time_max_us = u64::try_from(time_max.as_micros()).unwrap_or(u64::MAX);
        Self {
            control: inquiry.control.clone(),
            operation_accepted: inquiry.operation_accepted,
            handle: Handle::current(),
            original: seen.case.clone(),
            observed: seen.finding.evidence.observed.clone(),
            needs_intent: check.is_some_and(|check| check.needs_intent),
            manner,
            probes_max,
            until_us: shared.clock.now_us().saturating_add(time_max_us),
            best: seen,
            requests: 0,
            signature,
            shared,
        }
    }

    fn run(mut self, probes_max: u32) -> Minimised {
        let limits = harness_shrink::Limits { probes_max };
        let result = shrink(self.original.clone(), limits, &mut |tried| self.probe(tried));
        Minimised { seen: self.best, requests: self.requests, probes: result.probes }
    }

    /// Whether the case fails in the same way; if it does, it is the best so far.
    fn probe(&mut self, tried: &Case) -> bool {
        if self.shared.clock.now_us() >= self.until_us {
            return false;
        }
        let Some(case) = refreshed(&self.shared, &self.original, tried, self.needs_intent) else {
            return false;
        };
        // What fails in the same way without the special value has a broader cause, and is the better
        // finding. The same way: a refusal for another reason would lead away from the edge.
        let broader = broader(&self.signature, &self.original, &case);
        let is_broader = broader.is_some();
        let wanted = broader.unwrap_or_else(|| self.signature.clone());
        let inquiry = Inquiry {
            shared: &self.shared,
            control: &self.control,
            operation_accepted: self.operation_accepted,
            hurry: false,
        };
        let attempted = self.handle.block_on(attempt(&inquiry, &case, &wanted, self.manner));
        self.requests += attempted.requests;
        let same = |finding: &Finding| !is_broader || finding.evidence.observed == self.observed;
        let Some(finding) = attempted.finding.filter(same) else { return false };
        self.best = Seen { case, finding, steps: attempted.steps };
        true
    }
}

/// The signature of the same refusal without the boundary that it was found on, if the case no longer
/// sits on one: then the boundary was not the cause.
fn broader(signature: &Signature, original: &Case, case: &Case) -> Option<Signature> {
    let (before, now) = (original.steps().last()?, case.steps().last()?);
    let was_on_edge = matches!(before.intent, Intent::Boundary { .. });
    if signature.check != "valid_rejected" || !was_on_edge || now.intent != Intent::Valid {
        return None;
    }
    // Without a place to blame the effect of a refusal is its status alone.
    let effect = signature.effect.split(' ').next().unwrap_or_default().to_owned();
    Some(Signature { effect, ..signature.clone() })
}
