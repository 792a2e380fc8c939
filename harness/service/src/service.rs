//! A service and its contract: what tests and fuzz sessions begin with.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use harness_campaign::{Campaign, CampaignConfig, Examiner, Limits, Stop, run};
use harness_contract::Contract;
use harness_model::{Counterexample, Fact, Seed};
use harness_transport::{SystemClock, Transport};

use crate::in_process::{InProcess, InProcessService};
use crate::session::Session;
use crate::told::told;

/// From the call of the service to the end of its content: nothing in memory takes as long.
const REQUEST_DEADLINE: Duration = Duration::from_secs(5);
/// Longest content that is read.
const RESPONSE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Cases that one shrink may send: in memory they are cheap.
const SHRINK_PROBES_MAX: u32 = 1_000;
/// How long one shrink may take.
const SHRINK_TIME_MAX: Duration = Duration::from_secs(10);
/// How long one operation may keep a check waiting.
const OPERATION_TIME_MAX: Duration = Duration::from_secs(30);
/// Random valid cases per operation of [`Service::check`], as `harness run` has it.
const CASES: u32 = 50;
/// What stands for the target's address in files.
const TARGET: &str = "in-process";

/// A service in this process and what it promises.
pub struct Service {
    contract: Arc<Contract>,
    transport: Arc<dyn Transport>,
    clock: SystemClock,
    seed: Seed,
}

/// Why a service cannot be tested.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The contract cannot be read.
    #[error("the contract cannot be read: {0}")]
    Contract(String),
    /// It promises nothing.
    #[error("the contract has no operation that can be tested")]
    NoOperation,
}

impl Service {
    /// A service that `make` makes, and the text of its contract (OpenAPI in JSON or YAML). The service
    /// is made anew for each case, so that each one that fails does so alone: what `make` does should
    /// be cheap.
    ///
    /// # Errors
    /// If the contract cannot be read or has no operation.
    pub fn new<F, S>(make: F, contract: impl AsRef<[u8]>) -> Result<Self, ServiceError>
    where
        F: Fn() -> S + Send + Sync + 'static,
        S: InProcessService,
    {
        Self::reached_by(|clock| Arc::new(InProcess::fresh(make, clock)), contract.as_ref())
    }

    /// As [`Self::new`], with one service for all cases: for what is costly to make. A case may rest on
    /// what earlier ones have left.
    ///
    /// # Errors
    /// If the contract cannot be read or has no operation.
    pub fn shared(
        service: impl InProcessService,
        contract: impl AsRef<[u8]>,
    ) -> Result<Self, ServiceError> {
        Self::reached_by(|clock| Arc::new(InProcess::shared(service, clock)), contract.as_ref())
    }

    fn reached_by(
        transport: impl FnOnce(SystemClock) -> Arc<dyn Transport>,
        contract: &[u8],
    ) -> Result<Self, ServiceError> {
        let contract = harness_contract::read(contract, "contract")
            .map_err(|error| ServiceError::Contract(error.to_string()))?;
        if contract.operations.is_empty() {
            return Err(ServiceError::NoOperation);
        }
        let clock = SystemClock::new();
        let transport = transport(clock);
        Ok(Self { contract: Arc::new(contract), transport, clock, seed: Seed(0) })
    }

    /// All chance of [`Self::check`] comes from here; 0 otherwise, so that a test is the same each time.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Seed(seed);
        self
    }

    /// Runs all attacks of `harness run` and answers what was found, confirmed and shrunk.
    pub fn findings(&self) -> Vec<Counterexample> {
        let selected = self.contract.operations.iter().map(|operation| operation.key.clone());
        let campaign = Campaign {
            contract: Arc::clone(&self.contract),
            selected: selected.collect(),
            config: self.config(),
            transport: Arc::clone(&self.transport),
            raw: None,
            clock: Arc::new(self.clock),
            regressions: Vec::new(),
        };
        let mut found = Vec::new();
        let mut emit = |event: harness_model::Event| {
            if let Fact::Found { counterexample } = event.fact {
                found.push(*counterexample);
            }
        };
        let ended = runtime().block_on(run(campaign, &mut emit, &Stop::new()));
        // A service in memory always answers the first request, with a panic in the worst case.
        drop(ended);
        found
    }

    /// As [`Self::findings`], for a `#[test]`.
    ///
    /// # Panics
    /// If anything was found: with the smallest request of each finding.
    pub fn check(&self) {
        let found = self.findings();
        let texts: Vec<String> = found.iter().map(told).collect();
        assert!(found.is_empty(), "{} findings\n\n{}", found.len(), texts.join("\n"));
    }

    /// A fuzz session that writes what it finds into a folder.
    pub fn session(&self, folder: &Path) -> Session {
        Session::new(self.examiner(), folder)
    }

    pub(crate) fn examiner(&self) -> Examiner {
        let clock = Arc::new(self.clock);
        let transport = Arc::clone(&self.transport);
        Examiner::new(Arc::clone(&self.contract), self.config(), transport, clock)
    }

    fn config(&self) -> CampaignConfig {
        CampaignConfig {
            harness_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.seed,
            target: TARGET.to_owned(),
            base_path: String::new(),
            own_base_paths: std::collections::BTreeMap::new(),
            // Calls in memory do not wait: several at once would only be one after another.
            workers: 1,
            rate_per_second: None,
            time_max: None,
            random_cases_per_operation: CASES,
            rules: harness_campaign::Rules::default(),
            limits: Limits {
                request_deadline: REQUEST_DEADLINE,
                response_bytes_max: RESPONSE_BYTES_MAX,
                shrink_probes_max: SHRINK_PROBES_MAX,
                shrink_time_max: SHRINK_TIME_MAX,
                operation_time_max: OPERATION_TIME_MAX,
            },
        }
    }
}

/// The runtime that a service is called in.
///
/// # Panics
/// If the operating system gives no timer or poller.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime of one thread needs only what every process is given")
}
