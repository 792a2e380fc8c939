//! Everything that can be done to one operation, compiled once.

use std::collections::BTreeSet;
use std::sync::Arc;

use harness_contract::{Contract, Location, Operation, OperationKey};
use harness_model::{Body, Intent, ParameterValue, Place, Step, Violated};
use serde_json::Value;

use crate::Source;
use crate::bodies::BodyPart;
use crate::boundary::{Edge, edges};
use crate::coverage::{ConstraintCoverage, coverage};
use crate::draw::{Alphabet, Fill};
use crate::malformed;
use crate::pairs;
use crate::parts::{ParameterPart, Parts};
use crate::protocol::{DESTRUCTIVE_MAX, Probe, SAFE_MAX, is_destructive, probes};
use crate::render::render;
use crate::shapes::Compiler;
use crate::violated::Law;
use crate::violation::{Breach, breaches};

/// Steps of one list; what is listed first tells most.
const STEPS_MAX: usize = 1_500;

/// What can be done to one operation.
#[derive(Clone, Debug)]
pub struct OperationPlan {
    key: OperationKey,
    method: String,
    path: String,
    parts: Parts,
    law: Law,
    /// Method and path template of every operation of the contract.
    routes: Arc<Vec<(String, String)>>,
}

impl OperationPlan {
    /// Compiles one operation. Never fails: what cannot be made is among [`Self::gaps`]. Whoever wants
    /// all of them asks [`Self::compile_all`], which reads a schema that several operations share once.
    pub fn compile(contract: &Contract, operation: &Operation) -> Self {
        let plans = Self::compile_some(contract, std::iter::once(operation));
        plans.into_iter().next().expect("there is a plan for every operation")
    }

    /// Compiles all operations of a contract, in its order.
    pub fn compile_all(contract: &Contract) -> Vec<Self> {
        Self::compile_some(contract, contract.operations.iter())
    }

