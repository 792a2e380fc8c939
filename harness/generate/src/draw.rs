//! Values drawn from shapes: total, bounded, simplest first.

use harness_contract::Location;
use serde_json::{Map, Number, Value};

use crate::Source;
use crate::constraints::Constraints;
use crate::formats::{self, word};
use crate::repair::repaired;
use crate::shapes::{ENDLESS, Graph, Kind, ShapeId, Variant};

/// Depth below which optional parts are left out.
const DEPTH_MAX: usize = 6;
/// Values drawn before a schema that says more than its shape is given up for this case.
const ATTEMPTS_MAX: usize = 12;
/// Deterministic attempts at the simplest value: two for each of the alternatives that a schema is
/// expanded to.
const ROTATIONS_MAX: usize = 48;
/// Choices that are varied to make an item unlike the others.
const VARIED_CHOICES: usize = 32;
/// Nodes of one value: wide schemas multiply.
const NODES_MAX: usize = 2_000;
/// Length of strings that nothing else bounds.
const FREE_LENGTH_MAX: usize = 24;
/// Longest string or list that is drawn to satisfy a lower limit.
pub(crate) const LENGTH_MAX: usize = 100_000;
/// Largest integer that every JSON reader keeps exact: 2^53 - 1 (RFC 8259, 6).
pub(crate) const SAFE_INTEGER: i128 = 9_007_199_254_740_991;

/// How optional parts and examples are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// As chance has it.
    Chance,
    /// Required parts only, the contract's own examples where there are any.
    Least,
    /// Every part, the contract's own examples where there are any.
    Most,
}

/// Which characters a value may hold where it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// Any Unicode scalar value but NUL.
    Any,
    /// Visible ASCII, not empty: path segments, header and cookie values.
    Visible,
}

impl Alphabet {
    pub(crate) fn of(location: Location) -> Self {
        match location {
            Location::Query => Self::Any,
            Location::Path | Location::Header | Location::Cookie => Self::Visible,
        }
    }
}

/// A valid value of the whole schema; `None` if none was found.
pub(crate) fn valid(
    graph: &Graph,
    source: &mut Source,
    alphabet: Alphabet,
    fill: Fill,
) -> Option<Value> {
    if fill == Fill::Chance {
        let mut refused = None;
        for _ in 0..ATTEMPTS_MAX {
            let drawing = Drawing::new(graph, source, alphabet, fill);
            if let Some(value) = drawing.checked(&mut refused) {
                return Some(value);
            }
        }
        if let Some(value) = refused.and_then(|value| repaired(&graph.validator, value)) {
            return Some(value);
        }
        let mut simplest = Source::replay(Vec::new());
        let mut samples =
            graph.shape(graph.root).variants.iter().flat_map(|variant| &variant.samples);
        let sample = samples.find(|value| graph.is_valid(value)).cloned();
        return sample.or_else(|| valid(graph, &mut simplest, alphabet, Fill::Least));
    }
    // No chance helps where an example of the contract is wrong or the first alternative is not the
    // one: first without examples, then with the next alternative, everywhere.
    let fills = [fill, if fill == Fill::Least { Fill::Most } else { Fill::Least }];
    // Last without the members that no value satisfies.
    fills.into_iter().find_map(|fill| {
        let mut refused = None;
        let found = (0..ROTATIONS_MAX).find_map(|rotation| {
            let mut drawing = Drawing::new(graph, source, alphabet, fill);
            drawing.use_samples = rotation % 2 == 0;
            drawing.rotation = rotation / 2;
            drawing.checked(&mut refused)
        });
        found.or_else(|| repaired(&graph.validator, refused?))
    })
}

/// The simplest value of one variant within the graph, not checked as a whole.
pub(crate) fn of_variant(graph: &Graph, variant: &Variant, alphabet: Alphabet) -> Option<Value> {
    let mut simplest = Source::replay(Vec::new());
    let mut drawing = Drawing::new(graph, &mut simplest, alphabet, Fill::Least);
    drawing.variant(variant, 0, false)
}

