//! Which operation makes what another one needs: read from the contract alone, each edge with its
//! reason. Sequences are built along these edges. Knows no answers.

mod fields;
mod names;

use harness_contract::{Contract, Direction, Location, Operation, OperationKey, StatusRange};
use harness_model::{BindingSource, Place};
use serde_json::Value;

use fields::{Field, fields, types};

/// Edges that are kept: a contract of a thousand operations has a few for each.
const EDGES_MAX: usize = 20_000;

/// That a value of one operation's answer belongs into another's request.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Whose answer holds the value.
    pub producer: OperationKey,
    /// Whose request needs it.
    pub consumer: OperationKey,
    /// Where in the answer.
    pub from: BindingSource,
    /// Where in the request.
    pub into: Place,
    /// Why it is believed, in words.
    pub why: String,
}

/// All edges of a contract, by consumer in document order; of one place the best-founded first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The edges.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// Reads a contract: links first, then paths, then names of members and parameters.
    pub fn of(contract: &Contract) -> Self {
        let creators: Vec<Creator<'_>> =
            contract.operations.iter().filter_map(|op| Creator::of(contract, op)).collect();
        let mut edges = Vec::new();
        for consumer in &contract.operations {
            edges.extend(linked(contract, consumer));
            edges.extend(creators.iter().filter_map(|creator| below(contract, creator, consumer)));
            edges.extend(creators.iter().flat_map(|creator| named(contract, creator, consumer)));
            if edges.len() >= EDGES_MAX {
                edges.truncate(EDGES_MAX);
                break;
            }
        }
        Self { edges }
    }

    /// The edges into a request, in the order in which they are to be tried.
    pub fn into(&self, consumer: &OperationKey) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.consumer == *consumer)
    }
}

/// An operation that makes a resource of a collection.
struct Creator<'a> {
    operation: &'a Operation,
    /// What one of them is called: `order`.
    resource: String,
    /// Members of its answer.
    fields: Vec<Field>,
    has_location: bool,
}

impl<'a> Creator<'a> {
    fn of(contract: &Contract, operation: &'a Operation) -> Option<Self> {
        // What acts on one resource (`/orders/{id}/cancel`) makes no other, unless it says 201.
        let last = operation.path.rsplit('/').find(|segment| !segment.is_empty())?;
        if operation.method != "POST" || last.starts_with('{') {
            return None;
        }
        let is_success = |status: StatusRange| match status {
            StatusRange::Code(code) => (200..300).contains(&code),
            StatusRange::Class(class) => class == 2,
            StatusRange::Default => false,
        };
        let answers = operation.responses.iter().filter(|answer| is_success(answer.status));
        let schemas = answers.clone().flat_map(|answer| &answer.content);
        let mut schemas = schemas.filter(|content| content.name.contains("json"));
        let of = |content: &harness_contract::MediaType| {
            content.schema.as_ref().map(|s| fields(&contract.schemas, s, Direction::Response))
        };
        let fields = schemas.find_map(of).unwrap_or_default();
        let has_location = answers
            .flat_map(|answer| &answer.headers)
            .any(|header| header.name.eq_ignore_ascii_case("location"));
        Some(Self { operation, resource: names::resource(last), fields, has_location })
    }

    /// The member of its answer that a name asks for, with the reason.
    fn offers(&self, name: &str, asked: &[String]) -> Option<(BindingSource, String)> {
        let best = self
            .fields
            .iter()
            .filter(|field| !field.pointer.contains("/0") && agree(asked, &field.types))
            .filter(|field| field.depth == 0 || field.depth == 1 && self.is_wrapper(field))
            .filter_map(|field| Some((names::fit(name, &field.name, &self.resource)?, field)))
            .min_by_key(|(fit, field)| (*fit, field.depth))?;
        let field = best.1;
        let why = format!("its answer has {} of the {}", field.pointer, self.resource);
        Some((BindingSource::Body(field.pointer.clone()), why))
    }

    /// Whether a member stands in an envelope (`data`, or the resource's own name).
    fn is_wrapper(&self, field: &Field) -> bool {
        let around = field.pointer.split('/').nth(1).unwrap_or_default();
        ["data", "result", "item"].contains(&around) || names::resource(around) == self.resource
    }
}

/// Whether two lists of JSON types have one in common; an empty list has all.
fn agree(one: &[String], other: &[String]) -> bool {
    let same = |a: &String, b: &String| a == b || (a == "number" && b == "integer");
    one.is_empty()
        || other.is_empty()
        || one.iter().any(|a| a != "null" && other.iter().any(|b| same(a, b) || same(b, a)))
}