    /// Compiles these operations of a contract, in this order: what they share is compiled once.
    pub fn compile_some<'a>(
        contract: &Contract,
        operations: impl Iterator<Item = &'a Operation> + Clone,
    ) -> Vec<Self> {
        let mut compiler = Compiler::new(&contract.schemas);
        for operation in operations.clone() {
            Parts::add(&mut compiler, operation);
        }
        let atlas = compiler.finish();
        let route = |operation: &Operation| (operation.method.clone(), operation.path.clone());
        let routes: Arc<Vec<_>> = Arc::new(contract.operations.iter().map(route).collect());
        let plan = |operation: &Operation| Self {
            key: operation.key.clone(),
            method: operation.method.clone(),
            path: operation.path.clone(),
            parts: Parts::compile(&atlas, &contract.schemas, operation),
            law: Law::new(contract),
            routes: Arc::clone(&routes),
        };
        operations.map(plan).collect()
    }

    /// What cannot be generated, and why; in the contract's order.
    pub fn gaps(&self) -> &[String] {
        &self.parts.gaps
    }

    /// The most plausible valid request: the contract's examples where there are any, else the
    /// simplest values; required parameters only, and content if the operation takes any. `None` if a
    /// required part cannot be made.
    pub fn baseline(&self) -> Option<Step> {
        if self.parts.is_blocked {
            return None;
        }
        let required = self.parts.parameters.iter().filter(|part| part.required);
        let parameters = required.map(|part| Some(part.with(part.plausible()?)));
        let body = match self.parts.bodies.first() {
            Some(part) if self.sends_content() => Some(part.with(part.plausible()?)),
            Some(_) | None => None,
        };
        Some(self.step(parameters.collect::<Option<_>>()?, body, Intent::Valid))
    }

    /// Whether the baseline has content: always if it must, and for methods whose meaning lies in it.
    fn sends_content(&self) -> bool {
        self.parts.body_required || !matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE")
    }

    /// Valid requests with the contract's further examples, then one with every part there is.
    pub fn examples(&self) -> Vec<Step> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        let mut steps = Vec::new();
        for part in &self.parts.parameters {
            for example in &part.examples {
                steps.push(with_parameter(&baseline, part, Some(example.clone())));
            }
        }
        for part in &self.parts.bodies {
            for example in &part.examples {
                steps.push(with_body(&baseline, Some(part.with(example.clone()))));
            }
        }
        let mut full = baseline.clone();
        for part in self.parts.parameters.iter().filter(|part| !part.required) {
            if let Some(value) = part.plausible() {
                full = with_parameter(&full, part, Some(value));
            }
        }
        for part in &self.parts.bodies {
            if let Some(value) = part.filled(Fill::Most) {
                steps.push(with_body(&full, Some(part.with(value))));
            }
        }
        steps.push(full);
        let mut seen = BTreeSet::from([octets(&baseline)]);
        steps.retain(|step| seen.insert(octets(step)) && self.violated(step).is_empty());
        steps.truncate(STEPS_MAX);
        steps
    }

    /// A random valid request; `None` if a required part cannot be made.
    pub fn valid(&self, source: &mut Source) -> Option<Step> {
        if self.parts.is_blocked {
            return None;
        }
        let mut parameters = Vec::with_capacity(self.parts.parameters.len());
        for part in &self.parts.parameters {
            if !part.required && source.draw(2) < 2 {
                continue;
            }
            match part.draw(source) {
                Some(value) if !part.required && part.is_absence(&value) => {}
                Some(value) => parameters.push(part.with(value)),
                None if part.required => return None,
                None => {}
            }
        }
        let bodies = &self.parts.bodies;
        let wants_body = !bodies.is_empty()
            && if self.sends_content() {
                self.parts.body_required || !source.one_in(8)
            } else {
                source.one_in(4)
            };
        let body = if wants_body {
            let part = &bodies[source.index(bodies.len())];
            match part.draw(source) {
                Some(body) => Some(body),
                None if self.parts.body_required => return None,
                None => None,
            }
        } else {
            None
        };
        Some(self.step(parameters, body, Intent::Valid))
    }

    /// Valid requests on the edges of the constraints, one place at a time, most telling first. The
    /// same for every seed.
    pub fn boundaries(&self) -> Vec<Step> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        let mut list = Ranked::default();
        for part in &self.parts.parameters {
            let Some(base) = part.plausible() else { continue };
            for Edge { value, pointer, limit, rank } in edges(&part.graph, &base, part.alphabet) {
                if part.is_absence(&value) {
                    continue;
                }
                let at = parameter_place(part, pointer);
                let mut step = with_parameter(&baseline, part, Some(value));
                step.intent = Intent::Boundary { at, limit };
                // Only what was changed can have become invalid.
                if self.law.of_parameter(part, &step).is_empty() {
                    list.push(step, rank);
                }
            }
            if !part.required && baseline_has(&baseline, part) {
                list.push(with_parameter(&baseline, part, None), 2);
            }
        }
        for (part, base) in self.body_bases() {
            let Some(graph) = &part.graph else { continue };
            for Edge { value, pointer, limit, rank } in edges(graph, &base, Alphabet::Any) {
                if !part.is_sendable(&value) {
                    continue;
                }
                let at = Place::Body { pointer: part.pointer(pointer) };
                let mut step = with_body(&baseline, Some(part.with(value)));
                step.intent = Intent::Boundary { at, limit };
                if self.law.of_content(&self.parts, &step).is_empty() {
                    list.push(step, rank);
                }
            }
        }
        if !self.parts.body_required && baseline.body.is_some() {
            let at = Place::Body { pointer: String::new() };
            let mut step = with_body(&baseline, None);
            step.intent = Intent::Boundary { at, limit: "without the optional content".to_owned() };
            list.push(step, 1);
        }
        list.chosen(&baseline)
    }

    /// Requests that break one constraint each, by the smallest step, most telling first. The same for
    /// every seed. Each breaks exactly what its intent says, as it goes over the wire.
    pub fn violations(&self) -> Vec<Step> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        let mut list = Ranked::default();
        for part in &self.parts.parameters {
            let Some(base) = part.plausible() else { continue };
            for Breach { value, pointer, what, rank } in breaches(&part.graph, &base, part.alphabet)
            {
                if is_sendable(part, &value) {
                    let at = parameter_place(part, pointer);
                    let step = with_parameter(&baseline, part, Some(value));
                    list.push_broken(&self.law.of_parameter(part, &step), step, &at, what, rank);
                }
            }
            if part.required && part.location != Location::Path {
                let at = parameter_place(part, String::new());
                let what = format!("without the required parameter {}", part.name);
                let step = with_parameter(&baseline, part, None);
                list.push_broken(&self.law.of_parameter(part, &step), step, &at, what, 0);
            }
        }
        for (part, base) in self.body_bases() {
            let Some(graph) = &part.graph else { continue };
            for Breach { value, pointer, what, rank } in breaches(graph, &base, Alphabet::Any) {
                if !part.is_sendable(&value) {
                    continue;
                }
                let at = Place::Body { pointer: part.pointer(pointer) };
                let step = with_body(&baseline, Some(part.with(value)));
                list.push_broken(&self.law.of_content(&self.parts, &step), step, &at, what, rank);
            }
        }
        if self.parts.body_required {
            let at = Place::Body { pointer: String::new() };
            let step = with_body(&baseline, None);
            let what = "without the required content".to_owned();
            list.push_broken(&self.law.of_content(&self.parts, &step), step, &at, what, 0);
        }
        list.chosen(&baseline)
    }

    /// Valid requests with two things at a time: optional parameters and members in a covering array of
    /// strength 2, then edges of two places together. The same for every seed, without repeats on the
    /// wire; at most 200.
    pub fn pairs(&self) -> Vec<Step> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        let mut seen = BTreeSet::from([octets(&baseline)]);
        let mut steps = Vec::new();
        for (found, most) in [
            (pairs::presence(&baseline, &self.parts), pairs::PRESENCE_MAX),
            (pairs::of_edges(&baseline, &self.parts), pairs::EDGE_PAIRS_MAX),
        ] {
            let is_new = |step: &Step| seen.insert(octets(step)) && self.violated(step).is_empty();
            steps.extend(found.into_iter().filter(is_new).take(most));
        }
        steps
    }

    /// Requests whose content is broken in its syntax, one thing at a time, most telling first; at most
    /// 64, without repeats on the wire, the same for every seed. What a reader may take all the same
    /// has a layer that ends with [`LENIENT_SUFFIX`](crate::LENIENT_SUFFIX).
    pub fn malformed(&self) -> Vec<Step> {
        self.malformed_towards(None)
    }

    /// As [`Self::malformed`]; XML also names external entities at this URL, which should lead to a
    /// listener of ours on loopback: a service that asks for it follows what strangers tell it to.
    pub fn malformed_towards(&self, canary: Option<&str>) -> Vec<Step> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        let (mut list, mut bulky) = (Ranked::default(), Ranked::default());
        for part in &self.parts.bodies {
            for (rank, step) in malformed::steps(&baseline, part, canary) {
                let list = if rank < malformed::BULKY_RANK { &mut list } else { &mut bulky };
                list.push(step, rank);
            }
        }
        let mut steps = list.chosen_of(&baseline, malformed::USUAL_MAX);
        steps.extend(bulky.chosen_of(&baseline, malformed::BULKY_MAX));
        steps
    }

    /// Requests that are odd as HTTP rather than by their values: other methods and media types,
    /// parameters twice or in another form, escapes that are none, fields that nobody declares. Most
    /// telling first, methods that change things last; at most 60. What no reader can take for valid is
    /// called invalid, the rest sits on limits that the contract does not declare.
    pub fn protocol(&self) -> Vec<Step> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        let (mut safe, mut destructive) = (Ranked::default(), Ranked::default());
        for Probe { mut step, at, what, rank } in probes(&baseline, &self.parts, &self.routes) {
            let list = if is_destructive(&step) { &mut destructive } else { &mut safe };
            let mut broken = self.violated(&step);
            if broken.is_empty() {
                let limit = format!("{}{what}", Intent::UNDECLARED_LIMIT);
                step.intent = Intent::Boundary { at, limit };
                list.push(step, rank);
                continue;
            }
            // A required parameter under another name may be known for what it is.
            for violated in &mut broken {
                violated.lenient |= violated.keyword == "required";
            }
            list.push_broken(&broken, step, &at, what, rank);
        }
        let mut steps = safe.chosen_of(&baseline, SAFE_MAX);
        steps.extend(destructive.chosen_of(&baseline, DESTRUCTIVE_MAX));
        steps
    }

    /// Whether a step asks by a method that changes things although its operation has another one, or
    /// asks for such a method in a field: should the service know it, something may be gone. Of
    /// [`Self::protocol`] these come last.
    pub fn is_destructive(step: &Step) -> bool {
        is_destructive(step)
    }

    /// Each constraint of the operation, and whether its edges and violations reach it. Makes both
    /// lists to look at them.
    pub fn coverage(&self) -> Vec<ConstraintCoverage> {
        let mut valid = self.boundaries();
        valid.extend(self.examples());
        valid.extend(self.baseline());
        coverage(&self.parts, &valid, &self.violations())
    }

    /// What a step breaks, as it goes over the wire; empty: the contract allows it. Values that are
    /// bound to earlier answers are taken to be fine.
    pub fn violated(&self, step: &Step) -> Vec<Violated> {
        self.law.of_step(&self.parts, step)
    }

    /// Whether a step that breaks no constraint holds a text that is not of its declared `format`: no
    /// breach of the contract, but nothing that a service must accept either.
    pub fn breaks_format(&self, step: &Step) -> bool {
        self.law.breaks_format(&self.parts, step)
    }

    /// Content to change one place of: with every part if that is valid, else the plausible one.
    fn body_bases(&self) -> impl Iterator<Item = (&BodyPart, Value)> {
        self.parts.bodies.iter().filter_map(|part| {
            let base = part.filled(Fill::Most).or_else(|| part.plausible())?;
            Some((part, base))
        })
    }

    fn step(&self, parameters: Vec<ParameterValue>, body: Option<Body>, intent: Intent) -> Step {
        Step {
            operation: self.key.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            parameters,
            body,
            identity: None,
            intent,
        }
    }
}

