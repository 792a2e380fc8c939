//! Values that break one constraint, by the smallest step.

use serde_json::{Map, Value, json};

use crate::boundary::list_of;
use crate::constraints::{Constraints, Types};
use crate::draw::{Alphabet, step_of, whole, whole_range};
use crate::shapes::{Graph, Kind, ShapeId};
use crate::sites::{Site, replaced, sites};

/// Longest string that is sent to break a `maxLength`, in code points.
const LENGTH_MAX: usize = 65_536;
/// Longest list that is sent to break a `maxItems`.
const ITEMS_MAX: usize = 1_000;
/// Violations of one value.
const BREACHES_MAX: usize = 900;

/// A value that breaks the schema at one place.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    /// The whole value.
    pub(crate) value: Value,
    /// JSON pointer of the place.
    pub(crate) pointer: String,
    /// What was done, for people.
    pub(crate) what: String,
    /// Most telling first.
    pub(crate) rank: u8,
}

/// What can be tried to break a base value by changing one place, by rank, then outer places first.
/// Whether a try breaks the schema, there and nowhere else, is for the judge of the wire to say.
pub(crate) fn breaches(graph: &Graph, base: &Value, alphabet: Alphabet) -> Vec<Breach> {
    let mut found: Vec<(String, Tried)> = Vec::new();
    for site in sites(graph, base) {
        let tries = at_site(graph, &site, base, alphabet);
        found.extend(tries.into_iter().map(|tried| (site.pointer.clone(), tried)));
    }
    found.sort_by_key(|(_, tried)| tried.rank);
    let breaches = found.into_iter().filter_map(|(site, Tried { value, below, what, rank })| {
        let value = match value {
            Some(value) => replaced(base, &site, value)?,
            None => base.clone(),
        };
        Some(Breach { value, pointer: format!("{site}{below}"), what, rank })
    });
    breaches.take(BREACHES_MAX).collect()
}

struct Tried {
    /// What to put at the site; `None`: nothing was to be changed.
    value: Option<Value>,
    /// The place that is broken, below the site.
    below: String,
    what: String,
    rank: u8,
}

fn tried(value: Value, what: impl Into<String>, rank: u8) -> Tried {
    Tried { value: Some(value), below: String::new(), what: what.into(), rank }
}

fn at_site(graph: &Graph, site: &Site<'_>, base: &Value, alphabet: Alphabet) -> Vec<Tried> {
    let mut found = Vec::new();
    let constraints = &site.variant.constraints;
    let current = base.pointer(&site.pointer).cloned().unwrap_or(Value::Null);
    match &site.variant.kind {
        Kind::Listed(values) => listed(values, &mut found),
        Kind::Null | Kind::Boolean => {}
        Kind::Integer => {
            numbers(constraints, &mut found);
            found.push(tried(json!(1.5), "a fraction where a whole number is asked for", 2));
        }
        Kind::Number => numbers(constraints, &mut found),
        Kind::String { patterns } => {
            strings(constraints, patterns.is_empty(), &current, &mut found);
        }
        Kind::Array { items, .. } => {
            arrays(graph, constraints, *items, &current, alphabet, &mut found);
        }
        Kind::Object { .. } => objects(constraints, &current, &mut found),
    }
    types(graph, site.shape, &current, &mut found);
    found
}

fn numbers(constraints: &Constraints, found: &mut Vec<Tried>) {
    let step = step_of(constraints);
    if let Some((low, high)) = whole_range(constraints) {
        if constraints.whole_low.is_some() {
            let below =
                whole(low - 1).map(|v| tried(v, format!("{}, one below the minimum", low - 1), 0));
            found.extend(below);
        }
        if constraints.whole_high.is_some() {
            let above = whole(high + 1)
                .map(|v| tried(v, format!("{}, one above the maximum", high + 1), 0));
            found.extend(above);
        }
        if step > 1 {
            let off = whole(low.div_euclid(step) * step + 1);
            found.extend(off.map(|v| tried(v, format!("no multiple of {step}"), 1)));
        }
    }
    // The limit itself, where it is excluded, and the smallest fraction beyond one that is not.
    for (limit, is_low) in [(constraints.minimum, true), (constraints.maximum, false)] {
        let Some((limit, is_exclusive)) = limit else { continue };
        let beyond = match (is_exclusive, is_low) {
            (true, _) => limit,
            (false, true) => limit - 0.01,
            (false, false) => limit + 0.01,
        };
        let value = if beyond.fract() == 0.0 && beyond.abs() < 1e15 {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 1e15")]
            whole(beyond as i128)
        } else {
            serde_json::Number::from_f64(beyond).map(Value::Number)
        };
        let what = if is_exclusive { "the excluded limit itself" } else { "just beyond the limit" };
        found.extend(value.map(|value| tried(value, format!("{beyond}, {what}"), 1)));
    }
    for multiple in constraints.multiples.iter().filter(|multiple| multiple.fract() != 0.0) {
        let off = serde_json::Number::from_f64(multiple / 2.0).map(Value::Number);
        found.extend(off.map(|v| tried(v, format!("half of multipleOf {multiple}"), 1)));
    }
}

fn strings(constraints: &Constraints, is_free: bool, current: &Value, found: &mut Vec<Tried>) {
    let text = current.as_str().unwrap_or_default();
    let least = constraints.length_min;
    if least > 0 {
        let short: String = text.chars().chain(std::iter::repeat('a')).take(least - 1).collect();
        let what =
            if least == 1 { "empty".to_owned() } else { format!("one short of minLength {least}") };
        found.push(tried(Value::String(short), what, 0));
    }
    if let Some(most) = constraints.length_max.filter(|most| *most < LENGTH_MAX) {
        let long: String = text.chars().chain(std::iter::repeat('a')).take(most + 1).collect();
        found.push(tried(Value::String(long), format!("one beyond maxLength {most}"), 0));
    }
    if !is_free {
        // Which of these a pattern forbids only the validator can tell.
        for (broken, what) in [
            (format!("{text}\u{1f600}"), "a character too many for the pattern"),
            (format!(" {text}"), "a space before what the pattern asks for"),
            ("~".repeat(text.chars().count().max(1)), "nothing that the pattern asks for"),
            (String::new(), "empty where a pattern asks for something"),
        ] {
            found.push(tried(Value::String(broken), what, 1));
        }
    }
}

