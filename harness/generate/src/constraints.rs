//! What a schema asks of a value, with references, `allOf` and alternatives worked out.
//!
//! A schema becomes a list of [`Constraints`], each a plain conjunction: one per combination of
//! `anyOf`, `oneOf` and `if` branches (disjunctive normal form). The list is bounded, and what a plain
//! conjunction cannot say (`not`, exactly one of `oneOf`, …) is marked: such values are checked with
//! the validator after they are made.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harness_contract::{Direction, Schemas};
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Combinations of branches that one schema is expanded to.
const ALTERNATIVES_MAX: usize = 24;
/// References and combinators within one schema that are followed before it counts as endless.
const NESTING_MAX: usize = 48;

/// JSON types as a set. `integer` is a number without a fraction (JSON Schema 2020-12, 6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const NULL: Self = Self(1);
    pub(crate) const BOOLEAN: Self = Self(2);
    pub(crate) const INTEGER: Self = Self(4);
    pub(crate) const NUMBER: Self = Self(8 | 4);
    pub(crate) const STRING: Self = Self(16);
    pub(crate) const ARRAY: Self = Self(32);
    pub(crate) const OBJECT: Self = Self(64);
    pub(crate) const ANY: Self = Self(127);

    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn of_name(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => Self::ANY,
        }
    }

    fn of_keyword(value: &Value) -> Self {
        match value {
            Value::String(name) => Self::of_name(name),
            Value::Array(names) => Self(
                names
                    .iter()
                    .filter_map(Value::as_str)
                    .fold(0, |set, name| set | Self::of_name(name).0),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Self::ANY,
        }
    }

    /// The narrowest type of a value.
    pub(crate) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) => {
                let whole = number.is_i64()
                    || number.is_u64()
                    || number.as_f64().is_some_and(|float| float.fract() == 0.0);
                if whole { Self::INTEGER } else { Self(8) }
            }
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }
}

/// Schemas that must all hold, by JSON pointer; the identity of a shape.
pub(crate) type All = BTreeSet<String>;

/// Alternatives for one value; none: no value satisfies the schema. Shared, since a big component is
/// named from many places.
pub(crate) type Alternatives = Vec<Arc<Constraints>>;

/// A conjunction of keywords.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a keyword of its own, in any combination"
)]
pub(crate) struct Constraints {
    pub(crate) types: Types,
    /// `enum` and `const`, intersected.
    pub(crate) allowed: Option<Vec<Value>>,
    /// Inclusive bound, or exclusive if the flag is set.
    pub(crate) minimum: Option<(f64, bool)>,
    pub(crate) maximum: Option<(f64, bool)>,
    /// Smallest whole number that satisfies the lower bounds, exactly; `None`: none of them, or one that
    /// 128 bits do not hold.
    pub(crate) whole_low: Option<i128>,
    /// Largest whole number that satisfies the upper bounds, exactly.
    pub(crate) whole_high: Option<i128>,
    pub(crate) multiples: Vec<f64>,
    pub(crate) length_min: usize,
    pub(crate) length_max: Option<usize>,
    pub(crate) patterns: Vec<String>,
    pub(crate) format: Option<String>,
    pub(crate) items_min: usize,
    pub(crate) items_max: Option<usize>,
    pub(crate) unique: bool,
    pub(crate) prefix: Vec<All>,
    /// What every further item must satisfy; `None`: anything.
    pub(crate) items: Option<All>,
    pub(crate) contains: Option<(All, usize)>,
    pub(crate) properties: IndexMap<String, All>,
    pub(crate) required: Vec<String>,
    /// What other members must satisfy.
    pub(crate) additional: Option<All>,
    /// No other members at all.
    pub(crate) closed: bool,
    pub(crate) members_min: usize,
    pub(crate) members_max: Option<usize>,
    pub(crate) dependent: Vec<(String, Vec<String>)>,
    /// `example`, `examples` and `default` of the schema.
    pub(crate) samples: Vec<Value>,
    /// Never sent (OpenAPI 3.1, 4.8.24, `readOnly`).
    pub(crate) read_only: bool,
    /// Something in the schema is not said here: values must be checked.
    pub(crate) unsaid: bool,
}

impl Constraints {
    fn anything() -> Self {
        Self {
            types: Types::ANY,
            allowed: None,
            minimum: None,
            maximum: None,
            whole_low: None,
            whole_high: None,
            multiples: Vec::new(),
            length_min: 0,
            length_max: None,
            patterns: Vec::new(),
            format: None,
            items_min: 0,
            items_max: None,
            unique: false,
            prefix: Vec::new(),
            items: None,
            contains: None,
            properties: IndexMap::new(),
            required: Vec::new(),
            additional: None,
            closed: false,
            members_min: 0,
            members_max: None,
            dependent: Vec::new(),
            samples: Vec::new(),
            read_only: false,
            unsaid: false,
        }
    }

