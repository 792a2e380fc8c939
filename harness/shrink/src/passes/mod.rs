//! The shrink passes: one file each, one line each in [`PASSES`].
//!
//! A pass is deterministic, tries big steps first, and leaves the fixpoint to the driver. It need not
//! know what the contract allows: the probe refuses what would mean something else.

mod drop_bodies;
mod drop_items;
mod drop_members;
mod drop_parameters;
mod drop_steps;
mod shorten_octets;
mod simplify_numbers;
mod simplify_strings;
mod simplify_values;

use crate::Search;

/// A way of making a case simpler.
pub struct Pass {
    /// Its name.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    pub(crate) run: fn(&mut Search<'_>),
}

/// All passes, coarse before fine: what is removed as a whole need not be simplified.
pub const PASSES: &[Pass] = &[
    drop_steps::PASS,
    drop_bodies::PASS,
    drop_parameters::PASS,
    drop_members::PASS,
    drop_items::PASS,
    shorten_octets::PASS,
    simplify_values::PASS,
    simplify_strings::PASS,
    simplify_numbers::PASS,
];

/// Removes runs of `0..length` as long as that is accepted: all at once, then halves, then quarters, down
/// to single ones. `remove` gets the range to remove and answers whether it was accepted.
fn drop_chunks(mut length: usize, remove: &mut dyn FnMut(std::ops::Range<usize>) -> bool) {
    let mut chunk = length;
    while chunk > 0 {
        // From the end, so that earlier indices stay what they were.
        let mut end = length;
        while end > 0 {
            let start = end.saturating_sub(chunk);
            if remove(start..end) {
                length -= end - start;
            }
            end = start;
        }
        chunk /= 2;
    }
}
