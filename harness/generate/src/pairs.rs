//! Two things at a time: which optional parts are there, as a covering array of strength 2, and edges
//! of two places together. Faults that need two conditions are the most common after those that need
//! one (Kuhn, Wallace, Gallo 2004, IEEE TSE 30(6)).

use harness_model::{Intent, Place, Step};
use serde_json::{Map, Value};

use crate::Generator;
use crate::bodies::BodyPart;
use crate::boundary::edges;
use crate::draw::{Alphabet, Fill};
use crate::parts::{ParameterPart, Parts};
use crate::plan::{parameter_place, with_body, with_parameter};
use crate::shapes::Kind;
use crate::sites::{replaced, sites};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "pairs",
    explain: "Sends optional parameters and members in combinations: for any two of them there is a \
              request with both, one with neither, and one with each alone (a covering array of \
              strength 2, far fewer requests than all combinations). Then edges of two places at once. \
              All are valid.",
};

/// Optional parts of one object, or parameters of one operation, that are combined.
const FACTORS_MAX: usize = 24;
/// Objects of one content whose members are combined.
const OBJECTS_MAX: usize = 6;
/// Single edges of one operation that are combined.
const SINGLES_MAX: usize = 24;
/// Pairs of edges of one operation.
pub(crate) const EDGE_PAIRS_MAX: usize = 100;
/// Combinations of one operation's optional parts.
pub(crate) const PRESENCE_MAX: usize = 100;
/// Rank up to which single edges are combined: declared limits, and what every reader knows.
const SINGLE_RANK_MAX: u8 = 1;

/// Rows of which parts are there, so that for any two of them each of the four combinations is in some
/// row. Greedy: each row takes what covers most of what is left.
fn covering(factors: usize) -> Vec<Vec<bool>> {
    // Not yet covered: for i < j, a bit for each of the four combinations.
    let mut open = vec![vec![0b1111_u8; factors]; factors];
    let bit = |one: bool, two: bool| 1_u8 << (u8::from(one) * 2 + u8::from(two));
    let mut rows = Vec::new();
    let mut left = factors * factors.saturating_sub(1) * 2;
    while left > 0 {
        let mut row: Vec<bool> = Vec::with_capacity(factors);
        for (j, after) in open.iter().enumerate() {
            let gain = |value: bool| {
                let earlier = row.iter().zip(&open);
                let is_open = |(one, open): &(&bool, &Vec<u8>)| open[j] & bit(**one, value) != 0;
                let now = earlier.filter(is_open).count();
                // What later factors can still cover with it.
                let either = bit(value, true) | bit(value, false);
                let later: u32 =
                    after[j + 1..].iter().map(|open| (open & either).count_ones()).sum();
                (now, later)
            };
            row.push(gain(true) >= gain(false));
        }
        let mut covered = 0;
        for i in 0..factors {
            for j in i + 1..factors {
                let bit = bit(row[i], row[j]);
                covered += usize::from(open[i][j] & bit != 0);
                open[i][j] &= !bit;
            }
        }
        // The first factor of a row takes what is open with some later one, so a row covers something.
        if covered == 0 {
            break;
        }
        left -= covered;
        rows.push(row);
    }
    rows
}

/// Valid requests, by what is combined; whether each is valid is for the judge of the wire to say.
pub(crate) fn presence(baseline: &Step, parts: &Parts) -> Vec<Step> {
    let mut found = Vec::new();
    let optional = parts.parameters.iter().filter(|part| !part.required);
    let optional: Vec<(&ParameterPart, Value)> =
        optional.filter_map(|part| Some((part, part.plausible()?))).take(FACTORS_MAX).collect();
    for row in covering(optional.len()) {
        let mut step = baseline.clone();
        let mut names = Vec::new();
        for ((part, value), is_there) in optional.iter().zip(row) {
            step = with_parameter(&step, part, is_there.then(|| value.clone()));
            names.extend(is_there.then_some(part.name.as_str()));
        }
        let limit = format!("of the optional parameters {}", listed(&names));
        step.intent = Intent::Boundary { at: Place::Request, limit };
        found.push(step);
    }
    for part in &parts.bodies {
        found.extend(of_members(baseline, part));
    }
    found
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { format!("only {}", names.join(", ")) }
}

fn of_members(baseline: &Step, part: &BodyPart) -> Vec<Step> {
    let mut found = Vec::new();
    let Some(base) = part.filled(Fill::Most).or_else(|| part.plausible()) else { return found };
    let Some(graph) = &part.graph else { return found };
    let objects = sites(graph, &base).into_iter().filter_map(|site| match &site.variant.kind {
        Kind::Object { .. } => Some((site.pointer, &site.variant.constraints.required)),
        _ => None,
    });
    for (pointer, required) in objects.take(OBJECTS_MAX) {
        let Some(Value::Object(members)) = base.pointer(&pointer) else { continue };
        let optional = members.keys().filter(|name| !required.contains(name));
        let optional: Vec<&str> = optional.map(String::as_str).take(FACTORS_MAX).collect();
        for row in covering(optional.len()) {
            let is_there = |name: &str| {
                optional.iter().zip(&row).all(|(other, there)| *other != name || *there)
            };
            let kept: Map<String, Value> = members
                .iter()
                .filter(|(name, _)| is_there(name))
                .map(|(name, member)| (name.clone(), member.clone()))
                .collect();
            let there: Vec<&str> = optional.iter().copied().filter(|name| is_there(name)).collect();
            let Some(value) = replaced(&base, &pointer, Value::Object(kept)) else { continue };
            if !part.is_sendable(&value) {
                continue;
            }
            let mut step = with_body(baseline, Some(part.with(value)));
            let limit = format!("of the optional members {}", listed(&there));
            step.intent = Intent::Boundary {
                at: Place::Body { pointer: part.pointer(pointer.clone()) },
                limit,
            };
            found.push(step);
        }
    }
    found
}

