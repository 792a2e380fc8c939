//! Two runs of one service side by side: what is new, what is gone, what was reached or lost, and where
//! answers became slower or faster beyond chance.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use harness_model::Counterexample;

use crate::Recorded;
use crate::format::slug_of;
use crate::text::{duration, printable};

/// Standard deviations beyond which a shift of latencies is no chance: one in fifteen thousand for one
/// operation, so that a contract of hundreds stays quiet.
const Z_MIN: f64 = 4.0;
/// Medians that differ by less than this factor are of no use to know.
const RATIO_MIN: f64 = 1.5;
/// Fewest cases on either side for which ranks say anything.
const CASES_MIN: usize = 20;

/// An operation whose latencies have shifted.
#[derive(Clone, Debug)]
pub struct Shift {
    /// Which.
    pub operation: String,
    /// Median before, in microseconds.
    pub before_us: u32,
    /// Median after.
    pub after_us: u32,
    /// Standard deviations of the rank sum (Mann-Whitney U, with correction for ties); positive: slower.
    pub z: f64,
}

/// What lies between two runs.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Found only after.
    pub new: Vec<Counterexample>,
    /// Found only before, on operations that were tested after as well.
    pub gone: Vec<Counterexample>,
    /// Found only before, on operations that were not tested after.
    pub not_tested: Vec<Counterexample>,
    /// Found in both.
    pub same: usize,
    /// Operations that accepted something only after.
    pub reached: Vec<String>,
    /// Operations that accepted something only before.
    pub lost: Vec<String>,
    /// Latencies, the largest shift first.
    pub shifts: Vec<Shift>,
}

impl Comparison {
    /// Compares a run with one before it.
    pub fn of(before: &Recorded, after: &Recorded) -> Self {
        let slugs =
            |run: &Recorded| -> BTreeSet<String> { run.found.iter().map(slug_of).collect() };
        let (old, now) = (slugs(before), slugs(after));
        let only = |run: &Recorded, other: &BTreeSet<String>| -> Vec<Counterexample> {
            run.found.iter().filter(|found| !other.contains(&slug_of(found))).cloned().collect()
        };
        let is_tested = |found: &Counterexample| {
            let record = after.records.get(&found.finding.signature.operation);
            record.is_some_and(|record| record.executed > 0)
        };
        let (gone, not_tested) = only(before, &now).into_iter().partition(is_tested);
        let (was, is) = (accepting(before), accepting(after));
        let mut shifts: Vec<Shift> = before
            .records
            .iter()
            .filter_map(|(key, record)| {
                let other = after.records.get(key)?;
                shift(key.as_str(), &record.latencies_us, &other.latencies_us)
            })
            .collect();
        shifts.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()));
        Self {
            new: only(after, &old),
            gone,
            not_tested,
            same: old.intersection(&now).count(),
            reached: is.difference(&was).cloned().collect(),
            lost: was.difference(&is).cloned().collect(),
            shifts,
        }
    }

    /// The comparison for people, a line for each difference.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let findings =
            [("new", &self.new), ("gone", &self.gone), ("not tested any more", &self.not_tested)];
        for (word, list) in findings {
            for found in list {
                let finding = &found.finding;
                let what = printable(&format!("{}: {}", finding.signature, finding.title));
                let _ = writeln!(text, "{word}: {} {what}", finding.severity);
            }
        }
        for (word, list) in
            [("accepts something now", &self.reached), ("accepts nothing now", &self.lost)]
        {
            for operation in list {
                let _ = writeln!(text, "{word}: {}", printable(operation));
            }
        }
        for shift in &self.shifts {
            let word = if shift.z > 0.0 { "slower" } else { "faster" };
            let _ = writeln!(
                text,
                "{word}: {}: median {} was {} ({:.1} standard deviations)",
                printable(&shift.operation),
                duration(shift.after_us.into()),
                duration(shift.before_us.into()),
                shift.z.abs()
            );
        }
        let _ = writeln!(
            text,
            "{} new, {} gone, {} the same, {} not tested any more",
            self.new.len(),
            self.gone.len(),
            self.same,
            self.not_tested.len()
        );
        text
    }
}

