//! Which constraints of an operation its edges and violations reach. Looks at the lists of a plan from
//! outside: a constraint counts as satisfied at its edge if a valid case has a value there that sits on
//! it, and as broken if a violation has one that breaks it.

use std::collections::BTreeSet;

use harness_contract::Location;
use harness_model::{BoundValue, Intent, Place, Step};
use serde_json::Value;

use crate::constraints::{Constraints, Types, escaped};
use crate::draw::{Fill, step_of, whole_range};
use crate::formats;
use crate::media::Family;
use crate::parts::Parts;
use crate::shapes::{Graph, Kind};
use crate::sites::{Site, sites};

/// Longest text and list by which a limit is reached: what is longer is not sent.
const LENGTH_MAX: usize = 65_536;
const ITEMS_MAX: usize = 1_000;
/// Fractions next to a limit are this near to it.
const NEAR: f64 = 0.011;

/// Whether one side of a constraint is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Some case does it.
    Covered,
    /// No case does it, and one could.
    Missed,
    /// No request could do it: text is a text whatever it spells, a path segment is never empty, and
    /// what is longer than 64 KiB or has more than 1,000 items is not sent.
    Unreachable,
}

/// A constraint, and whether cases sit on its edge and break it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintCoverage {
    /// Where; a missing member or parameter has its own place.
    pub at: Place,
    /// JSON Schema keyword or OpenAPI field.
    pub keyword: &'static str,
    /// Whether a valid case has a value on its edge.
    pub edge: Reach,
    /// Whether a violation breaks it.
    pub breach: Reach,
}

/// One constraint at one place.
struct Constraint {
    at: Place,
    keyword: &'static str,
    rule: Rule,
    can_meet: bool,
    can_break: bool,
}

/// What a value there must be.
enum Rule {
    There,
    Type(Types),
    Listed(Vec<Value>),
    Low(f64, bool, f64),
    High(f64, bool, f64),
    Multiple(f64),
    Shortest(usize),
    Longest(usize),
    Pattern,
    Fewest(usize),
    Most(usize),
    Unique,
    Closed(BTreeSet<String>),
    FewestMembers(usize),
    MostMembers(usize),
}

/// The constraints of an operation's places, by the cases that are valid and those that are not.
pub(crate) fn coverage(
    parts: &Parts,
    valid: &[Step],
    violations: &[Step],
) -> Vec<ConstraintCoverage> {
    let reach = |can: bool, does: bool| match (can, does) {
        (_, true) => Reach::Covered,
        (true, false) => Reach::Missed,
        (false, false) => Reach::Unreachable,
    };
    let of = |constraint: Constraint| {
        let Constraint { at, keyword, rule, can_meet, can_break } = constraint;
        let edge = valid.iter().any(|step| rule.is_edge(value_at(step, &at)));
        let breach = violations
            .iter()
            .any(|step| concerns(step, &at) && rule.is_broken_by(value_at(step, &at), step, &at));
        ConstraintCoverage {
            edge: reach(can_meet, edge),
            breach: reach(can_break, breach),
            at,
            keyword,
        }
    };
    constraints(parts).into_iter().map(of).collect()
}

/// Whether a violation is of this place, or of one around or below it.
fn concerns(step: &Step, at: &Place) -> bool {
    let Intent::Invalid(violated) = &step.intent else { return false };
    match (&violated.at, at) {
        (Place::Body { pointer }, Place::Body { pointer: other }) => {
            pointer.starts_with(other.as_str()) || other.starts_with(pointer.as_str())
        }
        (
            Place::Parameter { location, name, .. },
            Place::Parameter { location: other, name: other_name, .. },
        ) => location == other && name == other_name,
        _ => false,
    }
}

fn value_at<'a>(step: &'a Step, at: &Place) -> Option<&'a Value> {
    match at {
        Place::Parameter { location, name, pointer } => {
            let sent = step.parameters.iter().find(|p| p.location == *location && p.name == *name);
            match &sent?.value {
                BoundValue::Known(value) => value.pointer(pointer),
                BoundValue::Bound(_) => None,
            }
        }
        Place::Body { pointer } => step.body.as_ref()?.content.value()?.pointer(pointer),
        Place::Request => None,
    }
}

fn constraints(parts: &Parts) -> Vec<Constraint> {
    let mut found = Vec::new();
    for part in &parts.parameters {
        let of = |pointer: String| crate::plan::parameter_place(part, pointer);
        if part.required && part.location != Location::Path {
            let (at, keyword) = (of(String::new()), "required");
            found.push(Constraint {
                at,
                keyword,
                rule: Rule::There,
                can_meet: true,
                can_break: true,
            });
        }
        let Some(base) = part.plausible() else { continue };
        let is_text = part.media_type().is_none();
        of_value(&part.graph, &base, is_text, part.location == Location::Path, &of, &mut found);
    }
    if parts.body_required && !parts.bodies.is_empty() {
        let at = Place::Body { pointer: String::new() };
        found.push(Constraint {
            at,
            keyword: "required",
            rule: Rule::There,
            can_meet: true,
            can_break: true,
        });
    }
    for part in &parts.bodies {
        let base = part.filled(Fill::Most).or_else(|| part.plausible());
        let (Some(base), Some(graph)) = (base, &part.graph) else { continue };
        let is_text = !matches!(part.family, Family::Json | Family::JsonLines);
        let of = |pointer: String| Place::Body { pointer: part.pointer(pointer) };
        of_value(graph, &base, is_text, false, &of, &mut found);
    }
    let mut seen = BTreeSet::new();
    found.retain(|constraint| seen.insert((constraint.at.clone(), constraint.keyword)));
    found
}

