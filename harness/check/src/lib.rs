//! The oracles: what counts as a failure. One file each, pure functions, registered in [`CHECKS`].
//!
//! A check sees a [`Subject`]: what was meant, what was sent, what came back, and the contract's word
//! on it. It never sends, waits or remembers. Its verdict is a [`Finding`](harness_model::Finding)
//! with evidence and a stable signature, or `Unknown` with a reason; silence is a pass.
mod answers;
mod body_violates_schema;
mod crash;
mod error_detail_leak;
mod finding;
mod hang;
mod header_violates_schema;
mod http_semantics;
mod invalid_accepted;
mod malformed_accepted;
mod message;
mod missing_required_header;
mod over_run;
mod reflected_markup;
mod server_error;
mod state;
mod subject;
mod syntax;
mod unbounded_result;
mod undeclared_media_type;
mod undeclared_status;
mod unparsable_body;
mod valid_rejected;
mod wire_fault_mishandled;

#[cfg(test)]
mod fixture;

use harness_contract::{Contract, Operation};
use harness_model::{Exchange, Step, Verdict};

pub use answers::Answers;
pub use over_run::{
    CostSeen, ErrorSeen, RUN_CHECKS, RunCheck, RunView, Shape, error_effect, judge_run,
};
pub use state::{STATE_CHECKS, Seen, StateCheck, judge_state};
pub use wire_fault_mishandled::{Lawful, WIRE_CHECK, WIRE_EXPLAIN, WireSeen, judge_wire};

/// What a check judges.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// What the service promises.
    pub contract: &'a Contract,
    /// The operation that was asked for.
    pub operation: &'a Operation,
    /// Its compiled answers.
    pub answers: &'a Answers,
    /// What was meant.
    pub step: &'a Step,
    /// What was sent, and what came of it.
    pub exchange: &'a Exchange,
    /// What came of a request that is known to be answered, sent right after a hang or a dropped
    /// connection; `None`: none was sent.
    pub control: Option<&'a Exchange>,
    /// Whether a 2xx to this operation was seen in this run.
    pub operation_accepted: bool,
    /// Whether other requests of ours were in flight.
    pub under_load: bool,
}

/// An oracle.
pub struct Check {
    /// Its name in signatures and reports: the fault as a fact.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    /// Whether the verdict rests on what the request was meant to be, so that a shrunk case must keep
    /// exactly that intent.
    pub needs_intent: bool,
    /// The judgement: failures and unknowns; empty is a pass.
    pub judge: fn(&Subject<'_>) -> Vec<Verdict>,
}

/// All checks, most severe first.
pub const CHECKS: &[Check] = &[
    crash::CHECK,
    hang::CHECK,
    server_error::CHECK,
    reflected_markup::CHECK,
    error_detail_leak::CHECK,
    malformed_accepted::CHECK,
    invalid_accepted::CHECK,
    valid_rejected::CHECK,
    body_violates_schema::CHECK,
    unparsable_body::CHECK,
    missing_required_header::CHECK,
    header_violates_schema::CHECK,
    unbounded_result::CHECK,
    undeclared_media_type::CHECK,
    http_semantics::CHECK,
    undeclared_status::CHECK,
];

/// Puts every check to a subject, in the order of [`CHECKS`]. A check that panics has no verdict: the
/// rest of the run goes on.
pub fn judge_all(subject: &Subject<'_>) -> Vec<(&'static Check, Verdict)> {
    judge_by(CHECKS, subject)
}

/// What `harness explain` prints for the check of this name; `None` if there is none.
pub fn explain(name: &str) -> Option<&'static str> {
    let by_exchange = CHECKS.iter().map(|check| (check.name, check.explain));
    let by_run = RUN_CHECKS.iter().map(|check| (check.name, check.explain));
    let by_state = STATE_CHECKS.iter().map(|check| (check.name, check.explain));
    let by_wire = [(WIRE_CHECK, WIRE_EXPLAIN)];
    by_exchange
        .chain(by_run)
        .chain(by_state)
        .chain(by_wire)
        .find(|(own, _)| *own == name)
        .map(|(_, explain)| explain)
}

fn judge_by(checks: &'static [Check], subject: &Subject<'_>) -> Vec<(&'static Check, Verdict)> {
    let mut verdicts = Vec::new();
    for check in checks {
        let judge = std::panic::AssertUnwindSafe(|| (check.judge)(subject));
        if let Ok(judged) = std::panic::catch_unwind(judge) {
            verdicts.extend(judged.into_iter().map(|verdict| (check, verdict)));
        } else {
            let why = format!("internal error in check {}; this is a bug of ours", check.name);
            verdicts.push((check, Verdict::Unknown(why)));
        }
    }
    verdicts
}

#[cfg(test)]
mod tests;
