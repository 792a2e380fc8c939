//! Content that breaks its own syntax is let in.

use harness_model::{Intent, Response, Severity, Verdict};
use serde_json::Value;

use crate::answers::{declared_essence, is_json, is_our_limit};
use crate::finding::{Told, fail, unknown};
use crate::subject::ELSEWHERE;
use crate::syntax::{self, Judged};
use crate::{Check, Subject};

/// Ends the layer of malformed content that a reader may take all the same, as those who make it say.
const LENIENT_SUFFIX: &str = "-lenient";

pub(crate) const CHECK: Check = Check {
    name: "malformed_accepted",
    explain: "A 2xx status to content that breaks the syntax of its media type.\n\n\
        Why: what reads half of a message and guesses the rest stores something that nobody sent; two \
        services that guess differently can be played off against each other.\n\n\
        The request is judged as it goes over the wire: content that parses after all, or that is empty, \
        is not malformed. Medium; low where the contract does not require content, since the operation \
        may not read it at all.\n\n\
        Quiet when: HTTP itself is broken (rules of their own apply); a reader may take it by the letter \
        of its standard or by wide custom (a key twice, a byte order mark, an escape that is none in a \
        form: phase `malformed` says which); the operation declares no content in that media type; the \
        method is not the operation's own; the answer says in a member `error`, `errors`, `success` or \
        `ok` that it is a refusal after all. Unknown when the path may lead to another operation.\n\n\
        One failure per operation and kind of syntax, in JSON as the parser names it.         Source: RFC 9110, 15.5.1; RFC 8259, 2 and 9; XML 1.0, 2.1; Web Fuzzing Commons F929.\n\n\
        Example: POST /coupons/WELCOME10/redeem {\"customer_id\": 2001}} → 200",
    needs_intent: true,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Intent::Malformed { layer, what } = &subject.step.intent else { return Vec::new() };
    let Some(response) = subject.answer() else { return Vec::new() };
    let status = response.status;
    let is_quiet = layer == "http"
        || layer.ends_with(LENIENT_SUFFIX)
        || !(200..300).contains(&status)
        || !subject.is_declared_method()
        || !is_read(subject)
        || is_refusal(response);
    if is_quiet {
        return Vec::new();
    }
    let Some(why) = broken(subject, layer, what) else { return Vec::new() };
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let body = subject.operation.request_body.as_ref();
    let is_required = body.is_some_and(|body| body.required);
    let told = Told {
        check: CHECK.name,
        severity: if is_required { Severity::Medium } else { Severity::Low },
        effect: format!("{layer}: {why}"),
        title: format!("accepted ({status}) content that does not parse ({layer}: {what})"),
        expected: format!("a refusal with 4xx, because the content is broken: {what}"),
        observed: format!("status {status}"),
        contract_pointer: body.map(|body| format!("#{}", body.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// Whether the operation declares content of the media type that was sent.
fn is_read(subject: &Subject<'_>) -> bool {
    let Some(declared) = &subject.operation.request_body else { return false };
    let Some(sent) = media_type(subject) else { return false };
    declared.content.iter().any(|media_type| {
        let essence = declared_essence(&media_type.name);
        let kind = essence.strip_suffix("/*");
        essence == sent || essence == "*/*" || kind.is_some_and(|kind| sent.starts_with(kind))
    })
}

fn media_type(subject: &Subject<'_>) -> Option<String> {
    let field = subject.exchange.request.header("content-type")?;
    Some(declared_essence(&field.lossy()))
}

/// What is broken in the content as it went over the wire, the same for all content that is broken in
/// this way; `None`: a strict parser takes it, or it is beyond ours, or there is none.
fn broken(subject: &Subject<'_>, layer: &str, what: &str) -> Option<String> {
    let octets = &subject.exchange.request.content.0;
    if octets.trim_ascii().is_empty() {
        return None;
    }
    let essence = media_type(subject)?;
    if is_json(&essence) {
        let error = serde_json::from_slice::<Value>(octets).err()?;
        // A coding is broken before anything within it can be.
        return if layer == "json" { of_json(&error) } else { Some(unnumbered(what)) };
    }
    let judged = match layer {
        "xml" => syntax::xml(octets, None),
        "form" => syntax::form(octets),
        "lines" => syntax::lines_of_json(octets),
        _ => return Some(unnumbered(what)),
    };
    matches!(judged, Judged::Broken(_)).then(|| unnumbered(what))
}

/// What is wrong with JSON in the parser's words, without the place.
fn of_json(error: &serde_json::Error) -> Option<String> {
    if is_our_limit(error) {
        return None;
    }
    if error.is_eof() {
        return Some("ends too early".to_owned());
    }
    let text = error.to_string();
    let why = text.split(" at line ").next().unwrap_or_default();
    Some(why.to_owned())
}

/// A description without the numbers in it, which are data: `cut at octet *`.
fn unnumbered(what: &str) -> String {
    let mut text = String::with_capacity(what.len());
    for c in what.chars() {
        if !c.is_ascii_digit() {
            text.push(c);
        } else if !text.ends_with('*') {
            text.push('*');
        }
    }
    text
}

/// Whether a success says within that it is none (JSON-RPC 2.0, 5; GraphQL, 7.1).
fn is_refusal(response: &Response) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_slice(&response.content.0) else {
        return false;
    };
    let says_error = |name: &str| {
        members.get(name).is_some_and(|value| match value {
            Value::Null => false,
            Value::Bool(is_error) => *is_error,
            Value::Array(errors) => !errors.is_empty(),
            Value::Object(_) | Value::Number(_) | Value::String(_) => true,
        })
    };
    let denies = |name: &str| members.get(name) == Some(&Value::Bool(false));
    says_error("error") || says_error("errors") || denies("success") || denies("ok")
}

#[cfg(test)]
mod tests {
    use harness_model::{Intent, Severity};

    use crate::fixture::{Fixture, check, invalid, malformed, silent, unknown};

    const NAME: &str = "malformed_accepted";

    /// A request with this content, said to be broken JSON, answered with this status.
    fn sent(status: u16, content: &str) -> Fixture {
        taking("true", status, content)
    }

    fn taking(required: &str, status: u16, content: &str) -> Fixture {
        let body = format!(
            r#""requestBody": {{"required": {required}, "content": {{"application/json": {{}}}}}},
               "responses""#
        );
        Fixture::answered(status, "{}")
            .declaring(r#""responses""#, &body)
            .meant(malformed("json"))
            .sending(content)
            .with_request_header("content-type", "application/json")
    }

    fn broken(layer: &str, what: &str) -> Intent {
        Intent::Malformed { layer: layer.to_owned(), what: what.to_owned() }
    }

    #[test]
    fn a_2xx_to_broken_syntax_is_a_failure_that_names_it() {
        let finding = check(NAME, &sent(201, "{\"a\": 1"));
        assert_eq!(finding.signature.effect, "json: ends too early");
        assert_eq!(finding.severity, Severity::Medium);
    }

    #[test]
    fn a_refusal_is_fine_whatever_it_is() {
        for status in [302, 400, 401, 404, 413, 415, 422, 500] {
            silent(NAME, &sent(status, "{"));
        }
    }

    #[test]
    fn content_that_parses_after_all_is_not_malformed() {
        silent(NAME, &sent(200, "{\"a\": 1}"));
        silent(NAME, &sent(200, ""));
        silent(NAME, &sent(200, " \r\n"));
        silent(NAME, &sent(200, &("[".repeat(1_000) + &"]".repeat(1_000))));
        silent(NAME, &sent(200, "{}").meant(broken("coding", "plain content that is called gzip")));
    }

    #[test]
    fn what_a_reader_may_take_is_fine() {
        silent(
            NAME,
            &sent(200, "{\"a\": 1, \"a\": 2}").meant(broken("json-lenient", "a name twice")),
        );
        silent(NAME, &sent(200, "\u{feff}1").meant(broken("json-lenient", "a byte order mark")));
    }

    #[test]
    fn what_is_broken_is_named_without_its_place() {
        let effect = |content: &str| check(NAME, &sent(200, content)).signature.effect;
        assert_eq!(effect("{}}"), "json: trailing characters");
        assert_eq!(effect("{} x"), effect("[1] [1]"));
        assert_eq!(effect("[1,]"), "json: trailing comma");
        assert_eq!(effect("[1"), effect("{\"a\": \"b"));
    }

    #[test]
    fn other_syntax_is_named_by_what_was_done() {
        let other = |essence: &str, layer: &str, what: &str, content: &str| {
            sent(200, content)
                .declaring("\"application/json\": {}}},", &format!("\"{essence}\": {{}}}}}},"))
                .with_request_header("content-type", essence)
                .meant(broken(layer, what))
        };
        let cut = check(NAME, &other("application/xml", "xml", "cut at octet 17", "<a>"));
        assert_eq!(cut.signature.effect, "xml: cut at octet *");
        silent(NAME, &other("application/xml", "xml", "cut at octet 17", "<a/>"));
        let form = "application/x-www-form-urlencoded";
        check(NAME, &other(form, "form", "JSON that is called a form", "{\"a\": 1}"));
        silent(NAME, &other(form, "form", "JSON that is called a form", "a=1"));
        check(NAME, &other("multipart/form-data", "multipart", "no final boundary", "--a"));
        check(NAME, &other("application/json", "coding", "a gzip member cut short", "\u{1f}"));
    }

    #[test]
    fn optional_content_may_not_be_read_at_all() {
        assert_eq!(check(NAME, &taking("false", 200, "{")).severity, Severity::Low);
    }

    #[test]
    fn content_that_nobody_asked_for_may_be_anything() {
        silent(NAME, &Fixture::answered(200, "").meant(malformed("json")).sending("{"));
        silent(NAME, &sent(200, "{").with_request_header("content-type", "text/plain"));
        check(NAME, &sent(200, "{").declaring("\"application/json\": {}}},", "\"*/*\": {}}},"));
    }

    #[test]
    fn a_success_that_says_it_is_none_is_a_refusal() {
        let told = |answer: &str| sent(200, "{").with_content(answer);
        for answer in
            ["{\"error\": {\"code\": -32700}}", "{\"errors\": [\"x\"]}", "{\"success\": false}"]
        {
            silent(NAME, &told(answer));
        }
        for answer in ["{\"error\": null}", "{\"errors\": []}", "{\"success\": true}", "", "[]"] {
            check(NAME, &told(answer));
        }
    }

    #[test]
    fn broken_http_and_other_intents_are_for_other_checks() {
        silent(NAME, &sent(200, "{").meant(malformed("http")));
        silent(NAME, &sent(200, "{").meant(invalid("maximum")));
        silent(NAME, &sent(200, "{").meant(Intent::Valid));
        silent(NAME, &sent(200, "{").by_method("PUT"));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        unknown(NAME, &sent(200, "{").at("/orders/{id}", "/orders/"));
        check(NAME, &sent(200, "{").at("/orders/{id}", "/orders/7"));
    }
}
