//! Whether the examples of an operation satisfy their own schemas.

use serde_json::Value;

use super::Tally;
use crate::{Contract, Direction, MediaType, Operation, SchemaRef, Validator, pointer};

/// Examples of one operation that are validated.
const EXAMPLES_MAX: usize = 200;

/// Violations quoted of one example.
const QUOTED_MAX: usize = 1;

/// Validates the examples of parameters, request content and response content.
pub(super) fn review(contract: &Contract, operation: &Operation) -> Tally {
    let mut tally = Tally::default();
    for parameter in &operation.parameters {
        let schema = Some(&parameter.schema);
        let (pointer, examples) = (&parameter.pointer, &parameter.examples);
        validate(contract, &mut tally, (schema, Direction::Request), pointer, examples);
    }
    let sent = operation.request_body.iter().flat_map(|body| &body.content);
    let answered = operation.responses.iter().flat_map(|response| &response.content);
    let all = sent
        .map(|media_type| (media_type, Direction::Request))
        .chain(answered.map(|media_type| (media_type, Direction::Response)));
    for (media_type, direction) in all.filter(|(media_type, _)| is_json(media_type)) {
        let (pointer, examples) = (&media_type.pointer, &media_type.examples);
        let schema = media_type.schema.as_ref();
        validate(contract, &mut tally, (schema, direction), pointer, examples);
    }
    tally
}

/// An example of another media type is text in the document, whatever its schema says.
fn is_json(media_type: &MediaType) -> bool {
    let name = media_type.name.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    name.ends_with("/json") || name.ends_with("+json")
}

fn validate(
    contract: &Contract,
    tally: &mut Tally,
    (schema, direction): (Option<&SchemaRef>, Direction),
    pointer: &str,
    examples: &[Value],
) {
    let Some(schema) = schema.filter(|_| !examples.is_empty()) else { return };
    let Ok(validator) = Validator::compile(&contract.schemas, schema, direction) else { return };
    for example in examples {
        if tally.n_places >= EXAMPLES_MAX {
            return;
        }
        let violations = validator.violations(example);
        tally.count(!violations.is_empty(), &place(contract, pointer, example), || {
            let quoted: Vec<_> = violations
                .iter()
                .take(QUOTED_MAX)
                .map(|violation| {
                    format!("{} at #{}", violation.message, violation.instance_pointer)
                })
                .collect();
            format!("the example breaks its schema: {}", quoted.join("; "))
        });
    }
}

/// Where an example of the element at `pointer` stands; the element itself if that is not plain.
fn place(contract: &Contract, pointer: &str, example: &Value) -> String {
    let document = contract.schemas.document(Direction::Request);
    let Some(element) = document.pointer(pointer) else { return pointer.to_owned() };
    if element.get("example") == Some(example) {
        return pointer::member(pointer, "example");
    }
    let named = element.get("examples").and_then(Value::as_object).into_iter().flatten();
    let found = named.into_iter().find(|(_, named)| named.get("value") == Some(example));
    found.map_or_else(
        || pointer.to_owned(),
        |(name, _)| pointer::member(&pointer::member(pointer, "examples"), name),
    )
}