/// A value of one shape within the graph, not checked as a whole.
pub(crate) fn of_shape(
    graph: &Graph,
    id: ShapeId,
    source: &mut Source,
    alphabet: Alphabet,
    fill: Fill,
) -> Option<Value> {
    Drawing::new(graph, source, alphabet, fill).value(id, 0)
}

struct Drawing<'a> {
    graph: &'a Graph,
    source: &'a mut Source,
    alphabet: Alphabet,
    fill: Fill,
    nodes: usize,
    /// Whether the contract's own values are used.
    use_samples: bool,
    /// Which alternative is taken where chance does not say, counted around.
    rotation: usize,
    /// Something in the value is not guaranteed by the way it was made.
    is_doubtful: bool,
}

impl<'a> Drawing<'a> {
    fn new(graph: &'a Graph, source: &'a mut Source, alphabet: Alphabet, fill: Fill) -> Self {
        Self {
            graph,
            source,
            alphabet,
            fill,
            nodes: 0,
            use_samples: true,
            rotation: 0,
            is_doubtful: false,
        }
    }

    /// A value of the whole schema, if it is valid; else it is `refused`, where none was before.
    fn checked(mut self, refused: &mut Option<Value>) -> Option<Value> {
        let value = self.value(self.graph.root, 0)?;
        if !self.is_doubtful || self.graph.is_valid(&value) {
            return Some(value);
        }
        refused.get_or_insert(value);
        None
    }

    /// A value that the contract gives, which may keep less than it says.
    fn sample(&mut self, variant: &Variant, idx: usize) -> Option<Value> {
        let sample = variant.samples.get(idx)?.clone();
        let constraints = &variant.constraints;
        let is_plain = !sample.is_array()
            && !sample.is_object()
            && constraints.patterns.is_empty()
            && constraints.multiples.is_empty();
        self.is_doubtful |= variant.is_doubtful || !is_plain;
        Some(sample)
    }

    fn value(&mut self, id: ShapeId, depth: usize) -> Option<Value> {
        self.nodes += 1;
        let graph: &'a Graph = self.graph;
        let shape = graph.shape(id);
        if shape.depth >= ENDLESS {
            return None;
        }
        let tight = depth >= DEPTH_MAX || self.nodes >= NODES_MAX;
        let most = if tight { shape.depth } else { ENDLESS - 1 };
        let usable = |variant: &&Variant| variant.depth <= most;
        let count = shape.variants.iter().filter(usable).count();
        if self.fill != Fill::Chance
            && self.use_samples
            && let Some(variant) =
                shape.variants.iter().filter(usable).find(|variant| !variant.samples.is_empty())
        {
            return self.sample(variant, 0);
        }
        let chosen = match self.fill {
            Fill::Chance => self.source.index(count),
            Fill::Least | Fill::Most => self.rotation % count.max(1),
        };
        let variant = shape.variants.iter().filter(usable).nth(chosen)?;
        if self.fill == Fill::Chance && !variant.samples.is_empty() && self.source.one_in(5) {
            let idx = self.source.index(variant.samples.len());
            return self.sample(variant, idx);
        }
        self.is_doubtful |= variant.is_doubtful;
        self.variant(variant, depth, tight)
    }

    fn variant(&mut self, variant: &Variant, depth: usize, tight: bool) -> Option<Value> {
        let constraints = &variant.constraints;
        match &variant.kind {
            Kind::Listed(values) => Some(values[self.source.index(values.len())].clone()),
            Kind::Null => Some(Value::Null),
            Kind::Boolean => Some(Value::Bool(self.source.draw(1) == 1)),
            Kind::Integer => integer(constraints, self.source),
            Kind::Number => number(constraints, self.source),
            Kind::String { .. } => self.string(variant).map(Value::String),
            Kind::Array { prefix, items, contains } => {
                self.array(constraints, prefix, *items, *contains, depth, tight)
            }
            Kind::Object { properties, additional } => {
                let mut members = Map::new();
                let most = constraints.members_max.unwrap_or(usize::MAX);
                for (name, id) in properties {
                    let is_required = constraints.required.contains(name);
                    let is_wanted = is_required
                        || (!tight
                            && members.len() < most
                            && match self.fill {
                                Fill::Chance => self.source.draw(1) == 1,
                                Fill::Least => false,
                                // Shapes that rest on themselves would be filled without end.
                                Fill::Most => depth < 3,
                            });
                    if !is_wanted {
                        continue;
                    }
                    match self.value(*id, depth + 1) {
                        Some(value) => drop(members.insert(name.clone(), value)),
                        None if is_required => return None,
                        None => {}
                    }
                }
                self.complete(constraints, properties, *additional, &mut members, depth)?;
                Some(Value::Object(members))
            }
        }
    }

