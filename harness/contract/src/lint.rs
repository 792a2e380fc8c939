//! How well a contract can be tested: where it is too loose to tell right from wrong, with a score for
//! each operation. Reliability is designed into the contract first. Reads contracts only.

mod examples;
mod rules;
mod schemas;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::{Contract, Diagnostic, Operation, OperationKey, SkippedOperation};

/// Remarks listed for one operation: a screen. The rest is counted.
const LISTED_MAX: usize = 40;

/// Where a contract is too loose to test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintReport {
    /// Mean of the operations, `0..=100`; 100 if there are none.
    pub score: u8,
    /// In document order; then the skipped ones, which have 0.
    pub operations: Vec<OperationLint>,
}

/// Where one operation is too loose to test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationLint {
    /// Which operation.
    pub key: OperationKey,
    /// `0..=100`: what remains of 100 after each rule of [`LINT_RULES`] took its share.
    pub score: u8,
    /// At most 40, by rule and then in document order. Without positions, which
    /// [`crate::locate()`] fills in.
    pub remarks: Vec<Diagnostic>,
    /// Remarks beyond those.
    pub n_unlisted: usize,
}

/// A rule of [`lint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LintRule {
    /// Code of its remarks.
    pub code: &'static str,
    /// What it takes from the score at most. Where it counts places, it takes the share of the places
    /// that break it. All weights are 100 together.
    pub weight: u8,
    /// What is lost where it is broken, and the way out.
    pub why: &'static str,
}

/// Every rule, in the order in which remarks are listed.
pub const LINT_RULES: &[LintRule] = &[
    LintRule {
        code: "undeclared-errors",
        weight: 20,
        why: "without a declared 4XX or default answer nobody can tell a refusal from a fault; \
              declare what a wrong request is answered with",
    },
    LintRule {
        code: "untyped-response",
        weight: 15,
        why: "an answer whose content has no schema cannot be wrong; give it one",
    },
    LintRule {
        code: "unbounded-string",
        weight: 15,
        why: "without maxLength, enum, pattern or a format of its own length any text is valid, so \
              that nothing can be refused; say how long it may be",
    },
    LintRule {
        code: "unbounded-array",
        weight: 10,
        why: "without maxItems a list of any length is valid, which no service holds; say how long \
              it may be",
    },
    LintRule {
        code: "free-form",
        weight: 15,
        why: "an object without properties, or a value without a type, is valid whatever it holds; \
              describe it",
    },
    LintRule {
        code: "id-without-example",
        weight: 10,
        why: "a path parameter without example, enum, default or a link that fills it in can only be \
              guessed, and what is guessed is not found; give an example that exists",
    },
    LintRule {
        code: "missing-security",
        weight: 10,
        why: "an operation that says nothing about who may call it cannot be tested for callers who \
              may not; declare security, or an empty one where everybody may",
    },
    LintRule {
        code: "invalid-example",
        weight: 5,
        why: "an example that breaks its own schema shows that one of the two is wrong",
    },
];

/// Lists where a contract is too loose to test. Compiles the schemas of all examples: takes as long as
/// reading the contract did, or a few times that.
pub fn lint(contract: &Contract) -> LintReport {
    let mut operations: Vec<OperationLint> =
        contract.operations.iter().map(|operation| lint_operation(contract, operation)).collect();
    operations.extend(contract.skipped.iter().map(|skipped| lint_skipped(contract, skipped)));
    let sum: usize = operations.iter().map(|operation| usize::from(operation.score)).sum();
    let mean = if operations.is_empty() { 100 } else { sum / operations.len() };
    LintReport { score: u8::try_from(mean).unwrap_or(100), operations }
}

/// Examples that are told of by [`review_examples`]: what one wrong type repeats says no more.
const EXAMPLES_TOLD_MAX: usize = 100;

/// The examples of these operations that break their schemas, as diagnostics without a position (see
/// [`crate::locate()`]). Compiles the schemas of all examples, which is why reading leaves it out.
pub fn review_examples<'c>(
    contract: &'c Contract,
    operations: impl IntoIterator<Item = &'c Operation>,
) -> Vec<Diagnostic> {
    let broken = operations.into_iter().flat_map(|operation| {
        let tally = examples::review(contract, operation);
        tally.broken.into_iter().map(|(pointer, message)| {
            remark(contract, Severity::Warning, "invalid-example", &pointer, message)
        })
    });
    // Operations share the examples of components.
    let mut told = BTreeSet::new();
    broken.filter(|one| told.insert(one.pointer.clone())).take(EXAMPLES_TOLD_MAX).collect()
}

/// Places that a rule looked at, and what it found at those that break it.
#[derive(Debug, Default)]
struct Tally {
    n_places: usize,
    /// Pointer into the whole, and what is wrong there.
    broken: Vec<(String, String)>,
}

impl Tally {
    fn count(&mut self, is_broken: bool, pointer: &str, message: impl FnOnce() -> String) {
        self.n_places += 1;
        if is_broken {
            self.broken.push((pointer.to_owned(), message()));
        }
    }

    /// What the rule takes away, in thousandths of a point: the share of places that break it.
    fn loss(&self, weight: u8) -> usize {
        let broken = self.broken.len().min(self.n_places);
        (usize::from(weight) * 1000 * broken).checked_div(self.n_places).unwrap_or(0)
    }
}

fn lint_operation(contract: &Contract, operation: &Operation) -> OperationLint {
    let schemas = schemas::review(contract, operation);
    let mut lost = 0;
    let mut remarks = Vec::new();
    for rule in LINT_RULES {
        let tally = match rule.code {
            "undeclared-errors" => &rules::undeclared_errors(operation),
            "untyped-response" => &rules::untyped_response(contract, operation),
            "unbounded-string" => &schemas.strings,
            "unbounded-array" => &schemas.arrays,
            "free-form" => &schemas.free_form,
            "id-without-example" => &rules::id_without_example(contract, operation),
            "missing-security" => &rules::missing_security(contract, operation),
            _ => &examples::review(contract, operation),
        };
        lost += tally.loss(rule.weight);
        remarks.extend(tally.broken.iter().map(|(pointer, message)| {
            remark(contract, Severity::Warning, rule.code, pointer, message.clone())
        }));
    }
    let n_unlisted = remarks.len().saturating_sub(LISTED_MAX);
    remarks.truncate(LISTED_MAX);
    let score = 100_usize.saturating_sub(lost.div_ceil(1000));
    let score = u8::try_from(score).unwrap_or(0);
    OperationLint { key: operation.key.clone(), score, remarks, n_unlisted }
}

fn lint_skipped(contract: &Contract, skipped: &SkippedOperation) -> OperationLint {
    let SkippedOperation { key, reason, pointer } = skipped;
    let message = format!("cannot be tested: {reason}");
    let remark = remark(contract, Severity::Error, "skipped", pointer, message);
    OperationLint { key: key.clone(), score: 0, remarks: vec![remark], n_unlisted: 0 }
}

fn remark(
    contract: &Contract,
    severity: Severity,
    code: &str,
    pointer: &str,
    message: String,
) -> Diagnostic {
    let (source, pointer) = contract.place(pointer);
    Diagnostic {
        severity,
        code: code.to_owned(),
        message,
        source: source.to_owned(),
        pointer: pointer.to_owned(),
        position: None,
    }
}

#[cfg(test)]
mod tests;
