//! Fewer parameters.

use super::{Pass, drop_chunks};
use crate::Search;

pub(super) const PASS: Pass = Pass {
    name: "drop_parameters",
    explain: "Leaves parameters out: all that the contract does not require, then halves, then single ones. \
              Required ones and path parameters stay.",
    run,
};

fn run(search: &mut Search<'_>) {
    for step_idx in 0..search.best().steps().count() {
        let optional = |search: &Search<'_>| -> Vec<usize> {
            let step =
                search.best().steps().nth(step_idx).expect("steps stay while this pass runs");
            let all = step.parameters.iter().enumerate();
            all.filter(|(_, parameter)| !parameter.required).map(|(idx, _)| idx).collect()
        };
        let count = optional(search).len();
        drop_chunks(count, &mut |range| {
            let indices = optional(search);
            let doomed: Vec<usize> = indices[range].to_vec();
            search.edit(|case| {
                let step = case.steps_mut().nth(step_idx)?;
                for idx in doomed.iter().rev() {
                    step.parameters.remove(*idx);
                }
                Some(())
            })
        });
    }
}
