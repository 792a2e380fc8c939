//! One operation of a contract and its parts, in the words of RFC 9110 and OpenAPI.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::SchemaRef;

/// Method and path template, e.g. `GET /orders/{id}`: the identity of an operation in every report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationKey(String);

impl OperationKey {
    /// The key of an operation: upper-case method, one space, path template as written.
    pub fn new(method: &str, path: &str) -> Self {
        Self(format!("{} {path}", method.to_ascii_uppercase()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing that a service offers.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Unique within the contract.
    pub key: OperationKey,
    /// `operationId`, if the document gives one.
    pub id: Option<String>,
    /// What it does, in the words of the document; empty if it says nothing.
    pub summary: String,
    /// Upper case, e.g. `GET`.
    pub method: String,
    /// Path template as written, e.g. `/orders/{id}`; begins with `/`.
    pub path: String,
    /// In document order; may be empty.
    pub tags: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// Path-level and operation-level parameters merged, in document order. Every `{name}` of the
    /// path template has one, declared or not.
    pub parameters: Vec<Parameter>,
    /// The request's content, if any is declared.
    pub request_body: Option<RequestBody>,
    /// In document order.
    pub responses: Vec<ResponseSpec>,
    /// Servers of this operation or its path alone, which stand in for the document's; mostly empty.
    pub servers: Vec<crate::Server>,
    /// Alternatives (OR), each a set that is needed together (AND). Empty: no security declared.
    /// An empty set among them means that anonymous callers are allowed.
    pub security: Vec<SecurityRequirement>,
    /// JSON pointer of the operation object.
    pub pointer: String,
}

impl Operation {
    /// The declared response for a status code: the code itself, else its range (`2XX`), else
    /// `default` (OpenAPI 3.1, 4.8.16).
    pub fn response(&self, status: u16) -> Option<&ResponseSpec> {
        let by = |wanted: StatusRange| self.responses.iter().find(|r| r.status == wanted);
        let class = u8::try_from(status / 100).unwrap_or(u8::MAX);
        by(StatusRange::Code(status))
            .or_else(|| by(StatusRange::Class(class)))
            .or_else(|| by(StatusRange::Default))
    }
}

/// Schemes that are needed together: scheme name → scopes.
pub type SecurityRequirement = IndexMap<String, Vec<String>>;

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    /// In the path, in place of `{name}`.
    Path,
    /// In the query component.
    Query,
    /// In a request header field.
    Header,
    /// In the `Cookie` field.
    Cookie,
}

impl Location {
    /// Lower-case name as OpenAPI's `in` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// How a value becomes text in a parameter (OpenAPI 3.1, 4.8.12, `style`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Style {
    /// `,`-separated; the default in path and header.
    Simple,
    /// `.`-prefixed path segments.
    Label,
    /// `;name=value` path segments.
    Matrix,
    /// `name=value`, the default in query and cookie.
    Form,
    /// Array items separated by `%20`.
    SpaceDelimited,
    /// Array items separated by `|`.
    PipeDelimited,
    /// `name[key]=value`.
    DeepObject,
}

/// A declared parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// As written; header names keep their case.
    pub name: String,
    /// Where it travels.
    pub location: Location,
    /// Always true for `Path`.
    pub required: bool,
    /// Serialisation style, defaulted by location.
    pub style: Style,
    /// Whether arrays and objects become repeated parameters; defaulted by style.
    pub explode: bool,
    /// Whether reserved characters stay unescaped.
    pub allow_reserved: bool,
    /// The value's schema.
    pub schema: SchemaRef,
    /// With `content` instead of `schema`: the media type that the value is serialised in.
    pub media_type: Option<String>,
    /// `example`, then `examples`, then the schema's own, in document order.
    pub examples: Vec<Value>,
    /// JSON pointer of the parameter object.
    pub pointer: String,
}

/// The declared content of a request.
#[derive(Clone, Debug)]
pub struct RequestBody {
    /// Whether the request must have content.
    pub required: bool,
    /// In document order; never empty.
    pub content: Vec<MediaType>,
    /// JSON pointer of the request body object.
    pub pointer: String,
}

/// A media type and what its content looks like.
#[derive(Clone, Debug)]
pub struct MediaType {
    /// As written, e.g. `application/json; charset=utf-8` or `image/*`.
    pub name: String,
    /// Schema of the content; `None` means that anything goes.
    pub schema: Option<SchemaRef>,
    /// Schema of each item of content that is a sequence, e.g. `text/event-stream` or
    /// `application/jsonl` (OpenAPI 3.2, 4.14).
    pub item_schema: Option<SchemaRef>,
    /// How single properties are sent where the content is a form (OpenAPI 3.1, 4.8.15), in document
    /// order; empty for most.
    pub encoding: Vec<Encoding>,
    /// `example`, then `examples`, in document order.
    pub examples: Vec<Value>,
    /// JSON pointer of the media type object.
    pub pointer: String,
}

impl MediaType {
    /// A media type of which nothing but the name is known.
    pub(crate) fn anything(name: &str, pointer: String) -> Self {
        Self {
            name: name.to_owned(),
            schema: None,
            item_schema: None,
            encoding: Vec::new(),
            examples: Vec::new(),
            pointer,
        }
    }
}

/// How one property of a form is sent (OpenAPI 3.1, 4.8.15).
#[derive(Clone, Debug)]
pub struct Encoding {
    /// Name of the property, which is the name of the part or field.
    pub property: String,
    /// `contentType` as written, e.g. `image/png, image/*`; `None` means the default of the type:
    /// text for scalars, JSON for objects, octets for strings in binary form.
    pub content_type: Option<String>,
    /// Header fields of the part (`multipart` only), in document order.
    pub headers: Vec<HeaderSpec>,
    /// Serialisation style, where the document gives one; by default that of a query parameter.
    pub style: Option<Style>,
    /// Whether arrays and objects become repeated fields; defaulted by style.
    pub explode: bool,
    /// Whether reserved characters stay unescaped.
    pub allow_reserved: bool,
    /// JSON pointer of the encoding object.
    pub pointer: String,
}

/// A declared answer.
#[derive(Clone, Debug)]
pub struct ResponseSpec {
    /// Which status codes it is for.
    pub status: StatusRange,
    /// In document order; empty if the response is declared without content.
    pub content: Vec<MediaType>,
    /// In document order.
    pub headers: Vec<HeaderSpec>,
    /// In document order.
    pub links: Vec<Link>,
    /// JSON pointer of the response object.
    pub pointer: String,
}

/// A declared response header field.
#[derive(Clone, Debug)]
pub struct HeaderSpec {
    /// As written.
    pub name: String,
    /// Whether every such response must have it.
    pub required: bool,
    /// Schema of the value, if any.
    pub schema: Option<SchemaRef>,
    /// With `content` instead of `schema`: the media type that the value is serialised in.
    pub media_type: Option<String>,
    /// Whether the members of an object are written as `name=value`; the style is always `simple`.
    pub explode: bool,
    /// JSON pointer of the header object.
    pub pointer: String,
}

/// A declared link from a response to another operation (OpenAPI 3.1, 4.8.20).
#[derive(Clone, Debug)]
pub struct Link {
    /// Name of the link.
    pub name: String,
    /// The operation that it leads to.
    pub operation: OperationKey,
    /// Parameter name → runtime expression or constant.
    pub parameters: IndexMap<String, Value>,
    /// Expression or constant for the request's content.
    pub request_body: Option<Value>,
    /// JSON pointer of the link object.
    pub pointer: String,
}

/// The status codes that a declared response is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusRange {
    /// One code, e.g. `404`.
    Code(u16),
    /// A class, `1..=5`, e.g. `4XX`.
    Class(u8),
    /// Whatever is not declared otherwise.
    Default,
}