    /// Whether a scalar keeps the limits that can be told without the validator; containers are left
    /// to it. `Types::ANY` holds `NUMBER`, so a whole number fits a number.
    pub(crate) fn admits_scalar(&self, value: &Value) -> bool {
        match value {
            Value::Number(number) => number.as_f64().is_some_and(|float| {
                let above =
                    |(limit, open): (f64, bool)| if open { float > limit } else { float >= limit };
                let below =
                    |(limit, open): (f64, bool)| if open { float < limit } else { float <= limit };
                self.minimum.is_none_or(above) && self.maximum.is_none_or(below)
            }),
            Value::String(text) => {
                let length = text.chars().count();
                length >= self.length_min && self.length_max.is_none_or(|most| length <= most)
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => true,
        }
    }

    /// Both at once.
    fn and(mut self, other: &Self) -> Self {
        self.types = self.types.and(other.types);
        self.allowed = match (self.allowed, &other.allowed) {
            (Some(ours), Some(theirs)) => {
                Some(ours.into_iter().filter(|value| theirs.contains(value)).collect())
            }
            (ours, theirs) => ours.or_else(|| theirs.clone()),
        };
        self.minimum = tighter(self.minimum, other.minimum, |one, two| one > two);
        self.maximum = tighter(self.maximum, other.maximum, |one, two| one < two);
        // `None` is below every number: where only one side has a bound, it is the greater.
        self.whole_low = self.whole_low.max(other.whole_low);
        self.whole_high = [self.whole_high, other.whole_high].into_iter().flatten().min();
        self.multiples.extend(&other.multiples);
        self.length_min = self.length_min.max(other.length_min);
        self.length_max = least(self.length_max, other.length_max);
        self.patterns.extend(other.patterns.iter().cloned());
        self.format = self.format.or_else(|| other.format.clone());
        self.items_min = self.items_min.max(other.items_min);
        self.items_max = least(self.items_max, other.items_max);
        self.unique |= other.unique;
        // Where one side has a prefix, the other's `items` would apply to it too; rare, so it is left
        // to the validator.
        self.unsaid |= !self.prefix.is_empty() && other.items.is_some();
        if self.prefix.is_empty() {
            self.prefix.clone_from(&other.prefix);
        }
        self.items = union(self.items, other.items.as_ref());
        self.contains = self.contains.or_else(|| other.contains.clone());
        for (name, schemas) in &other.properties {
            self.properties.entry(name.clone()).or_default().extend(schemas.iter().cloned());
        }
        for name in &other.required {
            if !self.required.contains(name) {
                self.required.push(name.clone());
            }
        }
        self.additional = union(self.additional, other.additional.as_ref());
        // `additionalProperties: false` looks at its own siblings only: with properties on the other
        // side the conjunction may be unsatisfiable, which the validator knows.
        self.unsaid |= (self.closed || other.closed) && !other.properties.is_empty();
        self.closed |= other.closed;
        self.members_min = self.members_min.max(other.members_min);
        self.members_max = least(self.members_max, other.members_max);
        self.dependent.extend(other.dependent.iter().cloned());
        self.samples.extend(other.samples.iter().cloned());
        self.read_only |= other.read_only;
        self.unsaid |= other.unsaid;
        self
    }
}

fn tighter(
    one: Option<(f64, bool)>,
    two: Option<(f64, bool)>,
    is_tighter: impl Fn(f64, f64) -> bool,
) -> Option<(f64, bool)> {
    match (one, two) {
        (Some(one), Some(two)) if one.0.total_cmp(&two.0).is_eq() => Some((one.0, one.1 || two.1)),
        (Some(one), Some(two)) => Some(if is_tighter(one.0, two.0) { one } else { two }),
        (one, two) => one.or(two),
    }
}

fn least(one: Option<usize>, two: Option<usize>) -> Option<usize> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    }
}

fn union(one: Option<All>, two: Option<&All>) -> Option<All> {
    match (one, two) {
        (Some(mut one), Some(two)) => {
            one.extend(two.iter().cloned());
            Some(one)
        }
        (one, two) => one.or_else(|| two.cloned()),
    }
}

