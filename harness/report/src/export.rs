//! Reproductions that stand alone: a failure as a script for tools that know nothing of the harness.
//!
//! A script sends the same octets: method, target, header fields in order, content. What an earlier
//! answer holds (an id that the service gave out) is fetched at run time. A format that cannot say a
//! request as it is says so, instead of sending another.
mod curl;
mod http;
mod hurl;
mod pytest;
mod rust;

use harness_model::{BindingSource, Framing, Request};

/// A request of a reproduction.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptStep {
    /// The request; where a value of an earlier answer belongs, its [`Bound::mark`] stands.
    pub request: Request,
    /// Values of earlier answers in it.
    pub bound: Vec<Bound>,
}

/// A value that is taken from an earlier answer at run time.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Letters and digits that stand for it in the request and nowhere else.
    pub mark: String,
    /// Index of the step whose answer holds it.
    pub step: usize,
    /// Where in that answer.
    pub from: BindingSource,
}

/// A reproduction, before it has a language.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Scheme and authority, e.g. `http://127.0.0.1:8080`.
    pub base: String,
    /// What it shows, in a line.
    pub title: String,
    /// What the answer should be, and what it was, in a line each.
    pub expected: String,
    /// See `expected`.
    pub observed: String,
    /// In the order of sending. Never empty.
    pub steps: Vec<ScriptStep>,
}

/// A language of reproductions.
pub struct Export {
    /// Its name, as `--export` takes it.
    pub name: &'static str,
    /// What it needs to run.
    pub needs: &'static str,
    /// Writes the script, or says why this language cannot say it.
    pub write: fn(&Script) -> Result<String, String>,
}

/// All languages.
pub const EXPORTS: &[Export] = &[
    Export { name: "curl", needs: "a POSIX shell and curl", write: curl::write },
    Export { name: "rust", needs: "rustc, no crate", write: rust::write },
    Export { name: "hurl", needs: "hurl", write: hurl::write },
    Export { name: "http", needs: "an editor's REST client", write: http::write },
    Export { name: "pytest", needs: "python3; pytest or not", write: pytest::write },
];

/// The octets of a request on a connection to `base` (RFC 9112): request line, `Host` first unless it
/// is there, fields in order, framing, content.
pub(crate) fn octets(base: &str, request: &Request) -> Vec<u8> {
    let mut octets = request.method.clone().into_bytes();
    octets.push(b' ');
    octets.extend_from_slice(&request.target.0);
    octets.extend_from_slice(b" HTTP/1.1\r\n");
    let authority = authority(base);
    let mut line = |name: &[u8], value: &[u8]| {
        octets.extend_from_slice(name);
        octets.extend_from_slice(b": ");
        octets.extend_from_slice(value);
        octets.extend_from_slice(b"\r\n");
    };
    if request.header("host").is_none() {
        line(b"Host", authority.as_bytes());
    }
    for field in &request.headers {
        line(field.name.as_bytes(), &field.value.0);
    }
    if request.header("connection").is_none() {
        line(b"Connection", b"close");
    }
    octets
}

/// Host and port of a base URL.
pub(crate) fn authority(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// Pieces of octets between marks: a piece, then the index of the bound value behind it.
pub(crate) fn pieces<'a>(octets: &'a [u8], bound: &[Bound]) -> Vec<(&'a [u8], Option<usize>)> {
    let mut pieces = Vec::new();
    let mut rest = octets;
    // Every round takes a mark away, so it ends.
    loop {
        let next = bound
            .iter()
            .enumerate()
            .filter_map(|(idx, bound)| find(rest, bound.mark.as_bytes()).map(|at| (at, idx)))
            .min();
        let Some((at, idx)) = next else { break };
        pieces.push((&rest[..at], Some(idx)));
        rest = &rest[at + bound[idx].mark.len()..];
    }
    pieces.push((rest, None));
    pieces
}

fn find(octets: &[u8], mark: &[u8]) -> Option<usize> {
    octets.windows(mark.len()).position(|window| window == mark)
}

/// Whether an HTTP client, which frames contents by itself, can send a request as it is.
pub(crate) fn client_can(request: &Request, client: &str) -> Result<(), String> {
    if request.framing == Framing::AsWritten {
        return Err(format!("{client} frames contents by itself; export pytest"));
    }
    Ok(())
}

/// A line of text as a comment can hold it.
pub(crate) fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

/// Whether a URL parser leaves a target as it is: absolute path, printable ASCII, no fragment.
pub(crate) fn is_plain_target(target: &[u8]) -> bool {
    target.first() == Some(&b'/')
        && target.iter().all(|b| b.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(b))
}

#[cfg(test)]
mod tests;
