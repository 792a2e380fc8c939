//! How checks write findings.

use harness_model::{Evidence, Finding, Severity, Signature, Verdict};

use crate::Subject;

/// What a check has to say about a failure.
pub(crate) struct Told {
    pub(crate) check: &'static str,
    pub(crate) severity: Severity,
    /// Normalised: the same on another night.
    pub(crate) effect: String,
    pub(crate) title: String,
    pub(crate) expected: String,
    pub(crate) observed: String,
    pub(crate) contract_pointer: Option<String>,
    pub(crate) response_pointer: Option<String>,
}

/// A failed verdict on the subject's operation.
pub(crate) fn fail(subject: &Subject<'_>, told: Told) -> Verdict {
    let signature = Signature {
        check: told.check.to_owned(),
        operation: subject.operation.key.clone(),
        effect: told.effect,
    };
    let evidence = Evidence {
        expected: told.expected,
        observed: told.observed,
        contract_pointer: told.contract_pointer,
        response_pointer: told.response_pointer,
    };
    Verdict::Fail(Finding { signature, severity: told.severity, title: told.title, evidence })
}

/// The subject's intent in a title: `a valid request`, `an invalid request (body /quantity, maximum)`.
pub(crate) fn request_in_words(subject: &Subject<'_>) -> String {
    use harness_model::Intent;
    match &subject.step.intent {
        Intent::Valid => "a valid request".to_owned(),
        Intent::Boundary { at, limit } => format!("a valid request ({at} at {limit})"),
        Intent::Invalid(violated) => {
            format!("an invalid request ({} breaks {})", violated.at, violated.keyword)
        }
        Intent::Malformed { layer, what } => format!("a malformed request ({layer}: {what})"),
    }
}

/// Whether the step uses the operation's own method: probes with other methods have rules of their
/// own.
pub(crate) fn is_declared_method(subject: &Subject<'_>) -> bool {
    subject.step.method == subject.operation.method
}
