//! Content of one media type, compiled: what may be in it and how it is written.

use std::collections::BTreeMap;

use harness_contract::{MediaType, Schemas, Style, Validator};
use harness_model::{Body, BodyContent, Coding, FieldLayout, PartLayout};
use serde_json::{Value, json};

use crate::Source;
use crate::annotations::is_file;
use crate::constraints::All;
use crate::draw::{Alphabet, Fill, valid};
use crate::media::{Family, concrete, essence};
use crate::multipart::{self, Declared};
use crate::render::text;
use crate::shapes::{Atlas, Compiler, Graph};
use crate::xml;

/// Items of a sequence whose items have a schema each.
const ITEMS_MAX: usize = 4;

/// Choices of a value that is not the simplest, and how many such values are tried.
const STIRRED_CHOICES: usize = 64;
const STIRRED_MAX: u64 = 16;

/// Content of one media type, ready to draw.
#[derive(Clone, Debug)]
pub(crate) struct BodyPart {
    /// As it is sent.
    pub(crate) media_type: String,
    pub(crate) family: Family,
    /// `None`: anything goes.
    pub(crate) graph: Option<Graph>,
    /// Examples that satisfy the schema, in the contract's order.
    pub(crate) examples: Vec<Value>,
    /// The schema is that of one item of a sequence (OpenAPI 3.2, 4.14.3): values here are items, and
    /// a list of them is sent.
    pub(crate) is_item: bool,
    parts: BTreeMap<String, PartLayout>,
    /// Fields of a URL-encoded form that the contract has written otherwise.
    fields: BTreeMap<String, FieldLayout>,
    schemas: Schemas,
}

impl BodyPart {
    /// Takes the schemas of a media type in.
    pub(crate) fn add(compiler: &mut Compiler<'_>, media_type: &MediaType) {
        let headers = media_type.encoding.iter().flat_map(|encoding| &encoding.headers);
        let of_headers = headers.filter_map(|header| header.schema.as_ref());
        for schema in media_type.schema.iter().chain(&media_type.item_schema).chain(of_headers) {
            compiler.add(schema, false);
        }
    }

    /// Compiles a media type whose schemas were taken in.
    ///
    /// # Errors
    /// If no content can be made for it; the reason as a sentence fragment.
    pub(crate) fn compile(
        atlas: &Atlas<'_>,
        schemas: &Schemas,
        media_type: &MediaType,
    ) -> Result<Self, String> {
        let name = &media_type.name;
        let mut family = Family::of(name);
        let is_item = family == Family::JsonLines && media_type.item_schema.is_some();
        let schema = if is_item { &media_type.item_schema } else { &media_type.schema };
        let graph = match schema {
            Some(schema) => Some(atlas.graph(schema, false)?),
            None => None,
        };
        let is_text = graph.as_ref().is_some_and(Graph::is_text);
        let holds_octets =
            |graph: &Graph| is_file(schemas, &All::from([graph.target().to_owned()]));
        if family == Family::JsonLines && is_text && !is_item {
            family = Family::Text;
        }
        if name.contains('*') && is_text && graph.as_ref().is_some_and(holds_octets) {
            family = Family::Binary;
        }
        if family == Family::Binary && graph.is_some() && !is_text {
            return Err(format!("content of type {name} has no generator yet"));
        }
        let parts = if family == Family::Multipart {
            multipart::layout(schemas, graph.as_ref(), &declared(atlas, media_type))
        } else {
            BTreeMap::new()
        };
        let media_type_sent = concrete(name, family);
        let mut part = Self {
            media_type: media_type_sent,
            family,
            graph,
            examples: Vec::new(),
            is_item,
            parts,
            fields: if family == Family::Form { fields(media_type) } else { BTreeMap::new() },
            schemas: schemas.clone(),
        };
        let is_fine = |value: &&Value| {
            part.is_sendable(value) && part.graph.as_ref().is_none_or(|graph| graph.is_valid(value))
        };
        part.examples = media_type.examples.iter().filter(is_fine).cloned().collect();
        Ok(part)
    }

    /// Content with this value of the schema.
    pub(crate) fn with(&self, value: Value) -> Body {
        let value = if self.is_item { Value::Array(vec![value]) } else { value };
        self.body(value)
    }

    fn body(&self, value: Value) -> Body {
        let coded = |value: Value, coding: Coding| BodyContent::Coded { value, coding };
        let content = match self.family {
            Family::Json => BodyContent::Json(value),
            Family::Form if self.fields.is_empty() => BodyContent::Form(value),
            Family::Form => coded(value, Coding::Form { fields: self.fields.clone() }),
            Family::Text => coded(value, Coding::Text),
            Family::Binary => coded(value, Coding::Binary),
            Family::JsonLines => coded(value, Coding::JsonLines),
            Family::Multipart => coded(value, Coding::Multipart { parts: self.parts.clone() }),
            Family::Xml => {
                let (root, nodes) = xml::layout(&self.schemas, self.graph.as_ref(), &value);
                coded(value, Coding::Xml { root, nodes })
            }
        };
        Body { media_type: Some(self.media_type.clone()), content, bindings: Vec::new() }
    }