    /// What `required`, `dependentRequired` and `minProperties` ask for beyond the properties.
    fn complete(
        &mut self,
        constraints: &Constraints,
        properties: &indexmap::IndexMap<String, ShapeId>,
        additional: Option<ShapeId>,
        members: &mut Map<String, Value>,
        depth: usize,
    ) -> Option<()> {
        let mut needed: Vec<String> = constraints.required.clone();
        for (name, others) in &constraints.dependent {
            if members.contains_key(name) {
                needed.extend(others.iter().cloned());
            }
        }
        for name in needed {
            if members.contains_key(&name) {
                continue;
            }
            let value = match properties.get(&name).copied().or(additional) {
                Some(id) => self.value(id, depth + 1)?,
                None => Value::String(word(self.source, 1)),
            };
            members.insert(name, value);
        }
        // Optional properties first, then names of our own.
        for (name, id) in properties {
            if members.len() >= constraints.members_min {
                return Some(());
            }
            if !members.contains_key(name)
                && let Some(value) = self.value(*id, depth + 1)
            {
                members.insert(name.clone(), value);
            }
        }
        if constraints.closed {
            return Some(());
        }
        let extra = constraints.members_min.min(LENGTH_MAX);
        let mut number = 0;
        while members.len() < extra {
            number += 1;
            let value = match additional {
                Some(id) => self.value(id, depth + 1)?,
                None => Value::String(word(self.source, 1)),
            };
            members.insert(format!("key{number}"), value);
        }
        let may_add = additional.is_some()
            && self.fill == Fill::Chance
            && depth < DEPTH_MAX
            && constraints.members_max.is_none_or(|most| members.len() < most);
        if let Some(id) = additional.filter(|_| may_add)
            && self.source.draw(1) == 1
            && let Some(value) = self.value(id, depth + 1)
        {
            let name = word(self.source, 1);
            members.entry(name).or_insert(value);
        }
        Some(())
    }

    fn array(
        &mut self,
        constraints: &Constraints,
        prefix: &[ShapeId],
        items: Option<ShapeId>,
        contains: Option<(ShapeId, usize)>,
        depth: usize,
        tight: bool,
    ) -> Option<Value> {
        let counted = contains.map_or(0, |(_, least)| least);
        let least = constraints.items_min.max(counted).min(LENGTH_MAX);
        let most = constraints.items_max.unwrap_or(least + 5).clamp(least, LENGTH_MAX);
        let length = match self.fill {
            _ if tight => least,
            Fill::Chance => self.source.count(least, most),
            Fill::Least => least,
            Fill::Most => most.min(least.max(1)),
        };
        let mut values: Vec<Value> = Vec::with_capacity(length.min(64));
        // A repeated item is drawn again a few times; small domains may have no more to give.
        let mut tries = length * 4 + 8;
        while values.len() < length && tries > 0 {
            tries -= 1;
            let position = values.len();
            let id = match contains {
                Some((id, least)) if position < least => Some(id),
                _ => prefix.get(position).copied().or(items),
            };
            let value = match id {
                Some(id) => match self.value(id, depth + 1) {
                    Some(value) => value,
                    None if position >= least => break,
                    None => return None,
                },
                None => Value::String(word(self.source, 0)),
            };
            if !(constraints.unique && values.contains(&value)) {
                values.push(value);
            } else if self.fill != Fill::Chance {
                // The simplest item is always the same: choices that count up make others.
                let choice = u64::try_from(tries).unwrap_or(u64::MAX);
                let mut other = Source::replay(vec![choice; VARIED_CHOICES]);
                let mut drawing = Drawing::new(self.graph, &mut other, self.alphabet, Fill::Chance);
                let item = id.and_then(|id| drawing.value(id, depth + 1));
                values.extend(item.filter(|item| !values.contains(item)));
            }
        }
        Some(Value::Array(values))
    }

