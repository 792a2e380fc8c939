//! The contract as a whole: what every other room reads. Format-neutral and immutable.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::bundle::Other;
use crate::{Diagnostic, Operation, OperationKey, Schemas};
use crate::{pointer, uri};

/// What a service promises, whichever format it was written in.
#[derive(Clone, Debug)]
pub struct Contract {
    /// `info.title`; empty if absent.
    pub title: String,
    /// `info.version`; empty if absent.
    pub version: String,
    /// The format as people name it, e.g. `OpenAPI 3.1.0`. For display only: never match on it.
    pub format: String,
    /// File name or URL that the document was read from, as the user would recognise it.
    pub source: String,
    /// BLAKE3 of the document's octets, 64 hexadecimal digits.
    pub digest: String,
    /// In document order; empty if the document names none.
    pub servers: Vec<Server>,
    /// Testable operations in document order. Keys are unique.
    pub operations: Vec<Operation>,
    /// Operations that the document names but that cannot be tested, each with its reason.
    pub skipped: Vec<SkippedOperation>,
    /// Requests that the service sends itself: webhooks and callbacks. Known, and never fired.
    pub unfired: Vec<Unfired>,
    /// Every schema of the document, lifted to JSON Schema 2020-12.
    pub schemas: Schemas,
    /// By name, in document order.
    pub security_schemes: IndexMap<String, SecurityScheme>,
    /// What was odd or wrong in the document, in document order; then the same of each document that
    /// it refers to, and what overlays did not find.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents that it refers to, in the order in which they were met; empty for most.
    pub others: Vec<OtherDocument>,
}

/// A document that a contract refers to.
#[derive(Clone, Debug)]
pub struct OtherDocument {
    /// Path of the file or URL, as diagnostics name it.
    pub source: String,
    /// JSON pointer of the document in the whole: pointers of the contract that begin with it lead
    /// into this document.
    pub pointer: String,
    /// As it was fetched, decoded.
    pub text: String,
}

impl From<Other> for OtherDocument {
    fn from(Other { location, pointer, text, .. }: Other) -> Self {
        Self { source: location, pointer, text }
    }
}

impl Contract {
    /// The operation with this key, if the contract has it.
    pub fn operation(&self, key: &OperationKey) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.key == *key)
    }

    /// The document that a pointer of the contract leads into, by its file name or URL, and the rest
    /// of the pointer, which leads to the place there.
    pub fn place<'c>(&'c self, pointer: &'c str) -> (&'c str, &'c str) {
        let others = self.others.iter();
        let found = others
            .filter(|other| pointer::is_at_or_below(pointer, &other.pointer))
            .max_by_key(|other| other.pointer.len());
        found.map_or((&self.source, pointer), |other| {
            (&other.source, &pointer[other.pointer.len()..])
        })
    }
}

/// A request that the service sends to somebody else (OpenAPI 3.1, 4.8.1 `webhooks`, 4.8.18
/// Callback Object), so that it cannot be sent to the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfired {
    /// The operation that it is a callback of; `None` for a webhook.
    pub callback_of: Option<OperationKey>,
    /// Name of the webhook or callback.
    pub name: String,
    /// Where a callback goes: a runtime expression, e.g. `{$request.body#/url}`; empty for a
    /// webhook.
    pub expression: String,
    /// Upper case.
    pub method: String,
    /// JSON pointer of the operation object.
    pub pointer: String,
}

/// A base URL that the document names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Absolute or relative URL with variables replaced by their defaults.
    pub url: String,
    /// As written, with `{name}` for each variable.
    pub template: String,
    /// In document order; empty for most.
    pub variables: Vec<ServerVariable>,
    /// JSON pointer of the server object.
    pub pointer: String,
}

impl Server {
    /// A server with a fixed URL.
    pub(crate) fn fixed(url: String, pointer: String) -> Self {
        Self { template: url.clone(), url, variables: Vec::new(), pointer }
    }

    /// The URL, made absolute by the URL that the contract was read from (OpenAPI 3.1, 4.8.5). Where
    /// a file lies says nothing about where a service is: then the URL stays as it is.
    pub fn resolved(&self, source: &str) -> String {
        if source.contains("://") { uri::resolve(source, &self.url) } else { self.url.clone() }
    }

    /// The path of the resolved URL, without a slash at its end and without the empty segments that joining
    /// by hand leaves: what stands before every path of the contract.
    pub fn base_path(&self, source: &str) -> String {
        let url = self.resolved(source);
        let after_scheme = url.split_once("://").map(|(_, rest)| rest);
        let after_authority = match after_scheme.or_else(|| url.strip_prefix("//")) {
            Some(rest) => rest.find('/').map_or("", |slash| &rest[slash..]),
            None => &url,
        };
        let path = after_authority.split(['?', '#']).next().unwrap_or("");
        let segments = path.split('/').filter(|segment| !matches!(*segment, "" | "." | ".."));
        segments.flat_map(|segment| ["/", segment]).collect()
    }
}

/// A part of a server's URL that may be chosen (OpenAPI 3.1, 4.8.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerVariable {
    /// Name between the braces.
    pub name: String,
    /// Value that is used; empty if the document gives none.
    pub default: String,
    /// All values that are allowed; empty if any is.
    pub values: Vec<String>,
}

/// How a caller proves who it is (OpenAPI 3.1, 4.8.27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecurityScheme {
    /// A key in a header field, a query parameter or a cookie.
    ApiKey {
        /// Where the key goes: `Header`, `Query` or `Cookie`.
        location: crate::Location,
        /// Name of the field, parameter or cookie.
        name: String,
    },
    /// An `Authorization` scheme (RFC 9110, 11), lower-cased: `basic`, `bearer`, …
    Http {
        /// Lower-cased scheme name.
        scheme: String,
    },
    /// OAuth 2 or `OpenID Connect`: a bearer token obtained elsewhere.
    OAuth,
    /// Anything else (`mutualTLS`, vendor inventions), by its declared type.
    Other {
        /// The declared `type`.
        kind: String,
    },
}

/// An operation that cannot be tested, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedOperation {
    /// Which operation.
    pub key: OperationKey,
    /// Why, as a sentence fragment in lower case.
    pub reason: String,
    /// JSON pointer of the operation object.
    pub pointer: String,
}
