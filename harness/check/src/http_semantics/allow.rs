//! The field Allow against the method that was refused and the methods that the contract declares.

use std::collections::BTreeSet;

use harness_model::{Response, Severity};

use super::Broken;
use crate::Subject;

/// Fields by which some frameworks let a client name another method than the one it sends.
const OVERRIDES: &[&str] = &["x-http-method-override", "x-http-method", "x-method-override"];
/// Methods of one field that are read; there are nine that are known.
const METHODS_MAX: usize = 64;

/// Allow says which methods the resource supports (RFC 9110, 10.2.1). It is sent with 405, and with the
/// answer to OPTIONS.
pub(super) fn judge(subject: &Subject<'_>, response: &Response) -> Option<Broken> {
    let method = subject.step.method.as_str();
    let is_meant =
        response.status == 405 || (method == "OPTIONS" && (200..300).contains(&response.status));
    let request = &subject.exchange.request;
    if !is_meant || OVERRIDES.iter().any(|name| request.header(name).is_some()) {
        return None;
    }
    let allowed = allowed(response)?;
    if response.status == 405 && allowed.contains(method) {
        return Some(Broken {
            severity: Severity::Low,
            effect: "405 allows the method".to_owned(),
            section: "15.5.6",
            expected: "an Allow without the method that is refused".to_owned(),
            observed: "405 with the refused method in Allow".to_owned(),
        });
    }
    if !subject.reaches_operation() {
        return None;
    }
    let missing: Vec<&str> =
        declared(subject).into_iter().filter(|m| !allowed.contains(*m)).collect();
    if missing.is_empty() {
        return None;
    }
    let missing = missing.join(", ");
    Some(Broken {
        severity: Severity::Low,
        effect: format!("allow lacks {missing}"),
        section: "10.2.1",
        expected: "an Allow with every method that the contract declares for the path".to_owned(),
        observed: format!("{} with an Allow that lacks {missing}", response.status),
    })
}

/// The methods of all lines of the field; `None` if there is none.
fn allowed(response: &Response) -> Option<BTreeSet<String>> {
    let lines = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case("allow"));
    let lines: Vec<String> = lines.map(|field| field.value.lossy().into_owned()).collect();
    if lines.is_empty() {
        return None;
    }
    let methods = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    Some(methods.filter(|m| !m.is_empty()).take(METHODS_MAX).map(str::to_uppercase).collect())
}

/// Methods that the contract declares for the operation's path, in order. HEAD and OPTIONS every
/// resource may support on its own account (RFC 9110, 9.1).
fn declared<'a>(subject: &Subject<'a>) -> BTreeSet<&'a str> {
    let operations = subject.contract.operations.iter();
    let same_path = operations.filter(|other| other.path == subject.operation.path);
    let methods = same_path.map(|operation| operation.method.as_str());
    methods.filter(|method| !matches!(*method, "HEAD" | "OPTIONS")).collect()
}
