//! What happened in a run, fact by fact: the only thing that reporters see.
//!
//! The stream is written as it happens, so a crash loses nothing and every report can be made again.
//! Facts carry no report's options and no wall-clock time; a [`Summary`] closes every complete stream.

use std::collections::BTreeMap;

use harness_contract::{Diagnostic, OperationKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Assessed, CaseId, Counterexample, Finding, Intent, Seed, Severity};

/// One fact, in the order in which the dispatcher learned it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// From 0, without gaps.
    pub sequence: u64,
    /// Microseconds since the start of the run.
    pub at_us: u64,
    /// What happened.
    pub fact: Fact,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Always first.
    RunStarted {
        /// [`crate::FORMAT_VERSION`].
        format: String,
        /// Version of the harness.
        harness: String,
        /// Seed of the run.
        seed: Seed,
        /// Base URL, without credentials.
        target: String,
        /// `info.title` and `info.version` of the contract.
        contract_title: String,
        /// Where the contract was read from.
        contract_source: String,
        /// BLAKE3 of the contract's octets.
        contract_digest: String,
        /// Operations that will be tested, after filters, in document order.
        #[schemars(with = "Vec<String>")]
        operations: Vec<OperationKey>,
        /// Requests in flight at once.
        workers: usize,
    },
    /// Something about the contract.
    ContractDiagnostic {
        /// What.
        #[schemars(with = "serde_json::Value")]
        diagnostic: Diagnostic,
    },
    /// An operation will not be tested, or a part of it.
    OperationSkipped {
        /// Which.
        #[schemars(with = "String")]
        operation: OperationKey,
        /// Why, in lower case.
        reason: String,
    },
    /// All phases have said how many cases they hold.
    Planned {
        /// In the order in which the phases begin.
        phases: Vec<PhaseCount>,
    },
    /// A planned case was sent and judged.
    CaseFinished {
        /// Which.
        case: CaseId,
        /// Intent of its last step.
        intent: Intent,
        /// Method and target of its last request, as sent.
        request: String,
        /// Status of the last answer, or the kind of its outcome in lower case.
        outcome: String,
        /// Microseconds from the start of the last request to its end.
        total_us: u64,
        /// Octets of content in the last answer.
        response_bytes: u64,
    },
    /// A check failed for the first time with this signature; not yet confirmed.
    Suspected {
        /// The case.
        case: CaseId,
        /// What failed.
        finding: Finding,
    },
    /// A suspicion did not come back when re-sent.
    Flaky {
        /// The case.
        case: CaseId,
        /// What had failed.
        finding: Finding,
        /// Times sent, the first sighting included.
        sent: u32,
        /// Times that it came back, the first sighting included.
        reproduced: u32,
    },
    /// A failure, confirmed and shrunk.
    Found {
        /// The whole file; `Signature::slug` names it.
        counterexample: Box<Counterexample>,
    },
    /// A check could not judge.
    Unjudged {
        /// Which check.
        check: String,
        /// Why.
        reason: String,
    },
    /// Something that people should know, in a sentence fragment.
    Note {
        /// Text in lower case.
        text: String,
    },
    /// Always last.
    RunFinished {
        /// What came of it all.
        summary: Box<Summary>,
    },
}

/// How many cases a phase holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseCount {
    /// Name of the phase.
    pub phase: String,
    /// Cases planned.
    pub planned: u64,
    /// Cases executed so far.
    pub executed: u64,
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopReason {
    /// Every planned case was sent.
    Completed,
    /// `--max-time` was reached.
    TimeBudget,
    /// The user asked for it.
    Interrupted,
    /// The target stopped answering and did not come back.
    TargetDown {
        /// What was tried and what came.
        why: String,
    },
    /// Every answer was a refusal for want of credentials.
    Unauthorised,
}

/// What came of a run. Also written as `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// [`crate::FORMAT_VERSION`].
    pub format: String,
    /// Version of the harness.
    pub harness: String,
    /// Seed of the run.
    pub seed: Seed,
    /// Base URL, without credentials.
    pub target: String,
    /// `info.title` of the contract.
    pub contract_title: String,
    /// Where the contract was read from.
    pub contract_source: String,
    /// BLAKE3 of the contract's octets.
    pub contract_digest: String,
    /// Why the run ended.
    pub stopped: StopReason,
    /// Microseconds from start to end.
    pub duration_us: u64,
    /// Requests sent, confirmation and shrinking included.
    pub requests: u64,
    /// By phase, in order.
    pub phases: Vec<PhaseCount>,
    /// Confirmed findings by severity.
    pub findings: BTreeMap<Severity, u64>,
    /// Slugs of the confirmed findings, in the order of discovery.
    pub failures: Vec<String>,
    /// Slug → cases of the run that ended in the same signature after the first; absent: none.
    #[serde(default)]
    pub further_cases: BTreeMap<String, u64>,
    /// Suspicions that did not come back.
    pub flaky: u64,
    /// Verdicts that could not be given: check → how many.
    pub unjudged: BTreeMap<String, u64>,
    /// By operation, in document order.
    pub operations: Vec<OperationSummary>,
    /// Why the run is no pass even without findings, in sentence fragments; empty: it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shortfalls: Vec<String>,
    /// What findings and entries of the baseline are to each other; empty without a baseline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standings: Vec<Assessed>,
}

/// What was done to an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperationSummary {
    /// Which.
    #[schemars(with = "String")]
    pub operation: OperationKey,
    /// Cases planned.
    pub planned: u64,
    /// Cases executed.
    pub executed: u64,
    /// Status code or outcome → how many.
    pub outcomes: BTreeMap<String, u64>,
    /// What was not tested, and why.
    pub gaps: Vec<Gap>,
}

/// Something that a run did not reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Gap {
    /// Not one valid case was accepted.
    NeverAccepted {
        /// The most frequent answer to valid cases, e.g. `404`.
        answer: String,
        /// The beginning of that answer's content, masked.
        detail: String,
    },
    /// Some part could not be generated.
    NotGenerated {
        /// What and why.
        reason: String,
    },
    /// A declared status that was never answered.
    StatusNeverSeen {
        /// As declared: `404`, `4XX`.
        status: String,
    },
    /// A constraint that no case broke, though a request could.
    NeverViolated {
        /// Where, as in `query limit` or `body /items/*/quantity`.
        at: String,
        /// JSON Schema keyword or OpenAPI field.
        keyword: String,
    },
    /// A link of the contract that no case followed.
    LinkNeverFollowed {
        /// Its name.
        link: String,
        /// The operation that it leads to.
        to: String,
    },
    /// The answers took so long that the rest was left out.
    TooSlow {
        /// Cases left out.
        cases: u64,
    },
    /// The run ended before any case was sent.
    NotReached,
}
