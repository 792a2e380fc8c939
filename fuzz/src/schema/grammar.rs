//! How octets become a small schema: every keyword of JSON Schema 2020-12 that constrains a value
//! (Core, 10 and 11; Validation, 6), and those of OpenAPI 3.0 that differ. Knows no values.

use arbitrary::Unstructured;
use serde_json::{Map, Value, json};

use super::document_of;
use crate::draw::{coin, one_of, pick};

/// JSON pointer of the schema in the document.
pub(super) const POINTER: &str = "/components/schemas/A";

/// Levels of one schema.
const DEPTH_MAX: u32 = 3;
/// Parts of one combination.
const PARTS_MAX: u8 = 3;

/// Patterns as contracts have them, and as they should not.
const PATTERNS: &[&str] = &[
    "^[a-z]{2,5}$",
    "^A-[0-9]+$",
    "[0-9]{3}",
    "^(yes|no)$",
    r"^\d{4}-\d{2}$",
    "^(?!x)[a-z]+$",
    "^$",
    "",
    r"^\S+@\S+$",
    r"^[\w.-]+$",
    "^.{3}$",
    "^(a|b)*c$",
    r"\p{L}+",
    r"^[^\s]*$",
    "(?i)^x$",
    "^a?b?$",
    r"^\u0041$",
    "[",
    "^[a-z]+(-[a-z]+)*$",
    "^x{0}$",
];
/// Formats that contracts name, known or not.
const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "uuid",
    "email",
    "int32",
    "int64",
    "uri",
    "ipv4",
    "ipv6",
    "hostname",
    "byte",
    "binary",
    "float",
    "double",
    "time",
    "duration",
    "regex",
    "json-pointer",
    "password",
    "no-such",
];
/// Values that are listed, fixed or excluded.
const VALUES: &[&str] =
    &["\"red\"", "\"\"", "3", "null", "-0.5", "true", "[1]", "{\"m0\":1}", "1e3", "\"null\""];
const TYPES: &[&str] = &["string", "integer", "number", "boolean", "null", "array", "object"];

/// A document of one operation whose content has the schema at [`POINTER`].
pub(super) fn document(octets: &mut Unstructured<'_>) -> Value {
    let version = *one_of(octets, &[&"3.1.0", &"3.0.3"]);
    let schema = schema(octets, Level { depth: DEPTH_MAX, is_inside: false });
    document_of(version, &schema)
}

/// Where a schema stands in the whole.
#[derive(Clone, Copy)]
struct Level {
    /// Levels that may still follow.
    depth: u32,
    /// Whether it is about a part of the value. What a schema that refers to itself says about the same
    /// value is undefined (JSON Schema 2020-12 Core, 9.4.1), so only then it may.
    is_inside: bool,
}

impl Level {
    /// The level of another schema of the same value.
    fn beside(self) -> Self {
        Self { depth: self.depth - 1, ..self }
    }

    /// The level of the schema of an item or member.
    fn inside(self) -> Self {
        Self { depth: self.depth - 1, is_inside: true }
    }
}

fn schema(octets: &mut Unstructured<'_>, level: Level) -> Value {
    const SCALARS: u8 = 9;
    const ALL: u8 = 21;
    let mut made = match pick(octets, if level.depth == 0 { SCALARS } else { ALL }) {
        0 => json!({"type": "string"}),
        1 => strings(octets),
        2 => json!({"type": "string", "pattern": one_of(octets, PATTERNS)}),
        3 => json!({"type": "string", "format": one_of(octets, FORMATS)}),
        4 => integers(octets),
        5 => numbers(octets),
        6 => json!({"type": "boolean"}),
        7 => json!({"type": types(octets)}),
        8 => json!({"enum": values(octets)}),
        9 => json!({"const": value(octets)}),
        10 | 11 => object(octets, level),
        12 => array(octets, level),
        13 => combined(octets, level),
        14 => json!({"not": schema(octets, level.beside())}),
        15 if level.is_inside => json!({"$ref": format!("#{POINTER}")}),
        15 => json!({"type": "string", "minLength": 1}),
        16 => maps(octets, level),
        17 => containing(octets, level),
        18 => json!({"if": schema(octets, level.beside()), "then": schema(octets, level.beside()),
                     "else": schema(octets, level.beside())}),
        19 => json!(coin(octets)),
        20 => json!({}),
        _ => both(octets, level),
    };
    if let Value::Object(members) = &mut made {
        annotations(octets, members);
    }
    made
}

/// A limit: small most of the time, and never beyond the integers that all readers of JSON agree on
/// (RFC 8259, 6).
fn limit(octets: &mut Unstructured<'_>) -> i64 {
    match pick(octets, 7_u8) {
        0..=5 => i64::from(pick(octets, 12_u8)),
        6 => -i64::from(pick(octets, u8::MAX)),
        _ => pick(octets, (1_i64 << 53) - 1),
    }
}

fn strings(octets: &mut Unstructured<'_>) -> Value {
    let least = pick(octets, 5_u8);
    let mut made = json!({"type": "string", "minLength": least});
    if coin(octets) {
        // Below the least once in a while: a schema without a value.
        made["maxLength"] = json!((i16::from(least) + i16::from(pick(octets, 6_u8)) - 1).max(0));
    }
    if coin(octets) {
        made["pattern"] = json!(one_of(octets, PATTERNS));
    }
    made
}