    /// JSON pointer into the content of a place in a value of the schema.
    pub(crate) fn pointer(&self, pointer: String) -> String {
        if self.is_item { format!("/0{pointer}") } else { pointer }
    }

    /// Whether a value of the schema can be written at all.
    pub(crate) fn is_sendable(&self, value: &Value) -> bool {
        match self.family {
            Family::Xml => xml::is_sendable(value),
            // A form without parts is none (RFC 2046, 5.1.1).
            Family::Multipart => match value {
                Value::Object(members) => {
                    members.values().any(|member| !member.as_array().is_some_and(Vec::is_empty))
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => false,
            },
            Family::Json | Family::Form | Family::Text | Family::Binary | Family::JsonLines => true,
        }
    }

    /// The most plausible value: an example of the contract, else required parts with the schemas'
    /// own examples.
    pub(crate) fn plausible(&self) -> Option<Value> {
        let example = self.examples.first().cloned();
        example
            .or_else(|| self.filled(Fill::Least))
            .or_else(|| self.filled(Fill::Most))
            .or_else(|| self.stirred())
    }

    /// A value that is not the simplest, where that one cannot be written: a form needs a member, and
    /// a map has none of its own.
    fn stirred(&self) -> Option<Value> {
        let graph = self.graph.as_ref()?;
        let draw = |choice: u64| {
            let mut source = Source::replay(vec![choice; STIRRED_CHOICES]);
            valid(graph, &mut source, Alphabet::Any, Fill::Chance)
        };
        (1..=STIRRED_MAX).filter_map(draw).find(|value| self.is_sendable(value))
    }

    /// The simplest value with required parts only, or with all.
    pub(crate) fn filled(&self, fill: Fill) -> Option<Value> {
        let Some(graph) = &self.graph else { return Some(self.anything()) };
        let value = valid(graph, &mut Source::replay(Vec::new()), Alphabet::Any, fill)?;
        self.is_sendable(&value).then_some(value)
    }

    /// Something plausible where the contract says nothing.
    fn anything(&self) -> Value {
        match self.family {
            Family::Json if essence(&self.media_type) == "application/json-patch+json" => {
                // A patch that changes nothing (RFC 6902, 4.6): the whole is what it is tested to be,
                // or is not.
                json!([{"op": "test", "path": "", "value": {}}])
            }
            Family::Json | Family::Form | Family::JsonLines | Family::Xml => json!({}),
            Family::Multipart => json!({"file": "a"}),
            Family::Text | Family::Binary => json!("a"),
        }
    }

    /// Random content; `None` if no valid value was found.
    pub(crate) fn draw(&self, source: &mut Source) -> Option<Body> {
        if !self.examples.is_empty() && source.one_in(8) {
            return Some(self.with(self.examples[source.index(self.examples.len())].clone()));
        }
        if !self.is_item {
            return self.draw_value(source).map(|value| self.body(value));
        }
        let count = 1 + source.index(ITEMS_MAX);
        let items: Option<Vec<Value>> = (0..count).map(|_| self.draw_value(source)).collect();
        items.map(|items| self.body(Value::Array(items)))
    }

    fn draw_value(&self, source: &mut Source) -> Option<Value> {
        let Some(graph) = &self.graph else { return self.filled(Fill::Least) };
        let value = valid(graph, source, Alphabet::Any, Fill::Chance)?;
        if self.is_sendable(&value) { Some(value) } else { self.plausible() }
    }

    pub(crate) fn validator(&self) -> Option<&Validator> {
        self.graph.as_ref().map(|graph| &graph.validator)
    }
}

/// The fields for which `encoding` gives a style. Without one, and without `explode: false`, they are
/// written as ever.
fn fields(media_type: &MediaType) -> BTreeMap<String, FieldLayout> {
    let said = media_type.encoding.iter().filter(|it| it.style.is_some() || !it.explode);
    let layouts = said.map(|encoding| {
        let style = encoding.style.unwrap_or(Style::Form);
        (encoding.property.clone(), FieldLayout { style, explode: encoding.explode })
    });
    layouts.collect()
}

/// What `encoding` says, with the simplest value for each header field that a part must have.
fn declared(atlas: &Atlas<'_>, media_type: &MediaType) -> Vec<Declared> {
    let of = |encoding: &harness_contract::Encoding| {
        let headers = encoding.headers.iter().filter(|header| {
            // The media type has a place of its own (OpenAPI 3.1, 4.8.15.1).
            !header.name.eq_ignore_ascii_case("content-type")
        });
        let value = |schema: &harness_contract::SchemaRef| {
            let graph = atlas.graph(schema, false).ok()?;
            let mut simplest = Source::replay(Vec::new());
            valid(&graph, &mut simplest, Alphabet::Visible, Fill::Most).map(|value| text(&value))
        };
        let headers = headers
            .filter_map(|header| Some((header.name.clone(), value(header.schema.as_ref()?)?)));
        Declared {
            property: encoding.property.clone(),
            content_type: encoding.content_type.clone(),
            headers: headers.collect(),
        }
    };
    media_type.encoding.iter().map(of).collect()
}
