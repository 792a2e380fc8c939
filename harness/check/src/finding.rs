//! How checks write findings: the same words for the same things in all of them.

use harness_contract::StatusRange;
use harness_model::{Evidence, Finding, Intent, Severity, Signature, Verdict};

use crate::Subject;

/// Characters of an answer's excerpt in the evidence.
const EXCERPT_CHARS_MAX: usize = 80;

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
        contract_pointer: told.contract_pointer.map(|pointer| placed(subject, pointer)),
        response_pointer: told.response_pointer,
    };
    Verdict::Fail(Finding { signature, severity: told.severity, title: told.title, evidence })
}

/// A pointer with `#`, and before it the name of its document if that is not the contract's first.
fn placed(subject: &Subject<'_>, pointer: String) -> String {
    let contract = subject.contract;
    match pointer.strip_prefix('#').map(|pointer| contract.place(pointer)) {
        Some((source, rest)) if source != contract.source => format!("{source}#{rest}"),
        Some(_) | None => pointer,
    }
}

/// A verdict that is withheld, as the only one of its check.
pub(crate) fn unknown(why: impl Into<String>) -> Vec<Verdict> {
    vec![Verdict::Unknown(why.into())]
}

/// The subject's intent in a title: `a valid request`, `an invalid request (body /quantity breaks
/// maximum)`.
pub(crate) fn request_in_words(subject: &Subject<'_>) -> String {
    match &subject.step.intent {
        Intent::Valid => "a valid request".to_owned(),
        Intent::Boundary { at, limit } => format!("a valid request ({at} at {limit})"),
        Intent::Invalid(violated) => {
            format!("an invalid request ({} breaks {})", violated.at, violated.keyword)
        }
        Intent::Malformed { layer, what } => format!("a malformed request ({layer}: {what})"),
    }
}

/// `status 500`, or `status 500: division by zero`.
pub(crate) fn status_in_words(status: u16, message: &str) -> String {
    if message.is_empty() {
        format!("status {status}")
    } else {
        format!("status {status}: {message}")
    }
}

/// A status code or range as contracts write it: `404`, `4XX`, `default`.
pub(crate) fn range_name(status: StatusRange) -> String {
    match status {
        StatusRange::Code(code) => code.to_string(),
        StatusRange::Class(class) => format!("{class}XX"),
        StatusRange::Default => "default".to_owned(),
    }
}

/// The beginning of a text, for the evidence.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(EXCERPT_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
