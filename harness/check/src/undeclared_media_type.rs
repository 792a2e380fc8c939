//! Content in a format that the contract does not mention.

use harness_contract::StatusRange;
use harness_model::{Outcome, Severity, Verdict};

use crate::answers::best_match;
use crate::finding::{Told, fail, is_declared_method, request_in_words};
use crate::{Check, Subject};

pub(crate) const CHECK: Check = Check {
    name: "undeclared_media_type",
    explain: "Content whose media type the operation does not declare for that status, or content without \
        any Content-Type.\n\n\
        Why: a client picks its parser by what the contract says; an HTML error page where JSON is \
        promised breaks it.\n\n\
        Quiet when: there is no content; the status is not declared (undeclared_status says it); the \
        response is declared without content (nothing is promised about it); 5xx whose content comes from \
        the server in front rather than from the operation.\n\n\
        Source: OpenAPI 3.1, 4.8.17 (Response Object, content); RFC 9110, 8.3.\n\n\
        Example: GET /orders/1/invoice → 200 text/csv, declared is application/json",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.exchange.response() else { return Vec::new() };
    if !matches!(subject.exchange.outcome, Outcome::Response(_) | Outcome::TooLarge { .. }) {
        return Vec::new();
    }
    let status = response.status;
    let Some(declared) = subject.operation.response(status) else { return Vec::new() };
    // HEAD and 1xx, 204, 304 have no content (RFC 9110, 6.4.1). What `default` says of 5xx is what
    // the operation's own code would send, and it is not that code that answers then.
    let is_quiet = response.content.is_empty()
        || matches!(status, 100..=199 | 204 | 304)
        || subject.exchange.request.method == "HEAD"
        || !is_declared_method(subject)
        || declared.content.is_empty()
        || ((500..600).contains(&status) && declared.status != StatusRange::Code(status));
    if is_quiet {
        return Vec::new();
    }
    let essence = response.media_type();
    if essence.as_deref().is_some_and(|essence| best_match(&declared.content, essence).is_some()) {
        return Vec::new();
    }
    let names: Vec<&str> = declared.content.iter().map(|m| m.name.as_str()).collect();
    let observed = essence.unwrap_or_else(|| "no Content-Type".to_owned());
    let told = Told {
        check: CHECK.name,
        severity: if status < 400 { Severity::Medium } else { Severity::Low },
        effect: format!("{status} {observed}"),
        title: format!(
            "answered {status} with {observed}, which the contract does not declare, to {}",
            request_in_words(subject)
        ),
        expected: format!("one of the declared media types: {}", names.join(", ")),
        observed: format!("status {status} with {observed}"),
        contract_pointer: Some(format!("#{}/content", declared.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, check, silent};

    #[test]
    fn a_media_type_that_is_not_declared_is_a_failure() {
        let fixture = Fixture::answered(200, "<html>").with_header("content-type", "text/html");
        assert_eq!(check("undeclared_media_type", &fixture).signature.effect, "200 text/html");
    }

    #[test]
    fn content_without_a_media_type_is_a_failure() {
        let fixture = Fixture::answered(200, "x").without_header("content-type");
        assert_eq!(check("undeclared_media_type", &fixture).signature.effect, "200 no Content-Type");
    }

    #[test]
    fn parameters_and_case_do_not_matter() {
        let fixture = Fixture::answered(200, "{}")
            .with_header("content-type", "Application/JSON; charset=utf-8");
        silent("undeclared_media_type", &fixture);
    }

    #[test]
    fn no_content_needs_no_media_type() {
        silent(
            "undeclared_media_type",
            &Fixture::answered(200, "").with_header("content-type", "text/html"),
        );
    }

    #[test]
    fn undeclared_statuses_and_answers_without_declared_content_promise_nothing() {
        let html = |status| Fixture::answered(status, "<p>").with_header("content-type", "text/html");
        silent("undeclared_media_type", &html(418));
        silent("undeclared_media_type", &html(201));
        silent("undeclared_media_type", &html(500).declaring_default());
    }
}
