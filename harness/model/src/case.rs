//! What is done to the service. One request, a sequence and a race are the same type, so that one
//! shrinker, one replayer and one file format serve all.

use std::fmt;

use harness_contract::{Location, OperationKey, Style};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Intent, Octets};

/// Identity of a planned case within a run: phase, operation and index. Never random.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CaseId {
    /// Name of the phase that planned it.
    pub phase: String,
    /// The operation under attack.
    #[schemars(with = "String")]
    pub operation: OperationKey,
    /// Counted from 0 within phase and operation.
    pub index: u32,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} #{}", self.phase, self.operation, self.index)
    }
}

/// What is done to the service: a sequential prefix, then optionally lanes that are released
/// together, then probes. A single request is one step in the prefix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Which planned case this is, or came from.
    pub id: CaseId,
    /// Sent one after another. Never empty unless `lanes` is not.
    pub prefix: Vec<Step>,
    /// Released together after the prefix; each lane is sequential in itself. Empty: no race.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<Vec<Step>>,
    /// Sent one after another at the end, to see the state that was left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Step>,
}

impl Case {
    /// A case of one request.
    pub fn single(id: CaseId, step: Step) -> Self {
        Self { id, prefix: vec![step], lanes: Vec::new(), probes: Vec::new() }
    }

    /// All steps: prefix, lanes in order, probes. [`Binding::step`] counts in this order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.prefix.iter().chain(self.lanes.iter().flatten()).chain(&self.probes)
    }

    /// All steps, to be edited, in the order of [`Case::steps`].
    pub fn steps_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        self.prefix.iter_mut().chain(self.lanes.iter_mut().flatten()).chain(&mut self.probes)
    }
}

/// One request as it is meant, before it becomes octets. Self-contained: rendering it needs no
/// contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Which operation of the contract.
    #[schemars(with = "String")]
    pub operation: OperationKey,
    /// As sent, e.g. `GET`; differs from the operation's for undeclared-method probes.
    pub method: String,
    /// Path template as the contract writes it, e.g. `/orders/{id}`.
    pub path: String,
    /// In the order they are rendered. A parameter that is absent here is not sent.
    pub parameters: Vec<ParameterValue>,
    /// The request's content, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Name of the identity (set of credentials) that sends it; `None`: the run's own headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// What is special about it.
    pub intent: Intent,
}

/// The value given to a parameter, with all that rendering needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterValue {
    /// Where it travels.
    #[schemars(with = "String")]
    pub location: Location,
    /// Its name.
    pub name: String,
    /// How arrays and objects become text.
    #[schemars(with = "String")]
    pub style: Style,
    /// Whether arrays and objects become repeated parameters.
    pub explode: bool,
    /// With `content`: the media type that the value is serialised in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Whether the contract requires it: a shrinker need not try to leave it out.
    pub required: bool,
    /// The value.
    pub value: BoundValue,
}

/// A value that is known now, or only once an earlier step was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundValue {
    /// Known when planned.
    Known(Value),
    /// Taken from an earlier answer.
    Bound(Binding),
}

/// A value taken from an earlier response: cases hold no id that a server assigned, so they
/// reproduce on a fresh service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Binding {
    /// Index of the step, in the order of [`Case::steps`].
    pub step: usize,
    /// Where in its response.
    pub from: BindingSource,
}

/// Where in a response a bound value is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BindingSource {
    /// JSON pointer into the response's JSON content.
    Body(String),
    /// The whole value of a header field.
    Header(String),
    /// The last non-empty path segment of the `Location` field (RFC 9110, 10.2.2).
    LocationSegment,
}

/// The content of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// Value of the `Content-Type` field; `None`: the field is not sent.
    pub media_type: Option<String>,
    /// What it holds.
    pub content: BodyContent,
    /// Values within the content that come from earlier answers: JSON pointer → binding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<(String, Binding)>,
}

/// What a request's content is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyContent {
    /// Serialised as JSON (RFC 8259), no insignificant white space.
    Json(Value),
    /// Serialised as `application/x-www-form-urlencoded` (WHATWG URL, 5.2); normally an object.
    Form(Value),
    /// Sent as they are.
    Octets(Octets),
}
