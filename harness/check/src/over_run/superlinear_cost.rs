//! Input that costs the service more than its size.

use std::collections::BTreeMap;

use harness_contract::OperationKey;
use harness_model::{Evidence, Finding, Severity, Signature, Verdict};

use super::{CostSeen, RunCheck, RunView};

/// Sizes that a curve needs: two points fit any exponent.
const SIZES_MIN: usize = 3;
/// Times that each size is sent: one slow answer is chance.
const REPEATS_MIN: usize = 3;
/// Exponent of size from which on growth is too fast: `n log n` stays below it for all sizes that a
/// request can have.
const EXPONENT_MIN: f64 = 1.5;
/// The same for the doubling before the last one, where noise weighs more.
const EXPONENT_BEFORE_MIN: f64 = 1.2;
/// What the largest input costs at least: below it nothing can be told from noise.
const COST_US_MIN: u64 = 100_000;
/// From here on one request alone holds a worker for too long.
const COST_US_SEVERE: u64 = 1_000_000;
/// A service that is busy with others has slow controls: the largest input costs this many times as
/// much.
const CONTROL_RATIO_MIN: u64 = 10;

pub(super) const CHECK: RunCheck = RunCheck {
    name: "superlinear_cost",
    explain: "The time that an operation takes grows faster than the size of a part of its input: with \
        an exponent of more than 1.5.\n\n\
        Why: a few requests of lawful size hold every worker; regular expressions that backtrack, nested \
        loops and hash collisions look like this.\n\n\
        A part of the request is grown (n, 2n, 4n, …), each size is sent at least three times, and each \
        time next to a small request to the same operation. From the median time the median of these \
        controls is taken away; the exponent is fitted to at least three sizes.\n\n\
        Quiet when: the largest input costs less than 100 ms or less than ten times the controls; the \
        last two doublings do not each grow as fast; the quickest answer to the largest input is not \
        slower than the slowest one to the size before. Unknown with fewer than three sizes or \
        repeats.\n\n\
        One failure per operation and part: high from one second on, medium below. Source: CWE-400, \
        CWE-1333; OWASP API4:2023; no code in the Web Fuzzing Commons.\n\n\
        Example: GET /search?q=aaaa… of 1, 2, 4 KiB → 30, 120, 480 ms",
    judge,
};

/// The timings of one size.
#[derive(Default)]
struct Samples {
    totals_us: Vec<u64>,
    controls_us: Vec<u64>,
}

fn judge(view: &RunView) -> Vec<Verdict> {
    let mut curves: BTreeMap<(&OperationKey, &str), BTreeMap<u64, Samples>> = BTreeMap::new();
    for CostSeen { operation, part, size, total_us, control_us } in &view.costs {
        // No exponent fits an empty input.
        if *size > 0 {
            let curve = curves.entry((operation, part)).or_default();
            let samples = curve.entry(*size).or_default();
            samples.totals_us.push(*total_us);
            samples.controls_us.push(*control_us);
        }
    }
    curves
        .iter()
        .filter_map(|((operation, part), curve)| of_curve(operation, part, curve))
        .collect()
}

fn of_curve(
    operation: &OperationKey,
    part: &str,
    curve: &BTreeMap<u64, Samples>,
) -> Option<Verdict> {
    let enough: Vec<(u64, &Samples)> = curve
        .iter()
        .filter(|(_, samples)| samples.totals_us.len() >= REPEATS_MIN)
        .map(|(size, samples)| (*size, samples))
        .collect();
    let [.., (_, before), (largest, last)] = enough.as_slice() else {
        return Some(too_few(operation, part));
    };
    if enough.len() < SIZES_MIN {
        return Some(too_few(operation, part));
    }
    let points: Vec<(u64, u64)> =
        enough.iter().map(|(size, samples)| (*size, samples.cost_us())).collect();
    let cost_us = last.cost_us();
    let is_clear = cost_us >= COST_US_MIN
        && cost_us / CONTROL_RATIO_MIN >= median(&last.controls_us)
        && last.totals_us.iter().min() > before.totals_us.iter().max();
    let exponent = exponent(&points)?;
    let recent = self::exponent(&points[points.len() - 2..])?;
    // One jump at the end (a buffer that spills to disk, say) is no growth either.
    let earlier = self::exponent(&points[points.len() - 3..points.len() - 1])?;
    let is_growth = recent > EXPONENT_MIN && earlier > EXPONENT_BEFORE_MIN;
    if !is_clear || exponent <= EXPONENT_MIN || !is_growth {
        return None;
    }
    let shown = points.iter().map(|(size, cost)| format!("{size}: {} ms", cost.div_ceil(1000)));
    let shown: Vec<String> = shown.collect();
    Some(Verdict::Fail(Finding {
        signature: Signature {
            check: CHECK.name.to_owned(),
            operation: operation.clone(),
            effect: part.to_owned(),
        },
        severity: if cost_us >= COST_US_SEVERE { Severity::High } else { Severity::Medium },
        title: format!("took more time than {part} grew"),
        evidence: Evidence {
            expected: format!("time that grows like the size, up to {largest}"),
            observed: format!(
                "time like size to the power of {exponent:.1} ({})",
                shown.join(", ")
            ),
            contract_pointer: None,
            response_pointer: None,
        },
    }))
}

