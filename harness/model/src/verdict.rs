//! What an oracle concludes. Three values: a check that could not judge never counts as a pass.

use std::fmt;

use harness_contract::OperationKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding matters. Ordered from least to most.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Undocumented but harmless.
    Low,
    /// The contract is broken for clients.
    Medium,
    /// 5xx, hang, authorisation gap, race.
    High,
    /// Data lost or leaked, state corrupted, service down.
    Critical,
}

impl Severity {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The verdict of one check on one exchange or history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule holds here, or does not apply.
    Pass,
    /// The rule is broken.
    Fail(Finding),
    /// Could not be judged; the reason is counted and shown.
    Unknown(String),
}

/// A broken rule, before confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What makes it the same failure on another night.
    pub signature: Signature,
    /// How much it matters.
    pub severity: Severity,
    /// One line in lower case: `answered 500 to a valid request`.
    pub title: String,
    /// What was expected and what came instead.
    pub evidence: Evidence,
}

/// What a finding rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What the rule asks for, e.g. `one of the declared statuses 200, 404`.
    pub expected: String,
    /// What came, e.g. `status 418`.
    pub observed: String,
    /// JSON pointer (with `#`) of the contract element that is broken, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_pointer: Option<String>,
    /// JSON pointer into the response's content, if one place there is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_pointer: Option<String>,
}

/// The identity of a failure across runs, seeds and machines: never generated data, ids or times.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Signature {
    /// Name of the check.
    pub check: String,
    /// The operation that failed.
    #[schemars(with = "String")]
    pub operation: OperationKey,
    /// Normalised effect, e.g. `500 KeyError: *` or `body /quantity maximum`.
    pub effect: String,
}

impl Signature {
    /// Number of hexadecimal digits of the hash in [`Signature::slug`].
    const SLUG_HASH_DIGITS: usize = 8;
    /// Longest operation part of a slug, in characters: keeps file names well under 255 octets.
    const SLUG_OPERATION_MAX: usize = 60;

    /// A short name that is safe as a file name and unique with very high probability:
    /// `server_error-POST-orders-id-1f2e3d4c`.
    pub fn slug(&self) -> String {
        let mut operation = String::new();
        for c in self.operation.as_str().chars().take(Self::SLUG_OPERATION_MAX) {
            if c.is_ascii_alphanumeric() {
                operation.push(c);
            } else if !operation.ends_with('-') {
                operation.push('-');
            }
        }
        let identity = format!("{}\n{}\n{}", self.check, self.operation, self.effect);
        let hash = blake3::hash(identity.as_bytes()).to_hex();
        let digits = &hash.as_str()[..Self::SLUG_HASH_DIGITS];
        format!("{}-{}-{digits}", self.check, operation.trim_matches('-'))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {} · {}", self.check, self.operation, self.effect)
    }
}
