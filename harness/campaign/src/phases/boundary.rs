//! The edges of what the contract allows.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "boundary",
    explain: "Enumerates the edges of every constraint, from inside: minimum and maximum, shortest \
              and longest, empty and full, each enum value, each optional part alone. The requests \
              are valid: a refusal or a 5xx is the service's fault. Off-by-one errors live here.",
    turn: Turn::Rounds(3),
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.boundaries()
}
