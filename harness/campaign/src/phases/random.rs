//! Valid values drawn at random.

use harness_generate::{OperationPlan, Source};
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "random",
    explain: "Draws valid requests at random from the contract's schemas: combinations that no list \
              of edges holds. Each case has a random source of its own, split by seed, phase, \
              operation and index, so one case never shifts another.",
    turn: Turn::Rounds(2),
    supply: Supply::Drawn(step),
};

fn step(plan: &OperationPlan, source: &mut Source) -> Option<Step> {
    plan.valid(source)
}
