//! Keyword by keyword: what is kept, what is converted, and what is dropped with a diagnostic so
//! that the rest of the schema can still be validated.

use serde_json::{Map, Value, json};

use super::{Lifting, Marked};
use crate::Direction;
use crate::grammar::Kind;
use crate::pointer::Trail;

/// Type names of JSON Schema (2020-12 Validation, 6.1.1).
const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

/// Keywords whose value must have a certain shape. What is not listed may be anything.
fn shape(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => Shape::Count,
        "multipleOf" => Shape::PositiveNumber,
        "uniqueItems" => Shape::Boolean,
        "pattern" => Shape::Pattern,
        "format" => Shape::Text,
        "enum" => Shape::Values,
        "dependentRequired" => Shape::NameLists,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Shape::Schemas,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
            Shape::NamedSchemas
        }
        "items"
        | "additionalProperties"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => Shape::Schema,
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Count,
    PositiveNumber,
    Boolean,
    Pattern,
    Text,
    Values,
    NameLists,
    Schemas,
    NamedSchemas,
    Schema,
}

impl Shape {
    fn expected(self) -> &'static str {
        match self {
            Self::Count => "a whole number, 0 or more",
            Self::PositiveNumber => "a number above 0",
            Self::Boolean => "true or false",
            Self::Pattern => "a regular expression (ECMA-262)",
            Self::Text => "a string",
            Self::Values => "a list of at least one value",
            Self::NameLists => "an object of lists of names",
            Self::Schemas => "a list of at least one schema",
            Self::NamedSchemas => "an object of schemas",
            Self::Schema => "a schema",
        }
    }
}

impl Lifting<'_, '_> {
    /// A keyword whose meaning is the same everywhere: lifted if its shape is right, dropped if not.
    pub(super) fn checked(
        &mut self,
        keyword: &str,
        value: &Value,
        here: &Trail<'_>,
        marked: Option<&Marked>,
    ) -> Option<Value> {
        let Some(shape) = shape(keyword) else { return Some(value.clone()) };
        // Serialisers write absent keywords as null.
        if value.is_null() {
            return None;
        }
        let lifted = match (shape, value) {
            (Shape::Count, Value::Number(number)) => whole(number),
            (Shape::PositiveNumber, Value::Number(number)) => {
                number.as_f64().filter(|number| *number > 0.0).map(|_| value.clone())
            }
            (Shape::Boolean, Value::Bool(_)) | (Shape::Text, Value::String(_)) => {
                Some(value.clone())
            }
            (Shape::Pattern, Value::String(pattern)) => self.pattern(pattern, here),
            (Shape::Values, Value::Array(values)) if !values.is_empty() => Some(value.clone()),
            (Shape::NameLists, Value::Object(lists)) => {
                let is_names = |list: &Value| {
                    list.as_array().is_some_and(|names| names.iter().all(Value::is_string))
                };
                lists.values().all(is_names).then(|| value.clone())
            }
            (Shape::Schemas, Value::Array(schemas)) if !schemas.is_empty() => {
                let lifted = schemas.iter().enumerate().map(|(index, schema)| {
                    self.schema(schema, Kind::Schema, &Trail::Item(here, index), marked)
                });
                Some(Value::Array(lifted.collect()))
            }
            (Shape::NamedSchemas, Value::Object(schemas)) => {
                Some(self.named_schemas(keyword, schemas, here))
            }
            (Shape::Schema, Value::Object(_) | Value::Bool(_)) => {
                Some(self.schema(value, Kind::Schema, here, None))
            }
            _ => None,
        };
        if lifted.is_none() {
            let what = format!("{keyword} must be {}; it is ignored", shape.expected());
            self.report.warn("invalid-keyword", &here.pointer(), what);
        }
        lifted
    }

    fn named_schemas(
        &mut self,
        keyword: &str,
        schemas: &Map<String, Value>,
        here: &Trail<'_>,
    ) -> Value {
        let mut lifted = Map::with_capacity(schemas.len());
        for (name, schema) in schemas {
            let place = Trail::Member(here, name);
            if keyword == "patternProperties" && !self.is_pattern(name) {
                let what = format!("{name:?} is not a regular expression; it is ignored");
                self.report.warn("invalid-keyword", &place.pointer(), what);
                continue;
            }
            // Serialisers write absent properties as null.
            if !schema.is_null() {
                lifted.insert(name.clone(), self.schema(schema, Kind::Schema, &place, None));
            }
        }
        Value::Object(lifted)
    }

    fn pattern(&mut self, pattern: &str, here: &Trail<'_>) -> Option<Value> {
        // `/^…$/`: a JavaScript literal, copied with its slashes. As it stands nothing can match.
        let inner = pattern.strip_prefix("/^").and_then(|rest| rest.strip_suffix("$/"));
        if let Some(inner) = inner {
            let what = "pattern is written as a JavaScript literal; its slashes are left out";
            self.report.warn("pattern-literal", &here.pointer(), what);
            let bare = format!("^{inner}$");
            return self.is_pattern(&bare).then_some(Value::String(bare));
        }
        self.is_pattern(pattern).then(|| Value::String(pattern.to_owned()))
    }

    fn is_pattern(&mut self, pattern: &str) -> bool {
        if let Some(known) = self.patterns.get(pattern) {
            return *known;
        }
        let is_pattern = jsonschema::options().build(&json!({ "pattern": pattern })).is_ok();
        self.patterns.insert(pattern.to_owned(), is_pattern);
        is_pattern
    }

