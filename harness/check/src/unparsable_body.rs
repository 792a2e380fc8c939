//! Content that is not in the format that it says it is in.

use harness_model::{Response, Severity, Verdict};

use crate::answers::is_json;
use crate::finding::{Told, excerpt, fail, request_in_words, unknown};
use crate::subject::ELSEWHERE;
use crate::syntax::{self, Judged, charset, form, lines_of_json, xml};
use crate::{Check, Subject};

pub(crate) const CHECK: Check = Check {
    name: "unparsable_body",
    explain: "Content of a declared media type (XML, a form, lines of JSON) that does not parse, or text \
        whose octets are not in the charset that it names.\n\n\
        Why: a parser stops at the first `&` that nobody escaped, and the whole answer is lost; a wrong \
        charset turns names into garbage.\n\n\
        Judged are application/xml, text/xml and +xml (XML 1.0, well-formed); \
        application/x-www-form-urlencoded (octets that no form can have); application/x-ndjson, \
        application/jsonl and application/json-seq (every line is JSON); any text that names utf-8 or \
        us-ascii as its charset. JSON itself is for body_violates_schema; HTML has no syntax that could \
        be broken, and other formats have too many dialects.\n\n\
        Quiet when: the media type or the status is not declared (other checks say it), or the status is \
        5xx and not declared by its code; there is no content. Unknown when the content was cut off, \
        compressed or partial, when it is XML in another encoding than UTF-8 or with entities that are \
        defined elsewhere, or when the path may lead to another operation.\n\n\
        Source: RFC 9110, 8.3; RFC 7303; XML 1.0, 2.1; WHATWG URL, 5; RFC 3629; Web Fuzzing Commons \
        F101.\n\n\
        Example: GET /categories → 200 application/xml: <name>Home & garden</name>",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer() else { return Vec::new() };
    let Some((essence, pointer)) = declared(subject, response) else { return Vec::new() };
    if let Some(why) = subject.unreadable(response) {
        return unknown(why);
    }
    let (format, expected, judged) = judged(response, &essence);
    let why = match judged {
        Judged::Fine => return Vec::new(),
        Judged::Undecided(why) => return unknown(why),
        Judged::Broken(why) => why,
    };
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let status = response.status;
    let told = Told {
        check: CHECK.name,
        severity: Severity::Medium,
        effect: format!("{status} not {format}"),
        title: format!(
            "answered {status} with {essence} that is not {format}, to {}",
            request_in_words(subject)
        ),
        expected: expected.to_owned(),
        observed: format!("{why}: {}", excerpt(&response.content.lossy())),
        contract_pointer: Some(format!("#{pointer}")),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// Media type and place in the contract of content that the operation's own code has sent and that
/// the contract declares.
fn declared<'a>(subject: &Subject<'a>, response: &Response) -> Option<(String, &'a str)> {
    let status = response.status;
    if !subject.may_have_content(status) || response.content.is_empty() {
        return None;
    }
    subject.declared_answer(status)?;
    let essence = response.media_type().filter(|essence| !is_json(essence))?;
    let (media_type, _) = subject.answers.promise(subject.operation, status, &essence)?;
    Some((essence, &media_type.pointer))
}

/// The name of the format, what it asks for, and whether the content is in it.
fn judged(response: &Response, essence: &str) -> (&'static str, &'static str, Judged) {
    let octets = &response.content.0;
    let named = charset(response);
    if is_xml(essence) {
        return ("XML", "well-formed XML (XML 1.0, 2.1)", xml(octets, named.as_deref()));
    }
    match essence {
        "application/x-www-form-urlencoded" => {
            ("a form", "name=value pairs, percent-encoded (WHATWG URL, 5.2)", form(octets))
        }
        "application/x-ndjson" | "application/jsonl" | "application/json-seq" => {
            ("lines of JSON", "JSON on every line (RFC 8259; RFC 7464)", lines_of_json(octets))
        }
        _ => match named.as_deref() {
            Some("utf-8" | "utf8") => ("UTF-8", "octets of UTF-8 (RFC 3629)", syntax::utf8(octets)),
            Some("us-ascii" | "ascii") => {
                ("ASCII", "octets below 128 (RFC 20)", syntax::ascii(octets))
            }
            Some(_) | None => ("", "", Judged::Fine),
        },
    }
}

/// Whether content of this essence is XML (RFC 7303, 4.2 and 9).
fn is_xml(essence: &str) -> bool {
    matches!(essence, "application/xml" | "text/xml") || essence.ends_with("+xml")
}

#[cfg(test)]
mod tests;
