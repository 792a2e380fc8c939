//! What is known about failures so far: which signatures, how often, and which suspicions wait.

use std::collections::BTreeMap;

use harness_contract::OperationKey;
use harness_model::{Case, Exchange, Finding, Signature};
use indexmap::IndexMap;

/// Signatures that one check may have on one operation. Beyond it a message is not stable enough to
/// tell causes apart, and more files would drown the reader; the rest is counted.
const SIGNATURES_PER_CHECK_MAX: usize = 6;

/// A failure that waits for its confirmation.
#[derive(Clone, Debug)]
pub(crate) struct Suspicion {
    /// The case as it was planned.
    pub(crate) case: Case,
    /// The check that failed.
    pub(crate) finding: Finding,
}

/// A case after which the target may be gone or stuck: it is judged again with a control request.
#[derive(Clone, Debug)]
pub(crate) struct Incident {
    /// The case as it was planned.
    pub(crate) case: Case,
    /// What came of its last step.
    pub(crate) exchange: Exchange,
}

/// What to do with a failed verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Novelty {
    /// Never seen: confirm it.
    New,
    /// Seen before: counted.
    Known,
    /// Never seen, but one too many of its kind: counted apart.
    Overflow,
}

/// Which signatures are known, in order of discovery.
#[derive(Debug, Default)]
pub(crate) struct Triage {
    known: IndexMap<Signature, u64>,
    per_check: IndexMap<(String, OperationKey), usize>,
    /// Failures not reported one by one because their kind had too many signatures already.
    pub(crate) overflow: IndexMap<(String, OperationKey), u64>,
}

impl Triage {
    /// Records a failure and says whether it is news.
    pub(crate) fn see(&mut self, signature: &Signature) -> Novelty {
        if let Some(count) = self.known.get_mut(signature) {
            *count += 1;
            return Novelty::Known;
        }
        let kind = (signature.check.clone(), signature.operation.clone());
        let seen = self.per_check.entry(kind.clone()).or_default();
        if *seen >= SIGNATURES_PER_CHECK_MAX {
            *self.overflow.entry(kind).or_default() += 1;
            return Novelty::Overflow;
        }
        *seen += 1;
        self.known.insert(signature.clone(), 0);
        Novelty::New
    }

    /// Slug → cases that ended in this signature after the first, where there were any.
    pub(crate) fn further_by_slug(&self) -> BTreeMap<String, u64> {
        let repeated = self.known.iter().filter(|(_, count)| **count > 0);
        repeated.map(|(signature, count)| (signature.slug(), *count)).collect()
    }
}
