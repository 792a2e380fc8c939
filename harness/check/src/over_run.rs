//! Oracles that need a whole run: what one answer alone cannot show. Pure functions over a
//! [`RunView`], which the run fills as answers come home.
//!
//! To use them: keep one [`RunView`], hand it every subject that is judged ([`RunView::see_answer`]) and
//! every timing of a probe that grows a part of a request ([`RunView::see_cost`]), and put it to
//! [`judge_run`] when the last case is home, before the summary. These findings rest on many requests,
//! so they are neither confirmed nor shrunk one by one. Who sends a series of sizes may judge it alone,
//! in a view of its own.

mod error_shape_drift;
mod shape;
mod superlinear_cost;

use std::collections::BTreeSet;

use harness_contract::OperationKey;
use harness_model::Verdict;

use crate::Subject;
pub use error_shape_drift::error_effect;
pub use shape::Shape;

/// Different answers that are remembered: a thousand operations with ten statuses each.
const ERRORS_MAX: usize = 10_000;
/// Timings that are remembered: a hundred operations with ten parts, ten sizes and five repeats.
const COSTS_MAX: usize = 50_000;

/// What a run saw, as far as these oracles look at it.
#[derive(Clone, Debug, Default)]
pub struct RunView {
    errors: BTreeSet<ErrorSeen>,
    costs: Vec<CostSeen>,
}

/// That an operation answered an error of this shape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorSeen {
    /// Which operation.
    pub operation: OperationKey,
    /// From 400 to 599.
    pub status: u16,
    /// What the content looks like.
    pub shape: Shape,
    /// Whether the contract declares content of this media type for this status, or that there is
    /// none: then the shape is as announced.
    pub is_declared: bool,
}

/// What one request cost whose input had a certain size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostSeen {
    /// Which operation.
    pub operation: OperationKey,
    /// The part of the request that grows, as [`Place`](harness_model::Place) writes it:
    /// `body /note`, `query q`.
    pub part: String,
    /// Its size, in octets, items or levels; the same unit for all of a part.
    pub size: u64,
    /// Microseconds from start to end.
    pub total_us: u64,
    /// Microseconds that a small request to the same operation took right beforehand.
    pub control_us: u64,
}

/// An oracle over a whole run.
pub struct RunCheck {
    /// Its name in signatures and reports: the fault as a fact.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    /// The judgement: failures and unknowns, in the order of operations; empty is a pass.
    pub judge: fn(&RunView) -> Vec<Verdict>,
}

/// All oracles over a run, most severe first.
pub const RUN_CHECKS: &[RunCheck] = &[superlinear_cost::CHECK, error_shape_drift::CHECK];

impl RunView {
    /// Remembers what an answer says about errors, if it is one that the operation's own code may have
    /// sent. True if there was no such answer before.
    pub fn see_answer(&mut self, subject: &Subject<'_>) -> bool {
        let Some(response) = subject.answer() else { return false };
        let status = response.status;
        // Gateways answer these (RFC 9110, 15.6), and 429 often comes from one too.
        let is_own = (400..600).contains(&status)
            && !matches!(status, 429 | 502..=504)
            && subject.exchange.request.method != "HEAD"
            && subject.is_declared_method()
            && !subject.is_malformed_http()
            && subject.reaches_operation()
            && subject.unreadable(response).is_none();
        if !is_own || self.errors.len() >= ERRORS_MAX {
            return false;
        }
        let is_declared = subject.operation.response(status).is_some_and(|declared| {
            if response.content.is_empty() {
                return declared.content.is_empty();
            }
            response
                .media_type()
                .is_some_and(|type_| subject.answers.declares(subject.operation, status, &type_))
        });
        self.errors.insert(ErrorSeen {
            operation: subject.operation.key.clone(),
            status,
            shape: Shape::of(response),
            is_declared,
        })
    }

    /// Remembers what a request cost.
    pub fn see_cost(&mut self, cost: CostSeen) {
        if self.costs.len() < COSTS_MAX {
            self.costs.push(cost);
        }
    }
}

/// Puts every oracle over a run to what it saw, in the order of [`RUN_CHECKS`].
pub fn judge_run(view: &RunView) -> Vec<(&'static RunCheck, Verdict)> {
    let judged = |check: &'static RunCheck| {
        (check.judge)(view).into_iter().map(move |verdict| (check, verdict))
    };
    RUN_CHECKS.iter().flat_map(judged).collect()
}

#[cfg(test)]
mod tests {
    use harness_model::{HeaderField, Verdict};

    use super::{RUN_CHECKS, RunView, judge_run};
    use crate::fixture::{Fixture, malformed};

    fn seen(fixtures: &[Fixture]) -> usize {
        let mut view = RunView::default();
        for fixture in fixtures {
            fixture.with_subject(|subject| _ = view.see_answer(subject));
        }
        view.errors.len()
    }

    #[test]
    fn every_oracle_over_a_run_explains_itself() {
        for check in RUN_CHECKS {
            for part in ["Why: ", "Quiet when: ", "Source: ", "Example: "] {
                assert!(check.explain.contains(part), "{} says nothing under {part}", check.name);
            }
            assert_eq!(crate::explain(check.name), Some(check.explain));
        }
    }

    #[test]
    fn the_same_answer_is_remembered_once() {
        let refusal = |text| Fixture::answered(400, text);
        assert_eq!(seen(&[refusal("{\"a\": 1}"), refusal("{\"a\": 2}")]), 1);
        assert_eq!(seen(&[refusal("{\"a\": 1}"), refusal("{\"b\": 1}"), refusal("")]), 3);
    }

    #[test]
    fn only_errors_of_the_operation_itself_are_remembered() {
        let refusal = || Fixture::answered(400, "{}");
        for fixture in [
            Fixture::answered(200, "{}"),
            Fixture::answered(429, "{}"),
            Fixture::answered(502, "{}"),
            refusal().by_method("TRACE"),
            refusal().meant(malformed("http")),
            refusal().too_large(),
            refusal().at("/orders/{id}", "/orders/"),
        ] {
            assert_eq!(seen(&[fixture]), 0);
        }
        assert_eq!(seen(&[refusal()]), 1);
    }

    #[test]
    fn what_the_contract_announces_is_known() {
        let is_declared = |fixture: Fixture| {
            let mut view = RunView::default();
            fixture.with_subject(|subject| _ = view.see_answer(subject));
            view.errors.first().expect("it is an error").is_declared
        };
        assert!(is_declared(Fixture::answered(400, "{}")));
        assert!(!is_declared(Fixture::answered(400, "")));
        assert!(!is_declared(Fixture::answered(404, "{}")));
        let html = HeaderField::new("content-type", "text/html");
        let page = Fixture::answered(400, "<p>");
        assert!(!is_declared(page.with_header(&html.name, &html.value.lossy())));
    }

    #[test]
    fn a_run_that_saw_nothing_is_clean() {
        let verdicts: Vec<Verdict> =
            judge_run(&RunView::default()).into_iter().map(|(_, verdict)| verdict).collect();
        assert_eq!(verdicts, []);
    }
}