fn of_value(
    graph: &Graph,
    base: &Value,
    is_text: bool,
    is_path: bool,
    place: &impl Fn(String) -> Place,
    found: &mut Vec<Constraint>,
) {
    for site in sites(graph, base) {
        // Of a value that may be of several shapes, breaking one leaves the others.
        if graph.shape(site.shape).variants.len() > 1 {
            continue;
        }
        let rules = rules(&site, base);
        for (keyword, rule, below) in rules {
            let can_break = match &rule {
                // Text spells no other type, and a list of one is a text.
                Rule::Type(types) => !is_text || !types.contains(Types::STRING) && !is_list(*types),
                Rule::Shortest(least) => !(is_path && *least == 1),
                Rule::Longest(most) => *most < LENGTH_MAX,
                Rule::Most(most) | Rule::MostMembers(most) => *most < ITEMS_MAX,
                // An empty list is not sent at all.
                Rule::Fewest(least) => !(is_text && *least == 1),
                Rule::Unique | Rule::Closed(_) | Rule::FewestMembers(_) => !is_text,
                Rule::There
                | Rule::Listed(_)
                | Rule::Low(..)
                | Rule::High(..)
                | Rule::Multiple(_)
                | Rule::Pattern => true,
            };
            let at = place(format!("{}{below}", site.pointer));
            let can_meet = rule.has_edge(site.variant.constraints.format.as_deref());
            found.push(Constraint { at, keyword, rule, can_meet, can_break });
        }
    }
}

fn is_list(types: Types) -> bool {
    types.contains(Types::ARRAY) || types.contains(Types::OBJECT)
}

/// Keyword, rule, and pointer below the site.
fn rules(site: &Site<'_>, base: &Value) -> Vec<(&'static str, Rule, String)> {
    let constraints = &site.variant.constraints;
    let mut found = Vec::new();
    let mut push = |keyword: &'static str, rule: Rule| found.push((keyword, rule, String::new()));
    match &site.variant.kind {
        Kind::Listed(values) => push("enum", Rule::Listed(values.clone())),
        Kind::Null => push("type", Rule::Type(Types::NULL)),
        Kind::Boolean => push("type", Rule::Type(Types::BOOLEAN)),
        Kind::Integer | Kind::Number => {
            let is_whole = matches!(site.variant.kind, Kind::Integer);
            push("type", Rule::Type(if is_whole { Types::INTEGER } else { Types::NUMBER }));
            numbers(constraints, &mut push);
        }
        Kind::String { patterns } => {
            push("type", Rule::Type(Types::STRING));
            if constraints.length_min > 0 {
                push("minLength", Rule::Shortest(constraints.length_min));
            }
            if let Some(most) = constraints.length_max {
                push("maxLength", Rule::Longest(most));
            }
            if !patterns.is_empty() {
                push("pattern", Rule::Pattern);
            }
        }
        Kind::Array { .. } => {
            push("type", Rule::Type(Types::ARRAY));
            if constraints.items_min > 0 {
                push("minItems", Rule::Fewest(constraints.items_min));
            }
            if let Some(most) = constraints.items_max {
                push("maxItems", Rule::Most(most));
            }
            if constraints.unique {
                push("uniqueItems", Rule::Unique);
            }
        }
        Kind::Object { properties, .. } => {
            push("type", Rule::Type(Types::OBJECT));
            if constraints.members_min > 0 {
                push("minProperties", Rule::FewestMembers(constraints.members_min));
            }
            if let Some(most) = constraints.members_max {
                push("maxProperties", Rule::MostMembers(most));
            }
            if constraints.closed {
                push("additionalProperties", Rule::Closed(properties.keys().cloned().collect()));
            }
            let here = base.pointer(&site.pointer);
            for name in &constraints.required {
                if here.is_some_and(|here| here.get(name).is_some()) {
                    found.push(("required", Rule::There, format!("/{}", escaped(name))));
                }
            }
        }
    }
    found
}

fn numbers(constraints: &Constraints, push: &mut impl FnMut(&'static str, Rule)) {
    let step = step_of(constraints);
    #[expect(clippy::cast_precision_loss, reason = "limits beyond 2^53 are compared nearly")]
    let whole = whole_range(constraints).map(|(low, high)| {
        let low = low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step };
        (low as f64, (high.div_euclid(step) * step) as f64)
    });
    if let Some((limit, is_open)) = constraints.minimum {
        let keyword = if is_open { "exclusiveMinimum" } else { "minimum" };
        push(keyword, Rule::Low(limit, is_open, whole.map_or(limit, |(low, _)| low)));
    }
    if let Some((limit, is_open)) = constraints.maximum {
        let keyword = if is_open { "exclusiveMaximum" } else { "maximum" };
        push(keyword, Rule::High(limit, is_open, whole.map_or(limit, |(_, high)| high)));
    }
    for multiple in &constraints.multiples {
        push("multipleOf", Rule::Multiple(*multiple));
    }
}

