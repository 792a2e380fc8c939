//! Which cases were tried: passes meet the same candidate by several ways, and a probe is a request.

use std::collections::BTreeSet;

use harness_model::Case;

/// Digests of the cases that were tried.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    seen: BTreeSet<[u8; 32]>,
}

impl Memo {
    /// Remembers a case; true if it was not known.
    pub(crate) fn is_new(&mut self, case: &Case) -> bool {
        let text = serde_json::to_vec(case).expect("a case is plain data");
        self.seen.insert(*blake3::hash(&text).as_bytes())
    }
}