/// Steps with how telling they are, 0 most.
#[derive(Default)]
struct Ranked(Vec<(u8, Step)>);

impl Ranked {
    fn push(&mut self, step: Step, rank: u8) {
        self.0.push((rank, step));
    }

    /// Adds a step that breaks what it is meant to, and nothing elsewhere.
    fn push_broken(
        &mut self,
        broken: &[Violated],
        mut step: Step,
        at: &Place,
        what: String,
        rank: u8,
    ) {
        if let Some(violated) = only(broken, at) {
            step.intent = Intent::Invalid(Violated { what, ..violated });
            self.push(step, rank);
        }
    }

    /// Sorted by rank, without repeats on the wire, bounded.
    fn chosen(self, baseline: &Step) -> Vec<Step> {
        self.chosen_of(baseline, STEPS_MAX)
    }

    fn chosen_of(mut self, baseline: &Step, most: usize) -> Vec<Step> {
        self.0.sort_by_key(|(rank, _)| *rank);
        let mut seen = BTreeSet::from([octets(baseline)]);
        let steps = self.0.into_iter().map(|(_, step)| step);
        steps.filter(|step| seen.insert(octets(step))).take(most).collect()
    }
}

/// A digest of what goes over the wire.
fn octets(step: &Step) -> [u8; 32] {
    let request = render(step, "").expect("planned steps have no bound values");
    let mut hasher = blake3::Hasher::new();
    for part in [request.method.as_bytes(), &request.target.0, &request.content.0] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    for field in &request.headers {
        hasher.update(field.name.as_bytes());
        hasher.update(&field.value.0);
    }
    *hasher.finalize().as_bytes()
}

