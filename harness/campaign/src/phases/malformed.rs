//! Content that is broken in its syntax.

use harness_generate::OperationPlan;
use harness_model::Step;

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "malformed",
    explain: "Sends content that is broken in its syntax, one thing at a time: JSON cut short, deep or in \
              another encoding, forms with bad escapes, parts without an end, XML with entities, codings \
              that do not decode. Whatever the parser says must come back as 4xx; a 5xx, a dropped \
              connection or a hang is the service's fault.",
    turn: Turn::Rounds(3),
    supply: Supply::Listed(steps),
};

fn steps(plan: &OperationPlan) -> Vec<Step> {
    plan.malformed()
}
