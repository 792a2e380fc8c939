//! Requests that are odd as HTTP rather than by their values.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "protocol",
    explain: "Asks with other methods and media types, sends parameters twice or in another form, escapes \
              that are none, and fields that nobody declares. Methods that would change something although \
              the operation has another one are left out: what they might remove was not ours to remove.",
    turn: Turn::Rounds(2),
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.protocol().into_iter().filter(|step| !OperationPlan::is_destructive(step)).collect()
}
