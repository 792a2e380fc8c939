//! What *simpler* means, as a total order over cases.
//!
//! Fewer steps before fewer parts before less text before plainer values: a person reads a case from
//! the outside in, so what is outside counts first (shortlex over structure, as in Hypothesis'
//! `sort_key`).

use harness_model::{BodyContent, BoundValue, Case};
use serde_json::Value;

/// The simplicity of a case; smaller is simpler.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    steps: usize,
    lanes: usize,
    parameters: usize,
    bodies: usize,
    nodes: usize,
    octets: usize,
    complexity: u64,
    text: Vec<u64>,
}

/// The simplicity of a case.
pub fn sort_key(case: &Case) -> SortKey {
    let mut key = SortKey {
        steps: 0,
        lanes: case.lanes.len(),
        parameters: 0,
        bodies: 0,
        nodes: 0,
        octets: 0,
        complexity: 0,
        text: Vec::new(),
    };
    for step in case.steps() {
        key.steps += 1;
        key.parameters += step.parameters.len();
        for parameter in &step.parameters {
            match &parameter.value {
                BoundValue::Known(value) => weigh(value, &mut key),
                // Nothing is simpler than a value that is not ours to choose.
                BoundValue::Bound(_) => {}
            }
        }
        if let Some(body) = &step.body {
            key.bodies += 1;
            match &body.content {
                BodyContent::Json(value)
                | BodyContent::Form(value)
                | BodyContent::Coded { value, .. } => weigh(value, &mut key),
                BodyContent::Octets(octets) => {
                    key.octets += octets.len();
                    key.text.extend(octets.0.iter().map(|octet| u64::from(*octet)));
                }
            }
        }
    }
    key
}

fn weigh(value: &Value, key: &mut SortKey) {
    key.nodes += 1;
    match value {
        Value::Null => {}
        Value::Bool(value) => key.complexity += 1 + u64::from(*value),
        Value::Number(number) => {
            let text = number.to_string();
            key.octets += text.len();
            let magnitude = number.as_f64().unwrap_or(f64::MAX);
            // Whole before fractional, small before large, positive before negative.
            key.complexity += 3
                + u64::from(magnitude.fract() != 0.0) * 2
                + u64::from(magnitude.is_sign_negative());
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a float cast saturates; beyond u64 numbers of equal length count as equal"
            )]
            key.text.push(magnitude.abs() as u64);
        }
        Value::String(text) => {
            key.complexity += 6;
            key.octets += text.chars().count();
            key.text.extend(text.chars().map(|c| u64::from(plainness(c))));
        }
        Value::Array(items) => {
            key.complexity += 8;
            for item in items {
                weigh(item, key);
            }
        }
        Value::Object(members) => {
            key.complexity += 8;
            for member in members.values() {
                weigh(member, key);
            }
        }
    }
}

/// Order of characters by how plain they are: `a` first, then letters and digits, then the rest of
/// ASCII, then the code point.
pub(crate) fn plainness(c: char) -> u32 {
    match c {
        'a'..='z' => u32::from(c) - u32::from('a'),
        '0'..='9' => 30 + u32::from(c) - u32::from('0'),
        'A'..='Z' => 50 + u32::from(c) - u32::from('A'),
        ' '..='~' => 100 + u32::from(c),
        _ => 300 + u32::from(c),
    }
}
