//! The control request: something that the service is known to answer, sent after a hang or a dropped
//! connection to tell a fault of one request from a service that is down or slow for everyone.

use std::time::Duration;

use harness_contract::OperationKey;
use harness_model::{Exchange, Intent, Outcome, Step};

use crate::execute::{Manner, send};
use crate::under_test::Shared;

/// Tries before a target is called down.
const TRIES: u32 = 6;
/// Tries if the target takes connections and says nothing: each has waited for the whole deadline.
const MUTE_TRIES: u32 = 2;
/// Wait before the second try; doubled for each further one (0.2 + 0.4 + … + 3.2 s = 6.2 s), long
/// enough for a supervised process to come back.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Which request serves as control, once one was answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    best: Option<(Rank, Step)>,
}

/// Smaller is better: accepted before refused, safe before unsafe, then quick before slow.
type Rank = (bool, bool, u64);

impl Control {
    /// Learns from an answered baseline request.
    pub(crate) fn learn(&mut self, step: &Step, exchange: &Exchange) {
        let Outcome::Response(response) = &exchange.outcome else { return };
        if response.status >= 500 {
            return;
        }
        let is_safe = matches!(step.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        let accepted = (200..400).contains(&response.status);
        // A control that creates or deletes things would be an attack of its own.
        if !is_safe {
            return;
        }
        let rank = (!accepted, !is_safe, exchange.timing.total_us);
        if self.best.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.best = Some((rank, step.clone()));
        }
    }

    /// The request that is sent as control: the best that was learned, else `GET` of the base path.
    pub(crate) fn step(&self) -> Step {
        self.best.as_ref().map_or_else(root, |(_, step)| step.clone())
    }

    /// Sends the control once, on a fresh connection.
    pub(crate) async fn once(&self, shared: &Shared) -> Option<Exchange> {
        send(shared, &self.step(), Manner::fresh(shared)).await.ok()
    }

    /// Sends the control until it is answered, at most [`TRIES`] times. Answers the last exchange
    /// and how many requests were sent.
    pub(crate) async fn until_answered(&self, shared: &Shared) -> (Option<Exchange>, u64) {
        let mut wait = FIRST_WAIT;
        let mut last = None;
        for attempt in 1..=TRIES {
            last = self.once(shared).await;
            if last.as_ref().is_some_and(answered) {
                return (last, u64::from(attempt));
            }
            let is_mute = matches!(
                last.as_ref().map(|exchange| &exchange.outcome),
                Some(Outcome::TimedOut { .. })
            );
            if is_mute && attempt >= MUTE_TRIES {
                return (last, u64::from(attempt));
            }
            if attempt < TRIES {
                let until = shared.clock.now_us() + u64::try_from(wait.as_micros()).unwrap_or(0);
                shared.clock.sleep_until(until).await;
                wait *= 2;
            }
        }
        (last, u64::from(TRIES))
    }
}

/// Whether something on the other side speaks HTTP.
pub(crate) fn answered(exchange: &Exchange) -> bool {
    exchange.response().is_some()
}

/// `GET` of the base path: any answer will do.
fn root() -> Step {
    Step {
        operation: OperationKey::new("GET", "/"),
        method: "GET".to_owned(),
        path: "/".to_owned(),
        parameters: Vec::new(),
        body: None,
        identity: None,
        intent: Intent::Valid,
    }
}
