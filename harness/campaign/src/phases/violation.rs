//! What the contract forbids, one constraint at a time.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "violation",
    explain: "Breaks every constraint of the contract, one at a time, by the smallest step: wrong \
              type, one beyond the limit, required part missing, unknown enum value. Each request \
              says what it broke and where; the service should refuse it with 4xx, and never fail.",
    turn: Turn::Rounds(3),
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.violations()
}
