//! The attack phases: one file each, one line each in [`PHASES`].

mod baseline;
mod boundary;
mod examples;
mod malformed;
mod pairs;
mod protocol;
mod random;
mod regressions;
mod violation;

use harness_generate::{OperationPlan, Source};
use harness_model::Step;

/// A kind of attack on single operations.
pub struct Phase {
    /// Its name in events, reports and case ids.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    /// When its cases come.
    pub(crate) turn: Turn,
    /// Where its cases come from.
    pub(crate) supply: Supply,
}

/// When a phase's cases come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// All of them, operation by operation, before anything else.
    First,
    /// This many per operation and round, in turns with the other phases, until all are used up:
    /// breadth before depth.
    Rounds(usize),
}

/// Where a phase's cases come from. Both are pure functions of contract and chance.
#[derive(Clone, Copy)]
pub(crate) enum Supply {
    /// A finite list, the same for every seed.
    Listed(fn(&OperationPlan) -> Vec<Step>),
    /// As many as asked for, each from a source of its own.
    Drawn(fn(&OperationPlan, &mut Source) -> Option<Step>),
    /// Stored counterexamples, replayed before the plan begins.
    Stored,
}

/// All phases, in the order in which they begin.
pub const PHASES: &[Phase] = &[
    regressions::PHASE,
    baseline::PHASE,
    examples::PHASE,
    boundary::PHASE,
    violation::PHASE,
    malformed::PHASE,
    protocol::PHASE,
    pairs::PHASE,
    random::PHASE,
];