impl Rule {
    /// Whether a valid value can sit on the edge at all.
    fn has_edge(&self, format: Option<&str>) -> bool {
        match self {
            // Dates and ids have the length that they have.
            Self::Longest(length) | Self::Shortest(length) => {
                let is_fixed = |format| {
                    formats::is_known(format) && formats::of_length(format, *length).is_none()
                };
                *length <= LENGTH_MAX && !format.is_some_and(is_fixed)
            }
            Self::Most(most) | Self::Fewest(most) => *most <= ITEMS_MAX,
            // Only with that many different members or items, which a schema need not have.
            Self::MostMembers(_) | Self::Unique => false,
            Self::FewestMembers(_)
            | Self::There
            | Self::Type(_)
            | Self::Listed(_)
            | Self::Low(..)
            | Self::High(..)
            | Self::Multiple(_)
            | Self::Pattern
            | Self::Closed(_) => true,
        }
    }

    fn is_edge(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return false };
        let number = || value.as_f64();
        let near = |limit: f64| number().is_some_and(|number| (number - limit).abs() < NEAR);
        let length = || value.as_str().map(|text| text.chars().count());
        match self {
            Self::There | Self::Type(_) | Self::Pattern => true,
            Self::Listed(values) => values.contains(value),
            Self::Low(limit, _, edge) | Self::High(limit, _, edge) => near(*limit) || near(*edge),
            Self::Multiple(_) => number().is_some(),
            Self::Shortest(least) => length() == Some(*least),
            Self::Longest(most) => length() == Some(*most),
            Self::Fewest(items) | Self::Most(items) => {
                value.as_array().map(Vec::len) == Some(*items)
            }
            Self::Unique => value.as_array().is_some_and(|items| items.len() > 1),
            Self::Closed(_) => value.is_object(),
            Self::FewestMembers(count) | Self::MostMembers(count) => {
                value.as_object().map(serde_json::Map::len) == Some(*count)
            }
        }
    }

    fn is_broken_by(&self, value: Option<&Value>, step: &Step, at: &Place) -> bool {
        let Some(value) = value else { return matches!(self, Self::There) && is_taken(step, at) };
        let number = || value.as_f64();
        let length = || value.as_str().map(|text| text.chars().count());
        match self {
            // An empty list leaves nothing on the wire.
            Self::There => {
                matches!(at, Place::Parameter { pointer, .. } if pointer.is_empty())
                    && value.as_array().is_some_and(Vec::is_empty)
            }
            Self::Type(types) => !types.contains(Types::of_value(value)),
            Self::Listed(values) => !values.contains(value),
            Self::Low(limit, is_open, _) => {
                number().is_some_and(|number| number < *limit || *is_open && number <= *limit)
            }
            Self::High(limit, is_open, _) => {
                number().is_some_and(|number| number > *limit || *is_open && number >= *limit)
            }
            Self::Multiple(multiple) => number().is_some_and(|number| {
                let quotient = number / multiple;
                (quotient - quotient.round()).abs() > 1e-9
            }),
            Self::Shortest(least) => length().is_some_and(|length| length < *least),
            Self::Longest(most) => length().is_some_and(|length| length > *most),
            // A text that breaks a pattern can break an alternative as a whole.
            Self::Pattern => matches!(&step.intent, Intent::Invalid(violated)
                if matches!(violated.keyword.as_str(), "pattern" | "anyOf" | "oneOf")
                    && value.is_string()),
            Self::Fewest(least) => value.as_array().is_some_and(|items| items.len() < *least),
            Self::Most(most) => value.as_array().is_some_and(|items| items.len() > *most),
            Self::Unique => value.as_array().is_some_and(|items| {
                items.iter().enumerate().any(|(idx, item)| items[..idx].contains(item))
            }),
            Self::Closed(names) => value
                .as_object()
                .is_some_and(|members| members.keys().any(|name| !names.contains(name))),
            Self::FewestMembers(least) => value.as_object().is_some_and(|m| m.len() < *least),
            Self::MostMembers(most) => value.as_object().is_some_and(|m| m.len() > *most),
        }
    }
}

/// Whether what holds a place is there, so that the place itself was taken away.
fn is_taken(step: &Step, at: &Place) -> bool {
    match at {
        Place::Parameter { pointer, .. } if pointer.is_empty() => true,
        Place::Body { pointer } if pointer.is_empty() => step.body.is_none(),
        Place::Parameter { location, name, pointer } => {
            let above = pointer.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
            let at = Place::Parameter { location: *location, name: name.clone(), pointer: above };
            value_at(step, &at).is_some_and(Value::is_object)
        }
        Place::Body { pointer } => {
            let above = pointer.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
            value_at(step, &Place::Body { pointer: above }).is_some_and(Value::is_object)
        }
        Place::Request => false,
    }
}
