//! Numbers that no contract names and many readers trip over: the limits of machine types, of exact
//! floats and of decimal notation. Knows nothing of where a number stands.

use std::sync::OnceLock;

use serde_json::Value;

use crate::Generator;
use crate::constraints::Constraints;
use crate::dictionary::{self, Entry};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "odd_numbers",
    explain: "Sends numbers beyond the machine's types where the contract sets no limit: 32 and 64 bits, \
              2^53 and the next that a float cannot hold, negative zero, the largest and smallest floats. \
              To refuse one is no finding; to crash on it is.",
};

/// The numbers, those that break most readers first; `whole` ones are integers.
const NUMBERS: &str = include_str!("../../../corpora/values/number.txt");
/// Read when they are first asked for.
static READ: OnceLock<Vec<Entry>> = OnceLock::new();

/// Numbers beyond what the contract limits, each with its name; bounds that it sets are kept.
pub(crate) fn undeclared(constraints: &Constraints, is_whole: bool) -> Vec<(Value, &'static str)> {
    if !constraints.multiples.is_empty() {
        return Vec::new();
    }
    let is_open = |value: &Value| {
        let is_positive = value.as_f64().is_some_and(|number| number > 0.0);
        if is_positive { constraints.maximum } else { constraints.minimum }.is_none()
    };
    let entries = READ.get_or_init(|| dictionary::read(NUMBERS)).iter();
    let fits = |entry: &&Entry| {
        // A float is tried within its limits too; of whole numbers only what lies beyond them.
        if entry.mark == "whole" { is_open(&entry.value) } else { !is_whole }
    };
    let mut found: Vec<(Value, &'static str)> =
        entries.filter(fits).map(|entry| (entry.value.clone(), entry.note)).collect();
    found.retain(|(value, _)| constraints.admits_scalar(value));
    found
}
