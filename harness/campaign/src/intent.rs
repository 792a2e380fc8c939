//! What a case is meant to be, after a shrink step has changed it.
//!
//! A shrunk case must stand for the same thing as the one that failed: it may lose violations, but it
//! must not gain one, and a check whose verdict rests on the intent keeps exactly the intent that it
//! judged.

use harness_model::{BoundValue, Case, Intent, Place, Step, Violated};
use serde_json::Value;

use crate::under_test::Shared;

/// The candidate with its intents recomputed, or `None` if it means something else than `original`.
pub(crate) fn refreshed(
    shared: &Shared,
    original: &Case,
    candidate: &Case,
    needs_intent: bool,
) -> Option<Case> {
    let mut candidate = candidate.clone();
    for step in candidate.steps_mut() {
        // Steps have no name of their own; the original of a step is one of the same operation and
        // with the same intent, and shrinking never touches intents.
        let before = original
            .steps()
            .find(|old| old.operation == step.operation && old.intent == step.intent)?;
        step.intent = refreshed_intent(shared, before, step, needs_intent)?;
    }
    Some(candidate)
}

fn refreshed_intent(
    shared: &Shared,
    before: &Step,
    after: &Step,
    needs_intent: bool,
) -> Option<Intent> {
    let Some(under_test) = shared.operations.get(&after.operation) else {
        return Some(after.intent.clone());
    };
    let plan = &under_test.plan;
    // A shrunk text that is no longer a date may be refused for that.
    if plan.breaks_format(after) && !plan.breaks_format(before) {
        return None;
    }
    let now = plan.violated(after);
    let kind = |violated: &Violated| (violated.at.normalised(), violated.keyword.clone());
    match &before.intent {
        // Only whoever broke the syntax knows how: a verdict that rests on it keeps the content as it is.
        Intent::Malformed { .. } if needs_intent && after.body != before.body => None,
        Intent::Malformed { .. } => Some(before.intent.clone()),
        Intent::Valid => now.is_empty().then_some(Intent::Valid),
        Intent::Boundary { at, .. } => {
            let kept = now.is_empty() && value_at(before, at) == value_at(after, at);
            match (now.is_empty(), kept) {
                (true, true) => Some(before.intent.clone()),
                (true, false) => Some(Intent::Valid),
                (false, _) => None,
            }
        }
        Intent::Invalid(violated) => {
            let mut allowed: Vec<_> = under_test.plan.violated(before).iter().map(kind).collect();
            allowed.push(kind(violated));
            if !now.iter().all(|violated| allowed.contains(&kind(violated))) {
                return None;
            }
            let same = now.iter().find(|other| kind(other) == kind(violated));
            match (same, now.first()) {
                // The text of the original says why it was made; it stays true while its value does.
                (Some(_), _) if value_at(before, &violated.at) == value_at(after, &violated.at) => {
                    Some(before.intent.clone())
                }
                (Some(same), _) => Some(Intent::Invalid(same.clone())),
                (None, _) if needs_intent => None,
                (None, Some(other)) => Some(Intent::Invalid(other.clone())),
                (None, None) => Some(Intent::Valid),
            }
        }
    }
}

/// The value at a place of a step; `None` if it is absent or not known yet.
fn value_at<'a>(step: &'a Step, place: &Place) -> Option<&'a Value> {
    match place {
        Place::Parameter { location, name, pointer } => {
            let is_it =
                |p: &&harness_model::ParameterValue| p.location == *location && p.name == *name;
            match &step.parameters.iter().find(is_it)?.value {
                BoundValue::Known(value) => value.pointer(pointer),
                BoundValue::Bound(_) => None,
            }
        }
        Place::Body { pointer } => step.body.as_ref()?.content.value()?.pointer(pointer),
        Place::Request => None,
    }
}