/// Reads schemas of a contract as requests must satisfy them. Remembers what stands at each pointer.
pub(crate) struct Reader<'a> {
    schemas: &'a Schemas,
    /// `None`: being read right now, so whoever asks again is going round in a circle.
    known: RefCell<BTreeMap<String, Option<Alternatives>>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(schemas: &'a Schemas) -> Self {
        Self { schemas, known: RefCell::default() }
    }

    /// The alternatives for a value that must satisfy all of these schemas; none: no value does.
    pub(crate) fn alternatives(&self, all: &All) -> Alternatives {
        let mut found = vec![Arc::new(Constraints::anything())];
        for pointer in all {
            found = product(&found, &self.of_pointer(pointer, 0));
        }
        found.retain(|constraints| !constraints.types.is_empty());
        found
    }

    fn of_pointer(&self, pointer: &str, nesting: usize) -> Alternatives {
        // Endless, or nothing there: anything may be tried, and the validator decides.
        let unsaid = || vec![Arc::new(Constraints { unsaid: true, ..Constraints::anything() })];
        if let Some(known) = self.known.borrow().get(pointer) {
            return known.clone().unwrap_or_else(unsaid);
        }
        let document = self.schemas.document(Direction::Request);
        let Some(schema) = document.pointer(pointer).filter(|_| nesting <= NESTING_MAX) else {
            return unsaid();
        };
        self.known.borrow_mut().insert(pointer.to_owned(), None);
        let found = self.of_schema(schema, pointer, nesting);
        self.known.borrow_mut().insert(pointer.to_owned(), Some(found.clone()));
        found
    }

    fn of_schema(&self, schema: &Value, pointer: &str, nesting: usize) -> Alternatives {
        let Value::Object(keywords) = schema else {
            return match schema {
                Value::Bool(false) => Vec::new(),
                _ => vec![Arc::new(Constraints::anything())],
            };
        };
        let mut found = vec![Arc::new(own(keywords, pointer))];
        if nesting > NESTING_MAX {
            mark_unsaid(&mut found);
            return found;
        }
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            let fragment = target.split_once('#').map_or("", |(_, fragment)| fragment);
            let target = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
            found = product(&found, &self.of_pointer(&target, nesting + 1));
        }
        let branch_of = |keyword: &str, idx: usize, branch: &Value| {
            self.of_schema(branch, &format!("{pointer}/{keyword}/{idx}"), nesting + 1)
        };
        let list = |keyword: &str| keywords.get(keyword).and_then(Value::as_array);
        for (idx, branch) in list("allOf").into_iter().flatten().enumerate() {
            found = product(&found, &branch_of("allOf", idx, branch));
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = list(keyword) else { continue };
            let mut alternatives = Vec::new();
            for (idx, branch) in branches.iter().enumerate() {
                alternatives.extend(branch_of(keyword, idx, branch));
            }
            if keyword == "oneOf" && branches.len() > 1 {
                mark_unsaid(&mut alternatives);
            }
            found = product(&found, &alternatives);
        }
        if let Some(condition) = keywords.get("if") {
            let part = |keyword: &str, schema: &Value| {
                self.of_schema(schema, &format!("{pointer}/{keyword}"), nesting + 1)
            };
            let mut met = part("if", condition);
            if let Some(then) = keywords.get("then") {
                met = product(&met, &part("then", then));
            }
            let anything = || vec![Arc::new(Constraints::anything())];
            let mut both =
                keywords.get("else").map_or_else(anything, |schema| part("else", schema));
            both.extend(met);
            mark_unsaid(&mut both);
            found = product(&found, &both);
        }
        found
    }
}

fn mark_unsaid(alternatives: &mut Alternatives) {
    for alternative in alternatives.iter_mut().filter(|alternative| !alternative.unsaid) {
        Arc::make_mut(alternative).unsaid = true;
    }
}

fn product(ours: &[Arc<Constraints>], theirs: &[Arc<Constraints>]) -> Alternatives {
    let anything = Constraints::anything();
    let both = |one: &Arc<Constraints>, two: &Arc<Constraints>| {
        if **one == anything {
            Arc::clone(two)
        } else if **two == anything {
            Arc::clone(one)
        } else {
            Arc::new(Constraints::clone(one).and(two))
        }
    };
    let pairs = ours.iter().flat_map(|one| theirs.iter().map(move |two| (one, two)));
    let combined = pairs.map(|(one, two)| both(one, two));
    combined.filter(|both| !both.types.is_empty()).take(ALTERNATIVES_MAX).collect()
}

/// Keywords whose meaning is not in [`Constraints`].
const UNSAID: &[&str] = &[
    "not",
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
    "maxContains",
    "$dynamicRef",
];

/// Whole numbers that are reckoned with, either way: half of what 128 bits hold, so that no sum of two
/// overflows.
pub(crate) const WHOLE_MAX: i128 = i128::MAX / 2;