/// Operations that answered with 2xx at least once.
fn accepting(run: &Recorded) -> BTreeSet<String> {
    let summaries = run.operation_summaries().into_iter();
    let accepts = summaries.filter(|it| it.outcomes.keys().any(|outcome| outcome.starts_with('2')));
    accepts.map(|it| it.operation.to_string()).collect()
}

/// Mann-Whitney U with the normal approximation and its correction for ties; `None`: no shift that
/// matters.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn shift(operation: &str, before: &[u32], after: &[u32]) -> Option<Shift> {
    if before.len() < CASES_MIN || after.len() < CASES_MIN {
        return None;
    }
    let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for value in before {
        counts.entry(*value).or_default().0 += 1;
    }
    for value in after {
        counts.entry(*value).or_default().1 += 1;
    }
    let (n, m) = (before.len() as f64, after.len() as f64);
    let (mut ranked, mut sum, mut ties) = (0.0, 0.0, 0.0);
    for (old, new) in counts.values() {
        let tied = (old + new) as f64;
        sum += *new as f64 * (ranked + f64::midpoint(tied, 1.0));
        ties += tied.powi(3) - tied;
        ranked += tied;
    }
    let total = n + m;
    let u = sum - m * (m + 1.0) / 2.0;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    if variance <= 0.0 {
        return None;
    }
    let z = (u - n * m / 2.0) / variance.sqrt();
    let (before_us, after_us) = (median(before), median(after));
    let ratio = f64::from(before_us.max(after_us)) / f64::from(before_us.min(after_us).max(1));
    let matters = z.abs() >= Z_MIN && ratio >= RATIO_MIN;
    matters.then(|| Shift { operation: operation.to_owned(), before_us, after_us, z })
}

fn median(values: &[u32]) -> u32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::{Comparison, shift};
    use crate::sample::run_of;

    #[test]
    fn a_run_is_the_same_as_itself() {
        let run = run_of(5, 3);
        let comparison = Comparison::of(&run, &run);
        assert_eq!((comparison.new.len(), comparison.gone.len(), comparison.same), (0, 0, 5));
        assert!(comparison.shifts.is_empty() && comparison.lost.is_empty());
    }

    #[test]
    fn what_only_one_run_found_is_new_or_gone() {
        let (few, many) = (run_of(2, 3), run_of(5, 3));
        assert_eq!(Comparison::of(&few, &many).new.len(), 3);
        assert_eq!(Comparison::of(&many, &few).gone.len(), 3);
        // An operation that was not tested again has not been mended.
        let (narrow, wide) = (run_of(1, 1), run_of(3, 3));
        let comparison = Comparison::of(&wide, &narrow);
        assert_eq!((comparison.gone.len(), comparison.not_tested.len()), (0, 2));
        assert_eq!(comparison.lost.len(), 2);
    }

    #[test]
    fn a_shift_needs_size_and_certainty() {
        let even: Vec<u32> = (0..200).map(|idx| 1_000 + idx * 7 % 100).collect();
        let double: Vec<u32> = even.iter().map(|us| us * 2).collect();
        let slightly: Vec<u32> = even.iter().map(|us| us + 90).collect();
        assert!(shift("GET /", &even, &even).is_none());
        assert!(shift("GET /", &even, &slightly).is_none());
        assert!(shift("GET /", &even[..5], &double[..5]).is_none());
        assert!(shift("GET /", &even, &double).expect("slower").z > 4.0);
        assert!(shift("GET /", &double, &even).expect("faster").z < -4.0);
        assert!(shift("GET /", &[7; 50], &[7; 50]).is_none());
    }
}
