//! What is special about a case, and where. Every negative case says what it broke.

use std::fmt;

use harness_contract::Location;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a request.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Place {
    /// A parameter, or a value within it.
    Parameter {
        /// Where the parameter travels.
        #[schemars(with = "String")]
        location: Location,
        /// Its name.
        name: String,
        /// JSON pointer into its value; empty for the whole.
        pointer: String,
    },
    /// The content, or a value within it.
    Body {
        /// JSON pointer into the content; empty for the whole.
        pointer: String,
    },
    /// The method or anything else that has no value of its own.
    Request,
}

impl Place {
    /// The same place with every array index replaced by `*`: what signatures use, since which item
    /// was hit is generated data.
    #[must_use]
    pub fn normalised(&self) -> Self {
        let mask = |pointer: &str| {
            let is_index =
                |token: &str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
            let tokens = pointer.split('/').map(|t| if is_index(t) { "*" } else { t });
            tokens.collect::<Vec<_>>().join("/")
        };
        match self {
            Self::Parameter { location, name, pointer } => {
                Self::Parameter { location: *location, name: name.clone(), pointer: mask(pointer) }
            }
            Self::Body { pointer } => Self::Body { pointer: mask(pointer) },
            Self::Request => Self::Request,
        }
    }
}

impl fmt::Display for Place {
    /// `query limit`, `path id /0`, `body /items/0/quantity`, `body`, `request`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter { location, name, pointer } => {
                write!(f, "{} {name}", location.as_str())?;
                if pointer.is_empty() { Ok(()) } else { write!(f, " {pointer}") }
            }
            Self::Body { pointer } if pointer.is_empty() => f.write_str("body"),
            Self::Body { pointer } => write!(f, "body {pointer}"),
            Self::Request => f.write_str("request"),
        }
    }
}

/// A constraint of the contract that a request breaks.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Violated {
    /// Where in the request.
    pub at: Place,
    /// JSON Schema keyword or OpenAPI field that forbids it, e.g. `maximum`, `required`, `type`.
    pub keyword: String,
    /// What was done, for people: `101, one above the maximum 100`.
    pub what: String,
    /// Whether a lenient reader could take the value for a valid one (`"1"` for 1, an unknown field
    /// where the schema does not close the object): accepting it is then of low severity.
    pub lenient: bool,
}

/// What a step is meant to be. Recomputed from the contract after every shrink step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    /// Satisfies every constraint of the contract.
    Valid,
    /// Satisfies every constraint and sits on the edge of one.
    Boundary {
        /// Where.
        at: Place,
        /// Which edge, for people: `maximum 100`.
        limit: String,
    },
    /// Breaks exactly this constraint, as it stands on the wire, and no other.
    Invalid(Violated),
    /// Breaks the syntax of the content or of HTTP itself.
    Malformed {
        /// `json`, `form`, `http`, …
        layer: String,
        /// What was done, for people.
        what: String,
    },
}

impl Intent {
    /// Begins the `limit` of a boundary that the contract does not declare (the limits of machine
    /// integers, say): refusing it is not against the contract's word.
    pub const UNDECLARED_LIMIT: &str = "undeclared limit ";

    /// Layer of a request that goes out as other octets than a request's: `what` is then the name of the
    /// wire fault.
    pub const WIRE_LAYER: &str = "wire";

    /// Whether the request goes out by own octets, so that no HTTP client can send it.
    pub fn is_wire(&self) -> bool {
        matches!(self, Self::Malformed { layer, .. } if layer == Self::WIRE_LAYER)
    }

    /// Whether the contract allows the request.
    pub fn is_allowed(&self) -> bool {
        match self {
            Self::Valid | Self::Boundary { .. } => true,
            Self::Invalid(_) | Self::Malformed { .. } => false,
        }
    }

    /// `valid`, `boundary`, `invalid`, `malformed`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Boundary { .. } => "boundary",
            Self::Invalid(_) => "invalid",
            Self::Malformed { .. } => "malformed",
        }
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("valid"),
            Self::Boundary { at, limit } => write!(f, "boundary: {at}: {limit}"),
            Self::Invalid(Violated { at, keyword, what, .. }) => {
                write!(f, "invalid: {at} breaks {keyword}: {what}")
            }
            Self::Malformed { layer, what } => write!(f, "malformed {layer}: {what}"),
        }
    }
}
