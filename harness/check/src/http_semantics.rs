//! An answer that HTTP itself does not allow.

mod allow;
mod uri_reference;

use harness_contract::StatusRange;
use harness_model::{Response, Severity, Verdict};

use crate::finding::{Told, excerpt, fail, request_in_words};
use crate::{Check, Subject};
use uri_reference::is_uri_reference;

/// Octets of a request's head from which on it may be refused as too large, though it has no content.
const LARGE_HEAD_BYTES_MIN: usize = 4 * 1024;

pub(crate) const CHECK: Check = Check {
    name: "http_semantics",
    explain: "An answer that breaks a rule of HTTP, whatever the contract says of it:\n\
        - 401, 405, 407 or 426 without the field that says what to do instead (WWW-Authenticate, Allow, \
        Proxy-Authenticate, Upgrade): RFC 9110, 15.5.2, 15.5.6, 15.5.8 and 15.5.22;\n\
        - 301, 302, 303, 307 or 308 without Location: 15.4.2 to 15.4.9;\n\
        - Location that is no URI reference, with 201 and 3xx: 10.2.2; RFC 3986, 4.1;\n\
        - 204 or 205 with content, or with a field that announces some: 15.3.5, 15.3.6 and 8.6;\n\
        - 405 with the very method in Allow, or Allow that lacks a method which the contract declares: \
        10.2.1;\n\
        - 206 to a request without Range, 304 to one without a condition: 15.3.7 and 15.4.5;\n\
        - 406 where anything was accepted, 413 and 415 where nothing was sent: 15.5.7, 15.5.14 and \
        15.5.16.\n\n\
        Why: browsers, proxies, caches and libraries act by these rules; what breaks them works with one \
        client and not with the next.\n\n\
        Quiet when: the request breaks HTTP itself (the server in front answers then). 206, 304, 406, 413 \
        and 415 are fine where the contract declares them by their code. 204 with Content-Length: 0 is \
        fine; so is 415 to a request that should have had content; 406 to a valid request is for \
        valid_rejected. HEAD and OPTIONS may be in Allow or not.\n\n\
        Medium where the next step of a client is broken (no URI reference, content that is not to be \
        there), low otherwise; 401 is info where the contract declares no HTTP authentication, since \
        cookies and keys have no challenge. One failure per rule and operation. Source: RFC 9110 as \
        said; Web Fuzzing Commons F907, F908, F950 to F965.\n\n\
        Example: POST /products → 201 with Location: /products/{product_id}",
    needs_intent: false,
    judge,
};

/// A broken rule.
struct Broken {
    severity: Severity,
    /// The same on another night.
    effect: String,
    /// Of RFC 9110.
    section: &'static str,
    expected: String,
    observed: String,
}

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    if subject.is_malformed_http() {
        return Vec::new();
    }
    let broken = [
        missing_field(subject, response),
        location(response),
        content(subject, response),
        allow::judge(subject, response),
        unasked(subject, response),
    ];
    let told = |broken: Broken| Told {
        check: CHECK.name,
        severity: broken.severity,
        title: format!("answered {}, to {}", broken.observed, request_in_words(subject)),
        effect: broken.effect,
        expected: format!("{} (RFC 9110, {})", broken.expected, broken.section),
        observed: broken.observed,
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    broken.into_iter().flatten().map(|broken| fail(subject, told(broken))).collect()
}

/// Statuses that must, or in case of a redirection should, say what to do next.
fn missing_field(subject: &Subject<'_>, response: &Response) -> Option<Broken> {
    let (field, section) = match response.status {
        301 => ("Location", "15.4.2"),
        302 => ("Location", "15.4.3"),
        303 => ("Location", "15.4.4"),
        307 => ("Location", "15.4.8"),
        308 => ("Location", "15.4.9"),
        401 => ("WWW-Authenticate", "15.5.2"),
        405 => ("Allow", "15.5.6"),
        407 => ("Proxy-Authenticate", "15.5.8"),
        426 => ("Upgrade", "15.5.22"),
        _ => return None,
    };
    if response.header(field).is_some() {
        return None;
    }
    let status = response.status;
    Some(Broken {
        severity: if status == 401 && !declares_http_authentication(subject) {
            Severity::Info
        } else {
            Severity::Low
        },
        effect: format!("{status} without {field}"),
        section,
        expected: format!("a field {field}"),
        observed: format!("{status} without {field}"),
    })
}

