//! Octets → value tree, from JSON (RFC 8259) or YAML 1.2. Knows nothing of API documents.
//!
//! Keys that are not strings (status codes written as YAML integers) become strings, and a key that
//! comes twice is reported: both parsers feed one visitor.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

use crate::Position;
use crate::pointer::Trail;

/// Deepest nesting of YAML that is read: its reader needs up to 25 KB of stack per level, and must
/// do on a thread of 2 MB. Real documents have 20 to 30 levels. (JSON stops at 127 by itself.)
const YAML_DEPTH_MAX: usize = 64;

/// Duplicate keys that are remembered: enough to show, and bounded for hostile input.
const DUPLICATES_MAX: usize = 100;

/// Nodes and events of a YAML document, aliases expanded: four times those of the largest real
/// document (13 MB).
const YAML_NODES_MAX: usize = 2_000_000;

/// Events kept for aliases to repeat: what stops an alias bomb, within a fifth of a second. The real
/// document that leans on aliases most repeats 52 small anchors 587 times.
const YAML_ANCHORED_EVENTS_MAX: usize = 200_000;

/// Which syntax a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Yaml,
}

/// A document as a value tree.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    pub(crate) syntax: Syntax,
    /// JSON pointers of members whose name stood there before; the last one is in `value`.
    pub(crate) duplicates: Vec<String>,
    /// Why the text is no JSON, where it begins like JSON and was read as YAML.
    pub(crate) not_json: Option<SyntaxError>,
}

/// Why octets are no value tree.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) syntax: Syntax,
    pub(crate) position: Option<Position>,
    /// In lower case, without the place.
    pub(crate) why: String,
}

/// Reads a document. Text that begins like JSON is read as JSON, and as YAML where that fails: YAML
/// allows comments and trailing commas in the same brackets.
pub(crate) fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    let begins_like_json = text.trim_start().starts_with(['{', '[']);
    if !begins_like_json {
        return parse_yaml(text);
    }
    parse_json(text).or_else(|error| match parse_yaml(text) {
        Ok(parsed) => Ok(Parsed { not_json: Some(error), ..parsed }),
        Err(_) => Err(error),
    })
}

fn parse_json(text: &str) -> Result<Parsed, SyntaxError> {
    let state = State::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Tree { state: &state, trail: &Trail::Root }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(value) => Ok(Parsed {
            value,
            syntax: Syntax::Json,
            duplicates: state.into_duplicates(),
            not_json: None,
        }),
        Err(error) => Err(json_error(text, &error)),
    }
}

fn json_error(text: &str, error: &serde_json::Error) -> SyntaxError {
    let message = error.to_string();
    let why = message.split(" at line ").next().unwrap_or(&message).to_owned();
    // serde_json counts columns in octets.
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or("");
    let upto = line.floor_char_boundary(error.column().min(line.len()));
    let column = line[..upto].chars().count().max(1);
    let position = Some(Position { line: error.line().max(1), column });
    SyntaxError { syntax: Syntax::Json, position, why }
}

fn parse_yaml(text: &str) -> Result<Parsed, SyntaxError> {
    let state = State::default();
    // The macro wraps the budget in `Some`.
    let budget = serde_saphyr::budget! {
        max_depth: YAML_DEPTH_MAX,
        max_events: YAML_NODES_MAX,
        max_nodes: YAML_NODES_MAX,
        max_recorded_anchor_events: YAML_ANCHORED_EVENTS_MAX,
        flow_nesting_limit: YAML_DEPTH_MAX,
        max_documents: 1,
        // Two real documents use one anchor a hundred times.
        enforce_alias_anchor_ratio: false,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        null_as_string: true,
        with_snippet: false,
        emit_comments: false,
    };
    let value = serde_saphyr::with_deserializer_from_str_with_options(text, options, |document| {
        Tree { state: &state, trail: &Trail::Root }.deserialize(document)
    });
    match value {
        Ok(value) => Ok(Parsed {
            value,
            syntax: Syntax::Yaml,
            duplicates: state.into_duplicates(),
            not_json: None,
        }),
        Err(error) => Err(yaml_error(&error)),
    }
}

fn yaml_error(error: &serde_saphyr::Error) -> SyntaxError {
    let position = error.location().map(|location| Position {
        line: usize::try_from(location.line()).unwrap_or(usize::MAX),
        column: usize::try_from(location.column()).unwrap_or(usize::MAX),
    });
    let message = error.without_snippet().to_string();
    let first_line = message.lines().next().unwrap_or("");
    let why = first_line.split(" at line ").next().unwrap_or(first_line).to_owned();
    SyntaxError { syntax: Syntax::Yaml, position, why }
}

/// What the visitors of one document share.
#[derive(Default)]
struct State {
    duplicates: RefCell<Vec<String>>,
}

impl State {
    fn into_duplicates(self) -> Vec<String> {
        self.duplicates.into_inner()
    }
}

/// Builds a [`Value`], noting keys that come twice.
#[derive(Clone, Copy)]
struct Tree<'a> {
    state: &'a State,
    trail: &'a Trail<'a>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Number::from_i128(value)
            .map_or_else(|| beyond_64_bits(&value.to_string()), Value::Number))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Number::from_u128(value)
            .map_or_else(|| beyond_64_bits(&value.to_string()), Value::Number))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(approximate(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        loop {
            let here = Trail::Item(self.trail, array.len());
            let seed = Tree { state: self.state, trail: &here };
            match items.next_element_seed(seed)? {
                Some(item) => array.push(item),
                None => return Ok(Value::Array(array)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(Key(name)) = members.next_key()? {
            let here = Trail::Member(self.trail, &name);
            let member = members.next_value_seed(Tree { state: self.state, trail: &here })?;
            if object.contains_key(&name) {
                let mut duplicates = self.state.duplicates.borrow_mut();
                if duplicates.len() < DUPLICATES_MAX {
                    duplicates.push(here.pointer());
                }
            }
            object.insert(name, member);
        }
        Ok(Value::Object(object))
    }
}

/// The nearest floating-point number.
fn beyond_64_bits(digits: &str) -> Value {
    approximate(digits.parse().unwrap_or(f64::NAN))
}

/// What is not finite has no JSON form.
fn approximate(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A member name as the document spells it, be it a string, a number or a boolean in YAML's eyes.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Key)
    }
}

#[cfg(test)]
mod tests;
