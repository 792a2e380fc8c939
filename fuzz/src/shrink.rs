//! Random cases that fail for random reasons, made smaller. Knows the laws of a shrink; knows no pass.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use arbitrary::Unstructured;
use harness_model::{BodyContent, BoundValue, Case};
use harness_shrink::{Limits, Shrunk, shrink, sort_key};
use serde_json::Value;

use crate::draw::{case, pick};
use crate::{OCTETS_MAX, Reached, Target};

/// Probes that one shrink may make.
const PROBES_MAX: u32 = 400;

pub(crate) const TARGET: Target = Target {
    name: "shrink",
    explain: "A shrunk case is never larger than the beginning and is the last one that was seen to fail; \
              probes are counted, bounded, each simpler than all that failed before, and none made twice; \
              bindings still lead to earlier steps; the same question twice has the same answer, and \
              what is smallest stays as it is.",
    run,
};

/// Why a case fails.
#[derive(Clone, Debug)]
enum Fails {
    Always,
    Steps(usize),
    Parameters(usize),
    Number(f64),
    Text(usize),
    Character(char),
    Octets(usize),
    Bound,
    /// No reason that a pass could follow: a hash of the case has the remainder of the first one.
    Chaos {
        out_of: u64,
        remainder: u64,
    },
}

impl Fails {
    fn draw(octets: &mut Unstructured<'_>) -> Self {
        match pick(octets, 8_u8) {
            0 => Self::Always,
            1 => Self::Steps(usize::from(pick(octets, 4_u8))),
            2 => Self::Parameters(usize::from(pick(octets, 4_u8))),
            3 => Self::Number(f64::from(pick(octets, u32::MAX))),
            4 => Self::Text(usize::from(pick(octets, 6_u8))),
            5 => Self::Character(char::from_u32(pick(octets, 0xFFFF)).unwrap_or('a')),
            6 => Self::Octets(usize::from(pick(octets, 8_u8))),
            7 => Self::Bound,
            _ => Self::Chaos { out_of: 1 + u64::from(pick(octets, 6_u8)), remainder: 0 },
        }
    }

    fn is_true_of(&self, case: &Case) -> bool {
        match self {
            Self::Always => true,
            Self::Steps(least) => case.steps().count() >= *least,
            Self::Parameters(least) => {
                case.steps().map(|step| step.parameters.len()).sum::<usize>() >= *least
            }
            Self::Number(least) => {
                any(case, &|v| v.as_f64().is_some_and(|number| number.abs() >= *least))
            }
            Self::Text(least) => {
                any(case, &|v| v.as_str().is_some_and(|text| text.chars().count() >= *least))
            }
            Self::Character(wanted) => {
                any(case, &|v| v.as_str().is_some_and(|text| text.contains(*wanted)))
            }
            Self::Octets(least) => case.steps().any(|step| {
                matches!(step.body.as_ref().map(|body| &body.content),
                         Some(BodyContent::Octets(octets)) if octets.len() >= *least)
            }),
            Self::Bound => !bindings(case).is_empty(),
            Self::Chaos { out_of, remainder } => digest(case) % out_of == *remainder,
        }
    }
}

/// Draws a case and a reason to fail, and shrinks the case.
///
/// # Panics
/// If a law is broken.
pub fn run(data: &[u8]) -> Reached {
    if data.len() > OCTETS_MAX {
        return Reached::Door;
    }
    let mut octets = Unstructured::new(data);
    let mut fails = Fails::draw(&mut octets);
    let probes_max = pick(&mut octets, PROBES_MAX);
    // A caller whose time is up answers `false` from then on.
    let patience = pick(&mut octets, 3_u8) != 3;
    let deadline = if patience { u32::MAX } else { probes_max / 2 };
    let first = case(&mut octets);
    if let Fails::Chaos { out_of, remainder } = &mut fails {
        *remainder = digest(&first) % *out_of;
    }
    if !fails.is_true_of(&first) {
        return Reached::Door;
    }
    let limits = Limits { probes_max };
    let shrunk = watched(&first, limits, &fails, deadline);
    assert_eq!(shrunk, watched(&first, limits, &fails, deadline), "the same question twice");
    if !shrunk.exhausted && patience {
        let again = watched(&shrunk.case, limits, &fails, deadline);
        assert_eq!(again.case, shrunk.case, "{fails:?}: what is smallest stays as it is");
    }
    Reached::Laws
}