/// Whether the operation's security has a challenge in HTTP: basic, bearer and such.
fn declares_http_authentication(subject: &Subject<'_>) -> bool {
    let mut names = subject.operation.security.iter().flat_map(|needed| needed.keys());
    names.any(|name| {
        subject
            .contract
            .security_schemes
            .get(name)
            .is_some_and(|scheme| matches!(scheme, harness_contract::SecurityScheme::Http { .. }))
    })
}

/// Location is a URI reference (RFC 9110, 10.2.2).
fn location(response: &Response) -> Option<Broken> {
    let is_meant = response.status == 201 || matches!(response.status, 300..=303 | 307 | 308);
    let value = response.header("location").filter(|_| is_meant)?;
    if is_uri_reference(&value.0) {
        return None;
    }
    let status = response.status;
    Some(Broken {
        severity: Severity::Medium,
        effect: format!("{status} location is no reference"),
        section: "10.2.2",
        expected: "a Location that is a URI reference (RFC 3986, 4.1)".to_owned(),
        observed: format!("{status} with Location: {}", excerpt(&value.lossy())),
    })
}

/// 204 and 205 have no content, and 204 announces none.
fn content(subject: &Subject<'_>, response: &Response) -> Option<Broken> {
    let status = response.status;
    let section = match status {
        204 => "15.3.5",
        205 => "15.3.6",
        _ => return None,
    };
    if subject.exchange.request.method == "HEAD" {
        return None;
    }
    let announced = response.header("content-length").map(|value| value.lossy().into_owned());
    let announced = announced.filter(|length| length.trim() != "0");
    let is_chunked = status == 204 && response.header("transfer-encoding").is_some();
    let what = if !response.content.is_empty() {
        format!("{} octets of content", response.content.len())
    } else if let Some(length) = announced {
        format!("Content-Length: {}", excerpt(&length))
    } else if is_chunked {
        "Transfer-Encoding".to_owned()
    } else {
        return None;
    };
    Some(Broken {
        severity: Severity::Medium,
        effect: format!("{status} with content"),
        section,
        expected: "no content".to_owned(),
        observed: format!("{status} with {what}"),
    })
}

/// Answers to something that was not asked.
fn unasked(subject: &Subject<'_>, response: &Response) -> Option<Broken> {
    let status = response.status;
    let declared = |r: &harness_contract::ResponseSpec| r.status == StatusRange::Code(status);
    if subject.operation.responses.iter().any(declared) {
        return None;
    }
    let request = &subject.exchange.request;
    let has = |name: &str| request.header(name).is_some();
    let has_any = |names: &[&str]| names.iter().any(|name| has(name));
    let (what, section) = match status {
        206 if !has("range") => ("without Range", "15.3.7"),
        304 if !has_any(&["if-none-match", "if-modified-since"]) => {
            ("without a condition", "15.4.5")
        }
        406 if !subject.step.intent.is_allowed() && accepts_anything(subject) => {
            ("that accepts anything", "15.5.7")
        }
        413 if request.content.is_empty() && head_bytes(subject) < LARGE_HEAD_BYTES_MIN => {
            ("without content", "15.5.14")
        }
        415 if request.content.is_empty() && subject.operation.request_body.is_none() => {
            ("without content", "15.5.16")
        }
        _ => return None,
    };
    Some(Broken {
        severity: Severity::Low,
        effect: format!("{status} to a request {what}"),
        section,
        expected: "a status that fits the request".to_owned(),
        observed: format!("{status} to a request {what}"),
    })
}

/// Whether no field of the request narrows what may be sent back (RFC 9110, 12.5).
fn accepts_anything(subject: &Subject<'_>) -> bool {
    let request = &subject.exchange.request;
    let takes_all = request.header("accept").is_none_or(|value| &*value.lossy() == "*/*");
    let narrows = ["accept-language", "accept-encoding", "accept-charset"];
    takes_all && narrows.iter().all(|name| request.header(name).is_none())
}

fn head_bytes(subject: &Subject<'_>) -> usize {
    let request = &subject.exchange.request;
    let fields = request.headers.iter().map(|field| field.name.len() + field.value.len());
    request.target.len() + fields.sum::<usize>()
}

#[cfg(test)]
mod tests;