    fn string(&mut self, variant: &Variant) -> Option<String> {
        let constraints = &variant.constraints;
        let least = constraints.length_min;
        let least = if self.alphabet == Alphabet::Visible { least.max(1) } else { least };
        let most = constraints.length_max.unwrap_or(usize::MAX);
        if least > most || least > LENGTH_MAX {
            return None;
        }
        let fits = |text: &String| {
            let length = text.chars().count();
            (least..=most).contains(&length)
                && (self.alphabet == Alphabet::Any
                    || text.chars().all(|c| (' '..='~').contains(&c)))
        };
        if let Kind::String { patterns } = &variant.kind
            && let Some(pattern) = patterns.iter().find(|pattern| pattern.is_walkable())
        {
            // Longer and longer, until the lower limit on length is met.
            for stretch in [0, 1, 4, 16, 64, u32::try_from(least).unwrap_or(u32::MAX)] {
                let text = pattern.draw(self.source, stretch)?;
                if fits(&text) {
                    return Some(text);
                }
            }
            return None;
        }
        if let Some(format) = &constraints.format
            && let Some(text) = formats::draw(format, self.source)
            && fits(&text)
        {
            return Some(text);
        }
        if self.fill != Fill::Chance {
            // A plausible text is not empty: services ask for more than their contracts say, and an
            // edge is only seen from a base that they accept.
            return Some("a".repeat(least.max(1).min(most)));
        }
        Some(free_text(self.source, least, most, self.alphabet))
    }
}

/// Text that only its length bounds. Mostly plain words; beyond ASCII, and at the edges of what
/// readers take for space or syntax, once in a while.
fn free_text(source: &mut Source, least: usize, most: usize, alphabet: Alphabet) -> String {
    const ODD: &[char] =
        &[' ', '-', '_', '.', '\'', '"', '<', '&', '%', '\\', '/', ';', ',', '+', '#', '?', '='];
    const WIDE: &[char] =
        &['ß', 'é', 'İ', 'ñ', 'Ω', 'ж', '中', 'の', '😀', '\u{301}', '\u{200d}', '\u{a0}'];
    let most = most.min(least.saturating_add(FREE_LENGTH_MAX)).min(LENGTH_MAX);
    let length = source.count(least, most);
    let style = source.draw(9);
    let mut text = String::with_capacity(length);
    for _ in 0..length {
        let c = match style {
            8 => ODD[source.index(ODD.len())],
            9 if alphabet == Alphabet::Any => WIDE[source.index(WIDE.len())],
            6 | 7 => char::from(b'0' + u8::try_from(source.draw(9)).expect("a digit")),
            _ => char::from(b'a' + u8::try_from(source.draw(25)).expect("a letter")),
        };
        text.push(c);
    }
    if alphabet == Alphabet::Visible {
        // Outer spaces are no part of a field value (RFC 9110, 5.5).
        return text.replace([' ', ';', ',', '"', '\\'], "x");
    }
    text
}

/// The range of whole numbers that satisfy the bounds.
pub(crate) fn whole_range(constraints: &Constraints) -> Option<(i128, i128)> {
    let (format_low, format_high) = match constraints.format.as_deref() {
        Some("int32") => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (-SAFE_INTEGER, SAFE_INTEGER),
    };
    let (low, high) = (constraints.whole_low, constraints.whole_high);
    // A bound beyond the usual range moves the other end along.
    let low = low.unwrap_or_else(|| high.map_or(format_low, |high| format_low.min(high)));
    let high = high.unwrap_or_else(|| format_high.max(low));
    (low <= high).then_some((low, high))
}