/// Shrinks, and holds the laws of each probe and of the result.
fn watched(first: &Case, limits: Limits, fails: &Fails, deadline: u32) -> Shrunk {
    let best = RefCell::new(first.clone());
    let seen = RefCell::new(BTreeSet::new());
    let probes = Cell::new(0_u32);
    let mut probe = |candidate: &Case| {
        probes.set(probes.get() + 1);
        assert!(probes.get() <= limits.probes_max, "too many probes");
        assert!(sort_key(candidate) < sort_key(&best.borrow()), "not simpler: {candidate:?}");
        assert!(seen.borrow_mut().insert(written(candidate)), "asked twice: {candidate:?}");
        leads_back(candidate);
        let is_failing = probes.get() <= deadline && fails.is_true_of(candidate);
        if is_failing {
            *best.borrow_mut() = candidate.clone();
        }
        is_failing
    };
    let shrunk = shrink(first.clone(), limits, &mut probe);
    assert_eq!(shrunk.case, best.into_inner(), "the last one that failed");
    assert!(fails.is_true_of(&shrunk.case), "{fails:?} of {:?}", shrunk.case);
    assert!(sort_key(&shrunk.case) <= sort_key(first));
    assert_eq!(shrunk.probes, probes.get(), "probes are counted");
    assert_eq!(shrunk.exhausted, shrunk.probes == limits.probes_max);
    shrunk
}

/// Every binding takes its value from a step before its own.
fn leads_back(case: &Case) {
    for (step, from) in bindings(case) {
        assert!(from < step, "step {step} takes a value from step {from}: {case:?}");
    }
}

/// The bindings of a case: index of the step, index of the step that it takes its value from.
fn bindings(case: &Case) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (idx, step) in case.steps().enumerate() {
        for parameter in &step.parameters {
            if let BoundValue::Bound(binding) = &parameter.value {
                found.push((idx, binding.step));
            }
        }
        let body = step.body.iter().flat_map(|body| &body.bindings);
        found.extend(body.map(|(_, binding)| (idx, binding.step)));
    }
    found
}

/// Whether some value of a case is of this kind.
fn any(case: &Case, is_it: &dyn Fn(&Value) -> bool) -> bool {
    case.steps().any(|step| {
        let parameters = step.parameters.iter().filter_map(|parameter| match &parameter.value {
            BoundValue::Known(value) => Some(value),
            BoundValue::Bound(_) => None,
        });
        let content = step.body.as_ref().map(|body| &body.content);
        let body = if let Some(BodyContent::Json(value) | BodyContent::Form(value)) = content {
            Some(value)
        } else {
            None
        };
        parameters.chain(body).any(|value| any_within(value, is_it))
    })
}

fn any_within(value: &Value, is_it: &dyn Fn(&Value) -> bool) -> bool {
    is_it(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| any_within(item, is_it)),
            Value::Object(members) => members.values().any(|member| any_within(member, is_it)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
}

fn written(case: &Case) -> String {
    serde_json::to_string(case).expect("a case is plain data")
}

/// FNV-1a of the case as it is written: cheap, and the same everywhere.
fn digest(case: &Case) -> u64 {
    let mix = |hash: u64, octet: u8| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3);
    written(case).bytes().fold(0xCBF2_9CE4_8422_2325, mix)
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::Reached;

    #[test]
    fn a_case_that_always_fails_reaches_the_laws_and_one_that_does_not_is_turned_away() {
        assert_eq!(run(&[0, 50, 0, 0]), Reached::Laws);
        // Fails by parameters, four of them; it has none.
        assert_eq!(run(&[2, 4]), Reached::Door);
    }
}
