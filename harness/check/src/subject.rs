//! What may be said of a subject before any rule is put to it: was there a whole answer, is it the
//! operation's own, is the service still there. Knows HTTP's request target, no oracle.

use harness_contract::{Operation, ResponseSpec, StatusRange};
use harness_model::{BoundValue, Intent, Outcome, ParameterValue, Response};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::Subject;

/// Why a verdict on a status is withheld if [`Subject::asks_for_status`] is true.
pub(crate) const ASKED_FOR: &str = "the request names this very status";
/// Why a verdict on the operation is withheld if [`Subject::reaches_operation`] is false.
pub(crate) const ELSEWHERE: &str =
    "the path may lead to another operation (empty, dotted or with a separator in it)";

impl<'a> Subject<'a> {
    /// The answer, if its head and all that was wanted of its content arrived.
    pub(crate) fn answer(&self) -> Option<&'a Response> {
        match &self.exchange.outcome {
            Outcome::Response(response) | Outcome::TooLarge { response, .. } => Some(response),
            Outcome::ConnectFailed { .. }
            | Outcome::TlsFailed { .. }
            | Outcome::TimedOut { .. }
            | Outcome::ClosedEarly { .. }
            | Outcome::Unparsable { .. }
            | Outcome::Unsendable { .. } => None,
        }
    }

    /// Whether the step uses the operation's own method: probes with other methods have rules of
    /// their own.
    pub(crate) fn is_declared_method(&self) -> bool {
        self.step.method == self.operation.method
    }

    /// What the operation declares for a status, where it is the operation's own code that answers:
    /// the request uses its method and is HTTP, and a 5xx is declared by its code, since `default`
    /// and `5XX` describe what that code would send, and a 5xx is seldom from there.
    pub(crate) fn declared_answer(&self, status: u16) -> Option<&'a ResponseSpec> {
        if !self.is_declared_method() || self.is_malformed_http() {
            return None;
        }
        let declared = self.operation.response(status)?;
        let is_own = !(500..600).contains(&status) || declared.status == StatusRange::Code(status);
        is_own.then_some(declared)
    }

    /// Whether the request breaks HTTP itself, so that a server may answer before any operation
    /// comes into play (RFC 9112, 2.2 and 3).
    pub(crate) fn is_malformed_http(&self) -> bool {
        matches!(&self.step.intent, Intent::Malformed { layer, .. } if layer == "http")
    }

    /// Whether an answer of this status has content at all: none to HEAD, and none with 1xx, 204, 205
    /// and 304 (RFC 9110, 6.4.1).
    pub(crate) fn may_have_content(&self, status: u16) -> bool {
        !matches!(status, 100..=199 | 204 | 205 | 304) && self.exchange.request.method != "HEAD"
    }

    /// Why the octets are not the whole content as it was meant, if they are not.
    pub(crate) fn unreadable(&self, response: &Response) -> Option<String> {
        if let Outcome::TooLarge { response_bytes_max, .. } = &self.exchange.outcome {
            return Some(format!("the content is longer than {response_bytes_max} bytes"));
        }
        let is_plain = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
        let coding = response.header("content-encoding").map(|value| value.lossy().into_owned());
        if let Some(coding) = coding.filter(|coding| !is_plain(coding.trim())) {
            return Some(format!("the content is encoded as {coding}"));
        }
        response.header("content-range").map(|_| "the content is only a part".to_owned())
    }

    /// Whether something that speaks HTTP answered the control request; `None` if none was sent.
    pub(crate) fn is_control_answered(&self) -> Option<bool> {
        self.control.map(|control| control.response().is_some())
    }

    /// Whether a router has no choice but to lead the request to the operation. A path value that
    /// is empty, a dot segment (RFC 3986, 5.2.4) or holds a separator makes it another path; a value
    /// that spells another operation's literal segment makes it that operation (OpenAPI 3.1,
    /// 4.8.8.2: concrete paths match first).
    pub(crate) fn reaches_operation(&self) -> bool {
        if !self.operation.path.contains('{') {
            return true;
        }
        let target = self.exchange.request.target.lossy();
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path_values(&self.operation.path, path)
            .is_none_or(|values| !values.iter().all(|value| is_plain(value)))
        {
            return false;
        }
        !self.contract.operations.iter().any(|other| is_better_match(other, self.operation, path))
    }

    /// Whether the request names this very status in its path or a parameter: a service that answers with
    /// what it is asked for (`/status/{codes}`) has not failed.
    pub(crate) fn asks_for_status(&self, status: u16) -> bool {
        let status = status.to_string();
        let names = |text: &str| decoded(text).split(',').any(|part| part.trim() == status);
        let is_named = |parameter: &ParameterValue| match &parameter.value {
            BoundValue::Known(Value::String(text)) => names(text),
            BoundValue::Known(Value::Number(number)) => number.to_string() == status,
            BoundValue::Known(Value::Array(items)) => {
                items.iter().any(|item| names(item.to_string().trim_matches('"')))
            }
            BoundValue::Known(Value::Null | Value::Bool(_) | Value::Object(_))
            | BoundValue::Bound(_) => false,
        };
        self.path_values().iter().any(|value| names(value))
            || self.step.parameters.iter().any(is_named)
    }

    /// The values that the request's path holds for the template's parameters, still
    /// percent-encoded; empty if the path does not fit the template.
    pub(crate) fn path_values(&self) -> Vec<String> {
        let target = self.exchange.request.target.lossy();
        let path = target.split(['?', '#']).next().unwrap_or_default();
        path_values(&self.step.path, path).unwrap_or_default()
    }
}

