//! Makes a sequence out of single steps: puts before each what creates the things that it needs, and
//! binds it to their answers. Knows the graph and what was accepted; decides no attack.

use harness_contract::Location;
use harness_generate::{Edge, Graph};
use harness_model::{Binding, BoundValue, ParameterValue, Place, Step};
use serde_json::Value;

use super::is_plain;
use crate::acceptances::Acceptances;
use crate::under_test::Shared;

/// Creations on which a creation may rest: deeper trees are not built.
const DEPTH_MAX: usize = 4;

/// Builds sequences of one contract.
pub(super) struct Weaver<'a> {
    pub(super) shared: &'a Shared,
    pub(super) graph: &'a Graph,
    acceptances: &'a Acceptances,
    /// By operation: the request that it is represented by.
    grounds: Vec<Option<Step>>,
}

impl<'a> Weaver<'a> {
    pub(super) fn new(shared: &'a Shared, acceptances: &'a Acceptances, graph: &'a Graph) -> Self {
        let ground = |idx: usize| {
            let plain = acceptances.of(idx).iter().map(|(step, _)| step).filter(|s| is_plain(s));
            let richest = plain.max_by_key(|step| members(step));
            richest.cloned().or_else(|| shared.operations[idx].plan.baseline())
        };
        let grounds = (0..shared.operations.len()).map(ground).collect();
        Self { shared, graph, acceptances, grounds }
    }

    /// The request that stands for an operation: the accepted one with most in it, else the most
    /// plausible one.
    pub(super) fn ground(&self, operation: usize) -> Option<&Step> {
        self.grounds[operation].as_ref()
    }

    /// Whether an operation has accepted anything so far.
    pub(super) fn is_accepted(&self, operation: usize) -> bool {
        !self.acceptances.of(operation).is_empty()
    }

    /// Allowed requests that an operation accepted.
    pub(super) fn accepted(&self, operation: usize) -> impl Iterator<Item = &Step> {
        self.acceptances.of(operation).iter().map(|(step, _)| step).filter(|step| is_plain(step))
    }

    /// These steps in this order, each bound to what was created for it or by those before it. `None`
    /// if nothing is bound: then it is no sequence.
    pub(super) fn weave(&self, steps: &[&Step]) -> Option<Vec<Step>> {
        let mut woven = Vec::new();
        for step in steps {
            self.add(&mut woven, (*step).clone(), 0);
        }
        let is_bound = |step: &Step| {
            step.parameters.iter().any(|p| matches!(p.value, BoundValue::Bound(_)))
                || step.body.as_ref().is_some_and(|body| !body.bindings.is_empty())
        };
        woven.iter().any(is_bound).then_some(woven)
    }

    fn add(&self, woven: &mut Vec<Step>, mut step: Step, depth: usize) -> usize {
        let operation = self.shared.operations.get_index_of(&step.operation);
        let needs_content = operation.is_some_and(|idx| !self.is_accepted(idx));
        for edge in self.graph.into(&step.operation) {
            match &edge.into {
                Place::Parameter { location: Location::Path, .. } => {
                    let own = step.parameters.iter().position(|p| is_at(&edge.into, p));
                    let Some(own) = own else { continue };
                    let is_free = matches!(step.parameters[own].value, BoundValue::Known(_));
                    if is_free && let Some(made) = self.producer(woven, edge, depth) {
                        step.parameters[own].value = bound(made, edge);
                    }
                }
                Place::Body { pointer } if needs_content => {
                    let Some(body) = &step.body else { continue };
                    let has = body.content.value().is_some_and(|it| it.pointer(pointer).is_some());
                    let is_free = body.bindings.iter().all(|(other, _)| other != pointer);
                    if has
                        && is_free
                        && let Some(made) = self.producer(woven, edge, depth)
                    {
                        let binding = Binding { step: made, from: edge.from.clone() };
                        let pointer = pointer.clone();
                        step.body.as_mut().expect("it was there").bindings.push((pointer, binding));
                    }
                }
                Place::Parameter { .. } | Place::Body { .. } | Place::Request => {}
            }
        }
        woven.push(step);
        woven.len() - 1
    }

    /// The last step that makes what an edge takes; it is put in if there is none.
    fn producer(&self, woven: &mut Vec<Step>, edge: &Edge, depth: usize) -> Option<usize> {
        let there = woven.iter().rposition(|step| step.operation == edge.producer);
        if there.is_some() || depth >= DEPTH_MAX {
            return there;
        }
        let idx = self.shared.operations.get_index_of(&edge.producer)?;
        let ground = self.ground(idx)?.clone();
        Some(self.add(woven, ground, depth + 1))
    }
}

/// Whether an edge ends at this parameter.
pub(super) fn is_at(place: &Place, parameter: &ParameterValue) -> bool {
    matches!(place, Place::Parameter { location, name, .. }
        if *location == parameter.location && *name == parameter.name)
}

/// The value that an edge takes from the answer to a step.
pub(super) fn bound(made: usize, edge: &Edge) -> BoundValue {
    BoundValue::Bound(Binding { step: made, from: edge.from.clone() })
}

/// Members of a step's content.
fn members(step: &Step) -> usize {
    let value = step.body.as_ref().and_then(|body| body.content.value());
    value.and_then(Value::as_object).map_or(0, serde_json::Map::len)
}
