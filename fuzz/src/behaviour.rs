//! What can be told of a service's behaviour from outside: for every answer its operation, status,
//! shape of content, how long it took and how much came, the last two on a logarithmic scale. Knows
//! exchanges; knows no libFuzzer.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use harness_check::Shape;
use harness_model::{Exchange, Outcome, Step};
use serde_json::Value;

/// Levels of content that its shape is taken from.
const DEPTH_MAX: usize = 4;
/// Microseconds of the first bucket of latency: what is below says nothing about the service.
const QUICK_US: u64 = 4_096;
/// Each bucket of latency is this many times the one before, as a power of two: finer ones would be
/// noise.
const LATENCY_LOG2_STEP: u32 = 2;

/// A number for the behaviour that an answer shows; equal for equal behaviours.
pub fn behaviour(step: &Step, exchange: &Exchange) -> u64 {
    let mut hasher = DefaultHasher::new();
    step.operation.as_str().hash(&mut hasher);
    step.intent.class().hash(&mut hasher);
    let latency = (exchange.timing.total_us / QUICK_US).checked_ilog2();
    latency.map(|log2| log2 / LATENCY_LOG2_STEP).hash(&mut hasher);
    match &exchange.outcome {
        Outcome::Response(response) | Outcome::TooLarge { response, .. } => {
            response.status.hash(&mut hasher);
            response.content.len().checked_ilog2().hash(&mut hasher);
            Shape::of(response).to_string().hash(&mut hasher);
            if let Ok(content) = serde_json::from_slice::<Value>(&response.content.0) {
                branch(&content, DEPTH_MAX, &mut hasher);
            }
        }
        other => std::mem::discriminant(other).hash(&mut hasher),
    }
    hasher.finish()
}

/// Members and types of a value: which branch of a schema it is.
fn branch(value: &Value, depth: usize, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    if depth == 0 {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                name.hash(hasher);
                branch(member, depth - 1, hasher);
            }
        }
        // One item speaks for all.
        Value::Array(items) => {
            if let Some(first) = items.first() {
                branch(first, depth - 1, hasher);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;
    use harness_model::{
        Exchange, Framing, HeaderField, Intent, Octets, Outcome, Request, Response, Step, Timing,
    };

    use super::behaviour;

    fn of(status: u16, content: &str, total_us: u64) -> u64 {
        let step = Step {
            operation: OperationKey::new("GET", "/a"),
            method: "GET".to_owned(),
            path: "/a".to_owned(),
            parameters: Vec::new(),
            body: None,
            identity: None,
            intent: Intent::Valid,
        };
        let request = Request {
            method: "GET".to_owned(),
            target: Octets(b"/a".to_vec()),
            headers: Vec::new(),
            content: Octets(Vec::new()),
            framing: Framing::None,
        };
        let headers = vec![HeaderField::new("content-type", "application/json")];
        let content = Octets(content.as_bytes().to_vec());
        let outcome = Outcome::Response(Response { status, headers, content });
        let timing = Timing { start_us: 0, head_us: total_us, total_us };
        behaviour(&step, &Exchange { request, outcome, timing })
    }

    #[test]
    fn values_are_no_behaviour_but_shapes_are() {
        assert_eq!(of(200, r#"{"a": 10}"#, 100), of(200, r#"{"a": 99}"#, 3_000));
        let different =
            [of(200, r#"{"a": 1}"#, 1), of(200, r#"{"a": ""}"#, 1), of(404, r#"{"a": 1}"#, 1)];
        assert!(different.iter().enumerate().all(|(i, one)| !different[i + 1..].contains(one)));
        assert_ne!(of(200, "{}", 1), of(200, "{}", 1_000_000));
    }
}
