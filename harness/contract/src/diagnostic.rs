//! What is odd about a document, and where. Data only; drawing is `crate::render`'s work.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// The document is wrong here, but its meaning was clear enough.
    Warning,
    /// Something cannot be tested because of this.
    Error,
}

/// A place in the document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in Unicode code points.
    pub column: usize,
}

/// One remark about a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Stable kebab-case identifier, e.g. `unresolvable-reference`.
    pub code: String,
    /// Lower case, no full stop, names the thing.
    pub message: String,
    /// File name or URL of the document it is about.
    pub source: String,
    /// JSON pointer (RFC 6901) of the element; empty for the whole document.
    pub pointer: String,
    /// Where the element stands in the text, if it could be found.
    pub position: Option<Position>,
}

impl fmt::Display for Diagnostic {
    /// `file:line:column: message (at #/pointer)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {} (at #{})", self.message, self.pointer)
    }
}
