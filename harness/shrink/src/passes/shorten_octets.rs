//! Less raw content.

use harness_model::{BodyContent, Case, Octets};

use super::{Pass, drop_chunks};
use crate::Search;

pub(super) const PASS: Pass = Pass {
    name: "shorten_octets",
    explain: "Cuts runs out of content that is not structured: all, halves, quarters, down to single octets.",
    run,
};

fn octets(case: &Case, step: usize) -> usize {
    match case.steps().nth(step).and_then(|step| step.body.as_ref()).map(|body| &body.content) {
        Some(BodyContent::Octets(octets)) => octets.len(),
        Some(BodyContent::Json(_) | BodyContent::Form(_) | BodyContent::Coded { .. }) | None => 0,
    }
}

fn run(search: &mut Search<'_>) {
    for step_idx in 0..search.best().steps().count() {
        drop_chunks(octets(search.best(), step_idx), &mut |range| {
            search.edit(|case| {
                let body = case.steps_mut().nth(step_idx)?.body.as_mut()?;
                let BodyContent::Octets(Octets(octets)) = &mut body.content else { return None };
                octets.drain(range);
                Some(())
            })
        });
    }
}
