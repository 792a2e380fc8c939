//! Fewer items in arrays.

use serde_json::Value;

use super::{Pass, drop_chunks};
use crate::Search;
use crate::parts::addresses;

pub(super) const PASS: Pass = Pass {
    name: "drop_items",
    explain: "Removes items of arrays, outer arrays first: all at once, then halves, then single ones.",
    run,
};

fn run(search: &mut Search<'_>) {
    let mut position = 0;
    while let Some(address) = addresses(search.best()).into_iter().nth(position) {
        position += 1;
        let count = address.get(search.best()).and_then(Value::as_array).map_or(0, Vec::len);
        drop_chunks(count, &mut |range| {
            search.edit(|case| {
                address.get_mut(case)?.as_array_mut()?.drain(range);
                Some(())
            })
        });
        if search.is_exhausted() {
            return;
        }
    }
}
