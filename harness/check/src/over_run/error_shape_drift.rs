//! Errors of one service that do not look like its other errors.

use std::collections::BTreeMap;

use harness_model::{Evidence, Finding, Severity, Signature, Verdict};

use super::{ErrorSeen, RunCheck, RunView, Shape};

/// Operations with a status that must have errors of one shape before it is called the norm.
const NORM_MIN: usize = 5;
/// The norm holds for this part of all at least: two thirds.
const NORM_SHARE: (usize, usize) = (2, 3);
/// Longest effect, in characters: objects may have many members.
const EFFECT_CHARS_MAX: usize = 160;

pub(super) const CHECK: RunCheck = RunCheck {
    name: "error_shape_drift",
    explain: "Most errors of the service look alike, and some do not: a page of HTML or nothing at all \
        where JSON is the norm, or JSON with other members.\n\n\
        Why: a client has one function that reads errors; what a framework, a proxy or a forgotten \
        handler sends instead ends in `undefined`.\n\n\
        Judged once, over all 4xx and 5xx of a run. Each operation and status counts once for each shape; \
        shapes of objects are alike if the smaller one shares half of its members with the other, since \
        errors have optional members.\n\n\
        Quiet when: fewer than five operations and statuses have errors of one shape, or these are fewer \
        than two thirds of all; the contract declares the media type for that status; the answer is 429 \
        or comes from a gateway (502 to 504), was to HEAD or to broken HTTP.\n\n\
        One failure per status and shape, on the first operation that has it; info. Source: RFC 9457, 1 \
        (one format of errors for an API); no code in the Web Fuzzing Commons.\n\n\
        Example: 12 operations answer {detail, status, title}, DELETE /orders/1 answers 404 text/html",
    judge,
};

fn judge(view: &RunView) -> Vec<Verdict> {
    let Some(norm) = norm(view) else { return Vec::new() };
    let mut strays: BTreeMap<(u16, &Shape), Vec<&ErrorSeen>> = BTreeMap::new();
    for seen in view.errors.iter().filter(|seen| !seen.is_declared && !seen.shape.is_like(norm)) {
        strays.entry((seen.status, &seen.shape)).or_default().push(seen);
    }
    let told = |((status, shape), seen): ((u16, &Shape), Vec<&ErrorSeen>)| {
        let first = seen.first()?;
        let effect = error_effect(status, shape);
        let others = seen.len() - 1;
        let more = if others == 0 {
            String::new()
        } else {
            format!(", and so do {others} operations more")
        };
        Some(Verdict::Fail(Finding {
            signature: Signature {
                check: CHECK.name.to_owned(),
                operation: first.operation.clone(),
                effect,
            },
            severity: Severity::Info,
            title: format!("answered {status} with an error that looks like none of the others"),
            evidence: Evidence {
                expected: format!("an error like most of this service: {norm}"),
                observed: format!("{shape}{more}"),
                contract_pointer: None,
                response_pointer: None,
            },
        }))
    };
    strays.into_iter().filter_map(told).collect()
}

/// The effect of a stray error in its signature.
pub fn error_effect(status: u16, shape: &Shape) -> String {
    format!("{status} {shape}").chars().take(EFFECT_CHARS_MAX).collect()
}

/// The shape that most operations and statuses have, if it is one that most errors are like. Of shapes
/// that are as frequent the first in order, so that it is the same each time.
fn norm(view: &RunView) -> Option<&Shape> {
    let alike = |shape: &Shape| view.errors.iter().filter(|s| s.shape.is_like(shape)).count();
    let mut counts: BTreeMap<&Shape, usize> = BTreeMap::new();
    for seen in &view.errors {
        *counts.entry(&seen.shape).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let (norm, _) = counts.into_iter().find(|(_, count)| *count == most)?;
    let of_norm = alike(norm);
    let is_object = matches!(norm, Shape::Object(_));
    let (part, whole) = NORM_SHARE;
    (is_object && of_norm >= NORM_MIN && of_norm * whole >= view.errors.len() * part)
        .then_some(norm)
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;
    use harness_model::{Finding, Severity, Verdict};

    use super::judge;
    use crate::over_run::{ErrorSeen, RunView, Shape};

    fn object(names: &[&str]) -> Shape {
        Shape::Object(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn row(path: &str, status: u16, shape: Shape) -> ErrorSeen {
        let operation = OperationKey::new("GET", path);
        ErrorSeen { operation, status, shape, is_declared: false }
    }

    /// A run with `n` proper errors and these.
    fn findings(n: usize, more: Vec<ErrorSeen>) -> Vec<Finding> {
        let mut view = RunView::default();
        let proper = |idx| row(&format!("/p{idx}"), 404, object(&["detail", "status", "title"]));
        view.errors.extend((0..n).map(proper));
        view.errors.extend(more);
        let finding = |verdict| match verdict {
            Verdict::Fail(finding) => finding,
            Verdict::Pass | Verdict::Unknown(_) => panic!("{verdict:?}"),
        };
        judge(&view).into_iter().map(finding).collect()
    }

    #[test]
    fn an_error_of_another_shape_is_told() {
        let found = findings(5, vec![row("/a", 404, Shape::Html), row("/b", 415, Shape::Empty)]);
        let effects: Vec<&str> = found.iter().map(|f| f.signature.effect.as_str()).collect();
        assert_eq!(effects, ["404 html", "415 nothing"]);
        assert_eq!(found[0].severity, Severity::Info);
        assert_eq!(
            found[0].evidence.expected,
            "an error like most of this service: {detail, status, title}"
        );
    }

    #[test]
    fn one_cause_on_many_operations_is_one_finding() {
        let found = findings(9, vec![row("/a", 404, Shape::Html), row("/b", 404, Shape::Html)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].signature.operation.as_str(), "GET /a");
        assert_eq!(found[0].evidence.observed, "html, and so do 1 operations more");
    }

    #[test]
    fn optional_members_are_no_drift_but_other_members_are() {
        let rows = vec![
            row("/a", 422, object(&["detail", "errors", "status", "title", "type"])),
            row("/b", 422, object(&["detail"])),
            row("/c", 400, object(&["error", "message"])),
        ];
        let found = findings(7, rows);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].signature.effect, "400 {error, message}");
    }

    #[test]
    fn what_the_contract_declares_is_as_announced() {
        let declared = ErrorSeen { is_declared: true, ..row("/a", 404, Shape::Html) };
        assert_eq!(findings(5, vec![declared]), []);
    }

    #[test]
    fn without_a_norm_there_is_no_drift() {
        assert_eq!(findings(4, vec![row("/a", 404, Shape::Html)]), []);
        let half = (0..5).map(|idx| row(&format!("/q{idx}"), 404, object(&["error"]))).collect();
        assert_eq!(findings(5, half), []);
    }

    #[test]
    fn pages_are_never_the_norm() {
        let pages = (0..9).map(|idx| row(&format!("/q{idx}"), 404, Shape::Html)).collect();
        assert_eq!(findings(1, pages), []);
    }
}