pub(crate) fn parameter_place(part: &ParameterPart, pointer: String) -> Place {
    Place::Parameter { location: part.location, name: part.name.clone(), pointer }
}

fn baseline_has(step: &Step, part: &ParameterPart) -> bool {
    step.parameters.iter().any(|value| value.location == part.location && value.name == part.name)
}

/// The step with one parameter set, or left out.
pub(crate) fn with_parameter(step: &Step, part: &ParameterPart, value: Option<Value>) -> Step {
    let mut step = step.clone();
    let at =
        step.parameters.iter().position(|v| v.location == part.location && v.name == part.name);
    match (at, value) {
        (Some(idx), Some(value)) => step.parameters[idx] = part.with(value),
        (Some(idx), None) => drop(step.parameters.remove(idx)),
        (None, Some(value)) => step.parameters.push(part.with(value)),
        (None, None) => {}
    }
    step
}

pub(crate) fn with_body(step: &Step, body: Option<Body>) -> Step {
    Step { body, ..step.clone() }
}

/// Whether a value can travel there at all: an empty path segment is another path, and a field value
/// is visible ASCII.
fn is_sendable(part: &ParameterPart, value: &Value) -> bool {
    let text = crate::render::text(value);
    let is_empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.is_empty(),
    };
    match part.location {
        Location::Path => !is_empty && !text.contains('/'),
        Location::Header | Location::Cookie => text.chars().all(|c| (' '..='~').contains(&c)),
        Location::Query => true,
    }
}

/// The violation at this place, if all violations are on the line from the root to it or below it: a
/// request that breaks two things tells nothing about either.
fn only(broken: &[Violated], at: &Place) -> Option<Violated> {
    let is_related = |other: &Place| match (at, other) {
        (Place::Body { pointer }, Place::Body { pointer: other }) => {
            pointer.starts_with(other.as_str()) || other.starts_with(pointer.as_str())
        }
        (
            Place::Parameter { location, name, .. },
            Place::Parameter { location: other_location, name: other_name, .. },
        ) => location == other_location && name == other_name,
        (Place::Request, Place::Request) => true,
        _ => false,
    };
    if !broken.iter().all(|violated| is_related(&violated.at)) {
        return None;
    }
    broken.iter().find(|violated| violated.at == *at).or_else(|| broken.first()).cloned()
}
