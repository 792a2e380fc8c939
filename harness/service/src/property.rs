//! Cases as a `proptest` strategy: its runner and its stored failures, our generator and our shrinker.

use std::sync::Mutex;
use std::sync::PoisonError;

use harness_campaign::Examiner;
use harness_generate::Source;
use harness_model::Case;
use proptest::strategy::{Just, NewTree, Strategy};
use proptest::test_runner::{TestCaseError, TestRunner};
use rand::Rng as _;

use crate::service::{Service, runtime};
use crate::told::told;

/// Choices that are fed to one case; what needs more gets the simplest rest.
const CHOICES_MAX: usize = 4_096;
/// Attempts at one case before the runner is told that there is none.
const ATTEMPTS_MAX: usize = 32;

/// A strategy of cases for a service. It does not simplify: [`Service::hold`] shrinks what fails by
/// itself, since only sending tells whether a smaller case fails in the same way.
pub struct Cases {
    examiner: Mutex<Examiner>,
}

impl std::fmt::Debug for Cases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cases of a service")
    }
}

impl Strategy for Cases {
    type Tree = Just<Case>;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        for _ in 0..ATTEMPTS_MAX {
            let mut bits = runner.new_rng();
            let octets: Vec<u8> = (0..CHOICES_MAX).map(|_| (bits.next_u32() >> 24) as u8).collect();
            let mut examiner = self.examiner.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(case) = examiner.draw(&mut Source::bytes(&octets)) {
                return Ok(Just(case));
            }
        }
        Err("no case could be drawn".into())
    }
}

impl Service {
    /// Cases as fuzz sessions draw them, for `proptest!`.
    pub fn cases(&self) -> Cases {
        Cases { examiner: Mutex::new(self.examiner()) }
    }

    /// Sends a case and judges the answers.
    ///
    /// # Errors
    /// If a check fails and does so again: with the smallest case that fails in the same way.
    pub fn hold(&self, case: &Case) -> Result<(), TestCaseError> {
        let mut examiner = self.examiner();
        let runtime = runtime();
        let sighting = runtime.block_on(examiner.send(case));
        for finding in sighting.findings {
            if let Some(found) = runtime.block_on(examiner.pursue(case.clone(), finding)) {
                return Err(TestCaseError::fail(told(&found)));
            }
        }
        Ok(())
    }
}
