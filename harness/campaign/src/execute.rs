//! Carries a case out: renders its steps, waits for the pace, sends them. Judges nothing.

use std::time::Duration;

use futures_util::future::join_all;
use harness_generate::render;
use harness_model::{Case, Exchange, Step};
use harness_transport::SendOptions;

use crate::binding;
use crate::under_test::Shared;

/// What became of a case.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    /// The steps as they were sent, with what came of them, in the order of [`Case::steps`].
    pub(crate) steps: Vec<(Step, Exchange)>,
    /// Requests sent.
    pub(crate) requests: u64,
    /// Why a step could not be sent; the steps after it were not tried.
    pub(crate) broken: Option<String>,
}

/// How a case is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// On connections that nothing else has used.
    pub(crate) fresh_connection: bool,
    /// From connecting to the last octet of one answer.
    pub(crate) deadline: Duration,
}

impl Manner {
    /// As planned cases are sent: on pooled connections, within the run's deadline.
    pub(crate) fn planned(shared: &Shared) -> Self {
        Self { fresh_connection: false, deadline: shared.config.limits.request_deadline }
    }

    /// As a suspicion is sent again: alone, on fresh connections.
    pub(crate) fn fresh(shared: &Shared) -> Self {
        Self { fresh_connection: true, ..Self::planned(shared) }
    }
}

/// Sends all steps of a case: prefix, lanes side by side, probes.
pub(crate) async fn execute(shared: &Shared, case: &Case, manner: Manner) -> Execution {
    shared.transport.begin_case();
    let mut exchanges: Vec<Option<Exchange>> = Vec::new();
    let mut execution = Execution { steps: Vec::new(), requests: 0, broken: None };
    let first = sequence(shared, &case.prefix, exchanges.clone(), manner).await;
    absorb(&mut execution, &mut exchanges, first);
    if execution.broken.is_none() && !case.lanes.is_empty() {
        let mut seen = exchanges.clone();
        let lanes = case.lanes.iter().map(|lane| {
            // A lane sees the prefix and itself, never another lane: which of them is ahead is
            // chance. The others' places stay empty, so that indices keep their meaning.
            let own = seen.clone();
            seen.extend(lane.iter().map(|_| None));
            sequence(shared, lane, own, manner)
        });
        let lanes: Vec<_> = lanes.collect();
        for lane in join_all(lanes).await {
            absorb(&mut execution, &mut exchanges, lane);
        }
    }
    if execution.broken.is_none() {
        let last = sequence(shared, &case.probes, exchanges.clone(), manner).await;
        absorb(&mut execution, &mut exchanges, last);
    }
    execution
}

fn absorb(execution: &mut Execution, exchanges: &mut Vec<Option<Exchange>>, part: Execution) {
    exchanges.extend(part.steps.iter().map(|(_, exchange)| Some(exchange.clone())));
    execution.steps.extend(part.steps);
    execution.requests += part.requests;
    execution.broken = execution.broken.take().or(part.broken);
}

async fn sequence(
    shared: &Shared,
    steps: &[Step],
    mut seen: Vec<Option<Exchange>>,
    manner: Manner,
) -> Execution {
    let mut execution = Execution { steps: Vec::new(), requests: 0, broken: None };
    for step in steps {
        let step = match binding::resolve(step, &seen) {
            Ok(step) => step,
            Err(why) => {
                execution.broken = Some(why);
                return execution;
            }
        };
        let exchange = match send(shared, &step, manner).await {
            Ok(exchange) => exchange,
            Err(why) => {
                execution.broken = Some(why);
                return execution;
            }
        };
        execution.requests += 1;
        if steps.len() > 1 {
            // Only a later step of the same sequence could look at it.
            seen.push(Some(exchange.clone()));
        }
        execution.steps.push((step, exchange));
    }
    execution
}

/// Sends one step whose values are all known.
pub(crate) async fn send(shared: &Shared, step: &Step, manner: Manner) -> Result<Exchange, String> {
    let config = &shared.config;
    let request =
        render(step, config.base_of(&step.operation)).map_err(|error| error.to_string())?;
    if let Some(pace) = &shared.pace {
        pace.wait(&*shared.clock).await;
    }
    let options = SendOptions {
        deadline: manner.deadline,
        fresh_connection: manner.fresh_connection,
        response_bytes_max: config.limits.response_bytes_max,
    };
    Ok(shared.transport.send_as(&request, options, step.identity.as_deref()).await)
}
