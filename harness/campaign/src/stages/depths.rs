//! What a single request cannot reach: operations on things that have to be made first, and things that
//! have already been deleted, acted on, or changed.

mod plot;
mod weave;

use std::time::Duration;

use harness_contract::OperationKey;
use harness_generate::Graph;
use harness_model::{BoundValue, Case, CaseId, Exchange, Fact, Intent, Step};
use indexmap::IndexMap;

use super::Stage;
use crate::binding;
use crate::desk::Desk;
use crate::execute::{Execution, Manner};
use weave::Weaver;

/// How long the stage may take in a run without a bound on time: a slow service has sequences enough
/// for hours.
const TIME_MAX: Duration = Duration::from_mins(1);
/// With a bound on time, one part in so many is for sequences: other stages come after.
const TIME_SHARE: u32 = 5;
/// Cases at most, all resources together.
const CASES_MAX: usize = 3_000;
/// Sequences on one resource that may be refused in their set-up before the others are left out.
const REFUSED_MAX: usize = 4;

pub(super) const STAGE: Stage = Stage {
    name: "depths",
    explain: "Creates what an operation needs, parents first, by what the contract tells of who makes what \
              (`harness inspect --graph`). Operations that have accepted nothing are sent their edges and \
              violations with identities that are really there. Actions and deletes are done twice and after \
              one another, and walks at random are taken. The checks of single answers judge each step. What \
              a case created is deleted afterwards, newest first.",
    run: |desk| Box::pin(run(desk)),
};

async fn run(desk: &mut Desk<'_, '_>) {
    let shared = desk.shared();
    let graph = Graph::of(&shared.contract);
    let plots = {
        let weaver = Weaver::new(&shared, desk.acceptances(), &graph);
        plot::plots(&weaver, shared.config.seed)
    };
    let mut cases: Vec<(usize, Vec<Step>)> = Vec::new();
    for (resource, plot) in plots.into_iter().enumerate() {
        cases.extend(plot.into_iter().map(|steps| (resource, steps)));
    }
    cases.truncate(CASES_MAX);
    if cases.is_empty() {
        return;
    }
    desk.plan(cases.len() as u64);
    let share = shared.config.time_max.map_or(TIME_MAX, |time| time / TIME_SHARE);
    let share_us = u64::try_from(share.as_micros()).unwrap_or(u64::MAX);
    let until_us = shared.clock.now_us().saturating_add(share_us);
    let mut indices: IndexMap<OperationKey, u32> = IndexMap::new();
    let mut refused: IndexMap<usize, usize> = IndexMap::new();
    for (resource, steps) in cases {
        let is_late = shared.clock.now_us() >= until_us;
        if desk.is_over() || is_late {
            let text = "time for sequences was up before all were sent".to_owned();
            desk.say(Fact::Note { text });
            return;
        }
        if refused.get(&resource).is_some_and(|times| *times >= REFUSED_MAX) {
            continue;
        }
        // The last step is what a case is booked under.
        let Some(operation) = steps.last().map(|step| step.operation.clone()) else { continue };
        let index = indices.entry(operation.clone()).or_default();
        let id = CaseId { phase: STAGE.name.to_owned(), operation, index: *index };
        *index += 1;
        let case = Case { id, prefix: steps, lanes: Vec::new(), probes: Vec::new() };
        let execution = desk.send(case).await;
        if execution.broken.is_some() {
            *refused.entry(resource).or_default() += 1;
        }
        if execution.steps.iter().any(|(_, exchange)| status(exchange) == 429) {
            let text = "the service limits the rate; sequences end here".to_owned();
            desk.say(Fact::Note { text });
            return;
        }
        desk.settle().await;
        clean_up(desk, &graph, &execution).await;
    }
}

/// Deletes what a case has created, newest first, as far as the contract says how.
async fn clean_up(desk: &mut Desk<'_, '_>, graph: &Graph, execution: &Execution) {
    let shared = desk.shared();
    let exchanges: Vec<_> = execution.steps.iter().map(|(_, it)| Some(it.clone())).collect();
    for (made, (step, exchange)) in execution.steps.iter().enumerate().rev() {
        if step.method != "POST" || !(200..300).contains(&status(exchange)) {
            continue;
        }
        let collection = step.path.trim_end_matches('/');
        let deletes = graph.edges.iter().filter(|edge| edge.producer == step.operation);
        let found = deletes.filter_map(|edge| {
            let under_test = shared.operations.get(&edge.consumer)?;
            let operation = &under_test.operation;
            let rest = operation.path.strip_prefix(collection)?.strip_prefix('/')?;
            (operation.method == "DELETE" && !rest.trim_end_matches('/').contains('/'))
                .then_some((edge, under_test))
        });
        let Some((edge, under_test)) = found.into_iter().next() else { continue };
        let Some(mut delete) = under_test.plan.baseline() else { continue };
        for parameter in &mut delete.parameters {
            let own = step.parameters.iter().find(|p| p.name == parameter.name);
            if weave::is_at(&edge.into, parameter) {
                parameter.value = weave::bound(made, edge);
            } else if let Some(own) = own {
                parameter.value = own.value.clone();
            }
        }
        let Ok(delete) = binding::resolve(&delete, &exchanges) else { continue };
        let id = CaseId {
            phase: STAGE.name.to_owned(),
            operation: delete.operation.clone(),
            index: u32::MAX,
        };
        let manner = Manner::planned(&shared);
        desk.send_quietly(&Case::single(id, delete), manner).await;
    }
}

fn status(exchange: &Exchange) -> u16 {
    exchange.response().map_or(0, |response| response.status)
}

/// Whether a step is as the contract allows.
fn is_plain(step: &Step) -> bool {
    step.intent == Intent::Valid
        && step.parameters.iter().all(|p| matches!(p.value, BoundValue::Known(_)))
}
