//! How long one operation may keep us waiting. A contract may hold an operation that sleeps or streams
//! by design; without a bound it would be the whole run. Knows operations by index, no answers.

use std::time::Duration;

/// With `--max-time`, an operation gets at least this part of it.
const SHARE_OF_TIME_MAX: u32 = 4;

/// Time spent waiting for each operation, in the order of the operations under test.
pub(crate) struct Allowances {
    spent_us: Vec<u64>,
    most_us: u64,
}

impl Allowances {
    /// Nothing is spent yet. `time_max` is that of the run, if it has one.
    pub(crate) fn new(operations: usize, most: Duration, time_max: Option<Duration>) -> Self {
        let share = time_max.map_or(Duration::ZERO, |time| time / SHARE_OF_TIME_MAX);
        let most_us = u64::try_from(most.max(share).as_micros()).unwrap_or(u64::MAX);
        Self { spent_us: vec![0; operations], most_us }
    }

    /// Books one wait; true if it is the one that used the allowance up.
    pub(crate) fn spend(&mut self, operation: usize, waited_us: u64) -> bool {
        let was_left = !self.is_used_up(operation);
        self.spent_us[operation] = self.spent_us[operation].saturating_add(waited_us);
        was_left && self.is_used_up(operation)
    }

    /// Whether further cases of the operation are left out.
    pub(crate) fn is_used_up(&self, operation: usize) -> bool {
        self.spent_us[operation] >= self.most_us
    }

    /// What one operation may take, in seconds.
    pub(crate) fn most_s(&self) -> u64 {
        self.most_us / 1_000_000
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Allowances;

    #[test]
    fn an_allowance_is_used_up_once_and_by_its_own_operation() {
        let mut allowances = Allowances::new(2, Duration::from_secs(1), None);
        assert!(!allowances.spend(0, 999_999));
        assert!(allowances.spend(0, 1));
        assert!(!allowances.spend(0, 1));
        assert!(allowances.is_used_up(0) && !allowances.is_used_up(1));
    }

    #[test]
    fn a_long_run_gives_each_operation_more() {
        let allowances = Allowances::new(1, Duration::from_mins(1), Some(Duration::from_hours(1)));
        assert_eq!(allowances.most_s(), 900);
    }
}