fn listed(values: &[Value], found: &mut Vec<Tried>) {
    let Some(first) = values.first() else { return };
    let Some(text) = values.iter().find_map(Value::as_str) else {
        let most = values.iter().filter_map(Value::as_i64).max();
        let beyond = most.map(|most| most.saturating_add(1));
        let other = beyond.map_or_else(|| json!("no-such-value"), |number| json!(number));
        found.push(tried(other, format!("not listed; {first} is"), 0));
        return;
    };
    found.push(tried(json!("no-such-value"), "a value that is not listed", 0));
    let swap = |c: char| {
        if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
    };
    let swapped: String = text.chars().map(swap).collect();
    found.push(tried(json!(swapped), "a listed value in other case", 2));
    found.push(tried(json!(format!("{text} ")), "a listed value with a space behind it", 2));
    found.push(tried(json!(""), "empty where a value is listed", 1));
}

fn arrays(
    graph: &Graph,
    constraints: &Constraints,
    items: Option<ShapeId>,
    current: &Value,
    alphabet: Alphabet,
    found: &mut Vec<Tried>,
) {
    let present: &[Value] = current.as_array().map_or(&[], Vec::as_slice);
    if constraints.items_min > 0 {
        let few: Vec<Value> = present.iter().take(constraints.items_min - 1).cloned().collect();
        let what = format!("one item short of minItems {}", constraints.items_min);
        found.push(tried(Value::Array(few), what, 0));
    }
    if let Some(most) = constraints.items_max.filter(|most| *most < ITEMS_MAX)
        // Where there are not so many different items, some are repeated.
        && let Some(many) = list_of(graph, present, items, alphabet, most + 1, constraints.unique)
            .or_else(|| list_of(graph, present, items, alphabet, most + 1, false))
    {
        found.push(tried(Value::Array(many), format!("one item beyond maxItems {most}"), 0));
    }
    if let (true, Some(first)) = (constraints.unique, present.first()) {
        found.push(tried(json!([first, first]), "the same item twice", 1));
    }
}

fn objects(constraints: &Constraints, current: &Value, found: &mut Vec<Tried>) {
    let Value::Object(members) = current else { return };
    let with = |members: Map<String, Value>, name: &str, what: String, rank: u8| Tried {
        value: Some(Value::Object(members)),
        below: format!("/{}", crate::constraints::escaped(name)),
        what,
        rank,
    };
    for name in &constraints.required {
        let mut fewer = members.clone();
        fewer.shift_remove(name);
        found.push(with(fewer, name, format!("without the required member {name}"), 0));
    }
    if constraints.required.len() > 1 || constraints.members_min == 1 {
        found.push(tried(json!({}), "an empty object", 1));
    }
    if constraints.members_min > constraints.required.len().max(1) {
        let mut fewer = members.clone();
        let optional = members.keys().filter(|name| !constraints.required.contains(name));
        for name in optional {
            if fewer.len() >= constraints.members_min {
                fewer.shift_remove(name);
            }
        }
        let what = format!("one member short of minProperties {}", constraints.members_min);
        found.push(tried(Value::Object(fewer), what, 0));
    }
    if constraints.closed {
        let mut more = members.clone();
        more.insert("unexpectedMember".to_owned(), json!("x"));
        let what = "a member that the schema does not allow".to_owned();
        found.push(with(more, "unexpectedMember", what, 1));
    }
    if let Some(most) = constraints.members_max.filter(|most| *most < ITEMS_MAX) {
        let mut more = members.clone();
        let mut number = 0;
        while more.len() <= most {
            number += 1;
            more.insert(format!("key{number}"), json!("x"));
        }
        found.push(tried(
            Value::Object(more),
            format!("one member beyond maxProperties {most}"),
            1,
        ));
    }
}

/// Values of every JSON type that the shape does not allow.
fn types(graph: &Graph, shape: ShapeId, current: &Value, found: &mut Vec<Tried>) {
    let allowed = |types: Types| {
        graph.shape(shape).variants.iter().any(|variant| match &variant.kind {
            Kind::Listed(values) => values.iter().any(|v| types.contains(Types::of_value(v))),
            Kind::Null
            | Kind::Boolean
            | Kind::Integer
            | Kind::Number
            | Kind::String { .. }
            | Kind::Array { .. }
            | Kind::Object { .. } => variant.constraints.types.contains(types),
        })
    };
    let text = match current {
        Value::Number(_) | Value::Bool(_) => json!(current.to_string()),
        _ => json!("x"),
    };
    for (types, value, what, rank) in [
        (Types::NULL, Value::Null, "null", 1),
        (Types::STRING, text, "a string", 1),
        (Types::STRING, json!("not-a-value"), "a word", 1),
        (Types::INTEGER, json!(7), "a number", 2),
        (Types::BOOLEAN, json!(true), "a boolean", 2),
        (Types::ARRAY, json!([]), "an empty list", 2),
        (Types::ARRAY, json!([current]), "the value in a list", 3),
        (Types::OBJECT, json!({}), "an empty object", 2),
    ] {
        if !allowed(types) {
            found.push(tried(value, format!("{what} of the wrong type"), rank));
        }
    }
}
