//! One plausible valid request per operation, so that a sick target is not blamed on the attack.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "baseline",
    explain: "Sends one plausible valid request per operation (the contract's own examples and \
              defaults, else the simplest values) before any attack. It shows whether the service \
              answers at all, which operations accept something, and which request serves as the \
              control after a hang or a dropped connection.",
    turn: Turn::First,
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.baseline().into_iter().collect()
}
