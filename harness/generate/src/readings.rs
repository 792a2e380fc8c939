//! What a reader of the wire may take a value for.
//!
//! A parameter is text: `1` is a number to one reader and a string to another, `yes` is a boolean to
//! some, a repeated key is a list, its first or its last item. A value breaks the contract only if no
//! reading of it satisfies the schema; otherwise a harness would call a correct service wrong.

use harness_contract::{Location, Style, Validator, Violation};
use harness_model::{BoundValue, ParameterValue};
use serde_json::{Map, Value, json};

use crate::render::text;

/// Readings of one value that are tried.
const READINGS_MAX: usize = 64;

/// Readings of a parameter as it goes over the wire, the literal one first; `None`: nothing is sent.
pub(crate) fn of_parameter(parameter: &ParameterValue) -> Option<Vec<Value>> {
    // A value that is not known yet is taken to be fine.
    let BoundValue::Known(value) = &parameter.value else { return Some(Vec::new()) };
    if parameter.media_type.is_some() {
        return Some(vec![value.clone()]);
    }
    let is_named = matches!(parameter.location, Location::Query | Location::Cookie);
    let is_repeated = is_named && parameter.explode;
    match value {
        Value::Array(items) if items.is_empty() && is_repeated => None,
        Value::Object(members)
            if members.is_empty() && (is_repeated || parameter.style == Style::DeepObject) =>
        {
            None
        }
        Value::Array(items) => Some(of_list(items, is_repeated)),
        Value::Object(members) if members.is_empty() => {
            let mut found = of_members(members);
            // Nothing is left of it but an empty text.
            found.extend(of_text(""));
            Some(found)
        }
        Value::Object(members) => Some(of_members(members)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let text = text(value);
            let mut found = of_text(&text);
            let singles: Vec<Value> =
                found.iter().map(|one| Value::Array(vec![one.clone()])).collect();
            found.extend(singles);
            if text.contains(',') {
                let parts: Vec<Value> =
                    text.split(',').map(|part| Value::from(part.trim())).collect();
                found.extend(of_list(&parts, false));
            }
            // An empty list in one text.
            if text.is_empty() {
                found.push(Value::Array(Vec::new()));
            }
            Some(found)
        }
    }
}

/// Readings of one text, as it is first: a string, then what it spells.
pub(crate) fn of_text(text: &str) -> Vec<Value> {
    let mut found = vec![Value::from(text)];
    let trimmed = text.trim();
    if let Ok(number) = trimmed.parse::<i64>() {
        found.push(Value::from(number));
    } else if let Ok(number) = trimmed.parse::<u64>() {
        found.push(Value::from(number));
    } else if trimmed.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && let Some(number) = trimmed.parse::<f64>().ok().and_then(serde_json::Number::from_f64)
    {
        found.push(Value::Number(number));
    }
    match trimmed.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => found.push(Value::Bool(true)),
        "false" | "0" | "no" | "off" | "f" | "n" => found.push(Value::Bool(false)),
        "null" | "" => found.push(Value::Null),
        _ => {}
    }
    if trimmed != text {
        // Outer white space does not survive every reader.
        found.push(Value::from(trimmed));
    }
    // Some frameworks read any parameter that looks like JSON as JSON.
    if trimmed.starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str(trimmed)
    {
        found.push(json);
    }
    found
}

fn of_list(items: &[Value], is_repeated: bool) -> Vec<Value> {
    let texts: Vec<Vec<Value>> = items.iter().map(|item| of_text(&text(item))).collect();
    let literal = Value::Array(items.to_vec());
    let strings = texts.iter().filter_map(|readings| readings.first().cloned()).collect();
    let typed = texts
        .iter()
        .map(|readings| readings.get(1).or_else(|| readings.first()).cloned().unwrap_or_default())
        .collect();
    let last = texts.iter().map(|readings| readings.last().cloned().unwrap_or_default()).collect();
    let mut found = vec![literal, Value::Array(strings), Value::Array(typed), Value::Array(last)];
    if is_repeated || items.len() == 1 {
        // A reader that expects one value takes the first or the last.
        found.extend(texts.first().into_iter().chain(texts.last()).flatten().cloned());
    } else {
        let joined = items.iter().map(text).collect::<Vec<_>>().join(",");
        found.extend(of_text(&joined));
    }
    found.truncate(READINGS_MAX);
    found
}

