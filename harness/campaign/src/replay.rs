//! Fires a stored counterexample again and says what became of it.

use std::sync::Arc;

use harness_contract::{Contract, OperationKey};
use harness_model::{Attempt, Counterexample, Exchange, Finding};
use harness_transport::{Clock, Raw, Transport};
use indexmap::IndexMap;

use crate::CampaignConfig;
use crate::control::{Control, answered};
use crate::dispatch::describe;
use crate::execute::{Manner, execute, send};
use crate::judge::{Circumstances, is_incident, same_failure};
use crate::under_test::{Shared, compile};
use crate::wire::{Bent, is_wire, send_fault};

/// What became of a replay.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The verdict.
    pub attempt: Attempt,
    /// In a sentence fragment: what came back, or why it could not be replayed.
    pub what: String,
    /// Times sent.
    pub sent: u32,
    /// Times that the signature came back.
    pub reproduced: u32,
    /// What was sent and answered, the last time.
    pub exchanges: Vec<Exchange>,
}

/// What the replays of one counterexample share.
struct Replayer {
    shared: Arc<Shared>,
}

/// Clean tries after which even the rarest failure is called fixed: what fails less often than in one
/// try of fifty is not told from a service that is well.
const CLEAN_TRIES_MAX: u32 = 150;
/// How likely a failure that is still there may be to hide from all clean tries.
const MISSED: f64 = 0.05;
/// One-sided 90 % of the normal distribution: the failure's rate is at least what was seen, less so
/// much of its spread.
const SPREAD: f64 = 1.2816;

/// Clean tries that it takes before a failure which came back k of n times is called fixed: with the
/// lowest rate that k of n allows (Wilson's lower bound), fewer than one in twenty would hide so long.
/// One that came back every time needs one.
pub fn clean_tries(reproduced: u32, sent: u32) -> u32 {
    if sent == 0 || reproduced >= sent {
        return 1;
    }
    let (k, n) = (f64::from(reproduced), f64::from(sent));
    let (rate, square) = (k / n, SPREAD * SPREAD);
    let middle = rate + square / (2.0 * n);
    let width = SPREAD * (rate * (1.0 - rate) / n + square / (4.0 * n * n)).sqrt();
    let lowest = ((middle - width) / (1.0 + square / n)).clamp(0.0, 1.0);
    // At least one clean try more in each round, so it ends.
    let mut hidden = 1.0;
    for tries in 1..CLEAN_TRIES_MAX {
        hidden *= 1.0 - lowest;
        if hidden <= MISSED {
            return tries;
        }
    }
    CLEAN_TRIES_MAX
}

/// Replays a counterexample: `times` times, or, `None`, until it fails or has been clean often enough.
/// The contract is needed to judge, the counterexample alone to send.
pub async fn replay(
    contract: &Arc<Contract>,
    config: CampaignConfig,
    (transport, raw): (Arc<dyn Transport>, Option<Arc<Raw>>),
    clock: Arc<dyn Clock>,
    counterexample: &Counterexample,
    times: Option<u32>,
) -> Replayed {
    let steps: Vec<OperationKey> =
        counterexample.case.steps().map(|step| step.operation.clone()).collect();
    let operations: IndexMap<_, _> = compile(contract, &steps);
    let mut replayed = Replayed {
        attempt: Attempt::CannotReplay,
        what: String::new(),
        sent: 0,
        reproduced: 0,
        exchanges: Vec::new(),
    };
    if let Some(missing) = steps.iter().find(|key| !operations.contains_key(*key)) {
        replayed.what = format!("the contract has no operation {missing} any more");
        return replayed;
    }
    let contract = Arc::clone(contract);
    let pace = None;
    let shared = Arc::new(Shared { contract, operations, config, transport, raw, clock, pace });
    let replayer = Replayer { shared };
    let stored = &counterexample.confirmation;
    let needed = clean_tries(stored.reproduced, stored.sent);
    for _ in 0..times.unwrap_or(needed) {
        replayed.sent += 1;
        let (outcome, exchanges) = replayer.once(counterexample).await;
        let answered = exchanges.last().map_or_else(String::new, seen);
        replayed.exchanges = exchanges;
        match outcome {
            Ok(Some(finding)) => {
                replayed.reproduced += 1;
                replayed.what = finding.evidence.observed;
                if times.is_none() {
                    break;
                }
            }
            Ok(None) if replayed.reproduced == 0 => replayed.what = answered,
            Ok(None) => {}
            Err(why) => {
                replayed.sent -= 1;
                replayed.what = why;
                if replayed.reproduced == 0 {
                    return replayed;
                }
                break;
            }
        }
    }
    replayed.attempt = match (replayed.reproduced, replayed.sent) {
        (0, sent) if sent < needed => {
            replayed.what = format!(
                "{}; it came back {} of {} times when found, so it takes {needed} clean tries to call \
                 it fixed",
                replayed.what, stored.reproduced, stored.sent
            );
            Attempt::CannotReplay
        }
        (0, _) => Attempt::Fixed,
        (reproduced, sent) if reproduced == sent => Attempt::Fails,
        _ => Attempt::Flaky,
    };
    replayed
}