fn integers(octets: &mut Unstructured<'_>) -> Value {
    let mut made = json!({"type": "integer"});
    if coin(octets) {
        made["minimum"] = json!(limit(octets));
    }
    if coin(octets) {
        made["maximum"] = json!(limit(octets));
    }
    if coin(octets) {
        made["multipleOf"] = json!(1 + pick(octets, 9_u8));
    }
    made
}

fn numbers(octets: &mut Unstructured<'_>) -> Value {
    let mut made = json!({"type": "number"});
    match pick(octets, 3_u8) {
        0 => {}
        1 => made["exclusiveMinimum"] = json!(limit(octets)),
        2 => made["exclusiveMaximum"] = json!(limit(octets)),
        _ => {
            made["exclusiveMinimum"] = json!(limit(octets));
            made["exclusiveMaximum"] = json!(limit(octets));
            return made;
        }
    }
    if coin(octets) {
        let step: f64 = *one_of(octets, &[&0.5, &0.01, &0.1, &3.0, &1e-9, &1e3]);
        made["multipleOf"] = json!(step);
    }
    made
}

fn types(octets: &mut Unstructured<'_>) -> Vec<&'static str> {
    let first = one_of(octets, TYPES);
    let second = one_of(octets, TYPES);
    if first == second { vec![first] } else { vec![first, second] }
}

fn value(octets: &mut Unstructured<'_>) -> Value {
    serde_json::from_str(one_of(octets, VALUES)).expect("the listed values are JSON")
}

fn values(octets: &mut Unstructured<'_>) -> Vec<Value> {
    let count = 1 + pick(octets, PARTS_MAX);
    let mut values: Vec<Value> = Vec::new();
    for _ in 0..count {
        let value = value(octets);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn object(octets: &mut Unstructured<'_>, level: Level) -> Value {
    let count = pick(octets, PARTS_MAX);
    let mut properties = Map::new();
    let mut required = Vec::new();
    for idx in 0..count {
        let name = format!("m{idx}");
        if coin(octets) {
            required.push(name.clone());
        }
        properties.insert(name, schema(octets, level.inside()));
    }
    let mut made = json!({"type": "object", "properties": properties, "required": required});
    match pick(octets, 4_u8) {
        0 => {}
        1 => made["additionalProperties"] = json!(false),
        2 => made["additionalProperties"] = schema(octets, level.inside()),
        3 => made["unevaluatedProperties"] = json!(false),
        _ => made["dependentRequired"] = json!({"m0": ["m1"]}),
    }
    made
}

fn maps(octets: &mut Unstructured<'_>, level: Level) -> Value {
    let mut made = json!({"type": "object"});
    if coin(octets) {
        made["minProperties"] = json!(pick(octets, 3_u8));
    }
    if coin(octets) {
        made["maxProperties"] = json!(pick(octets, 3_u8));
    }
    match pick(octets, 3_u8) {
        0 => {}
        1 => made["propertyNames"] = json!({"pattern": one_of(octets, PATTERNS)}),
        2 => {
            let pattern = one_of(octets, PATTERNS);
            made["patternProperties"] = json!({pattern: schema(octets, level.inside())});
        }
        _ => made["dependentSchemas"] = json!({"m0": schema(octets, level.beside())}),
    }
    made
}

fn array(octets: &mut Unstructured<'_>, level: Level) -> Value {
    let mut made = json!({"type": "array"});
    if coin(octets) {
        made["prefixItems"] = json!([schema(octets, level.inside())]);
    }
    made["items"] = schema(octets, level.inside());
    let least = pick(octets, 3_u8);
    made["minItems"] = json!(least);
    if coin(octets) {
        made["maxItems"] = json!(least + pick(octets, 3_u8));
    }
    if coin(octets) {
        made["uniqueItems"] = json!(true);
    }
    made
}

fn containing(octets: &mut Unstructured<'_>, level: Level) -> Value {
    let mut made = json!({"type": "array", "contains": schema(octets, level.inside())});
    if coin(octets) {
        made["minContains"] = json!(pick(octets, 2_u8));
    }
    if coin(octets) {
        made["maxContains"] = json!(pick(octets, 2_u8));
    }
    made
}

fn combined(octets: &mut Unstructured<'_>, level: Level) -> Value {
    let keyword = *one_of(octets, &[&"anyOf", &"oneOf", &"allOf"]);
    let count = 1 + pick(octets, PARTS_MAX - 1);
    let parts: Vec<Value> = (0..count).map(|_| schema(octets, level.beside())).collect();
    json!({keyword: parts})
}

/// Two schemas in one: keywords of both, the second's where both have one.
fn both(octets: &mut Unstructured<'_>, level: Level) -> Value {
    let (first, second) = (schema(octets, level.beside()), schema(octets, level.beside()));
    match (first, second) {
        (Value::Object(mut members), Value::Object(others)) => {
            members.extend(others);
            // One of both fixes what the other lists: seldom a value that is in both.
            if members.contains_key("enum") {
                members.remove("const");
            }
            Value::Object(members)
        }
        (first, _) => first,
    }
}

/// What says something about a value without constraining it, or only in one direction.
fn annotations(octets: &mut Unstructured<'_>, members: &mut Map<String, Value>) {
    let (name, value) = match pick(octets, 15_u8) {
        1 => ("nullable", json!(true)),
        2 => ("readOnly", json!(true)),
        3 => ("writeOnly", json!(true)),
        4 => ("example", value(octets)),
        5 => ("default", value(octets)),
        6 => ("examples", json!([value(octets)])),
        _ => return,
    };
    members.insert(name.to_owned(), value);
}
