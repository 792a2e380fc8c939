//! Content in a format that the contract does not mention.

use harness_contract::StatusRange;
use harness_model::{Severity, Verdict};

use crate::finding::{Told, fail, request_in_words, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject};

/// Longest media type that is repeated in a signature, in characters: RFC 6838, 4.2 allows 127 for
/// each half, real ones are shorter.
const ESSENCE_CHARS_MAX: usize = 80;

pub(crate) const CHECK: Check = Check {
    name: "undeclared_media_type",
    explain: "Content whose media type the operation does not declare for that status, or content without \
        any Content-Type.\n\n\
        Why: a client picks its parser by what the contract says; an HTML error page where JSON is \
        promised breaks it.\n\n\
        Quiet when: there is no content; the status is not declared (undeclared_status says it); the \
        response is declared without content (nothing is promised about it); the status is 5xx and not \
        declared by its code, or the request breaks HTTP itself (the server in front answers then, not \
        the operation). Unknown when the path may lead to another operation.\n\n\
        Source: OpenAPI 3.1, 4.8.17 (Response Object, content); RFC 9110, 8.3.\n\n\
        Example: GET /orders/1/invoice → 200 text/csv, declared is application/json",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let status = response.status;
    let Some(declared) = subject.operation.response(status) else { return Vec::new() };
    // HEAD and 1xx, 204, 304 have no content (RFC 9110, 6.4.1). What `default` says of 5xx is what
    // the operation's own code would send, and it is not that code that answers then.
    let is_quiet = response.content.is_empty()
        || matches!(status, 100..=199 | 204 | 304)
        || subject.exchange.request.method == "HEAD"
        || !subject.is_declared_method()
        || subject.is_malformed_http()
        || declared.content.is_empty()
        || ((500..600).contains(&status) && declared.status != StatusRange::Code(status));
    if is_quiet {
        return Vec::new();
    }
    let essence = response.media_type();
    let is_declared = |essence: &str| subject.answers.declares(subject.operation, status, essence);
    if essence.as_deref().is_some_and(is_declared) {
        return Vec::new();
    }
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let names: Vec<&str> = declared.content.iter().map(|m| m.name.as_str()).collect();
    let observed = essence.map_or_else(
        || "no Content-Type".to_owned(),
        |essence| essence.chars().take(ESSENCE_CHARS_MAX).collect(),
    );
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
    use harness_model::Severity;

    use crate::fixture::{Fixture, check, malformed, silent, unknown};

    fn html(status: u16, content: &str) -> Fixture {
        Fixture::answered(status, content).with_header("content-type", "text/html")
    }

    #[test]
    fn a_media_type_that_is_not_declared_is_a_failure() {
        let fixture = Fixture::answered(200, "<html>").with_header("content-type", "text/html");
        assert_eq!(check("undeclared_media_type", &fixture).signature.effect, "200 text/html");
    }

    #[test]
    fn content_without_a_media_type_is_a_failure() {
        let fixture = Fixture::answered(200, "x").without_header("content-type");
        assert_eq!(
            check("undeclared_media_type", &fixture).signature.effect,
            "200 no Content-Type"
        );
    }

    #[test]
    fn parameters_and_case_do_not_matter() {
        let fixture = Fixture::answered(200, "{}")
            .with_header("content-type", "Application/JSON; charset=utf-8");
        silent("undeclared_media_type", &fixture);
    }

    #[test]
    fn a_structured_suffix_is_another_media_type() {
        let fixture =
            Fixture::answered(400, "{}").with_header("content-type", "application/problem+json");
        let finding = check("undeclared_media_type", &fixture);
        assert_eq!(finding.signature.effect, "400 application/problem+json");
        assert_eq!(finding.severity, Severity::Low);
    }

    #[test]
    fn a_declared_range_covers_its_kind() {
        let text = |declared: &str| {
            Fixture::answered(200, "x").with_header("content-type", "text/plain").declaring(
                r#""application/json": {"schema""#,
                &format!(r#""{declared}": {{"schema""#),
            )
        };
        for declared in ["text/*", "*/*", "TEXT/plain; charset=utf-8"] {
            silent("undeclared_media_type", &text(declared));
        }
        check("undeclared_media_type", &text("application/*"));
    }

    #[test]
    fn no_content_needs_no_media_type() {
        silent("undeclared_media_type", &html(200, ""));
        silent("undeclared_media_type", &html(200, "<p>").by_method("HEAD"));
        silent("undeclared_media_type", &html(204, "<p>").declaring_status("204"));
    }

    #[test]
    fn undeclared_statuses_and_answers_without_declared_content_promise_nothing() {
        silent("undeclared_media_type", &html(418, "<p>"));
        silent("undeclared_media_type", &html(201, "<p>"));
    }

    #[test]
    fn errors_of_the_server_in_front_are_not_the_operations() {
        silent("undeclared_media_type", &html(500, "<p>").declaring_status("default"));
        silent("undeclared_media_type", &html(502, "<p>").declaring_status("5XX"));
        check("undeclared_media_type", &html(500, "<p>").declaring_status("500"));
        silent("undeclared_media_type", &html(400, "<p>").meant(malformed("http")));
        check("undeclared_media_type", &html(400, "<p>").meant(malformed("json")));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        unknown("undeclared_media_type", &html(200, "<p>").at("/orders/{id}", "/orders/%2e%2e"));
    }
}
