//! Smaller and rounder numbers.

use serde_json::{Number, Value};

use super::Pass;
use crate::Search;
use crate::parts::{Address, addresses};

/// Bisection steps of one number: enough for any 64-bit integer.
const BISECTIONS_MAX: u32 = 64;

pub(super) const PASS: Pass = Pass {
    name: "simplify_numbers",
    explain: "Makes numbers whole, positive and small: bisects towards 0, so that a failure beyond a limit \
              ends on the first value beyond it.",
    run,
};

fn run(search: &mut Search<'_>) {
    let mut position = 0;
    while let Some(address) = addresses(search.best()).into_iter().nth(position) {
        position += 1;
        let Some(Value::Number(number)) = address.get(search.best()) else { continue };
        let number = number.clone();
        if number.is_f64() {
            round(search, &address, &number);
        }
        if let Some(Value::Number(number)) = address.get(search.best())
            && let Some(whole) = as_i128(number)
        {
            bisect(search, &address, whole);
        }
        if search.is_exhausted() {
            return;
        }
    }
}

fn as_i128(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn put(search: &mut Search<'_>, address: &Address, number: Number) -> bool {
    search.edit(|case| {
        *address.get_mut(case)? = Value::Number(number);
        Some(())
    })
}

fn put_whole(search: &mut Search<'_>, address: &Address, whole: i128) -> bool {
    let number =
        i64::try_from(whole).map(Number::from).or_else(|_| u64::try_from(whole).map(Number::from));
    number.is_ok_and(|number| put(search, address, number))
}

/// From fractional to whole, and with fewer digits where it must stay fractional.
fn round(search: &mut Search<'_>, address: &Address, number: &Number) {
    let Some(value) = number.as_f64() else { return };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates; the probe decides"
    )]
    for whole in [value.trunc() as i128, value.round() as i128, value.ceil() as i128] {
        if put_whole(search, address, whole) {
            return;
        }
    }
    for digits in [10.0, 100.0, 1000.0] {
        let rounded = (value * digits).trunc() / digits;
        if let Some(number) = Number::from_f64(rounded)
            && put(search, address, number)
        {
            return;
        }
    }
}

/// The value nearest to 0 that still fails, if failing is monotonous on the way there.
fn bisect(search: &mut Search<'_>, address: &Address, from: i128) {
    if from < 0 && put_whole(search, address, -from) {
        return bisect(search, address, -from);
    }
    let sign = from.signum();
    let (mut low, mut high) = (0_i128, from.abs());
    for _ in 0..BISECTIONS_MAX {
        if high - low <= 1 {
            break;
        }
        let middle = low + (high - low) / 2;
        if put_whole(search, address, sign * middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}
