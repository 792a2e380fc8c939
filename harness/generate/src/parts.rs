//! The parts of an operation's requests, compiled: its parameters, and together with its content.

use harness_contract::{Location, Operation, Parameter, Schemas};
use harness_model::{BoundValue, ParameterValue};
use serde_json::Value;

use crate::Source;
use crate::bodies::BodyPart;
use crate::draw::{Alphabet, Fill, valid};
use crate::media::essence;
use crate::shapes::{Atlas, Compiler, Graph, Kind};

/// A parameter, ready to draw.
#[derive(Clone, Debug)]
pub(crate) struct ParameterPart {
    pub(crate) location: Location,
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) graph: Graph,
    pub(crate) alphabet: Alphabet,
    /// Examples that satisfy the schema, in the contract's order.
    pub(crate) examples: Vec<Value>,
    template: ParameterValue,
}

impl ParameterPart {
    /// Compiles a parameter.
    ///
    /// # Errors
    /// If no value can be made for it; the reason as a sentence fragment.
    fn compile(atlas: &Atlas<'_>, parameter: &Parameter) -> Result<Self, String> {
        let named =
            |why: String| format!("{} {}: {why}", parameter.location.as_str(), parameter.name);
        let graph = atlas.graph(&parameter.schema, parameter.required).map_err(named)?;
        let holds_parts = graph
            .shape(graph.root)
            .variants
            .iter()
            .any(|variant| matches!(variant.kind, Kind::Array { .. } | Kind::Object { .. }));
        // Separators within an item would be read as separators between items.
        let alphabet = if holds_parts && parameter.media_type.is_none() {
            Alphabet::Visible
        } else {
            Alphabet::of(parameter.location)
        };
        let examples = parameter.examples.iter().filter(|value| graph.is_valid(value)).cloned();
        let template = ParameterValue {
            location: parameter.location,
            name: parameter.name.clone(),
            style: parameter.style,
            explode: parameter.explode,
            media_type: parameter.media_type.clone(),
            required: parameter.required,
            value: BoundValue::Known(Value::Null),
        };
        Ok(Self {
            location: parameter.location,
            name: parameter.name.clone(),
            required: parameter.required,
            examples: examples.collect(),
            graph,
            alphabet,
            template,
        })
    }

    pub(crate) fn with(&self, value: Value) -> ParameterValue {
        ParameterValue { value: BoundValue::Known(value), ..self.template.clone() }
    }

    /// With `content`: the media type of the value.
    pub(crate) fn media_type(&self) -> Option<&str> {
        self.template.media_type.as_deref()
    }

    /// Whether a value has no text of its own: `null` cannot be written in a parameter (OpenAPI 3.1,
    /// 4.8.12.2 leaves it undefined), so sending the word would be another value.
    pub(crate) fn is_absence(&self, value: &Value) -> bool {
        value.is_null() && self.template.media_type.is_none()
    }

    /// The most plausible value: an example of the contract, else the simplest.
    pub(crate) fn plausible(&self) -> Option<Value> {
        if let Some(example) = self.examples.first() {
            return Some(example.clone());
        }
        let mut simplest = Source::replay(Vec::new());
        let value = valid(&self.graph, &mut simplest, self.alphabet, Fill::Least)?;
        // 1 is an id more often than 0 is, and an empty list is no value.
        let one = Value::from(1);
        if value == 0 && self.graph.is_valid(&one) {
            return Some(one);
        }
        if value == "" || value == Value::Array(Vec::new()) {
            return valid(&self.graph, &mut simplest, self.alphabet, Fill::Most);
        }
        Some(value)
    }

    pub(crate) fn draw(&self, source: &mut Source) -> Option<Value> {
        // An id that the contract knows reaches further than one that is made up.
        let odds = if self.location == Location::Path { 3 } else { 1 };
        if !self.examples.is_empty() && source.draw(3) < odds {
            return Some(self.examples[source.index(self.examples.len())].clone());
        }
        valid(&self.graph, source, self.alphabet, Fill::Chance)
    }
}

/// All parts of an operation's requests.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) parameters: Vec<ParameterPart>,
    /// In the contract's order; empty if the operation takes no content, or none that can be made.
    pub(crate) bodies: Vec<BodyPart>,
    pub(crate) body_required: bool,
    /// As the contract writes them, whether content can be made for them or not.
    pub(crate) media_types: Vec<String>,
    /// What cannot be made, and why.
    pub(crate) gaps: Vec<String>,
    /// A required part cannot be made: no valid request exists.
    pub(crate) is_blocked: bool,
}

impl Parts {
    /// Takes the schemas of an operation's requests in.
    pub(crate) fn add(compiler: &mut Compiler<'_>, operation: &Operation) {
        for parameter in &operation.parameters {
            compiler.add(&parameter.schema, parameter.required);
        }
        let content = operation.request_body.iter().flat_map(|body| &body.content);
        for media_type in content {
            BodyPart::add(compiler, media_type);
        }
    }

    /// The parts of an operation whose schemas were taken in.
    pub(crate) fn compile(atlas: &Atlas<'_>, schemas: &Schemas, operation: &Operation) -> Self {
        let mut parts = Self {
            parameters: Vec::new(),
            bodies: Vec::new(),
            body_required: false,
            media_types: Vec::new(),
            gaps: Vec::new(),
            is_blocked: false,
        };
        for parameter in &operation.parameters {
            let compiled = ParameterPart::compile(atlas, parameter).and_then(|part| {
                let nothing =
                    format!("{} {}: no valid value was found", part.location.as_str(), part.name);
                if part.plausible().is_some() { Ok(part) } else { Err(nothing) }
            });
            match compiled {
                Ok(part) => parts.parameters.push(part),
                Err(gap) => {
                    parts.is_blocked |= parameter.required;
                    parts.gaps.push(gap);
                }
            }
        }
        if let Some(body) = &operation.request_body {
            parts.body_required = body.required;
            parts.media_types = body.content.iter().map(|content| content.name.clone()).collect();
            for media_type in &body.content {
                match BodyPart::compile(atlas, schemas, media_type) {
                    Ok(part) if part.plausible().is_some() => parts.bodies.push(part),
                    Ok(part) => {
                        parts.gaps.push(format!("{}: no valid content was found", part.media_type));
                    }
                    Err(gap) => parts.gaps.push(gap),
                }
            }
            parts.is_blocked |= body.required && parts.bodies.is_empty();
        }
        parts
    }

    /// The part that content of a media type belongs to: the one of this name, else of the same type
    /// with other parameters. `None`: the operation declares no such content.
    pub(crate) fn body_of(&self, media_type: Option<&str>) -> Option<&BodyPart> {
        let media_type = media_type?;
        let same = self.bodies.iter().find(|part| part.media_type == media_type);
        let alike = || {
            let wanted = essence(media_type);
            self.bodies.iter().find(|part| essence(&part.media_type) == wanted)
        };
        same.or_else(alike)
    }
}
