//! Octets → value tree, from JSON (RFC 8259) or YAML 1.2. Knows nothing of API documents.
//!
//! Keys that are not strings (status codes written as YAML integers) become strings, and a key that
//! comes twice is reported: both parsers feed one visitor.

mod long_integers;

use std::cell::{Cell, RefCell};
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

/// Values of a document, aliases expanded: twenty times those of the largest real document (13 MB).
const VALUES_MAX: usize = 6_000_000;

/// What the values of a document may take in memory, in octets, by the costs below: eight times what
/// those of the largest real document take. It grows with their number, not with the octets of the
/// document, and a contract holds up to three copies.
const MEMORY_MAX: usize = 480_000_000;

/// What a value takes in the list or object around it, room to grow included.
const VALUE_COST: usize = 48;
/// What a text or number takes beside it, its characters not counted.
const TEXT_COST: usize = 32;
/// What an object takes that has any members.
const OBJECT_COST: usize = 250;
/// What a member takes, the characters of its name and its value not counted.
const MEMBER_COST: usize = 80;

/// Events of a YAML document: each value is one, each collection two.
const YAML_EVENTS_MAX: usize = 2 * VALUES_MAX;

/// Merge keys of a YAML document, far above any real number.
const YAML_MERGE_KEYS_MAX: usize = 100_000;

/// Deepest nesting of JSON that is read: a limit of its reader.
const JSON_DEPTH_MAX: usize = 127;

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
    /// Where a second YAML document begins, which was not read.
    pub(crate) second_document: Option<Position>,
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
/// allows comments and trailing commas in the same brackets. Where that fails too, what JSON does not
/// know and some write all the same is painted over: comments, halves of characters.
pub(crate) fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    let begins_like_json = text.trim_start().starts_with(['{', '[', '/']);
    if !begins_like_json {
        return parse_yaml(text);
    }
    let not_json = |parsed, error| Parsed { not_json: Some(error), ..parsed };
    parse_json(text).or_else(|error| {
        // What is too large or too deep as JSON is so as YAML.
        let is_too_large = error.why == TOO_MANY_VALUES || error.why == TOO_MUCH_MEMORY;
        if is_too_large || error.why == too_deep(JSON_DEPTH_MAX) {
            return Err(error);
        }
        // A comment before the brace makes all of it one text to YAML.
        if let Ok(parsed) = parse_yaml(text).and_then(not_text) {
            return Ok(not_json(parsed, error));
        }
        let painted = painted_over(text);
        if painted == text {
            return Err(error);
        }
        match parse_json(&painted).or_else(|_| parse_yaml(&painted)) {
            Ok(parsed) => Ok(not_json(parsed, error)),
            Err(_) => Err(error),
        }
    })
}

/// What YAML made of the text, unless it is one text.
fn not_text(parsed: Parsed) -> Result<Parsed, SyntaxError> {
    if !parsed.value.is_string() {
        return Ok(parsed);
    }
    let why = "it is plain text".to_owned();
    Err(SyntaxError { syntax: Syntax::Yaml, position: None, why })
}

/// The text with spaces in place of `//` and `/* */` comments and with `\ufffd` in place of escaped
/// surrogates that have no other half. Every place stays where it was.
fn painted_over(text: &str) -> String {
    let mut painted = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_in_string = false;
    while let Some(first) = rest.chars().next() {
        let taken = if is_in_string {
            let (taken, replacement) = in_string(rest);
            painted.push_str(replacement);
            is_in_string = first != '"';
            taken
        } else if let Some(length) = comment_length(rest) {
            let blank = |c: char| if c.is_whitespace() { c } else { ' ' };
            painted.extend(rest[..length].chars().map(blank));
            length
        } else {
            painted.push(first);
            is_in_string = first == '"';
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    painted
}

/// Octets of the comment that the text begins with.
fn comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let rest = text.strip_prefix("/*")?;
    Some(rest.find("*/").map_or(text.len(), |end| end + 4))
}

/// Octets of the character or escape that the text begins with, and what to write for it.
fn in_string(text: &str) -> (usize, &str) {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let plain = |length: usize| (length, &text[..length]);
    match unit(text) {
        Some(0xD800..=0xDBFF) => match unit(&text[6..]) {
            Some(0xDC00..=0xDFFF) => plain(12),
            _ => (6, "\\ufffd"),
        },
        Some(0xDC00..=0xDFFF) => (6, "\\ufffd"),
        Some(_) => plain(6),
        None => {
            let n_characters = if text.starts_with('\\') { 2 } else { 1 };
            plain(text.chars().take(n_characters).map(char::len_utf8).sum())
        }
    }
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
            second_document: None,
        }),
        Err(error) => Err(json_error(text, &error)),
    }
}

fn json_error(text: &str, error: &serde_json::Error) -> SyntaxError {
    let message = error.to_string();
    let why = message.split(" at line ").next().unwrap_or(&message);
    let why = match why {
        "recursion limit exceeded" => too_deep(JSON_DEPTH_MAX),
        _ => why.to_owned(),
    };
    // serde_json counts columns in octets.
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or("");
    let upto = line.floor_char_boundary(error.column().min(line.len()));
    let column = line[..upto].chars().count().max(1);
    let position = Some(Position { line: error.line().max(1), column });
    SyntaxError { syntax: Syntax::Json, position, why }
}