fn too_few(operation: &OperationKey, part: &str) -> Verdict {
    Verdict::Unknown(format!("too few sizes or repeats of {part} of {operation}"))
}

impl Samples {
    /// What the input costs beyond a small one, in microseconds; at least 1.
    fn cost_us(&self) -> u64 {
        median(&self.totals_us).saturating_sub(median(&self.controls_us)).max(1)
    }
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// The slope of the line through the logarithms of size and cost that fits best (least squares);
/// `None` if all sizes are one.
#[expect(clippy::cast_precision_loss, reason = "sizes and microseconds are far below 2^53")]
fn exponent(points: &[(u64, u64)]) -> Option<f64> {
    let logs: Vec<(f64, f64)> =
        points.iter().map(|(size, cost)| ((*size as f64).ln(), (*cost as f64).ln())).collect();
    let count = logs.len() as f64;
    let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let joint: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    (spread > 0.0).then(|| joint / spread)
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;
    use harness_model::{Severity, Verdict};

    use super::judge;
    use crate::over_run::{CostSeen, RunView};

    const CONTROL_US: u64 = 2_000;

    /// A run in which each size takes what `cost_us` says, with some noise, three times.
    fn judged(sizes: &[u64], cost_us: fn(u64) -> u64) -> Vec<Verdict> {
        repeated(sizes, 3, CONTROL_US, cost_us)
    }

    fn repeated(
        sizes: &[u64],
        repeats: u64,
        control_us: u64,
        cost_us: fn(u64) -> u64,
    ) -> Vec<Verdict> {
        let mut view = RunView::default();
        for size in sizes {
            for repeat in 0..repeats {
                view.see_cost(CostSeen {
                    operation: OperationKey::new("GET", "/search"),
                    part: "query q".to_owned(),
                    size: *size,
                    total_us: control_us + cost_us(*size) + 500 * repeat,
                    control_us,
                });
            }
        }
        judge(&view)
    }

    #[test]
    fn quadratic_growth_is_a_failure() {
        let verdicts = judged(&[1_000, 2_000, 4_000], |n| n * n / 40);
        let [Verdict::Fail(finding)] = verdicts.as_slice() else { panic!("{verdicts:?}") };
        assert_eq!(finding.signature.effect, "query q");
        assert_eq!(finding.severity, Severity::Medium);
        assert!(finding.evidence.observed.starts_with("time like size to the power of 2.0"));
        let verdicts = judged(&[1_000, 2_000, 4_000], |n| n * n / 10);
        let [Verdict::Fail(finding)] = verdicts.as_slice() else { panic!("{verdicts:?}") };
        assert_eq!(finding.severity, Severity::High);
    }

    #[test]
    fn linear_growth_is_fine() {
        assert_eq!(judged(&[1_000, 2_000, 4_000], |n| n * 200), []);
        assert_eq!(judged(&[1_000, 2_000, 4_000], |n| n * u64::from(n.ilog2()) * 10), []);
    }

    #[test]
    fn what_stays_quick_is_fine() {
        assert_eq!(judged(&[100, 200, 400], |n| n * n / 4), []);
    }

    #[test]
    fn a_jump_is_no_growth() {
        assert_eq!(judged(&[1_000, 2_000, 4_000], |n| if n > 1_000 { 500_000 } else { 100 }), []);
        assert_eq!(judged(&[1_000, 2_000, 4_000], |n| if n > 2_000 { 500_000 } else { 100 }), []);
    }

    #[test]
    fn a_busy_service_is_not_judged() {
        assert_eq!(repeated(&[1_000, 2_000, 4_000], 3, 50_000, |n| n * n / 40), []);
    }

    #[test]
    fn answers_that_overlap_prove_nothing() {
        let mut view = RunView::default();
        for (size, times) in [
            (1, [100_000, 110_000, 120_000]),
            (2, [300_000, 400_000, 2_000_000]),
            (4, [1_200_000, 1_600_000, 1_700_000]),
        ] {
            for total_us in times {
                let operation = OperationKey::new("GET", "/search");
                let part = "query q".to_owned();
                view.see_cost(CostSeen { operation, part, size, total_us, control_us: 0 });
            }
        }
        assert_eq!(judge(&view), []);
    }

    #[test]
    fn too_few_sizes_or_repeats_are_unknown() {
        for verdicts in [
            judged(&[1_000, 2_000], |n| n * n),
            repeated(&[1_000, 2_000, 4_000], 2, CONTROL_US, |n| n * n),
        ] {
            assert!(matches!(verdicts.as_slice(), [Verdict::Unknown(_)]), "{verdicts:?}");
        }
    }
}