/// An edge of one place.
struct Single<'a> {
    target: Target<'a>,
    at: Place,
    limit: String,
    rank: u8,
}

/// What stands on the edge.
enum Target<'a> {
    Parameter(&'a ParameterPart, Value),
    /// The whole content, the pointer within, and what stands there.
    Body(&'a BodyPart, Value, String, Value),
}

/// Requests with two places on an edge each, the most telling pairs first.
pub(crate) fn of_edges(baseline: &Step, parts: &Parts) -> Vec<Step> {
    let singles = singles(parts);
    let mut pairs: Vec<(u8, usize, usize)> = Vec::new();
    for (i, one) in singles.iter().enumerate() {
        for (j, two) in singles.iter().enumerate().skip(i + 1) {
            pairs.push((one.rank + two.rank, i, j));
        }
    }
    // Neighbours in the list are often of one place; what lies far apart tells more.
    pairs.sort_by_key(|(rank, i, j)| (*rank, *j, *i));
    let made = pairs.into_iter().filter_map(|(_, i, j)| both(baseline, &singles[i], &singles[j]));
    made.take(EDGE_PAIRS_MAX).collect()
}

fn singles(parts: &Parts) -> Vec<Single<'_>> {
    let mut found = Vec::new();
    for part in &parts.parameters {
        let Some(base) = part.plausible() else { continue };
        for edge in edges(&part.graph, &base, part.alphabet) {
            if edge.rank <= SINGLE_RANK_MAX {
                found.push(Single {
                    at: parameter_place(part, edge.pointer),
                    target: Target::Parameter(part, edge.value),
                    limit: edge.limit,
                    rank: edge.rank,
                });
            }
        }
    }
    // Content of other media types has the same places in other words.
    for part in parts.bodies.iter().take(1) {
        let base = part.filled(Fill::Most).or_else(|| part.plausible());
        let (Some(base), Some(graph)) = (base, &part.graph) else { continue };
        for edge in edges(graph, &base, Alphabet::Any) {
            let here = edge.value.pointer(&edge.pointer).cloned();
            if let (true, Some(here)) = (edge.rank <= SINGLE_RANK_MAX, here) {
                found.push(Single {
                    at: Place::Body { pointer: part.pointer(edge.pointer.clone()) },
                    target: Target::Body(part, edge.value, edge.pointer, here),
                    limit: edge.limit,
                    rank: edge.rank,
                });
            }
        }
    }
    found.retain(|single| !single.limit.starts_with(Intent::UNDECLARED_LIMIT));
    found.sort_by_key(|single| single.rank);
    found.truncate(SINGLES_MAX);
    found
}

fn both(baseline: &Step, one: &Single<'_>, two: &Single<'_>) -> Option<Step> {
    let mut step = match (&one.target, &two.target) {
        (Target::Parameter(first, _), Target::Parameter(second, _))
            if first.location == second.location && first.name == second.name =>
        {
            return None;
        }
        (Target::Parameter(first, value), Target::Parameter(second, other)) => {
            let step = with_parameter(baseline, first, Some(value.clone()));
            with_parameter(&step, second, Some(other.clone()))
        }
        (Target::Parameter(first, value), Target::Body(part, content, _, _))
        | (Target::Body(part, content, _, _), Target::Parameter(first, value)) => {
            if !part.is_sendable(content) {
                return None;
            }
            let step = with_parameter(baseline, first, Some(value.clone()));
            with_body(&step, Some(part.with(content.clone())))
        }
        (Target::Body(part, content, first, _), Target::Body(_, _, second, other)) => {
            let is_within = |outer: &str, inner: &str| {
                inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if is_within(first, second) || is_within(second, first) {
                return None;
            }
            let value = replaced(content, second, other.clone())?;
            if !part.is_sendable(&value) {
                return None;
            }
            with_body(baseline, Some(part.with(value)))
        }
    };
    let limit = format!("{}, with {} at {}", two.limit, one.limit, one.at);
    step.intent = Intent::Boundary { at: two.at.clone(), limit };
    Some(step)
}

#[cfg(test)]
mod tests {
    use super::covering;

    #[test]
    fn every_two_are_there_in_every_combination() {
        for factors in 0..=24 {
            let rows = covering(factors);
            for i in 0..factors {
                for j in i + 1..factors {
                    for wanted in [(false, false), (false, true), (true, false), (true, true)] {
                        assert!(
                            rows.iter().any(|row| (row[i], row[j]) == wanted),
                            "{factors}: {i} and {j} as {wanted:?}"
                        );
                    }
                }
            }
            assert!(rows.len() <= 14, "{factors} factors in {} rows", rows.len());
        }
    }
}
