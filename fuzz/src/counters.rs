//! Counters that libFuzzer reads beside the coverage of instrumented code (libFuzzer, "Extra
//! counters"): one for each behaviour of a service that runs elsewhere, so that an input which reveals
//! a new one enters the corpus. Knows no service.

use std::sync::atomic::{AtomicU8, Ordering};

/// Counters. Behaviours share one by chance only: a session on a large contract sees a few thousand.
const COUNTERS: usize = 1 << 16;

/// libFuzzer clears the section before each input and reads it afterwards.
#[expect(unsafe_code, reason = "a section's name is all that libFuzzer knows its counters by")]
#[cfg_attr(target_os = "linux", unsafe(link_section = "__libfuzzer_extra_counters"))]
#[used]
static SEEN: [AtomicU8; COUNTERS] = [const { AtomicU8::new(0) }; COUNTERS];

/// Tells libFuzzer that the present input led to this behaviour.
pub(crate) fn see(behaviour: u64) {
    let idx = usize::try_from(behaviour % COUNTERS as u64).expect("it is below their number");
    SEEN[idx].store(1, Ordering::Relaxed);
}