/// Reads the first document of a YAML stream.
fn parse_yaml(text: &str) -> Result<Parsed, SyntaxError> {
    let result = parse_yaml_stream(text);
    let Err(SyntaxError { why, position: Some(position), .. }) = &result else { return result };
    if why != SECOND_DOCUMENT {
        return result;
    }
    let first: usize =
        text.split_inclusive('\n').take(position.line.saturating_sub(1)).map(str::len).sum();
    let parsed = parse_yaml_stream(&text[..first])?;
    Ok(Parsed { second_document: Some(*position), ..parsed })
}

/// Why a stream of several documents is not read as one.
const SECOND_DOCUMENT: &str = "a second document begins here";

fn parse_yaml_stream(text: &str) -> Result<Parsed, SyntaxError> {
    let marked = long_integers::marked(text);
    let (text, marker) = match &marked {
        Some((marked, marker)) => (marked.as_str(), Some(*marker)),
        None => (text, None),
    };
    let state = State { marker, ..State::default() };
    // The macro wraps the budget in `Some`.
    let budget = serde_saphyr::budget! {
        max_depth: YAML_DEPTH_MAX,
        max_events: YAML_EVENTS_MAX,
        max_nodes: VALUES_MAX,
        max_total_scalar_bytes: crate::DOCUMENT_OCTETS_MAX,
        max_merge_keys: YAML_MERGE_KEYS_MAX,
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
            second_document: None,
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
    let why = first_line.split(" at line ").next().unwrap_or(first_line);
    SyntaxError { syntax: Syntax::Yaml, position, why: explained(why) }
}

/// What the limits of the YAML reader mean to whoever wrote the document.
fn explained(why: &str) -> String {
    let is_any = |marks: &[&str]| marks.iter().any(|mark| why.contains(mark));
    if is_any(&["Documents {"]) {
        SECOND_DOCUMENT.to_owned()
    } else if is_any(&["Depth {", "recursion limit exceeded"]) {
        too_deep(YAML_DEPTH_MAX)
    } else if is_any(&["RecordedAnchorEvents", "RecordedAnchorBytes", "alias replay", "Aliases {"])
    {
        "its aliases stand for more than any real document repeats".to_owned()
    } else if is_any(&["Events {", "Nodes {"]) {
        TOO_MANY_VALUES.to_owned()
    } else {
        why.to_owned()
    }
}

/// Why a document that is nested deeper than this is not read.
fn too_deep(levels: usize) -> String {
    format!("nested more than {levels} levels deep")
}

/// Why a document with more than [`VALUES_MAX`] values is not read.
const TOO_MANY_VALUES: &str = "it has more than 6,000,000 values";

/// Why a document whose values take more than [`MEMORY_MAX`] is not read.
const TOO_MUCH_MEMORY: &str = "its values take more than 480 MB of memory";

/// What the visitors of one document share.
struct State {
    /// Stands before every long integer of the text; see [`long_integers`].
    marker: Option<char>,
    duplicates: RefCell<Vec<String>>,
    /// Octets of memory that may still be taken.
    n_left: Cell<usize>,
}

impl Default for State {
    fn default() -> Self {
        Self { marker: None, duplicates: RefCell::default(), n_left: Cell::new(MEMORY_MAX) }
    }
}

impl State {
    /// Takes so many octets of memory.
    fn take<E: serde::de::Error>(&self, cost: usize) -> Result<(), E> {
        match self.n_left.get().checked_sub(cost) {
            Some(left) => {
                self.n_left.set(left);
                Ok(())
            }
            None => Err(E::custom(TOO_MUCH_MEMORY)),
        }
    }

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
        self.state.take(VALUE_COST)?;
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

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.state.take(TEXT_COST)?;
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.state.take(TEXT_COST)?;
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(exact(&value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(exact(&value.to_string()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.state.take(TEXT_COST)?;
        Ok(approximate(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.state.take(TEXT_COST + value.len())?;
        let Some(marker) = self.state.marker.filter(|marker| value.contains(*marker)) else {
            return Ok(Value::String(value));
        };
        Ok(match value.strip_prefix(marker).filter(|rest| long_integers::is_one(rest)) {
            Some(digits) => exact(digits),
            None => Value::String(value.replace(marker, "")),
        })
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
            let name = match self.state.marker {
                Some(marker) if name.contains(marker) => name.replace(marker, ""),
                _ => name,
            };
            let own = if object.is_empty() { OBJECT_COST } else { 0 };
            self.state.take(own + MEMBER_COST + name.len())?;
            if name == NUMBER_TOKEN && object.is_empty() {
                return members.next_value::<String>().map(|digits| exact(&digits));
            }
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

/// Under this name `serde_json` hands over a number that neither 64 bits nor a float may hold as it is
/// written: a member that no document has beside it.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// The number that digits stand for: integers as they are, however long; anything else as the nearest
/// floating-point number, so that equal numbers are equal values, and as it is written if it is beyond
/// those.
fn exact(digits: &str) -> Value {
    let is_integer = digits.bytes().all(|octet| octet.is_ascii_digit() || octet == b'-');
    let nearest = if is_integer { None } else { digits.parse().ok().and_then(Number::from_f64) };
    nearest
        .or_else(|| serde_json::from_str(digits).ok())
        .map_or_else(|| Value::String(digits.to_owned()), Value::Number)
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
