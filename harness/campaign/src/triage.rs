//! What is known about failures so far: which signatures, how often, and which suspicions wait.

use std::collections::BTreeMap;

use harness_contract::OperationKey;
use harness_model::{Case, Counterexample, Exchange, Finding, Request, Signature};
use indexmap::IndexMap;

/// Signatures that one check may have on one operation. Beyond it a message is not stable enough to
/// tell causes apart, and more files would drown the reader; the rest is counted.
const SIGNATURES_PER_CHECK_MAX: usize = 6;

/// Times that a signature may fail to come back before it is called flaky.
const FORGIVEN_MAX: u32 = 3;

/// Checks whose cause is one handler of errors for the whole service: the same effect on another
/// operation is a further case.
const SERVICE_WIDE: &[&str] = &["error_detail_leak", "wire_fault_mishandled"];

/// Checks that may see one cause from two sides: on the edge that a request was meant to sit on, and
/// without knowing of one.
const TELLS_BY_PLACE: &[&str] = &["valid_rejected"];

/// Requests as sent, each with the status of its answer.
type Wire = Vec<(Request, Option<u16>)>;

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
    forgiven: IndexMap<Signature, u32>,
    /// What the findings of a check on an operation came down to.
    reported: IndexMap<(String, OperationKey), Vec<(Signature, Wire)>>,
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
        if SERVICE_WIDE.contains(&&*signature.check)
            && let Some((_, count)) = self.known.iter_mut().find(|(known, _)| {
                known.check == signature.check && known.effect == signature.effect
            })
        {
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

    /// A suspicion did not come back: the next sighting gets a chance of its own, a few times, since a
    /// chance hit must not shut out a failure that is stable.
    pub(crate) fn forgive(&mut self, signature: &Signature) {
        let times = self.forgiven.entry(signature.clone()).or_default();
        *times += 1;
        if *times >= FORGIVEN_MAX {
            return;
        }
        self.known.shift_remove(signature);
        let kind = (signature.check.clone(), signature.operation.clone());
        if let Some(seen) = self.per_check.get_mut(&kind) {
            *seen = seen.saturating_sub(1);
        }
    }

    /// Whether no earlier finding of the same check came down to the same requests and statuses: two
    /// ways to say the same thing are one finding, with the later cases counted for the earlier one.
    pub(crate) fn is_new_case(&mut self, counterexample: &Counterexample) -> bool {
        let signature = &counterexample.finding.signature;
        let wire = counterexample.exchanges.iter().map(|exchange| {
            let status = exchange.response().map(|response| response.status);
            (exchange.request.clone(), status)
        });
        let key = (signature.check.clone(), signature.operation.clone());
        let wire: Wire = wire.collect();
        let reported = self.reported.entry(key).or_default();
        if wire.is_empty() || !TELLS_BY_PLACE.contains(&&*signature.check) {
            return true;
        }
        if let Some((earlier, _)) = reported.iter().find(|(_, other)| *other == wire) {
            *self.known.entry(earlier.clone()).or_default() += 1;
            return false;
        }
        reported.push((signature.clone(), wire));
        true
    }

    /// Slug → cases that ended in this signature after the first, where there were any.
    pub(crate) fn further_by_slug(&self) -> BTreeMap<String, u64> {
        let repeated = self.known.iter().filter(|(_, count)| **count > 0);
        repeated.map(|(signature, count)| (signature.slug(), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;
    use harness_model::Signature;

    use super::{Novelty, Triage};

    fn signature(check: &str, path: &str) -> Signature {
        let operation = OperationKey::new("GET", path);
        Signature { check: check.to_owned(), operation, effect: "Python".to_owned() }
    }

    #[test]
    fn what_the_whole_service_does_is_one_finding() {
        let mut triage = Triage::default();
        assert_eq!(triage.see(&signature("error_detail_leak", "/a")), Novelty::New);
        assert_eq!(triage.see(&signature("error_detail_leak", "/b")), Novelty::Known);
        assert_eq!(triage.see(&signature("server_error", "/a")), Novelty::New);
        assert_eq!(triage.see(&signature("server_error", "/b")), Novelty::New);
        let further = triage.further_by_slug();
        assert_eq!(further[&signature("error_detail_leak", "/a").slug()], 1);
    }
}
