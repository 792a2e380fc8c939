//! Numbers that no contract names and many readers trip over: the limits of machine types, of exact
//! floats and of decimal notation. Knows nothing of where a number stands.

use serde_json::{Number, Value};

use crate::Generator;
use crate::constraints::Constraints;
use crate::draw::whole;

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "odd_numbers",
    explain: "Sends numbers beyond the machine's types where the contract sets no limit: 32 and 64 bits, \
              2^53 and the next that a float cannot hold, negative zero, the largest and smallest floats. \
              To refuse one is no finding; to crash on it is.",
};

/// Whole numbers, those that break most readers first: signed 32-bit columns and ids, JavaScript's
/// exact integers (RFC 8259, 6), 64-bit types, unsigned ones.
const WHOLE: &[(i128, &str)] = &[
    (2_147_483_648, "2^31, one more than 32 signed bits hold"),
    (9_007_199_254_740_993, "2^53 + 1, the first that a float cannot hold"),
    (9_223_372_036_854_775_807, "2^63 - 1, the most that 64 signed bits hold"),
    (-9_223_372_036_854_775_808, "-2^63, the least that 64 signed bits hold"),
    (18_446_744_073_709_551_615, "2^64 - 1, the most that 64 bits hold"),
    (-2_147_483_649, "-2^31 - 1, one less than 32 signed bits hold"),
    (4_294_967_296, "2^32, one more than 32 bits hold"),
    (2_147_483_647, "2^31 - 1, the most that 32 signed bits hold"),
    (32_768, "2^15, one more than 16 signed bits hold"),
];

/// Floats, in the same order.
const FLOATS: &[(f64, &str)] = &[
    (1e308, "1e308, near the largest float"),
    (-0.0, "negative zero"),
    (5e-324, "the smallest float above zero"),
    (3.5e38, "3.5e38, more than 32-bit floats hold"),
    (0.300_000_000_000_000_04, "a number of seventeen digits"),
];

/// Numbers beyond what the contract limits, each with its name; bounds that it sets are kept.
pub(crate) fn undeclared(constraints: &Constraints, is_whole: bool) -> Vec<(Value, &'static str)> {
    if !constraints.multiples.is_empty() {
        return Vec::new();
    }
    let is_open = |is_positive: bool| {
        if is_positive { constraints.maximum } else { constraints.minimum }.is_none()
    };
    let mut found = Vec::new();
    for (number, name) in WHOLE.iter().filter(|(number, _)| is_open(*number > 0)) {
        found.extend(whole(*number).map(|value| (value, *name)));
    }
    if !is_whole {
        for (number, name) in FLOATS {
            found.extend(Number::from_f64(*number).map(|number| (Value::Number(number), *name)));
        }
    }
    found.retain(|(value, _)| constraints.admits_scalar(value));
    found
}
