//! The file that a finding becomes: everything that is needed to see the failure again, and nothing
//! that has to be looked up elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Case, Exchange, Finding, Seed};

/// Version of the forms that are written to disk. Readers accept the same major number (the part
/// before the dot) and ignore fields that they do not know.
pub const FORMAT_VERSION: &str = "1.0";

/// A confirmed and shrunk failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counterexample {
    /// [`FORMAT_VERSION`] of the writer.
    pub format: String,
    /// Version of the harness that wrote it.
    pub harness: String,
    /// What is broken.
    pub finding: Finding,
    /// The smallest case that shows it.
    pub case: Case,
    /// The exact requests of that case and what was answered, in the order of [`Case::steps`].
    pub exchanges: Vec<Exchange>,
    /// How sure we are.
    pub confirmation: Confirmation,
    /// What is needed to find it again from scratch.
    pub reproduction: Reproduction,
}

/// k of n: how often the failure came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmation {
    /// Times that the same signature came back, the first sighting included.
    pub reproduced: u32,
    /// Times that the case was sent, the first sighting included.
    pub sent: u32,
    /// Requests spent on shrinking.
    pub shrink_probes: u32,
}

/// Where a case came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reproduction {
    /// Seed of the run.
    pub seed: Seed,
    /// Base URL that the requests were sent to, without credentials.
    pub target: String,
    /// Where the contract was read from.
    pub contract_source: String,
    /// BLAKE3 of the contract's octets.
    pub contract_digest: String,
}

/// What became of one attempt to see a counterexample again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The same signature came back.
    Fails,
    /// The same signature came back some of the times.
    Flaky,
    /// The signature did not come back in as many tries as it takes to say so.
    Fixed,
    /// The case could not be sent, or its set-up no longer works.
    CannotReplay,
}
