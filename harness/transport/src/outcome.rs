//! From reqwest's errors to outcomes: what failed, at which stage, in whose words.

use std::error::Error;
use std::io;

use harness_model::{Outcome, Response, Stage};

use crate::tls;

/// How a connection ends that the other side gives up.
const BROKEN_OFF: [io::ErrorKind; 4] = [
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::BrokenPipe,
];

/// What an error while connecting, waiting for the head, or reading the content says about the target.
/// `partial` is what had arrived, once a head had.
pub(crate) fn of_error(error: &reqwest::Error, partial: Option<Response>) -> Outcome {
    let stage = if partial.is_some() { Stage::Body } else { Stage::Head };
    let partial = partial.map(Box::new);
    let why = innermost(error);
    if error.is_builder() {
        return Outcome::Unsendable { why };
    }
    if error.is_connect() {
        if error.is_timeout() {
            return Outcome::TimedOut { stage: Stage::Connect, partial };
        }
        return tls_trouble(error)
            .map_or(Outcome::ConnectFailed { why }, |why| Outcome::TlsFailed { why });
    }
    if is_not_http(error) {
        return Outcome::Unparsable { why };
    }
    Outcome::ClosedEarly { stage, partial, why }
}

/// An error and its causes. An I/O error passes over what it wraps when it is asked for its source, so
/// it is unwrapped here.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
        Some(error)
    })
}

/// An error in one line: the deepest cause, and the way out where there is one.
pub(crate) fn explained(error: &reqwest::Error) -> String {
    let tls = if error.is_connect() { tls_trouble(error) } else { None };
    tls.map_or_else(|| innermost(error), |why| format!("TLS failed: {why}"))
}

/// The deepest cause: what the operating system or the parser said.
fn innermost(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

/// What went wrong with TLS, and what to do about it; `None` if the connection failed before.
fn tls_trouble(error: &reqwest::Error) -> Option<String> {
    let found = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    if let Some(found) = found {
        return Some(of_tls(found));
    }
    // A TCP connect is refused or times out; it takes a handshake to be broken off like this.
    if error.url().is_none_or(|url| url.scheme() != "https") {
        return None;
    }
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .find(|error| BROKEN_OFF.contains(&error.kind()))
        .map(of_broken_handshake)
}

/// What an I/O error during a handshake of our own says.
pub(crate) fn of_handshake(error: &io::Error) -> String {
    tls::carried(error).map_or_else(|| of_broken_handshake(error), of_tls)
}

fn of_broken_handshake(error: &io::Error) -> String {
    format!("the connection was closed during the TLS handshake ({error})")
}

/// A TLS error, with what to do about it.
fn of_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            format!("{error}; pass --insecure to accept any certificate")
        }
        rustls::Error::InvalidMessage(_) => {
            format!("{error}; what answers does not speak TLS: is it http:// ?")
        }
        other => other.to_string(),
    }
}

/// Whether the octets that came are no HTTP: a head that cannot be parsed, or chunks that are none.
fn is_not_http(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| {
        let is_head = cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
        let is_chunk = cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::InvalidInput);
        is_head || is_chunk
    })
}
