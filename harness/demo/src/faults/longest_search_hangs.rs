//! The longest query is never answered.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "longest_search_hangs",
    explain: "The search waits for something that never comes.\n\n\
        A channel that its last sender never closes, a lock that is taken twice, a pattern \
        that backtracks for ever. This one costs no time of the processor and ends when the \
        client goes. The correct twin answers. Trigger: a query of 100 characters, the \
        maximum.\n\n\
        Example: GET /search?q=<100 characters> → nothing within 10 s; GET /health answers \
        in 2 ms",
    caught_by: "hang",
    operation: "GET /search",
    bend: None,
};

/// Characters from which on the search waits.
const CHARS_FROM: usize = 100;

/// Waits for ever, if the query is long enough.
pub(crate) async fn strike(query: &str) {
    if query.chars().count() >= CHARS_FROM {
        std::future::pending::<()>().await;
    }
}
