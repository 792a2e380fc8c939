//! Fewer steps: whole probes, lanes and prefix steps.

use harness_model::{Binding, BoundValue, Case};

use super::Pass;
use crate::Search;

pub(super) const PASS: Pass = Pass {
    name: "drop_steps",
    explain: "Removes whole steps, last first, and whole lanes. A step whose answer a later one needs is \
              kept; bindings of the steps behind it are renumbered.",
    run,
};

fn run(search: &mut Search<'_>) {
    for lane in (0..search.best().lanes.len()).rev() {
        search.edit(|case| {
            let first = case.prefix.len() + case.lanes[..lane].iter().map(Vec::len).sum::<usize>();
            for step in (first..first + case.lanes[lane].len()).rev() {
                unbind(case, step)?;
            }
            case.lanes.remove(lane);
            Some(())
        });
    }
    for step in (0..search.best().steps().count()).rev() {
        search.edit(|case| remove(case, step));
    }
}

/// Removes the step at an index in the order of [`Case::steps`].
fn remove(case: &mut Case, step: usize) -> Option<()> {
    if case.steps().count() <= 1 {
        return None;
    }
    unbind(case, step)?;
    let mut left = step;
    if left < case.prefix.len() {
        case.prefix.remove(left);
        return Some(());
    }
    left -= case.prefix.len();
    for lane in &mut case.lanes {
        if left < lane.len() {
            lane.remove(left);
            return Some(());
        }
        left -= lane.len();
    }
    (left < case.probes.len()).then(|| drop(case.probes.remove(left)))
}

/// Renumbers bindings for the removal of a step; `None` if one takes its value from it.
fn unbind(case: &mut Case, step: usize) -> Option<()> {
    for binding in bindings(case) {
        if binding.step == step {
            return None;
        }
        if binding.step > step {
            binding.step -= 1;
        }
    }
    Some(())
}

fn bindings(case: &mut Case) -> Vec<&mut Binding> {
    let mut found = Vec::new();
    for step in case.steps_mut() {
        for parameter in &mut step.parameters {
            if let BoundValue::Bound(binding) = &mut parameter.value {
                found.push(binding);
            }
        }
        if let Some(body) = &mut step.body {
            found.extend(body.bindings.iter_mut().map(|(_, binding)| binding));
        }
    }
    found
}
