//! Two things at a time.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "pairs",
    explain: "Sends valid requests with two things at a time: optional parameters and members in a covering \
              array of strength 2, then the edges of two places together. Faults that take two conditions \
              hide from every list of single ones.",
    turn: Turn::Rounds(2),
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.pairs()
}
