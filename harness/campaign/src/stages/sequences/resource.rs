//! The resources that a contract's paths tell of, and the sequences that are played on one. Knows the
//! contract and what was accepted; sends nothing.

use harness_contract::{Location, Operation, OperationKey};
use harness_generate::Source;
use harness_model::{
    Binding, BindingSource, Body, BoundValue, Case, CaseId, Exchange, Intent, Place, Step,
};
use serde_json::Value;

use super::STAGE;
use crate::acceptances::Acceptances;
use crate::under_test::{Shared, UnderTest};

/// Updates of one operation that are played, each with another body.
const UPDATES: u32 = 6;
/// Refused updates of one operation that are played.
const REFUSED_MAX: usize = 16;

/// A collection that takes new items, and the operations on one of them.
pub(super) struct Resource {
    create: OperationKey,
    /// The accepted create that others are made like.
    template: Step,
    /// Where the new item's id stands in the answer.
    id: BindingSource,
    /// Name of the path parameter that takes it.
    parameter: String,
    read: OperationKey,
    list: Option<OperationKey>,
    updates: Vec<OperationKey>,
    delete: Option<OperationKey>,
    /// How many violations of each update are known to concern a member of the content.
    refused: Vec<usize>,
}

/// A kind of sequence.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Create, read, delete, with the collection in between.
    Life,
    /// The update of this index, for this time.
    Update(usize, u32),
    /// The update of this index with its n-th violation.
    Refused(usize, usize),
}

/// The resources of the contract whose create was accepted, in document order.
pub(super) fn resources(shared: &Shared, acceptances: &Acceptances) -> Vec<Resource> {
    let of = |(idx, under_test): (usize, &UnderTest)| {
        let create = &under_test.operation;
        let accepted = acceptances.of(idx).iter().filter(|(step, exchange)| {
            step.intent == Intent::Valid
                && exchange.response().is_some_and(|response| response.status != 202)
        });
        // What has more members has more to lose.
        let accepted = accepted.max_by_key(|(step, _)| step.body.as_ref().map_or(0, members));
        let (step, exchange) = accepted.filter(|_| create.method == "POST")?;
        resource(shared, create, (step, exchange))
    };
    shared.operations.values().enumerate().filter_map(of).collect()
}

fn resource(
    shared: &Shared,
    create: &Operation,
    (step, exchange): (&Step, &Exchange),
) -> Option<Resource> {
    let item = |operation: &&Operation| {
        let rest = operation.path.strip_prefix(create.path.trim_end_matches('/'))?;
        let name = rest.strip_prefix("/{")?.strip_suffix('}')?;
        (!name.contains(['{', '/'])).then(|| name.to_owned())
    };
    let operations: Vec<&Operation> = shared.operations.values().map(|it| &it.operation).collect();
    let (read, parameter) = operations
        .iter()
        .filter(|operation| operation.method == "GET")
        .find_map(|operation| Some((operation.key.clone(), item(operation)?)))?;
    let with = |method: &str| {
        let of_method = operations.iter().filter(move |operation| operation.method == method);
        of_method.filter(|operation| item(operation).is_some()).map(|it| it.key.clone()).next()
    };
    let list = operations
        .iter()
        .find(|operation| operation.method == "GET" && operation.path == create.path)
        .map(|operation| operation.key.clone());
    let updates: Vec<OperationKey> = ["PUT", "PATCH"].into_iter().filter_map(with).collect();
    let refused = updates.iter().map(|key| broken_members(&shared.operations[key]).len());
    Some(Resource {
        create: create.key.clone(),
        template: step.clone(),
        id: id_of(exchange, &parameter)?,
        parameter,
        read,
        list,
        refused: refused.map(|count| count.min(REFUSED_MAX)).collect(),
        updates,
        delete: with("DELETE"),
    })
}

/// Where an answer to a create holds what its path parameter takes: in the member of that name or of the
/// name that remains without that of the resource, else in Location.
fn id_of(exchange: &Exchange, parameter: &str) -> Option<BindingSource> {
    let response = exchange.response()?;
    let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
    let wanted = plain(parameter);
    let content: Option<Value> = serde_json::from_slice(&response.content.0).ok();
    let is_scalar = |value: &Value| value.is_string() || value.is_number();
    let members = content.as_ref().and_then(Value::as_object).into_iter().flatten();
    let mut found = members.filter(|(_, value)| is_scalar(value)).filter(|(name, _)| {
        let name = plain(name);
        name == wanted || (matches!(&*name, "id" | "uuid" | "key") && wanted.ends_with(&*name))
    });
    let in_content = found.next().map(|(name, _)| BindingSource::Body(format!("/{name}")));
    let has_location = response.header("location").is_some_and(|location| !location.is_empty());
    in_content.or_else(|| has_location.then_some(BindingSource::LocationSegment))
}