impl Replayer {
    /// A wire fault once more: the valid request first, as ground and as canary.
    async fn wire(
        &self,
        counterexample: &Counterexample,
    ) -> (Result<Option<Finding>, String>, Vec<Exchange>) {
        let shared = &self.shared;
        let Some(raw) = &shared.raw else {
            let why = "wire faults are sent to loopback only; --allow-wire allows others";
            return (Err(why.to_owned()), Vec::new());
        };
        let Some(step) = counterexample.case.prefix.last() else {
            return (Err("the case has no step".to_owned()), Vec::new());
        };
        let valid = match send(shared, step, Manner::fresh(shared)).await {
            Ok(valid) => valid,
            Err(why) => return (Err(why), Vec::new()),
        };
        let Some(valid_status) = valid.response().map(|response| response.status) else {
            return (Err(describe(&valid.outcome)), vec![valid]);
        };
        let bent = Bent { step, valid_status, canary: &valid.request };
        match send_fault(shared, raw, &bent).await {
            Ok((exchange, findings)) => {
                let signature = &counterexample.finding.signature;
                let same = findings.into_iter().find(|finding| finding.signature == *signature);
                (Ok(same), vec![exchange])
            }
            Err(why) => (Err(why), vec![valid]),
        }
    }

    async fn once(
        &self,
        counterexample: &Counterexample,
    ) -> (Result<Option<Finding>, String>, Vec<Exchange>) {
        let shared = &self.shared;
        let signature = &counterexample.finding.signature;
        if is_wire(&counterexample.case) {
            return self.wire(counterexample).await;
        }
        let execution = execute(shared, &counterexample.case, Manner::fresh(shared)).await;
        let exchanges: Vec<Exchange> =
            execution.steps.iter().map(|(_, exchange)| exchange.clone()).collect();
        if let Some(why) = execution.broken {
            return (Err(why), exchanges);
        }
        let mut control = None;
        if let Some(incident) = exchanges.iter().find(|e| is_incident(&e.outcome)) {
            control = Control::default().once(shared).await;
            if !control.as_ref().is_some_and(answered) && signature.check != "crash" {
                return (Err(describe(&incident.outcome)), exchanges);
            }
            // Nothing listens: that is no reproduction of a crash, whose connection was made.
            if let harness_model::Outcome::ConnectFailed { why } = &incident.outcome {
                return (Err(why.clone()), exchanges);
            }
        }
        if let Some(harness_model::Outcome::Unsendable { why }) = exchanges
            .iter()
            .map(|e| &e.outcome)
            .find(|o| matches!(o, harness_model::Outcome::Unsendable { .. }))
        {
            return (Err(why.clone()), exchanges);
        }
        let now = exchanges.last().and_then(Exchange::response).map(|r| r.status);
        let was = counterexample.exchanges.last().and_then(Exchange::response).map(|r| r.status);
        let circumstances = Circumstances {
            control: control.as_ref(),
            // It had accepted something when this was found.
            operation_accepted: true,
            under_load: false,
        };
        let finding =
            same_failure(shared, &execution.steps, &counterexample.finding, circumstances);
        let is_of_state =
            harness_check::STATE_CHECKS.iter().any(|check| check.name == signature.check);
        if let (None, Some(now)) = (&finding, now)
            && !is_of_state
            && was != Some(now)
            && let Some(why) = proves_nothing(now, &signature.check)
        {
            return (Err(format!("answered {now}: {why}")), exchanges);
        }
        (Ok(finding), exchanges)
    }
}

/// Why an answer with this status says nothing about a failure that ended otherwise: it was given
/// before the failure could come into play.
fn proves_nothing(status: u16, check: &str) -> Option<&'static str> {
    // What is gone cannot be validated or shown; that a request no longer breaks the service, or is
    // answered with another status, is seen whatever the status.
    let is_seen_anyway = [
        "crash",
        "hang",
        "server_error",
        "undeclared_status",
        "undeclared_media_type",
        "valid_rejected",
    ];
    let rests_on_state = !is_seen_anyway.contains(&check);
    match status {
        401 | 403 => Some("the service wants credentials; pass them with --header"),
        404 | 409 | 410 | 412 | 423 if rests_on_state => {
            Some("the service is in another state than when this was found; replay on a fresh one")
        }
        429 => Some("the service limits the rate; replay later"),
        502..=504 => Some("something before the service answered in its place"),
        _ => None,
    }
}

fn seen(exchange: &Exchange) -> String {
    match exchange.response() {
        Some(response) => format!("status {}", response.status),
        None => describe(&exchange.outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::clean_tries;

    #[test]
    fn the_rarer_a_failure_was_the_more_clean_tries_it_takes() {
        for (reproduced, sent) in [(1, 1), (3, 3), (0, 0)] {
            assert_eq!(clean_tries(reproduced, sent), 1);
        }
        let tries: Vec<u32> = [(9, 10), (2, 3), (1, 3), (1, 10)]
            .into_iter()
            .map(|(reproduced, sent)| clean_tries(reproduced, sent))
            .collect();
        assert!(tries.is_sorted(), "{tries:?}");
        assert!(tries[0] > 1 && tries[3] < 150, "{tries:?}");
    }
}