/// Aligns a path with a template from the right, since the path may begin with the base path of the
/// server. Answers the encoded text in place of each `{…}` segment, or `None` if it does not fit.
fn path_values(template: &str, path: &str) -> Option<Vec<String>> {
    let wanted: Vec<&str> = template.trim_start_matches('/').split('/').collect();
    let given: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let base_len = given.len().checked_sub(wanted.len())?;
    let mut values = Vec::new();
    for (wanted, given) in wanted.iter().zip(&given[base_len..]) {
        match (wanted.find('{'), wanted.rfind('}')) {
            (Some(start), Some(end)) if start < end => {
                let value =
                    given.strip_prefix(&wanted[..start])?.strip_suffix(&wanted[end + 1..])?;
                values.push(value.to_owned());
            }
            _ if decoded(wanted) == decoded(given) => {}
            _ => return None,
        }
    }
    Some(values)
}

fn is_plain(value: &str) -> bool {
    let value = decoded(value);
    !value.is_empty() && value != "." && value != ".." && !value.contains(['/', '\\'])
}

/// Whether `other` fits the path too, with a literal where `own` has a parameter.
fn is_better_match(other: &Operation, own: &Operation, path: &str) -> bool {
    let segments = |operation: &Operation| -> Vec<bool> {
        operation.path.trim_start_matches('/').split('/').map(|s| s.contains('{')).collect()
    };
    if other.path == own.path || path_values(&other.path, path).is_none() {
        return false;
    }
    let (theirs, ours) = (segments(other), segments(own));
    theirs.len() == ours.len() && theirs.iter().zip(&ours).any(|(theirs, ours)| !theirs && *ours)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{is_plain, path_values};

    fn check(template: &str, path: &str, expected: Option<&[&str]>) {
        let values = path_values(template, path);
        assert_eq!(values.as_deref().map(|v| v.iter().map(|s| &**s).collect()), {
            expected.map(<[&str]>::to_vec)
        });
    }

    #[test]
    fn values_stand_where_the_template_has_names() {
        check("/orders/{id}", "/orders/17", Some(&["17"]));
        check("/orders/{id}/items/{n}", "/api/v1/orders/a%2Fb/items/2", Some(&["a%2Fb", "2"]));
        check("/files/{name}.json", "/files/x.json", Some(&["x"]));
        check("/orders", "/api/orders", Some(&[]));
    }

    #[test]
    fn paths_of_another_shape_do_not_fit() {
        check("/orders/{id}", "/orders", None);
        check("/orders/{id}/items", "/orders/1/2/items", None);
        check("/orders/{id}", "/customers/1", None);
    }

    #[test]
    fn values_that_make_it_another_path_are_not_plain() {
        for value in ["", ".", "..", "%2e%2e", "a%2Fb", "a%5Cb"] {
            assert!(!is_plain(value), "{value:?}");
        }
        for value in ["a", "...", "%20", "1.5", "a;b"] {
            assert!(is_plain(value), "{value:?}");
        }
    }
}
