//! What the content of an error looks like, without its data.

use std::collections::BTreeSet;
use std::fmt;

use harness_model::Response;
use serde_json::Value;

use crate::answers::is_json;

/// Members that make up a shape: errors have few.
const MEMBERS_MAX: usize = 20;
/// Longest name of a member that is repeated, in characters.
const NAME_CHARS_MAX: usize = 40;

/// What the content of an error looks like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// There is none.
    Empty,
    /// A JSON object with these members.
    Object(BTreeSet<String>),
    /// Any other JSON: a list, a text, a number.
    OtherJson,
    /// A page.
    Html,
    /// Anything else.
    Other,
}

impl Shape {
    /// The shape of an answer's content.
    pub fn of(response: &Response) -> Self {
        if response.content.0.iter().all(u8::is_ascii_whitespace) {
            return Self::Empty;
        }
        let essence = response.media_type().unwrap_or_default();
        if essence.contains("html") {
            return Self::Html;
        }
        match serde_json::from_slice(&response.content.0) {
            Ok(Value::Object(members)) => {
                let names = members.keys().take(MEMBERS_MAX);
                Self::Object(names.map(|n| n.chars().take(NAME_CHARS_MAX).collect()).collect())
            }
            Ok(_) if is_json(&essence) => Self::OtherJson,
            Ok(_) | Err(_) => Self::Other,
        }
    }

    /// Whether both are errors of one kind: the same format, and of objects the smaller one shares
    /// half of its members with the other, since errors have optional members (RFC 9457, 3.1).
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object(one), Self::Object(other)) => {
                let shared = one.intersection(other).count();
                let smaller = one.len().min(other.len());
                shared * 2 >= smaller && (shared > 0 || smaller == 0)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Shape {
    /// `nothing`, `{detail, title}`, `json`, `html`, `text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing"),
            Self::Object(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                write!(f, "{{{}}}", names.join(", "))
            }
            Self::OtherJson => f.write_str("json"),
            Self::Html => f.write_str("html"),
            Self::Other => f.write_str("text"),
        }
    }
}