/// A whole number as JSON.
pub(crate) fn whole(value: i128) -> Option<Value> {
    Number::from_i128(value).map(Value::Number)
}

fn integer(constraints: &Constraints, source: &mut Source) -> Option<Value> {
    let (low, high) = whole_range(constraints)?;
    let step = step_of(constraints);
    let base = 0_i128.clamp(low, high);
    // Near zero (or the bound next to it) most of the time, anywhere once in a while.
    let reach: u64 = match source.draw(7) {
        0..=4 => 20,
        5 | 6 => 2_000,
        _ => u64::MAX - 1,
    };
    let up = u64::try_from((high - base).min(i128::from(reach))).unwrap_or(reach);
    let down = u64::try_from((base - low).min(i128::from(reach))).unwrap_or(reach);
    let goes_down = down > 0 && (up == 0 || source.draw(3) == 3);
    let offset = i128::from(source.draw(if goes_down { down } else { up }));
    let value = if goes_down { base - offset } else { base + offset };
    let rounded = if step > 1 { round_to(value, step, low, high)? } else { value };
    whole(rounded)
}

/// The multiple of `step` nearest above the low end that is not above `value`'s neighbourhood.
fn round_to(value: i128, step: i128, low: i128, high: i128) -> Option<i128> {
    let below = value.div_euclid(step) * step;
    [below, below + step].into_iter().find(|v| (low..=high).contains(v))
}

/// The least common multiple of the whole `multipleOf`s; 1 if there are none.
pub(crate) fn step_of(constraints: &Constraints) -> i128 {
    fn gcd(a: i128, b: i128) -> i128 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    let mut step = 1_i128;
    for multiple in constraints.multiples.iter().filter(|m| m.fract() == 0.0 && **m < 1e15) {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 1e15")]
        let multiple = *multiple as i128;
        step = (step / gcd(step, multiple)).saturating_mul(multiple);
    }
    step
}

fn number(constraints: &Constraints, source: &mut Source) -> Option<Value> {
    let fractional = constraints.multiples.iter().find(|multiple| multiple.fract() != 0.0);
    if let Some(multiple) = fractional {
        #[expect(clippy::cast_precision_loss, reason = "it is small")]
        let count = source.draw(1_000) as f64;
        let least = constraints.minimum.map_or(0.0, |(limit, _)| (limit / multiple).ceil());
        // 0.1 · 3 is 0.30000000000000004: written with as many digits as the step has.
        let digits = multiple.to_string().split('.').nth(1).map_or(0, str::len);
        let text = format!("{:.digits$}", (least + count) * multiple);
        return text.parse().ok().and_then(Number::from_f64).map(Value::Number);
    }
    let wants_fraction = constraints.multiples.is_empty() && source.draw(3) == 3;
    if let Some(value) = whole_range(constraints).and_then(|_| integer(constraints, source)) {
        if !wants_fraction {
            return Some(value);
        }
        #[expect(clippy::cast_precision_loss, reason = "it is below 100")]
        let fraction = source.draw(99) as f64 / 100.0;
        let sum = value.as_f64()? + fraction;
        if within(constraints, sum) {
            return Number::from_f64(sum).map(Value::Number);
        }
        return Some(value);
    }
    // No whole number in the range: somewhere between its ends.
    let (low, high) = (constraints.minimum?.0, constraints.maximum?.0);
    #[expect(clippy::cast_precision_loss, reason = "it is below 100")]
    let share = (1 + source.draw(98)) as f64 / 100.0;
    let value = low + (high - low) * share;
    within(constraints, value).then(|| Number::from_f64(value).map(Value::Number)).flatten()
}

/// Whether a number is within the bounds.
pub(crate) fn within(constraints: &Constraints, value: f64) -> bool {
    constraints.minimum.is_none_or(
        |(limit, is_exclusive)| {
            if is_exclusive { value > limit } else { value >= limit }
        },
    ) && constraints.maximum.is_none_or(
        |(limit, is_exclusive)| {
            if is_exclusive { value < limit } else { value <= limit }
        },
    )
}
