//! Requests per second at most: each request gets the next free slot on the clock, so there are no
//! bursts and no debts.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Clock;

/// A bound on the rate of requests. Shared by all that send.
#[derive(Debug)]
pub struct Pace {
    interval_us: u64,
    next_us: AtomicU64,
}

impl Pace {
    /// At most this many requests a second; above one million a second it bounds nothing.
    pub fn new(per_second: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates; a negative rate is refused where it is read"
        )]
        let interval_us = (1_000_000.0 / per_second) as u64;
        Self { interval_us, next_us: AtomicU64::new(0) }
    }

    /// Waits for the next free slot.
    pub async fn wait(&self, clock: &dyn Clock) {
        let now_us = clock.now_us();
        let take = |next_us: u64| Some(next_us.max(now_us).saturating_add(self.interval_us));
        let previous = self
            .next_us
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .expect("the update always has a value");
        clock.sleep_until(previous.max(now_us)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use crate::{Clock as _, ManualClock};

    #[test]
    fn requests_are_spread_evenly_and_time_passed_is_no_credit() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let clock = ManualClock::new();
        let pace = Pace::new(100.0);
        let times: Vec<u64> = (0..4)
            .map(|n| {
                if n == 2 {
                    clock.advance(std::time::Duration::from_secs(1));
                }
                runtime.block_on(pace.wait(&clock));
                clock.now_us()
            })
            .collect();
        assert_eq!(times, [0, 10_000, 1_010_000, 1_020_000]);
    }
}
