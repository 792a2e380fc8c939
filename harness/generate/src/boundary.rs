//! The edges of what a schema allows, seen from inside.

use std::sync::Arc;

use harness_model::Intent;
use serde_json::{Number, Value, json};

use crate::Source;
use crate::constraints::Constraints;
use crate::draw::{Alphabet, Fill, of_shape, of_variant, step_of, whole, whole_range, within};
use crate::shapes::{Graph, Kind};
use crate::sites::{Site, replaced, sites};
use crate::{formats, near_misses, odd_numbers, odd_parts, odd_texts};

/// Longest string that is sent as a boundary, in code points.
const LENGTH_MAX: usize = 65_536;
/// Longest list that is sent as a boundary.
const ITEMS_MAX: usize = 1_000;
/// Members of a list of values (`enum`) that are tried one by one.
const LISTED_MAX: usize = 40;
/// Edges of one value.
const EDGES_MAX: usize = 600;
/// Edges of one value that the contract does not declare.
const UNDECLARED_MAX: usize = 200;
/// Long texts and lists of one value: plans are kept in memory.
const BULKY_MAX: usize = 2;

/// A valid value on an edge.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    /// The whole value.
    pub(crate) value: Value,
    /// JSON pointer of the place on the edge.
    pub(crate) pointer: String,
    /// Which edge, for people.
    pub(crate) limit: String,
    /// Most telling first.
    pub(crate) rank: u8,
}

/// The edges that are reached from a base value by changing one place, by rank, then outer places
/// first. Whether the whole is valid is for the judge of the wire to say.
pub(crate) fn edges(graph: &Graph, base: &Value, alphabet: Alphabet) -> Vec<Edge> {
    let mut found: Vec<(u8, usize, String, Candidate)> = Vec::new();
    for site in sites(graph, base) {
        let candidates = at_site(graph, &site, base, alphabet).into_iter().enumerate();
        for (nth, candidate) in candidates {
            let (value, _, rank) = &candidate;
            if *rank > 0 && base.pointer(&site.pointer) == Some(value) {
                continue;
            }
            // Of what is not declared, the most telling of every place comes before more of one.
            let nth = if *rank < UNDECLARED_RANK { 0 } else { nth };
            found.push((*rank, nth, site.pointer.clone(), candidate));
        }
    }
    found.sort_by_key(|(rank, nth, _, _)| (*rank, *nth));
    let (mut declared, mut undeclared, mut bulky) = (EDGES_MAX, UNDECLARED_MAX, BULKY_MAX);
    let mut edges = Vec::new();
    for (rank, _, pointer, (value, limit, _)) in found {
        let room = match rank {
            BULKY_RANK => &mut bulky,
            UNDECLARED_RANK => &mut undeclared,
            _ => &mut declared,
        };
        if *room > 0
            && let Some(value) = replaced(base, &pointer, value)
        {
            *room -= 1;
            edges.push(Edge { value, pointer, limit, rank });
        }
    }
    edges
}

type Candidate = (Value, String, u8);

/// What the contract does not declare comes after what it does.
const UNDECLARED_RANK: u8 = 4;
/// Octets of a text beyond which it is long.
const BULKY_OCTETS: usize = 1_000;
/// What is long comes last: it costs most to send.
const BULKY_RANK: u8 = 5;

fn undeclared(name: &str) -> String {
    format!("{}{name}", Intent::UNDECLARED_LIMIT)
}

fn at_site(graph: &Graph, site: &Site<'_>, base: &Value, alphabet: Alphabet) -> Vec<Candidate> {
    let mut found = Vec::new();
    let constraints = &site.variant.constraints;
    let variants = &graph.shape(site.shape).variants;
    if variants.iter().any(|variant| matches!(variant.kind, Kind::Null)) {
        found.push((Value::Null, "null where null is allowed".to_owned(), 1));
    }
    match &site.variant.kind {
        Kind::Listed(values) => {
            for value in values.iter().take(LISTED_MAX) {
                found.push((value.clone(), "one of the listed values".to_owned(), 2));
            }
        }
        Kind::Null => {}
        Kind::Boolean => {
            for value in [true, false] {
                found.push((json!(value), value.to_string(), 2));
            }
        }
        Kind::Integer => numbers(constraints, true, &mut found),
        Kind::Number => numbers(constraints, false, &mut found),
        Kind::String { .. } => strings(graph, site, alphabet, &mut found),
        Kind::Array { items, .. } => arrays(graph, site, base, *items, alphabet, &mut found),
        Kind::Object { properties, .. } => {
            objects(site, base, properties.keys().map(String::as_str), &mut found);
        }
    }
    // One value of every other variant: the branches that the base value did not take.
    for (idx, variant) in variants.iter().enumerate() {
        let is_other = !std::ptr::eq(variant, site.variant);
        if is_other
            && !matches!(variant.kind, Kind::Null)
            && idx < LISTED_MAX
            && let Some(value) = of_variant(graph, variant, alphabet)
        {
            let limit = format!("the alternative of type {}", variant.kind.type_name());
            found.push((value, limit, 1));
        }
    }
    found
}

