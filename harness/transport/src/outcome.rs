//! From reqwest's errors to outcomes: what failed, at which stage, in whose words.

use std::error::Error;
use std::io;

use harness_model::{Outcome, Response, Stage};

/// What an error while waiting for the head, or reading the content, says about the target.
pub(crate) fn of_error(error: &reqwest::Error, partial: Option<Response>) -> Outcome {
    let stage = if partial.is_some() { Stage::Body } else { Stage::Head };
    let why = innermost(error);
    if error.is_builder() {
        return Outcome::Unsendable { why };
    }
    if is_tls(error) {
        return Outcome::TlsFailed { why };
    }
    if error.is_connect() && partial.is_none() {
        return Outcome::ConnectFailed { why };
    }
    if error.is_timeout() {
        return Outcome::TimedOut { stage, partial: partial.map(Box::new) };
    }
    if is_parse(error) {
        return Outcome::Unparsable { why };
    }
    Outcome::ClosedEarly { stage, partial: partial.map(Box::new), why }
}

/// Whether the peer went away before it said anything: on a connection that had served before, that
/// is the idle race of RFC 9112, 9.3.1, and the request may be sent again.
pub(crate) fn is_closed_before_answer(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::ClosedEarly { stage: Stage::Head, .. })
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The deepest cause: what the operating system or the parser said.
fn innermost(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

fn is_tls(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>())
    })
}

fn is_parse(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| {
        cause.downcast_ref::<hyper::Error>().is_some_and(|e| e.is_parse() || e.is_parse_status())
    })
}
