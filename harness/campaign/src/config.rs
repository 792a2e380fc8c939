//! What a campaign is told. Every value is given by the caller; nothing here has a default, so that
//! the command line is the one place that decides.

use std::collections::BTreeMap;
use std::time::Duration;

use harness_contract::OperationKey;
use harness_model::Seed;

use crate::Rules;

/// Settings of one run.
#[derive(Clone, Debug)]
pub struct CampaignConfig {
    /// Version of the harness, for the files that are written.
    pub harness_version: String,
    /// All chance comes from here.
    pub seed: Seed,
    /// Base URL as shown to people, without credentials.
    pub target: String,
    /// Put before every path of the contract; empty or `/api`, never with a trailing `/`.
    pub base_path: String,
    /// What stands before the path of these operations instead.
    pub own_base_paths: BTreeMap<OperationKey, String>,
    /// Requests in flight at once; at least 1.
    pub workers: usize,
    /// Requests a second, at most; `None`: as fast as the answers come.
    pub rate_per_second: Option<f64>,
    /// When to stop planning new cases; `None`: when the plan is done. With a value, random cases go
    /// on until then.
    pub time_max: Option<Duration>,
    /// Random valid cases per operation when there is no `time_max`.
    pub random_cases_per_operation: u32,
    /// What the user knows better than the contract.
    pub rules: Rules,
    /// The bounds of everything else.
    pub limits: Limits,
}

impl CampaignConfig {
    /// What stands before the path of an operation.
    pub(crate) fn base_of(&self, operation: &OperationKey) -> &str {
        self.own_base_paths.get(operation).unwrap_or(&self.base_path)
    }
}

/// Bounds on single steps of a run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From connecting to the last octet of the answer.
    pub request_deadline: Duration,
    /// Longest content that is read of an answer.
    pub response_bytes_max: usize,
    /// Requests that one shrink may send.
    pub shrink_probes_max: u32,
    /// How long one shrink may take.
    pub shrink_time_max: Duration,
    /// How long the answers of one operation may keep the run waiting, taken together.
    pub operation_time_max: Duration,
}