fn numbers(constraints: &Constraints, is_whole: bool, found: &mut Vec<Candidate>) {
    let step = step_of(constraints);
    let (has_low, has_high) = (constraints.whole_low.is_some(), constraints.whole_high.is_some());
    let Some((low, high)) = whole_range(constraints) else { return };
    // The first and last multiples within the range.
    let low = low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step };
    let high = high.div_euclid(step) * step;
    let mut push = |value: i128, limit: String, rank: u8| {
        if (low..=high).contains(&value) {
            found.extend(whole(value).map(|value| (value, limit, rank)));
        }
    };
    if has_low {
        push(low, format!("minimum {low}"), 0);
        push(low + step, format!("one above the minimum {low}"), 2);
    }
    if has_high {
        push(high, format!("maximum {high}"), 0);
        push(high - step, format!("one below the maximum {high}"), 2);
    }
    for value in [0, step, -step] {
        push(value, value.to_string(), 1);
    }
    for (value, name) in odd_numbers::undeclared(constraints, is_whole) {
        found.push((value, undeclared(name), UNDECLARED_RANK));
    }
    if !is_whole && constraints.multiples.is_empty() {
        let mut push_float = |value: f64, limit: String| {
            if within(constraints, value)
                && let Some(number) = Number::from_f64(value)
            {
                found.push((Value::Number(number), limit, 2));
            }
        };
        push_float(0.5, "a fraction".to_owned());
        for limit in [constraints.minimum, constraints.maximum].into_iter().flatten() {
            let (limit, is_exclusive) = limit;
            if is_exclusive {
                push_float(limit + 0.01, format!("just above {limit}"));
                push_float(limit - 0.01, format!("just below {limit}"));
            } else if limit.fract() != 0.0 {
                push_float(limit, format!("limit {limit}"));
            }
        }
    }
}

fn strings(graph: &Graph, site: &Site<'_>, alphabet: Alphabet, found: &mut Vec<Candidate>) {
    let constraints = &site.variant.constraints;
    let Kind::String { patterns } = &site.variant.kind else { return };
    let least = constraints.length_min;
    let mut lengths = Vec::new();
    if alphabet == Alphabet::Any || least > 0 {
        lengths.push((
            least,
            if least == 0 { undeclared("empty") } else { format!("minLength {least}") },
            0,
        ));
    }
    if least > 0 {
        lengths.push((least + 1, format!("one above minLength {least}"), 2));
    }
    if let Some(most) = constraints.length_max.filter(|most| *most <= LENGTH_MAX) {
        lengths.push((most, format!("maxLength {most}"), 0));
        lengths.push((most.saturating_sub(1), format!("one below maxLength {most}"), 2));
    }
    let is_free = patterns.is_empty() && constraints.format.is_none();
    for (length, limit, rank) in lengths {
        let text = if is_free {
            Some("a".repeat(length))
        } else {
            of_length(graph, site, alphabet, length)
        };
        found.extend(text.map(|text| (Value::String(text), limit, rank)));
    }
    let can_travel = |text: &str| {
        alphabet == Alphabet::Any
            || text.chars().all(|c| c.is_ascii_graphic() && !";,\"\\".contains(c))
    };
    for (text, name, is_legal) in
        near_misses::of_format(constraints.format.as_deref().unwrap_or(""))
    {
        if can_travel(text) && constraints.admits_scalar(&json!(text)) {
            let (limit, rank) = if *is_legal {
                ((*name).to_owned(), 2)
            } else {
                (undeclared(name), UNDECLARED_RANK)
            };
            found.push((json!(text), limit, rank));
        }
    }
    if !is_free {
        return;
    }
    for (text, name) in odd_texts::undeclared(least, constraints.length_max, alphabet) {
        let is_bulky = text.len() > BULKY_OCTETS;
        let rank = if is_bulky { BULKY_RANK } else { UNDECLARED_RANK };
        found.push((Value::String(text), undeclared(&name), rank));
    }
    if alphabet == Alphabet::Any {
        if let Some(most) = constraints.length_max.filter(|most| (1..=LENGTH_MAX).contains(most)) {
            // Four octets and two UTF-16 units each: lengths are code points (JSON Schema 6.3.1).
            let limit = format!("maxLength {most} in characters beyond the basic plane");
            found.push((Value::String("😀".repeat(most)), limit, 1));
        }
        found.push((json!(" "), undeclared("one space"), 2));
    }
}

