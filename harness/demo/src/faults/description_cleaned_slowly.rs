//! A description takes time like the square of its longest run of one character.

use std::time::Duration;

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "description_cleaned_slowly",
    explain: "Cleaning a description backtracks over every run of one character.\n\n\
        A regular expression such as \\s+$ tries every start within the run and runs to its end each \
        time. Nobody notices with what people write. This one costs no time of the processor. The correct \
        twin takes the same time for all. Trigger: a description that is one long run; 2000 characters, \
        the maximum, take 400 ms.\n\n\
        Example: PUT /products/1006 {\"description\": <500, 1000, 2000 × a>, …} → 25, 100, 400 ms",
    caught_by: "superlinear_cost",
    operation: "PUT /products/{product_id}",
    bend: None,
};

/// What a pair of characters costs, in nanoseconds.
const PAIR_NS: u64 = 100;

/// Waits as long as the backtracking would take.
#[expect(clippy::disallowed_methods, reason = "the time that it takes is the fault")]
pub(crate) async fn strike(description: &str) {
    let wait = cost(description);
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn cost(description: &str) -> Duration {
    let mut longest = 0_u64;
    let mut run = 0_u64;
    let mut before = None;
    for c in description.chars() {
        run = if before == Some(c) { run + 1 } else { 1 };
        before = Some(c);
        longest = longest.max(run);
    }
    // What people write has no long runs: it costs nothing.
    let micros = longest * longest * PAIR_NS / 1_000;
    if micros < 1_000 { Duration::ZERO } else { Duration::from_micros(micros) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::cost;

    #[test]
    fn twice_the_run_takes_four_times_as_long() {
        assert_eq!(cost(&"a".repeat(2_000)), Duration::from_millis(400));
        assert_eq!(cost(&"a".repeat(1_000)), Duration::from_millis(100));
        assert_eq!(cost(&"ab".repeat(1_000)), Duration::ZERO);
        assert_eq!(cost("A brighter lamp."), Duration::ZERO);
    }
}
