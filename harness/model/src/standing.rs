//! What a finding is to what was known before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Severity;

/// What a finding is to the baseline of known findings.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not in the baseline.
    New,
    /// In the baseline.
    Known,
    /// In the baseline, and its last day is over.
    Expired,
    /// In the baseline, and looked for without being found.
    Fixed,
    /// In the baseline, and its operation was not put to the test.
    NotExercised,
}

impl Standing {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Expired => "expired",
            Self::Fixed => "fixed",
            Self::NotExercised => "not exercised",
        }
    }

    /// Whether a finding of this standing counts for the exit code.
    pub fn counts(self) -> bool {
        matches!(self, Self::New | Self::Expired)
    }
}

/// A finding, or an entry of the baseline, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessed {
    /// Name of its failure file.
    pub slug: String,
    /// The operation.
    pub operation: String,
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub standing: Standing,
}