/// A string of exactly this length that fits pattern and format, if a few draws find one.
fn of_length(graph: &Graph, site: &Site<'_>, alphabet: Alphabet, length: usize) -> Option<String> {
    let mut exact = site.variant.clone();
    let constraints = Arc::make_mut(&mut exact.constraints);
    if let (Kind::String { patterns }, Some(format)) = (&site.variant.kind, &constraints.format)
        && patterns.is_empty()
        && let Some(text) = formats::of_length(format, length)
    {
        return Some(text);
    }
    if let Kind::String { patterns } = &site.variant.kind
        && let [pattern] = patterns.as_slice()
        && let Some(text) = pattern.of_length(length)
    {
        return Some(text);
    }
    constraints.length_min = length;
    constraints.length_max = Some(length);
    let value = of_variant(graph, &exact, alphabet)?;
    value.as_str().map(str::to_owned).filter(|text| text.chars().count() == length)
}

fn arrays(
    graph: &Graph,
    site: &Site<'_>,
    base: &Value,
    items: Option<usize>,
    alphabet: Alphabet,
    found: &mut Vec<Candidate>,
) {
    let constraints = &site.variant.constraints;
    let mut lengths =
        vec![(constraints.items_min, format!("minItems {}", constraints.items_min), 0)];
    if constraints.items_min == 0 {
        lengths = vec![(0, undeclared("empty list"), 0), (1, "one item".to_owned(), 2)];
    }
    if let Some(most) = constraints.items_max.filter(|most| *most <= ITEMS_MAX) {
        lengths.push((most, format!("maxItems {most}"), 0));
        lengths.push((most.saturating_sub(1), format!("one below maxItems {most}"), 2));
    }
    let current =
        base.pointer(&site.pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    for (length, limit, rank) in lengths {
        if let Some(list) = list_of(graph, &current, items, alphabet, length, constraints.unique) {
            found.push((Value::Array(list), limit, rank));
        }
    }
    if let (false, Some(first)) = (constraints.unique, current.first()) {
        found.push((json!([first, first]), "the same item twice".to_owned(), 2));
    }
    if let Some(list) = odd_parts::undeclared_list(constraints, &current) {
        found.push((list, undeclared("a long list"), BULKY_RANK));
    }
}

/// A list of this length, beginning with what is there.
pub(crate) fn list_of(
    graph: &Graph,
    current: &[Value],
    items: Option<usize>,
    alphabet: Alphabet,
    length: usize,
    unique: bool,
) -> Option<Vec<Value>> {
    let mut list: Vec<Value> = current.iter().take(length).cloned().collect();
    let mut choice = 0;
    // Choices count up, so that items differ where they can.
    while list.len() < length && choice < length as u64 * 4 + 16 {
        // The first choice often says which kind of value, and sometimes all there is to say.
        let first = if choice % 2 == 0 { 0 } else { choice / 2 };
        let mut source = Source::replay(vec![first, choice, choice, choice, choice / 2, choice]);
        choice += 1;
        let item = match items {
            Some(id) => of_shape(graph, id, &mut source, alphabet, Fill::Chance)?,
            None => json!(format!("item{choice}")),
        };
        if !(unique && list.contains(&item)) {
            list.push(item);
        }
    }
    (list.len() == length).then_some(list)
}

fn objects<'a>(
    site: &Site<'_>,
    base: &Value,
    names: impl Iterator<Item = &'a str>,
    found: &mut Vec<Candidate>,
) {
    let Some(Value::Object(members)) = base.pointer(&site.pointer) else { return };
    let required = &site.variant.constraints.required;
    let is_required = |name: &str| required.iter().any(|other| other == name);
    let only: serde_json::Map<String, Value> = members
        .iter()
        .filter(|(name, _)| is_required(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    for name in names.filter(|name| !is_required(name)) {
        let Some(member) = members.get(name) else { continue };
        let mut alone = only.clone();
        alone.insert(name.to_owned(), member.clone());
        found.push((Value::Object(alone), format!("of the optional members only {name}"), 2));
        let mut without = members.clone();
        without.shift_remove(name);
        found.push((Value::Object(without), format!("all members but {name}"), 3));
    }
    found.push((Value::Object(only), "required members only".to_owned(), 1));
    for (value, name) in odd_parts::undeclared_members(&site.variant.constraints, members) {
        found.push((value, undeclared(name), UNDECLARED_RANK));
    }
}
