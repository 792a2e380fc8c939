//! What the oracles over a whole run look at, with the case that showed each thing first.

use std::collections::BTreeMap;

use harness_check::{RunView, Shape, Subject, judge_run};
use harness_contract::OperationKey;
use harness_model::{Case, Exchange, Step, Verdict};

use crate::desk::Shown;

/// Cases that are kept to show errors: a finding names the first of a status and shape.
const CASES_MAX: usize = 2_000;

/// A run as [`judge_run`] sees it.
#[derive(Default)]
pub(crate) struct WholeRun {
    view: RunView,
    /// Operation, status and shape of an error → the first case that ended in it.
    shown: BTreeMap<(OperationKey, u16, Shape), Shown>,
}

impl WholeRun {
    /// Books one answer of a case.
    pub(crate) fn see(&mut self, subject: &Subject<'_>, case: &Case, steps: &[(Step, Exchange)]) {
        if !self.view.see_answer(subject) || self.shown.len() >= CASES_MAX {
            return;
        }
        if let Some(response) = subject.exchange.response() {
            let key = (subject.operation.key.clone(), response.status, Shape::of(response));
            self.shown.entry(key).or_insert_with(|| (case.clone(), steps.to_vec()));
        }
    }

    /// All verdicts, each with the case that is its evidence, if one was kept.
    pub(crate) fn judge(&self) -> Vec<(Verdict, Option<Shown>)> {
        let shown = |verdict: Verdict| {
            let Verdict::Fail(finding) = &verdict else { return (verdict, None) };
            let signature = &finding.signature;
            let first = self.shown.iter().find(|((operation, status, shape), _)| {
                *operation == signature.operation
                    && signature.effect == harness_check::error_effect(*status, shape)
            });
            let shown = first.map(|(_, shown)| shown.clone());
            (verdict, shown)
        };
        judge_run(&self.view).into_iter().map(|(_, verdict)| shown(verdict)).collect()
    }
}
