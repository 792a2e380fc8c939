//! What the service has accepted: the ground on which stages build. Knows requests and answers, no
//! contract.

use harness_model::{Exchange, Intent, Step};

/// Requests that are kept of one operation: enough to vary, few enough for a thousand operations.
const KEPT_PER_OPERATION_MAX: usize = 8;
/// Of these, how many may sit on an edge: plain ones are the better ground.
const EDGES_MAX: usize = 2;

/// Allowed requests that were answered 2xx, by operation under test, in the order of arrival.
#[derive(Clone, Debug)]
pub(crate) struct Acceptances {
    by_operation: Vec<Vec<(Step, Exchange)>>,
}

impl Acceptances {
    /// Nothing is known yet.
    pub(crate) fn new(operations: usize) -> Self {
        Self { by_operation: vec![Vec::new(); operations] }
    }

    /// Remembers a request, if it was accepted and is unlike the ones that are known.
    pub(crate) fn learn(&mut self, operation: usize, step: &Step, exchange: &Exchange) {
        let status = exchange.response().map_or(0, |response| response.status);
        if !step.intent.is_allowed() || !(200..300).contains(&status) {
            return;
        }
        let kept = &mut self.by_operation[operation];
        let is_edge = matches!(step.intent, Intent::Boundary { .. });
        let edges = kept.iter().filter(|(s, _)| matches!(s.intent, Intent::Boundary { .. }));
        let is_full = kept.len() >= KEPT_PER_OPERATION_MAX
            || (is_edge && edges.count() >= EDGES_MAX)
            || kept.iter().any(|(_, other)| other.request == exchange.request);
        if !is_full {
            kept.push((step.clone(), exchange.clone()));
        }
    }

    /// What is known of an operation; empty: it has accepted nothing.
    pub(crate) fn of(&self, operation: usize) -> &[(Step, Exchange)] {
        &self.by_operation[operation]
    }
}