    /// `type`, as a name or a list of names.
    pub(super) fn types(&mut self, value: &Value, here: &Trail<'_>) -> Option<Value> {
        let mut name = |value: &Value| match value.as_str() {
            Some(name) if TYPES.contains(&name) => Some(json!(name)),
            // Swagger 2.0: octets.
            Some("file") => Some(json!("string")),
            _ => {
                let meant = value
                    .as_str()
                    .and_then(meant_type)
                    .map_or_else(String::new, |meant| format!(" (did you mean {meant:?}?)"));
                let what = format!("{value} is not a type{meant}; it is ignored");
                self.report.warn("invalid-type", &here.pointer(), what);
                None
            }
        };
        match value {
            Value::Null => None,
            Value::Array(names) => {
                let mut known: Vec<Value> = Vec::with_capacity(names.len());
                for value in names.iter().filter_map(&mut name) {
                    if !known.contains(&value) {
                        known.push(value);
                    }
                }
                (!known.is_empty()).then_some(Value::Array(known))
            }
            _ => name(value),
        }
    }

    /// `required`, without what the direction forbids (OpenAPI 3.0.3, 4.7.24.2: a read-only property
    /// that is required takes effect on the response only, a write-only one on the request only).
    pub(super) fn required(
        &mut self,
        members: &Map<String, Value>,
        value: &Value,
        kind: Kind,
        here: &Trail<'_>,
        marked: Option<&Marked>,
    ) -> Option<Value> {
        let Value::Array(names) = value else {
            if kind != Kind::InlineSchema && !value.is_null() {
                let what = "required must be a list of property names; it is ignored";
                self.report.warn("invalid-required", &here.pointer(), what);
            }
            return None;
        };
        let properties = members.get("properties");
        let mut kept: Vec<Value> = Vec::with_capacity(names.len());
        for value in names {
            let Some(name) = value.as_str() else {
                let what = format!("required names {value}, which is no property name");
                self.report.warn("invalid-required", &here.pointer(), what);
                continue;
            };
            let property = properties.and_then(|properties| properties.get(name));
            let has = |mark| property.is_some_and(|property| self.is_marked(property, mark));
            let read_only = marked.is_some_and(|m| m.read_only.contains(name)) || has("readOnly");
            let write_only =
                marked.is_some_and(|m| m.write_only.contains(name)) || has("writeOnly");
            self.depends_on_direction |= read_only || write_only;
            let is_waived = match self.direction {
                Direction::Request => read_only,
                Direction::Response => write_only,
            };
            if !is_waived && !kept.contains(value) {
                kept.push(value.clone());
            }
        }
        Some(Value::Array(kept))
    }

    /// `minimum` and its relatives. Until OpenAPI 3.0 `exclusiveMinimum` is a boolean beside it.
    pub(super) fn bound(
        &mut self,
        members: &Map<String, Value>,
        name: &str,
        value: &Value,
        here: &Trail<'_>,
        lifted: &mut Map<String, Value>,
    ) {
        let (exclusive, inclusive) = match name {
            "minimum" | "exclusiveMinimum" => ("exclusiveMinimum", "minimum"),
            _ => ("exclusiveMaximum", "maximum"),
        };
        let is_exclusive = members.get(exclusive) == Some(&Value::Bool(true));
        match value {
            Value::Number(_) if name == inclusive && is_exclusive => {
                lifted.insert(exclusive.to_owned(), value.clone());
            }
            Value::Number(_) => {
                lifted.insert(name.to_owned(), value.clone());
            }
            Value::Null | Value::Bool(false) if name == exclusive => {}
            Value::Bool(true) if name == exclusive => {
                if !members.get(inclusive).is_some_and(Value::is_number) {
                    let what = format!("{exclusive}: true needs a {inclusive}; it is ignored");
                    self.report.warn("invalid-keyword", &here.pointer(), what);
                }
            }
            Value::Null => {}
            Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                let what = format!("{name} must be a number; it is ignored");
                self.report.warn("invalid-keyword", &here.pointer(), what);
            }
        }
    }
}

/// The examples of a schema: `example`, then `examples`, be they a list or (as in parameters) a map.
pub(crate) fn examples(schema: &Map<String, Value>) -> Vec<Value> {
    let mut examples: Vec<Value> = schema.get("example").cloned().into_iter().collect();
    match schema.get("examples") {
        Some(Value::Array(values)) => examples.extend(values.iter().cloned()),
        Some(Value::Object(named)) => {
            examples.extend(named.values().map(|e| e.get("value").unwrap_or(e).clone()));
        }
        _ => {}
    }
    examples
}

/// A count, also where it is written as `5.0`.
fn whole(number: &serde_json::Number) -> Option<Value> {
    if let Some(count) = number.as_u64() {
        return Some(count.into());
    }
    let float = number.as_f64().filter(|float| *float >= 0.0 && float.fract() == 0.0)?;
    // Through text: `5.0` prints as `5`, and what does not fit stays out.
    format!("{float}").parse::<u64>().ok().map(Value::from)
}

/// What authors who write this mean, as far as it is common.
fn meant_type(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "int" | "int32" | "int64" | "long" | "short" => "integer",
        "float" | "double" | "decimal" => "number",
        "str" | "text" | "date" | "date-time" | "datetime" | "uuid" | "binary" => "string",
        "bool" => "boolean",
        "dict" | "map" | "hash" | "json" => "object",
        "list" | "set" | "tuple" => "array",
        other => TYPES.into_iter().find(|known| *known == other)?,
    })
}
