//! Yesterday's counterexamples first: what was broken once breaks again.

use super::{Phase, Supply, Turn};

pub(super) const PHASE: Phase = Phase {
    name: "regressions",
    explain: "Replays stored counterexamples (corpora/regressions, or --regressions DIR) before \
              anything else, so that a failure that came back is known within a second. Their ids \
              and values are kept as they were found.",
    turn: Turn::First,
    supply: Supply::Stored,
};
