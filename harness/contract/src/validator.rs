//! JSON Schema validation, wrapped so that no other room sees the crate that does it.

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError};
use serde_json::{Value, json};

use crate::schema::DOCUMENT_URI;
use crate::{Direction, SchemaRef, Schemas, pointer};

/// Violations listed for one value: a long array of wrong items says nothing new after that.
const VIOLATIONS_MAX: usize = 1000;

/// A compiled schema. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Validator {
    inner: Arc<jsonschema::Validator>,
}

/// One way in which a value breaks a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the value.
    pub instance_pointer: String,
    /// JSON pointer into the contract's document, of the keyword that is broken, e.g.
    /// `/components/schemas/Order/properties/total/minimum`.
    pub schema_pointer: String,
    /// The keyword, e.g. `minimum`.
    pub keyword: String,
    /// For people, without the value itself.
    pub message: String,
}

/// A schema that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot compile the schema at {pointer}: {why}")]
pub struct SchemaError {
    /// JSON pointer of the schema.
    pub pointer: String,
    /// Why.
    pub why: String,
}

/// Whether `format` is an assertion or an annotation (JSON Schema 2020-12 Validation, 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Formats {
    Annotated,
    Asserted,
}

impl Validator {
    /// Compiles a schema of the contract for values that travel in `direction`. `format` is an
    /// annotation only (JSON Schema 2020-12 Validation, 7.2.1).
    ///
    /// # Errors
    /// If nothing stands at the reference, or if the schema, or one that it refers to, is not a
    /// valid JSON Schema.
    pub fn compile(
        schemas: &Schemas,
        schema: &SchemaRef,
        direction: Direction,
    ) -> Result<Self, SchemaError> {
        Self::build(schemas, schema, direction, Formats::Annotated)
    }

    /// Like [`Self::compile`], with `format` as an assertion for the formats that JSON Schema
    /// 2020-12 defines (Validation, 7.3); others stay annotations.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn compile_with_formats(
        schemas: &Schemas,
        schema: &SchemaRef,
        direction: Direction,
    ) -> Result<Self, SchemaError> {
        Self::build(schemas, schema, direction, Formats::Asserted)
    }

    fn build(
        schemas: &Schemas,
        schema: &SchemaRef,
        direction: Direction,
        formats: Formats,
    ) -> Result<Self, SchemaError> {
        let failed = |why: String| SchemaError { pointer: schema.pointer().to_owned(), why };
        if schemas.get(schema, direction).is_none() {
            return Err(failed("nothing stands there".to_owned()));
        }
        let registry = schemas.registry(direction).map_err(|why| failed(why.to_owned()))?;
        let fragment = pointer::to_fragment(schema.pointer());
        let entry = json!({ "$ref": format!("{DOCUMENT_URI}#{fragment}") });
        let inner = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(registry)
            .should_validate_formats(formats == Formats::Asserted)
            .build(&entry)
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether the value satisfies the schema.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.inner.is_valid(value)
    }

    /// Every violation, by instance pointer and then by schema pointer; empty if the value is valid.
    /// At most 1,000. A `pattern` that takes too long to evaluate violates nothing.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let errors = self.inner.iter_errors(value).filter(|error| !is_undecided(error));
        let mut violations: Vec<_> =
            errors.take(VIOLATIONS_MAX).map(|error| violation(&error)).collect();
        violations.sort_by(|one, other| {
            let by_instance = one.instance_pointer.cmp(&other.instance_pointer);
            by_instance.then_with(|| one.schema_pointer.cmp(&other.schema_pointer))
        });
        violations
    }
}

fn violation(error: &ValidationError<'_>) -> Violation {
    let schema_pointer = match error.absolute_keyword_location() {
        Some(location) => {
            let fragment = location.as_str().split_once('#').map_or("", |(_, fragment)| fragment);
            pointer::from_fragment(fragment).into_owned()
        }
        None => error.schema_path().as_str().to_owned(),
    };
    Violation {
        instance_pointer: error.instance_path().as_str().to_owned(),
        schema_pointer,
        keyword: error.kind().keyword().to_owned(),
        message: message(error),
    }
}

/// Whether the value could not be judged.
fn is_undecided(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::BacktrackLimitExceeded { .. }
            | ValidationErrorKind::RegexEngineFailure { .. }
    )
}

/// What is wrong, without anything that comes from the value: neither it nor the names in it.
fn message(error: &ValidationError<'_>) -> String {
    let text = match error.kind() {
        ValidationErrorKind::AdditionalProperties { .. }
        | ValidationErrorKind::UnevaluatedProperties { .. } => {
            "there is a property that the schema does not allow"
        }
        ValidationErrorKind::AdditionalItems { .. }
        | ValidationErrorKind::UnevaluatedItems { .. } => {
            "there are more items than the schema allows"
        }
        ValidationErrorKind::PropertyNames { error } => {
            return format!("a property name is not allowed: {}", message(error));
        }
        ValidationErrorKind::Contains => "no item is valid under the schema of contains",
        ValidationErrorKind::Not { .. } => "value is valid under the schema of not",
        ValidationErrorKind::FalseSchema => "the schema allows nothing here",
        _ => return error.masked().to_string(),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests;