/// Violations of an operation that concern one member of its JSON content, with its name.
fn broken_members(under_test: &UnderTest) -> Vec<(String, Step)> {
    let violations = under_test.plan.violations().into_iter();
    let of_member = violations.filter_map(|step| {
        let Intent::Invalid(violated) = &step.intent else { return None };
        let Place::Body { pointer } = &violated.at else { return None };
        let name = pointer.strip_prefix('/').filter(|name| !name.contains('/'))?.to_owned();
        let has_it = step.body.as_ref()?.content.value()?.get(&name).is_some();
        has_it.then_some((name, step))
    });
    of_member.collect()
}

impl Resource {
    /// How many sequences are played at least.
    pub(super) fn case_count(&self) -> u64 {
        self.kinds().count() as u64
    }

    /// The sequences, the most telling ones first.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let updates = (0..self.updates.len()).flat_map(|idx| (0..UPDATES).map(move |n| (idx, n)));
        let refused = self
            .refused
            .iter()
            .enumerate()
            .flat_map(|(idx, count)| (0..*count).map(move |violation| (idx, violation)));
        let life = std::iter::once(Kind::Life);
        life.chain(updates.map(|(idx, n)| Kind::Update(idx, n)))
            .chain(refused.map(|(idx, violation)| Kind::Refused(idx, violation)))
    }

    /// A sequence with the `attempt`-th create; `None` if there is none, or nothing to fill it with.
    pub(super) fn case(&self, shared: &Shared, kind: &Kind, attempt: u32) -> Option<Case> {
        let create = self.created(shared, kind, attempt)?;
        let read = || self.at_item(shared, &self.read, 0);
        let list = || self.list.as_ref().and_then(|key| self.on_collection(shared, key));
        let (operation, prefix) = match *kind {
            Kind::Life => {
                let mut prefix: Vec<Step> = list().into_iter().collect();
                let at = prefix.len();
                let read = || self.at_item(shared, &self.read, at);
                prefix.extend([create, read()?]);
                prefix.extend(list());
                if let Some(key) = &self.delete {
                    prefix.extend([read()?, self.at_item(shared, key, at)?, read()?]);
                    prefix.extend(list());
                }
                (self.delete.as_ref().unwrap_or(&self.create), prefix)
            }
            Kind::Update(idx, n) => {
                let key = &self.updates[idx];
                // What a PATCH names must change, and what it does not must not.
                let is_partial = n % 2 == 1 && key.as_str().starts_with("PATCH ");
                let body = if is_partial { sparse(shared, key, n) } else { drawn(shared, key, n) };
                let body = body?;
                let update = Step { body: Some(body), ..self.at_item(shared, key, 0)? };
                let mut prefix = vec![create, read()?, read()?, update.clone(), read()?];
                if update.method == "PUT" {
                    prefix.extend([update, read()?]);
                }
                (key, prefix)
            }
            Kind::Refused(idx, violation) => {
                let key = &self.updates[idx];
                let update = self.refused(shared, key, violation)?;
                (key, vec![create, read()?, update, read()?])
            }
        };
        let index = index_of(kind).checked_mul(8)?.checked_add(attempt)?;
        let id = CaseId { phase: STAGE.name.to_owned(), operation: operation.clone(), index };
        Some(Case { id, prefix, lanes: Vec::new(), probes: Vec::new() })
    }

    /// The create that was accepted.
    pub(super) fn template(&self) -> &Step {
        &self.template
    }

    /// A create: the accepted one, or one like it with other content.
    fn created(&self, shared: &Shared, kind: &Kind, attempt: u32) -> Option<Step> {
        // An update has more to lose where the resource has more members.
        let comes_first = matches!(kind, Kind::Life | Kind::Refused(..));
        if attempt == 0 && comes_first || attempt == 1 && !comes_first {
            return Some(self.template.clone());
        }
        let number = index_of(kind).wrapping_mul(8).wrapping_add(attempt);
        let body = drawn(shared, &self.create, number)?;
        Some(Step { body: Some(body), ..self.template.clone() })
    }

    /// The plausible request of an operation on the item that the step at `created` made.
    fn at_item(&self, shared: &Shared, key: &OperationKey, created: usize) -> Option<Step> {
        let mut step = self.on_collection(shared, key)?;
        let place = step.parameters.iter_mut().find(|parameter| {
            parameter.location == Location::Path && parameter.name == self.parameter
        })?;
        place.value = BoundValue::Bound(Binding { step: created, from: self.id.clone() });
        Some(step)
    }

    /// The plausible request of an operation, below the same parents as the create.
    fn on_collection(&self, shared: &Shared, key: &OperationKey) -> Option<Step> {
        let mut step = shared.operations.get(key)?.plan.baseline()?;
        for parameter in &mut step.parameters {
            let same = self.template.parameters.iter().find(|own| {
                own.location == Location::Path
                    && parameter.location == Location::Path
                    && own.name == parameter.name
            });
            if let Some(same) = same {
                parameter.value = same.value.clone();
            }
        }
        Some(step)
    }

    /// An update with other content than the create's, one member of which breaks the contract.
    fn refused(&self, shared: &Shared, key: &OperationKey, violation: usize) -> Option<Step> {
        let under_test = shared.operations.get(key)?;
        let (name, broken) = broken_members(under_test).into_iter().nth(violation)?;
        let wrong = broken.body.as_ref()?.content.value()?.get(&name)?.clone();
        let mut body = drawn(shared, key, u32::try_from(violation).ok()?)?;
        body.content.value_mut()?.as_object_mut()?.insert(name, wrong);
        let step = Step {
            body: Some(body),
            intent: broken.intent.clone(),
            ..self.at_item(shared, key, 0)?
        };
        let violated = under_test.plan.violated(&step);
        let Intent::Invalid(meant) = &broken.intent else { return None };
        // In the words of whoever reads the request: nothing else may be broken.
        let [still] = violated.as_slice() else { return None };
        let is_meant = (&still.at, &still.keyword) == (&meant.at, &meant.keyword);
        is_meant.then(|| Step { intent: Intent::Invalid(still.clone()), ..step })
    }
}