/// The whole number that a bound comes to: `inward` is added if the bound itself is one and excluded.
/// `None` if it is no number, or beyond [`WHOLE_MAX`].
fn whole_bound(limit: &Value, rounded: fn(f64) -> f64, inward: i128) -> Option<i128> {
    let Value::Number(number) = limit else { return None };
    let exact = number.to_string().parse::<i128>().ok().map(|whole| whole.saturating_add(inward));
    let approximate = || {
        let limit = number.as_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, see below")]
        let whole = rounded(limit) as i128;
        Some(if limit.fract() == 0.0 { whole.saturating_add(inward) } else { whole })
    };
    exact.or_else(approximate).filter(|whole| (-WHOLE_MAX..=WHOLE_MAX).contains(whole))
}

/// The keywords that stand in the schema itself.
fn own(keywords: &Map<String, Value>, pointer: &str) -> Constraints {
    let mut found = Constraints::anything();
    let number = |name: &str| keywords.get(name).and_then(Value::as_f64);
    let size = |name: &str| {
        // 4.0 is an integer too (JSON Schema 2020-12, 4.2.3).
        let value = keywords.get(name)?.as_f64().filter(|value| *value >= 0.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates, and a limit beyond usize is none"
        )]
        Some(value as usize)
    };
    let child = |name: &str| All::from([format!("{pointer}/{name}")]);
    if let Some(types) = keywords.get("type") {
        found.types = Types::of_keyword(types);
    }
    found.allowed = match (keywords.get("enum"), keywords.get("const")) {
        (_, Some(value)) => Some(vec![value.clone()]),
        (Some(Value::Array(values)), None) => Some(values.clone()),
        _ => None,
    };
    let inclusive = number("minimum").map(|limit| (limit, false));
    let exclusive = number("exclusiveMinimum").map(|limit| (limit, true));
    found.minimum = tighter(inclusive, exclusive, |one, two| one > two);
    let inclusive = number("maximum").map(|limit| (limit, false));
    let exclusive = number("exclusiveMaximum").map(|limit| (limit, true));
    found.maximum = tighter(inclusive, exclusive, |one, two| one < two);
    let low = |name: &str, is_exclusive| {
        keywords.get(name).and_then(|limit| whole_bound(limit, f64::ceil, i128::from(is_exclusive)))
    };
    found.whole_low = low("minimum", false).max(low("exclusiveMinimum", true));
    let high = |name: &str, is_exclusive| {
        keywords
            .get(name)
            .and_then(|limit| whole_bound(limit, f64::floor, -i128::from(is_exclusive)))
    };
    let highs = [high("maximum", false), high("exclusiveMaximum", true)];
    found.whole_high = highs.into_iter().flatten().min();
    found.multiples.extend(number("multipleOf").filter(|divisor| *divisor > 0.0));
    found.length_min = size("minLength").unwrap_or(0);
    found.length_max = size("maxLength");
    found.patterns.extend(keywords.get("pattern").and_then(Value::as_str).map(str::to_owned));
    found.format = keywords.get("format").and_then(Value::as_str).map(str::to_owned);
    found.items_min = size("minItems").unwrap_or(0);
    found.items_max = size("maxItems");
    found.unique = keywords.get("uniqueItems") == Some(&Value::Bool(true));
    if let Some(Value::Array(prefix)) = keywords.get("prefixItems") {
        found.prefix = (0..prefix.len()).map(|idx| child(&format!("prefixItems/{idx}"))).collect();
    }
    found.items = keywords.contains_key("items").then(|| child("items"));
    if keywords.contains_key("contains") {
        found.contains = Some((child("contains"), size("minContains").unwrap_or(1)));
    }
    if let Some(Value::Object(properties)) = keywords.get("properties") {
        for name in properties.keys() {
            found.properties.insert(name.clone(), child(&format!("properties/{}", escaped(name))));
        }
    }
    let names = |value: &Value| -> Vec<String> {
        let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    };
    found.required = keywords.get("required").map(names).unwrap_or_default();
    match keywords.get("additionalProperties") {
        Some(Value::Bool(false)) => found.closed = true,
        Some(Value::Object(_)) => found.additional = Some(child("additionalProperties")),
        _ => {}
    }
    found.members_min = size("minProperties").unwrap_or(0);
    found.members_max = size("maxProperties");
    if let Some(Value::Object(dependent)) = keywords.get("dependentRequired") {
        found.dependent =
            dependent.iter().map(|(name, needed)| (name.clone(), names(needed))).collect();
    }
    found.read_only = keywords.get("readOnly") == Some(&Value::Bool(true));
    for name in ["examples", "example", "default"] {
        match keywords.get(name) {
            Some(Value::Array(values)) if name == "examples" => {
                found.samples.extend(values.iter().cloned());
            }
            Some(value) if name != "examples" => found.samples.push(value.clone()),
            _ => {}
        }
    }
    found.unsaid = keywords.keys().any(|keyword| UNSAID.contains(&keyword.as_str()))
        || (found.closed && keywords.contains_key("allOf"));
    found
}

/// A member name as a token of a JSON pointer (RFC 6901, 3).
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
