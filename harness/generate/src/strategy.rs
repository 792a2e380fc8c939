//! The same generator as a proptest strategy, for Rust users' own tests and for our laws.

use std::fmt;

use harness_contract::{SchemaRef, Schemas};
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rand::Rng as _;
use serde_json::Value;

use crate::Source;
use crate::draw::{Alphabet, Fill, valid};
use crate::shapes::Graph;

/// Choices that are fed to one value; what needs more gets the simplest rest.
const CHOICES_MAX: usize = 4_096;
/// Attempts at one value before the test runner is told that there is none.
const ATTEMPTS_MAX: usize = 32;

/// Values that satisfy a schema of a contract, as requests must.
///
/// # Errors
/// If the schema has no value, or cannot be compiled; the reason as a sentence fragment.
pub fn values(schemas: &Schemas, schema: &SchemaRef) -> Result<ValueStrategy, String> {
    Ok(ValueStrategy { graph: Graph::compile(schemas, schema)? })
}

/// A strategy of valid values. Shrinks by the choices that a value was drawn with: fewer, then smaller.
#[derive(Clone, Debug)]
pub struct ValueStrategy {
    graph: Graph,
}

impl ValueStrategy {
    /// The value that a source's choices lead to; `None` if no valid one was found.
    pub fn draw(&self, source: &mut Source) -> Option<Value> {
        valid(&self.graph, source, Alphabet::Any, Fill::Chance)
    }

    /// Whether a value satisfies the schema.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.graph.is_valid(value)
    }
}

impl Strategy for ValueStrategy {
    type Tree = Drawn;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        for _ in 0..ATTEMPTS_MAX {
            let mut bits = runner.new_rng();
            let octets: Vec<u8> = (0..CHOICES_MAX).map(|_| (bits.next_u32() >> 24) as u8).collect();
            let mut source = Source::bytes(&octets);
            if let Some(value) = self.draw(&mut source) {
                let choices = source.choices().to_vec();
                let step = Step::Cut { keep: 0 };
                return Ok(Drawn { strategy: self.clone(), choices, value, step, previous: None });
            }
        }
        Err("no valid value was found".into())
    }
}

/// A value and the choices that led to it.
#[derive(Clone)]
pub struct Drawn {
    strategy: ValueStrategy,
    choices: Vec<u64>,
    value: Value,
    step: Step,
    previous: Option<(Vec<u64>, Value)>,
}

/// What is tried next to make it simpler.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Keep only this many choices; the rest is simplest.
    Cut {
        keep: usize,
    },
    /// Lower the choice at this index, to nothing or by half.
    Lower {
        at: usize,
        to_zero: bool,
    },
    Done,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl Drawn {
    fn candidate(&self) -> Option<Vec<u64>> {
        match self.step {
            Step::Cut { keep } => {
                (keep < self.choices.len()).then(|| self.choices[..keep].to_vec())
            }
            Step::Lower { at, to_zero } => {
                let choice = *self.choices.get(at).filter(|choice| **choice > 0)?;
                let mut lowered = self.choices.clone();
                lowered[at] = if to_zero { 0 } else { choice / 2 };
                Some(lowered)
            }
            Step::Done => None,
        }
    }

    fn advance(&mut self) {
        self.step = match self.step {
            Step::Cut { keep } if keep < self.choices.len() => {
                // Halfway between what was too little and what there is.
                let next = keep + (self.choices.len() - keep).div_ceil(2);
                if next >= self.choices.len() {
                    Step::Lower { at: 0, to_zero: true }
                } else {
                    Step::Cut { keep: next }
                }
            }
            Step::Cut { .. } => Step::Lower { at: 0, to_zero: true },
            Step::Lower { at, to_zero: true } => Step::Lower { at, to_zero: false },
            Step::Lower { at, .. } if at + 1 < self.choices.len() => {
                Step::Lower { at: at + 1, to_zero: true }
            }
            Step::Lower { .. } | Step::Done => Step::Done,
        };
    }
}

impl ValueTree for Drawn {
    type Value = Value;

    fn current(&self) -> Value {
        self.value.clone()
    }

    fn simplify(&mut self) -> bool {
        // Each turn lowers or passes a choice, so the steps run out.
        while !matches!(self.step, Step::Done) {
            if let Some(choices) = self.candidate() {
                let mut source = Source::replay(choices);
                if let Some(value) = self.strategy.draw(&mut source)
                    && value != self.value
                {
                    let choices = source.choices().to_vec();
                    let before = std::mem::replace(&mut self.choices, choices);
                    let value = std::mem::replace(&mut self.value, value);
                    self.previous = Some((before, value));
                    return true;
                }
            }
            self.advance();
        }
        false
    }

    fn complicate(&mut self) -> bool {
        let Some((choices, value)) = self.previous.take() else { return false };
        self.choices = choices;
        self.value = value;
        self.advance();
        true
    }
}