fn of_members(members: &Map<String, Value>) -> Vec<Value> {
    let strings = members.iter().map(|(name, member)| (name.clone(), Value::from(text(member))));
    let strings = Value::Object(strings.collect());
    let typed = members.iter().map(|(name, member)| {
        let readings = of_text(&text(member));
        let typed = readings.get(1).or_else(|| readings.first()).cloned().unwrap_or_default();
        (name.clone(), typed)
    });
    let typed = Value::Object(typed.collect());
    vec![Value::Object(members.clone()), typed, strings]
}

/// The reading of form content that breaks a schema least: each member that breaks it is tried in
/// every spelling.
pub(crate) fn of_form(value: &Value, validator: &Validator) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    // An empty list sends nothing.
    let is_sent = |member: &Value| !matches!(member, Value::Array(items) if items.is_empty());
    let sent = members.iter().filter(|(_, member)| is_sent(member));
    let mut best = Value::Object(sent.map(|(n, m)| (n.clone(), m.clone())).collect());
    if validator.is_valid(&best) {
        return best;
    }
    let names: Vec<String> =
        best.as_object().into_iter().flatten().map(|(n, _)| n.clone()).collect();
    // One member in another spelling makes the whole valid: to ask that is far cheaper than to count.
    for name in &names {
        let literal = best[name].take();
        for reading in member_readings(&literal) {
            best[name] = reading;
            if validator.is_valid(&best) {
                return best;
            }
        }
        best[name] = literal;
    }
    let mut violations = validator.violations(&best);
    if violations.len() < 2 {
        // Only one thing is wrong, and no spelling of one member helped.
        return best;
    }
    for name in &names {
        let pointer = format!("/{}", crate::constraints::escaped(name));
        let is_suspect = violations.iter().any(|violation| {
            let below = violation.instance_pointer.strip_prefix(pointer.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !is_suspect {
            continue;
        }
        for reading in member_readings(&best[name]) {
            let before = std::mem::replace(&mut best[name], reading);
            let fewer = validator.violations(&best);
            if fewer.len() < violations.len() {
                violations = fewer;
            } else {
                best[name] = before;
            }
        }
    }
    best
}

/// Places of one document whose readings are tried.
const PLACES_MAX: usize = 24;

/// The reading of an XML document that breaks a schema least. XML knows only text: `1` may be a number,
/// one element a list of one, an empty one an empty text, list, object, `null`, or nothing.
pub(crate) fn of_xml(value: &Value, validator: &Validator) -> Value {
    let mut best = value.clone();
    if validator.is_valid(&best) {
        return best;
    }
    let mut violations = validator.violations(&best);
    for pointer in places(&best, &violations) {
        let Some(literal) = best.pointer(&pointer).cloned() else { continue };
        for reading in element_readings(&literal) {
            let before = best.clone();
            put(&mut best, &pointer, reading);
            if validator.is_valid(&best) {
                return best;
            }
            let fewer = validator.violations(&best);
            if fewer.len() < violations.len() {
                violations = fewer;
                break;
            }
            best = before;
        }
    }
    best
}

/// Pointers of values that have something to do with a violation, inner ones last.
fn places(value: &Value, violations: &[Violation]) -> Vec<String> {
    let is_related = |pointer: &str| {
        violations.iter().any(|violation| {
            let other = violation.instance_pointer.as_str();
            pointer.starts_with(other) || other.starts_with(pointer)
        })
    };
    let mut found = Vec::new();
    let mut queue = std::collections::VecDeque::from([(String::new(), value)]);
    while let Some((pointer, value)) = queue.pop_front() {
        if found.len() >= PLACES_MAX {
            break;
        }
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                queue.extend(items.map(|(idx, item)| (format!("{pointer}/{idx}"), item)));
            }
            Value::Object(members) => {
                let escaped = crate::constraints::escaped;
                queue.extend(members.iter().map(|(n, m)| (format!("{pointer}/{}", escaped(n)), m)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if is_related(&pointer) {
            found.push(pointer);
        }
    }
    found
}

/// What else an element may be read as; `None`: it may as well not be there.
fn element_readings(value: &Value) -> Vec<Option<Value>> {
    let text = match value {
        Value::Null => Some(String::new()),
        Value::Array(items) if items.is_empty() => Some(String::new()),
        Value::Object(members) if members.is_empty() => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(text(value)),
    };
    let mut found = Vec::new();
    if let Some(text) = &text {
        found.extend(of_text(text));
        if text.is_empty() {
            found.extend([Value::Array(Vec::new()), Value::Object(Map::new())]);
        }
    }
    if let Value::Array(items) = value
        && let [only] = items.as_slice()
    {
        found.push(only.clone());
        found.extend(of_text(&crate::render::text(only)));
    }
    let singles: Vec<Value> = found.iter().chain([value]).map(|one| json!([one])).collect();
    found.extend(singles);
    let is_void = text.is_some_and(|text| text.is_empty());
    found.into_iter().map(Some).chain(is_void.then_some(None)).collect()
}

fn put(root: &mut Value, pointer: &str, value: Option<Value>) {
    if let Some(value) = value {
        if let Some(place) = root.pointer_mut(pointer) {
            *place = value;
        }
    } else if let Some((above, token)) = pointer.rsplit_once('/')
        && let Some(Value::Object(members)) = root.pointer_mut(above)
    {
        members.shift_remove(&token.replace("~1", "/").replace("~0", "~"));
    }
}

/// Readings of one member of a form.
fn member_readings(member: &Value) -> Vec<Value> {
    match member {
        Value::Array(items) => of_list(items, true),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            let mut readings = of_text(&text(member));
            let singles: Vec<Value> =
                readings.iter().map(|one| Value::Array(vec![one.clone()])).collect();
            readings.extend(singles);
            readings
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use harness_contract::{Direction, Location, SchemaRef, Schemas, Style, Validator};
    use harness_model::{BoundValue, ParameterValue};
    use serde_json::{Value, json};

    use super::{of_form, of_parameter};

    fn check(location: Location, explode: bool, value: &Value, reading: &Value, expected: bool) {
        let parameter = ParameterValue {
            location,
            name: "p".to_owned(),
            style: if location == Location::Query { Style::Form } else { Style::Simple },
            explode,
            media_type: None,
            required: false,
            value: BoundValue::Known(value.clone()),
        };
        let readings = of_parameter(&parameter).expect("something is sent");
        assert_eq!(readings.contains(reading), expected, "{value} as {reading}");
    }

    #[test]
    fn text_may_be_read_as_what_it_spells() {
        let query = Location::Query;
        check(query, true, &json!("12"), &json!(12), true);
        check(query, true, &json!(12), &json!("12"), true);
        check(query, true, &json!("1e3"), &json!(1000.0), true);
        check(query, true, &json!("yes"), &json!(true), true);
        check(query, true, &json!("x"), &json!(["x"]), true);
        check(query, true, &json!("x"), &json!(1), false);
        check(query, true, &json!("inf"), &json!(null), false);
        check(query, false, &json!(["1", "2"]), &json!([1, 2]), true);
        check(query, true, &json!(["1", "2"]), &json!(2), true);
        check(query, false, &json!({}), &json!(""), true);
        check(Location::Header, false, &json!(" a "), &json!("a"), true);
    }

    #[test]
    fn an_empty_exploded_list_sends_nothing() {
        let parameter = ParameterValue {
            location: Location::Query,
            name: "p".to_owned(),
            style: Style::Form,
            explode: true,
            media_type: None,
            required: true,
            value: BoundValue::Known(json!([])),
        };
        assert_eq!(of_parameter(&parameter), None);
    }

    #[test]
    fn form_members_are_read_in_the_spelling_that_fits() {
        let schema = json!({"s": {"properties": {
            "n": {"type": "integer"}, "s": {"type": "string"},
        }}});
        let document = Arc::new(schema);
        let schemas = Schemas::new(Arc::clone(&document), document);
        let validator = Validator::compile(&schemas, &SchemaRef::at("/s"), Direction::Request)
            .expect("a schema");
        assert_eq!(of_form(&json!({"n": "4", "s": 5}), &validator), json!({"n": 4, "s": "5"}));
    }
}
