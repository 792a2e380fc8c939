//! What is done to the service. One request, a sequence and a race are the same type, so that one
//! shrinker, one replayer and one file format serve all.

use std::collections::BTreeMap;
use std::fmt;

use harness_contract::{Location, OperationKey, Style};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exact_value::exact;
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
    Known(#[serde(deserialize_with = "exact")] Value),
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
    Json(#[serde(deserialize_with = "exact")] Value),
    /// Serialised as `application/x-www-form-urlencoded` (WHATWG URL, 5.2); normally an object.
    Form(#[serde(deserialize_with = "exact")] Value),
    /// Serialised in a way that is written down beside the value.
    Coded {
        /// What it means.
        #[serde(deserialize_with = "exact")]
        value: Value,
        /// How it becomes octets.
        coding: Coding,
    },
    /// Sent as they are.
    Octets(Octets),
}

impl BodyContent {
    /// What the content means; `None`: raw octets.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Json(value) | Self::Form(value) | Self::Coded { value, .. } => Some(value),
            Self::Octets(_) => None,
        }
    }

    /// What the content means, to be edited; `None`: raw octets.
    pub fn value_mut(&mut self) -> Option<&mut Value> {
        match self {
            Self::Json(value) | Self::Form(value) | Self::Coded { value, .. } => Some(value),
            Self::Octets(_) => None,
        }
    }
}

/// How a value becomes octets, other than as JSON or as a URL-encoded form. What it needs to know of
/// the contract stands here, so that rendering needs no contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Coding {
    /// A scalar as its text, in UTF-8.
    Text,
    /// A text that stands for octets: a character up to U+00FF is one octet (WHATWG Infra, 4.6,
    /// isomorphic encode), any other is sent in UTF-8.
    Binary,
    /// Each item as JSON on a line of its own (NDJSON, JSON Lines). A value that is no list is one
    /// line.
    JsonLines,
    /// As [`BodyContent::Form`], with members that are written otherwise.
    Form {
        /// How, by name (OpenAPI 3.1, 4.8.15: `style` and `explode`); the others as their type has it:
        /// items repeated, objects as JSON.
        fields: BTreeMap<String, FieldLayout>,
    },
    /// The members as the parts of a form (RFC 7578), the items of a list as parts of one name.
    Multipart {
        /// How single members are sent, by name; the others as their type has it (OpenAPI 3.1,
        /// 4.8.15): scalars as text, objects as JSON.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        parts: BTreeMap<String, PartLayout>,
    },
    /// As an XML document: members as elements, items as repeated elements.
    Xml {
        /// Name of the document element.
        root: String,
        /// What is not named after its member, by JSON pointer with `*` for the index of an item;
        /// the document element at the empty pointer.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        nodes: BTreeMap<String, XmlNode>,
    },
}

/// How a member of a URL-encoded form is sent: as a query parameter would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldLayout {
    /// How arrays and objects become text.
    #[schemars(with = "String")]
    pub style: Style,
    /// Whether arrays and objects become repeated fields.
    pub explode: bool,
}

/// How a member of a multipart form is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartLayout {
    /// `Content-Type` of the part; `None`: none is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// `filename` parameter of its `Content-Disposition` (RFC 7578, 4.2): makes a file of it, whose
    /// text stands for octets as in [`Coding::Binary`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Further header fields of the part, name and value, in wire order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
}

/// How a value is written as XML where the member's name does not say it (OpenAPI 3.1, 4.8.26).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct XmlNode {
    /// Local name of the element or attribute; `None`: the member's, or that of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is an attribute of the element around it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub attribute: bool,
    /// Whether the items of a list stand within an element of the list's name.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wrapped: bool,
    /// Namespace, declared on the element itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Prefix of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
