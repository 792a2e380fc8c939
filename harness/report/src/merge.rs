//! The runs of several machines as one: the events that one machine would have told. Knows the stream's
//! form; which operations a machine had is in its own first event.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness_contract::OperationKey;
use harness_model::{Event, Fact, OperationSummary, PhaseCount, StopReason, Summary};

use crate::recorded::events_of;
use crate::{Recorded, ReportError};

/// Runs that do not make one.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// One of them cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReportError),
    /// They did not test the same.
    #[error("{run} has another {what} than {first}: runs of one division share contract and seed")]
    Different {
        /// The odd one.
        run: String,
        /// What differs.
        what: &'static str,
        /// The one before.
        first: String,
    },
    /// There are none.
    #[error("there is no run to merge")]
    Nothing,
}

/// Reads runs and makes one stream of them: findings once, counts added up. Operations stand in the
/// order of `operations`; those that it does not name come last.
///
/// # Errors
/// If a run cannot be read, or they are not of one contract and seed.
pub fn merge(runs: &[&Path], operations: &[OperationKey]) -> Result<Vec<Event>, MergeError> {
    let mut parts: Vec<(Recorded, Vec<Event>)> = Vec::new();
    for path in runs {
        let mut recorded = Recorded::default();
        let mut events = Vec::new();
        events_of(path, &mut |event| {
            recorded.take(&event);
            events.push(event);
        })?;
        if let Some((first, _)) = parts.first() {
            let what = if first.contract_digest != recorded.contract_digest {
                Some("contract")
            } else if first.seed != recorded.seed {
                Some("seed")
            } else {
                None
            };
            if let Some(what) = what {
                let (run, first) = (path.display().to_string(), runs[0].display().to_string());
                return Err(MergeError::Different { run, what, first });
            }
        }
        parts.push((recorded, events));
    }
    if parts.is_empty() {
        return Err(MergeError::Nothing);
    }
    let summary = summary_of(&parts, operations);
    Ok(stream(parts, summary))
}

/// First what begins a run, then what happened in the order of its time, then the end.
fn stream(parts: Vec<(Recorded, Vec<Event>)>, summary: Summary) -> Vec<Event> {
    let mut opening: Vec<Fact> = Vec::new();
    let mut middle: Vec<(u64, Fact)> = Vec::new();
    let mut found = BTreeSet::new();
    let mut started = None;
    let mut planned = false;
    let phases = summary.phases.clone();
    for (_, events) in parts {
        for Event { at_us, fact, .. } in events {
            match fact {
                Fact::RunStarted { .. } => started = started.or(Some(fact)),
                Fact::RunFinished { .. } => {}
                Fact::Planned { .. } => planned = true,
                Fact::ContractDiagnostic { .. } | Fact::OperationSkipped { .. } => {
                    if !opening.contains(&fact) {
                        opening.push(fact);
                    }
                }
                // Each machine says it of the same contract.
                Fact::Note { .. } if middle.iter().any(|(_, known)| *known == fact) => {}
                Fact::Found { ref counterexample } => {
                    if found.insert(counterexample.finding.signature.clone()) {
                        middle.push((at_us, fact));
                    }
                }
                fact => middle.push((at_us, fact)),
            }
        }
    }
    // Stable: what happened at the same time keeps the order of the machines.
    middle.sort_by_key(|(at_us, _)| *at_us);
    if let Some(Fact::RunStarted { operations, .. }) = &mut started {
        *operations = summary.operations.iter().map(|it| it.operation.clone()).collect();
    }
    let zero = |phase: &PhaseCount| PhaseCount { executed: 0, ..phase.clone() };
    let plan = planned.then(|| Fact::Planned { phases: phases.iter().map(zero).collect() });
    let end_us = summary.duration_us;
    let first = started.into_iter().chain(opening).chain(plan).map(|fact| (0, fact));
    let last = [(end_us, Fact::RunFinished { summary: Box::new(summary) })];
    let all = first.chain(middle).chain(last).enumerate();
    all.map(|(sequence, (at_us, fact))| Event { sequence: sequence as u64, at_us, fact }).collect()
}

fn summary_of(parts: &[(Recorded, Vec<Event>)], order: &[OperationKey]) -> Summary {
    let first = &parts[0].0;
    let mut phases: Vec<PhaseCount> = Vec::new();
    let mut by_key: BTreeMap<OperationKey, OperationSummary> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut summary = Summary {
        format: harness_model::FORMAT_VERSION.to_owned(),
        harness: first.harness.clone(),
        seed: first.seed.expect("a run that was read has begun"),
        target: first.target.clone(),
        contract_title: first.contract_title.clone(),
        contract_source: first.contract_source.clone(),
        contract_digest: first.contract_digest.clone(),
        stopped: StopReason::Completed,
        duration_us: 0,
        requests: 0,
        phases: Vec::new(),
        findings: BTreeMap::new(),
        failures: Vec::new(),
        further_cases: BTreeMap::new(),
        flaky: 0,
        unjudged: BTreeMap::new(),
        operations: Vec::new(),
        shortfalls: Vec::new(),
        standings: Vec::new(),
    };
    for (part, _) in parts {
        // They ran side by side: the whole took as long as the longest.
        summary.duration_us = summary.duration_us.max(part.duration_us());
        summary.requests += part.requests();
        summary.flaky += part.flaky.len() as u64;
        let stopped =
            part.summary.as_ref().map_or(StopReason::Interrupted, |it| it.stopped.clone());
        if summary.stopped == StopReason::Completed {
            summary.stopped = stopped;
        }
        if let Some(known) = &part.summary {
            summary.contract_title.clone_from(&known.contract_title);
            for shortfall in &known.shortfalls {
                if !summary.shortfalls.contains(shortfall) {
                    summary.shortfalls.push(shortfall.clone());
                }
            }
        }
        for phase in &part.phases {
            match phases.iter_mut().find(|known| known.phase == phase.phase) {
                Some(known) => {
                    known.planned += phase.planned;
                    known.executed += phase.executed;
                }
                None => phases.push(phase.clone()),
            }
        }
        for (check, (_, times)) in &part.unjudged {
            let counted = part.summary.as_ref().and_then(|it| it.unjudged.get(check));
            *summary.unjudged.entry(check.clone()).or_default() += counted.unwrap_or(times);
        }
        for found in &part.found {
            let slug = found.finding.signature.slug();
            let further = part.further(&slug);
            if seen.insert(slug.clone()) {
                *summary.findings.entry(found.finding.severity).or_default() += 1;
                summary.failures.push(slug.clone());
                if further > 0 {
                    summary.further_cases.insert(slug, further);
                }
            } else {
                *summary.further_cases.entry(slug).or_default() += further + 1;
            }
        }
        for operation in part.operation_summaries() {
            match by_key.get_mut(&operation.operation) {
                Some(known) => add(known, operation),
                None => drop(by_key.insert(operation.operation.clone(), operation)),
            }
        }
    }
    summary.phases = phases;
    summary.operations = order.iter().filter_map(|key| by_key.remove(key)).collect();
    summary.operations.extend(by_key.into_values());
    summary
}

/// An operation that two machines tested: what either reached is no gap.
fn add(known: &mut OperationSummary, other: OperationSummary) {
    known.planned += other.planned;
    known.executed += other.executed;
    for (outcome, times) in other.outcomes {
        *known.outcomes.entry(outcome).or_default() += times;
    }
    known.gaps.retain(|gap| other.gaps.contains(gap));
}
