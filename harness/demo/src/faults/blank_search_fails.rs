//! A search for blanks is an internal error.

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "blank_search_fails",
    explain: "A query of blanks has no words, and the code takes the first one.\n\n\
        The empty query is refused, so the code behind it believes that there is always a \
        word. The correct twin finds nothing. Trigger: a query that is one blank.\n\n\
        Example: GET /search?q=%20 → 500",
    caught_by: "server_error",
    operation: "GET /search",
    bend: None,
};

/// What taking the first word comes to.
pub(crate) fn strike(words: &[&str]) -> Result<(), Refusal> {
    if words.is_empty() {
        return Err(internal_error("pop from an empty list of words"));
    }
    Ok(())
}
