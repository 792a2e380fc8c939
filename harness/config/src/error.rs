//! Why a file of the user's cannot be used: which file, which line, what is wrong and the way out.

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {why}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ConfigError {
    /// As the user named it.
    pub file: String,
    /// Counted from 1, where it is known.
    pub line: Option<usize>,
    /// In lower case.
    pub why: String,
}
