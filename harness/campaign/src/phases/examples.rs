//! What the contract itself gives as examples.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "examples",
    explain: "Sends every example and default that the contract gives and that satisfies its own \
              schema. Authors choose examples that exist: they reach further into the service than \
              drawn values do.",
    turn: Turn::First,
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.examples()
}