/// Links that lead to an operation (OpenAPI 3.1, 4.8.20).
fn linked(contract: &Contract, consumer: &Operation) -> Vec<Edge> {
    let mut edges = Vec::new();
    for producer in &contract.operations {
        let links = producer.responses.iter().flat_map(|response| &response.links);
        for link in links.filter(|link| link.operation == consumer.key) {
            for (name, value) in &link.parameters {
                let Some(from) = value.as_str().and_then(runtime_expression) else { continue };
                let name = name.rsplit_once('.').map_or(name.as_str(), |(_, name)| name);
                let is_it = |p: &&harness_contract::Parameter| p.name == name;
                let Some(parameter) = consumer.parameters.iter().find(is_it) else { continue };
                edges.push(Edge {
                    producer: producer.key.clone(),
                    consumer: consumer.key.clone(),
                    from,
                    into: place_of(parameter),
                    why: format!("link {}", link.name),
                });
            }
        }
    }
    edges
}

/// What an expression takes from an answer (OpenAPI 3.1, 4.8.20.4).
fn runtime_expression(text: &str) -> Option<BindingSource> {
    if let Some(pointer) = text.strip_prefix("$response.body#") {
        return Some(BindingSource::Body(pointer.to_owned()));
    }
    text.strip_prefix("$response.header.").map(|name| BindingSource::Header(name.to_owned()))
}

fn place_of(parameter: &harness_contract::Parameter) -> Place {
    let (location, name) = (parameter.location, parameter.name.clone());
    Place::Parameter { location, name, pointer: String::new() }
}

/// The parameter that stands right below a collection: `/orders/{id}` and all below it.
fn below(contract: &Contract, creator: &Creator<'_>, consumer: &Operation) -> Option<Edge> {
    let collection = creator.operation.path.trim_end_matches('/');
    let rest = consumer.path.strip_prefix(collection)?.strip_prefix('/')?;
    let segment = rest.split('/').next()?;
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let is_it = |p: &&harness_contract::Parameter| p.location == Location::Path && p.name == name;
    let parameter = consumer.parameters.iter().find(is_it)?;
    let schema = contract.schemas.request(&parameter.schema).unwrap_or(&Value::Null);
    let asked = types(&contract.schemas, schema, Direction::Request);
    let (from, why) = creator.offers(name, &asked).or_else(|| {
        let unknown = creator.fields.is_empty() || creator.has_location;
        let why = "its Location names what was created".to_owned();
        unknown.then_some((BindingSource::LocationSegment, why))
    })?;
    Some(Edge {
        producer: creator.operation.key.clone(),
        consumer: consumer.key.clone(),
        from,
        into: place_of(parameter),
        why: format!("{} is below {collection}, and {why}", consumer.path),
    })
}

/// Members of the content, and parameters elsewhere, that give the identity of a resource by name.
fn named(contract: &Contract, creator: &Creator<'_>, consumer: &Operation) -> Vec<Edge> {
    if creator.operation.key == consumer.key {
        return Vec::new();
    }
    let schemas = &contract.schemas;
    let mut edges = Vec::new();
    let mut add = |name: &str, asked: &[String], into: Place| {
        if names::owner(name).as_deref() != Some(&*creator.resource) {
            return;
        }
        if let Some((from, why)) = creator.offers(name, asked) {
            let (producer, consumer) = (creator.operation.key.clone(), consumer.key.clone());
            let why = format!("{name} names the {}, and {why}", creator.resource);
            edges.push(Edge { producer, consumer, from, into, why });
        }
    };
    for parameter in &consumer.parameters {
        let is_below = parameter.location == Location::Path
            && consumer.path.starts_with(&format!("{}/{{", creator.operation.path));
        if !is_below && matches!(parameter.location, Location::Path | Location::Query) {
            let schema = schemas.request(&parameter.schema).unwrap_or(&Value::Null);
            let asked = types(schemas, schema, Direction::Request);
            add(&parameter.name, &asked, place_of(parameter));
        }
    }
    let content = consumer.request_body.iter().flat_map(|body| &body.content);
    let content = content.filter(|content| content.name.contains("json")).take(1);
    for schema in content.filter_map(|content| content.schema.as_ref()) {
        for field in fields(schemas, schema, Direction::Request) {
            add(&field.name, &field.types, Place::Body { pointer: field.pointer.clone() });
        }
    }
    edges
}
