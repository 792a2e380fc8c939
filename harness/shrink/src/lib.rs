//! From a case that fails to the smallest case that fails the same way.
//!
//! The shrinker knows nothing of HTTP or of contracts: it edits a [`Case`] and asks a closure whether
//! the edited one still fails the same way. An edit is kept only if it does **and** the case became
//! simpler by [`sort_key`], so the result is never larger than the beginning and the search ends.
//! Each pass tries big steps first; the driver repeats all passes until none helps.
mod memo;
mod order;
mod parts;
mod passes;
#[cfg(test)]
mod tests;

use harness_model::Case;

use memo::Memo;
pub use order::{SortKey, sort_key};
pub use passes::{PASSES, Pass};

/// Bounds of one shrink. The bound on time is the caller's: a probe that answers `false` from then on
/// ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Probes that may be made.
    pub probes_max: u32,
}

/// What came of a shrink.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunk {
    /// The smallest case that still fails.
    pub case: Case,
    /// Probes that were made.
    pub probes: u32,
    /// Whether the limit ended it before nothing more could be tried.
    pub exhausted: bool,
}

/// The state of a search, as the passes see it.
pub struct Search<'a> {
    best: Case,
    best_key: SortKey,
    memo: Memo,
    probes: u32,
    probes_max: u32,
    probe: &'a mut dyn FnMut(&Case) -> bool,
}

impl Search<'_> {
    /// The simplest failing case so far.
    pub(crate) fn best(&self) -> &Case {
        &self.best
    }

    /// Whether no probe is left.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.probes >= self.probes_max
    }

    /// Tries an edited case; true if it is simpler and fails the same way. Cases that were tried before
    /// and cases that are not simpler cost no probe.
    pub(crate) fn attempt(&mut self, candidate: Case) -> bool {
        if self.is_exhausted() {
            return false;
        }
        let key = sort_key(&candidate);
        if key >= self.best_key || !self.memo.is_new(&candidate) {
            return false;
        }
        self.probes += 1;
        if !(self.probe)(&candidate) {
            return false;
        }
        self.best = candidate;
        self.best_key = key;
        true
    }

    /// Edits a copy of the best case and tries it; an edit that answers `None` does not apply.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Case) -> Option<()>) -> bool {
        let mut candidate = self.best.clone();
        edit(&mut candidate).is_some() && self.attempt(candidate)
    }
}

/// Shrinks a failing case. `probe` answers whether a case still fails the same way; it is assumed to
/// be true of `case` and is not asked about it.
pub fn shrink(case: Case, limits: Limits, probe: &mut dyn FnMut(&Case) -> bool) -> Shrunk {
    let best_key = sort_key(&case);
    let probes_max = limits.probes_max;
    let mut search =
        Search { best: case, best_key, memo: Memo::default(), probes: 0, probes_max, probe };
    // Every round but the last makes the case simpler, and simpler cases are finitely many; the probe
    // limit bounds the rounds long before that.
    loop {
        let before = search.best_key.clone();
        for pass in PASSES {
            (pass.run)(&mut search);
        }
        if search.best_key == before || search.is_exhausted() {
            break;
        }
    }
    Shrunk { exhausted: search.is_exhausted(), probes: search.probes, case: search.best }
}
