//! Which operations are tested: `--include` and `--exclude`.

use harness_contract::{Contract, Operation, OperationKey};

/// One condition on an operation. `*` in a value stands for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Matches the key (`POST /orders`) or the `operationId`.
    Operation(String),
    /// Matches the path template.
    Path(String),
    /// Matches the method, in any case.
    Method(String),
    /// Matches one of the tags.
    Tag(String),
    /// Matches any of the above.
    Any(String),
}

/// A filter that nobody can mean.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No text after the prefix.
    #[error(
        "the filter {0:?} is empty; write e.g. path:/orders*, method:GET, tag:orders or \"POST /orders\""
    )]
    Empty(String),
    /// It selects nothing in this contract.
    #[error("{flag} {filter:?} matches no operation of the contract{hint}")]
    MatchesNothing {
        /// The flag it was given with.
        flag: &'static str,
        /// As written.
        filter: String,
        /// `; did you mean …?`, or a hint at where to look.
        hint: String,
    },
    /// Everything was filtered away.
    #[error("the filters leave no operation to test; {0} were in the contract")]
    NothingLeft(usize),
}

impl Filter {
    /// Reads `operation:…`, `path:…`, `method:…`, `tag:…`, or a bare value that may be any of them.
    ///
    /// # Errors
    /// If there is no value.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let (make, value): (fn(String) -> Self, &str) = match text.split_once(':') {
            Some(("operation", value)) => (Self::Operation, value),
            Some(("path", value)) => (Self::Path, value),
            Some(("method", value)) => (Self::Method, value),
            Some(("tag", value)) => (Self::Tag, value),
            _ => (Self::Any, text),
        };
        let value = value.trim();
        if value.is_empty() {
            return Err(FilterError::Empty(text.to_owned()));
        }
        Ok(make(value.to_owned()))
    }

    /// Whether the operation meets the condition.
    pub fn matches(&self, operation: &Operation) -> bool {
        let key = |wanted: &str| {
            matches(wanted, operation.key.as_str())
                || operation.id.as_deref().is_some_and(|id| matches(wanted, id))
        };
        let path = |wanted: &str| matches(wanted, &operation.path);
        let method = |wanted: &str| matches(&wanted.to_ascii_uppercase(), &operation.method);
        let tag = |wanted: &str| operation.tags.iter().any(|tag| matches(wanted, tag));
        match self {
            Self::Operation(wanted) => key(wanted),
            Self::Path(wanted) => path(wanted),
            Self::Method(wanted) => method(wanted),
            Self::Tag(wanted) => tag(wanted),
            Self::Any(wanted) => key(wanted) || path(wanted) || method(wanted) || tag(wanted),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Operation(text)
            | Self::Path(text)
            | Self::Method(text)
            | Self::Tag(text)
            | Self::Any(text) => text,
        }
    }
}

/// Filters as given: an operation is tested if it matches one of `include` (or there is none) and
/// none of `exclude`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Any of these.
    pub include: Vec<Filter>,
    /// None of these.
    pub exclude: Vec<Filter>,
}

impl Selection {
    /// The operations of the contract that are tested, in document order; never empty.
    ///
    /// # Errors
    /// If an `include` matches nothing, or nothing is left.
    pub fn apply(&self, contract: &Contract) -> Result<Vec<OperationKey>, FilterError> {
        for filter in &self.include {
            if !contract.operations.iter().any(|operation| filter.matches(operation)) {
                return Err(FilterError::MatchesNothing {
                    flag: "--include",
                    filter: filter.text().to_owned(),
                    hint: hint(filter.text(), contract),
                });
            }
        }
        let chosen: Vec<OperationKey> = contract
            .operations
            .iter()
            .filter(|operation| {
                (self.include.is_empty() || self.include.iter().any(|f| f.matches(operation)))
                    && !self.exclude.iter().any(|filter| filter.matches(operation))
            })
            .map(|operation| operation.key.clone())
            .collect();
        if chosen.is_empty() {
            return Err(FilterError::NothingLeft(contract.operations.len()));
        }
        Ok(chosen)
    }

    /// The excludes that match nothing, as written: not an error, since one list may serve several
    /// versions of a contract, but worth a note.
    pub fn idle_excludes(&self, contract: &Contract) -> Vec<String> {
        let idle = |filter: &&Filter| !contract.operations.iter().any(|o| filter.matches(o));
        self.exclude.iter().filter(idle).map(|filter| filter.text().to_owned()).collect()
    }
}

fn hint(wanted: &str, contract: &Contract) -> String {
    let distance = |operation: &Operation| {
        let candidates =
            [Some(operation.key.as_str()), Some(operation.path.as_str()), operation.id.as_deref()];
        candidates.into_iter().flatten().map(|name| edit_distance(wanted, name)).min()
    };
    let nearest = contract
        .operations
        .iter()
        .filter_map(|operation| Some((distance(operation)?, operation)))
        .min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((distance, operation)) if distance <= wanted.len() / 3 + 1 => {
            format!("; did you mean {:?}?", operation.key.as_str())
        }
        Some((_, operation)) => {
            format!("; its operations are named like {:?}", operation.key.as_str())
        }
        None => String::new(),
    }
}

/// Levenshtein distance in code points; both texts are names, so short.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// Whether the text is what the pattern says, where `*` stands for any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{edit_distance, matches};

    #[test]
    fn star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("/orders", "/orders", true),
            ("/orders", "/orders/1", false),
            ("/orders*", "/orders/1", true),
            ("*orders", "POST /orders", true),
            ("*/{id}*", "/a/{id}/b", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("*", "", true),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn edit_distance_counts_single_edits() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