/// A number for a kind, unlike those of the others of its resource.
fn index_of(kind: &Kind) -> u32 {
    let part = |idx: &usize, n: usize| u32::try_from(idx * 1_000 + n).unwrap_or(u32::MAX / 16);
    match kind {
        Kind::Life => 0,
        Kind::Update(idx, n) => part(&(idx + 1), *n as usize),
        Kind::Refused(idx, violation) => part(&(idx + 1), 100 + violation),
    }
}

/// Values within content that is an object; what is empty holds none.
fn members(body: &Body) -> usize {
    fn leaves(value: &Value) -> usize {
        match value {
            Value::Object(members) => members.values().map(leaves).sum(),
            Value::Array(items) => items.iter().map(leaves).sum(),
            Value::Null => 0,
            Value::String(text) => usize::from(!text.is_empty()),
            Value::Bool(_) | Value::Number(_) => 1,
        }
    }
    body.content.value().filter(|value| value.is_object()).map_or(0, leaves)
}

/// Draws that the fullest, or the sparsest, is chosen of.
const DRAWS: usize = 24;

/// Random valid content of an operation, with as many members as it may have.
fn drawn(shared: &Shared, key: &OperationKey, number: u32) -> Option<Body> {
    draws(shared, key, number).max_by_key(members)
}

/// Random valid content of an operation, with as few members as it may have.
fn sparse(shared: &Shared, key: &OperationKey, number: u32) -> Option<Body> {
    draws(shared, key, number).min_by_key(members)
}

/// Random valid content that is an object and holds something.
fn draws(shared: &Shared, key: &OperationKey, number: u32) -> impl Iterator<Item = Body> {
    let mut source = Source::seeded(shared.config.seed, STAGE.name, key, number);
    let plan = shared.operations.get(key).map(|under_test| &under_test.plan);
    let bodies = (0..DRAWS).filter_map(move |_| plan?.valid(&mut source)?.body);
    bodies.filter(|body| members(body) > 0)
}
