//! Fewer members in objects.

use serde_json::Value;

use super::{Pass, drop_chunks};
use crate::Search;
use crate::parts::{Address, addresses};

pub(super) const PASS: Pass = Pass {
    name: "drop_members",
    explain: "Removes members of objects, outer objects first: all at once, then halves, then single ones.",
    run,
};

fn run(search: &mut Search<'_>) {
    let mut position = 0;
    // Addresses are read anew after each object, since what was removed outside is gone inside.
    while let Some(address) = addresses(search.best()).into_iter().nth(position) {
        position += 1;
        let members = |search: &Search<'_>, address: &Address| -> Vec<String> {
            let object = address.get(search.best()).and_then(Value::as_object);
            object.map(|members| members.keys().cloned().collect()).unwrap_or_default()
        };
        let count = members(search, &address).len();
        drop_chunks(count, &mut |range| {
            let doomed: Vec<String> = members(search, &address)[range].to_vec();
            search.edit(|case| {
                let object = address.get_mut(case)?.as_object_mut()?;
                for name in &doomed {
                    object.shift_remove(name);
                }
                Some(())
            })
        });
        if search.is_exhausted() {
            return;
        }
    }
}
