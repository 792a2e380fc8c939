//! Time: the machine's, or one that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::BoxFuture;

/// Monotonic time in microseconds since the clock was made.
pub trait Clock: Send + Sync {
    /// Microseconds since the clock was made.
    fn now_us(&self) -> u64;

    /// Waits until that time; returns at once if it has passed.
    fn sleep_until(&self, at_us: u64) -> BoxFuture<'_, ()>;
}

/// The machine's monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that stands at 0 now.
    #[expect(clippy::disallowed_methods, reason = "this is the door that time comes in by")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door that time comes in by")]
    fn sleep_until(&self, at_us: u64) -> BoxFuture<'_, ()> {
        let wait = Duration::from_micros(at_us.saturating_sub(self.now_us()));
        Box::pin(async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
        })
    }
}

/// A clock that stands still until someone moves it. Clones share the time.
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    now_us: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time on.
    pub fn advance(&self, by: Duration) {
        let by_us = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        self.now_us.fetch_add(by_us, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_us(&self) -> u64 {
        self.now_us.load(Ordering::SeqCst)
    }

    /// Moves the time on to `at_us` and returns: nobody else would move it.
    fn sleep_until(&self, at_us: u64) -> BoxFuture<'_, ()> {
        self.now_us.fetch_max(at_us, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock, ManualClock};

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new();
        let twin = clock.clone();
        assert_eq!(clock.now_us(), 0);
        twin.advance(Duration::from_millis(3));
        assert_eq!(clock.now_us(), 3_000);
    }

    #[test]
    fn sleeping_on_a_manual_clock_never_goes_back() {
        let clock = ManualClock::new();
        clock.advance(Duration::from_secs(1));
        drop(clock.sleep_until(10));
        assert_eq!(clock.now_us(), 1_000_000);
        drop(clock.sleep_until(2_000_000));
        assert_eq!(clock.now_us(), 2_000_000);
    }
}
