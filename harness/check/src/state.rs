//! Oracles over a sequence of requests: what the service says later must agree with what it did before.
//! Pure functions of the steps that were sent, in order, with what came of them.
//!
//! What belongs together is told by the path on the wire: whatever is sent to one path is about one
//! resource, and the path above it is its collection. No oracle judges a sequence of which a step brought
//! no whole answer.

mod created_not_readable;
mod delete_without_effect;
mod failed_write_changed_state;
mod list_disagrees;
mod put_not_idempotent;
mod seen;
mod update_lost_fields;

use harness_model::Verdict;

pub use seen::Seen;

/// An oracle over a sequence.
pub struct StateCheck {
    /// Its name in signatures and reports: the fault as a fact.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    /// The judgement: failures only; empty is a pass.
    pub judge: fn(&[Seen<'_>]) -> Vec<Verdict>,
}

/// All oracles over a sequence, most severe first.
pub const STATE_CHECKS: &[StateCheck] = &[
    delete_without_effect::CHECK,
    update_lost_fields::CHECK,
    failed_write_changed_state::CHECK,
    created_not_readable::CHECK,
    put_not_idempotent::CHECK,
    list_disagrees::CHECK,
];

/// Puts every oracle to a sequence, in the order of [`STATE_CHECKS`].
pub fn judge_state(steps: &[Seen<'_>]) -> Vec<(&'static StateCheck, Verdict)> {
    if steps.len() < 2 || steps.iter().any(|seen| seen.status().is_none()) {
        return Vec::new();
    }
    let judged = |check: &'static StateCheck| {
        (check.judge)(steps).into_iter().map(move |verdict| (check, verdict))
    };
    STATE_CHECKS.iter().flat_map(judged).collect()
}

#[cfg(test)]
mod tests;
