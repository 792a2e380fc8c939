//! Shorter and plainer strings.

use serde_json::Value;

use super::{Pass, drop_chunks};
use crate::Search;
use crate::order::plainness;
use crate::parts::{Address, addresses};

/// Characters of one string that are made plainer one by one; beyond it only whole runs are tried.
const CHARS_ONE_BY_ONE_MAX: usize = 24;

pub(super) const PASS: Pass = Pass {
    name: "simplify_strings",
    explain: "Cuts runs of characters out of strings, longest first, then makes what is left plainer: all `a`, \
              then character by character.",
    run,
};

fn run(search: &mut Search<'_>) {
    let mut position = 0;
    while let Some(address) = addresses(search.best()).into_iter().nth(position) {
        position += 1;
        let Some(length) = characters(search, &address).map(|chars| chars.len()) else { continue };
        shorten(search, &address, length);
        plain(search, &address);
        if search.is_exhausted() {
            return;
        }
    }
}

fn characters(search: &Search<'_>, address: &Address) -> Option<Vec<char>> {
    address.get(search.best()).and_then(Value::as_str).map(|text| text.chars().collect())
}

fn put(search: &mut Search<'_>, address: &Address, text: String) -> bool {
    search.edit(|case| {
        *address.get_mut(case)? = Value::String(text);
        Some(())
    })
}

/// Finds the shortest beginning by bisection first (limits on length are the commonest cause), then
/// cuts runs out of the middle.
fn shorten(search: &mut Search<'_>, address: &Address, length: usize) {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(chars) = characters(search, address) else { return };
        if put(search, address, chars[..middle.min(chars.len())].iter().collect()) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let Some(left) = characters(search, address) else { return };
    if left.len() > CHARS_ONE_BY_ONE_MAX {
        return;
    }
    drop_chunks(left.len(), &mut |range| {
        let Some(mut chars) = characters(search, address) else { return false };
        chars.drain(range);
        put(search, address, chars.into_iter().collect())
    });
}

fn plain(search: &mut Search<'_>, address: &Address) {
    let Some(chars) = characters(search, address) else { return };
    if chars.is_empty() || chars.iter().all(|c| *c == 'a') {
        return;
    }
    if put(search, address, "a".repeat(chars.len())) || chars.len() > CHARS_ONE_BY_ONE_MAX {
        return;
    }
    for idx in 0..chars.len() {
        for plainer in ['a', '0', 'A', ' '] {
            let Some(mut chars) = characters(search, address) else { return };
            if plainness(plainer) >= plainness(chars[idx]) {
                continue;
            }
            chars[idx] = plainer;
            if put(search, address, chars.into_iter().collect()) {
                break;
            }
        }
    }
}
