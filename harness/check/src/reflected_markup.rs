//! Markup that we sent comes back in a page as it was.

use harness_model::{BoundValue, Place, Response, Severity, Step, Verdict};
use serde_json::Value;

use crate::finding::{Told, excerpt, fail};
use crate::{Check, Subject};

/// Shorter texts are in every page by chance.
const MARKUP_CHARS_MIN: usize = 8;
/// Longest text that is looked for, in characters: pages cut what they repeat, and a page that repeats
/// a long one repeats short ones too.
const MARKUP_CHARS_MAX: usize = 4_000;
/// Texts of a request that are looked for.
const TEXTS_MAX: usize = 400;
/// Deeper values are hardly ever shown.
const DEPTH_MAX: usize = 16;

/// Elements that only format text: services that take rich text let these through on purpose.
const FORMATTING: &[&str] = &[
    "a", "b", "br", "code", "em", "h1", "h2", "h3", "hr", "i", "li", "p", "pre", "strong", "u",
    "ul",
];

pub(crate) const CHECK: Check = Check {
    name: "reflected_markup",
    explain: "A text with markup in it, sent as a value, stands in an HTML answer exactly as it was sent.\n\n\
        Why: whoever can make a victim follow a link can run script in the victim's browser, with the \
        victim's session (cross-site scripting).\n\n\
        The text is compared whole, so a page that escapes a single character of it is fine. High; low \
        where the text holds elements only that format text (<b>, <p>, …), which a service of rich text \
        may let through.\n\n\
        Quiet when: the answer is no HTML by its Content-Type, or is offered for download \
        (Content-Disposition: attachment); the text is shorter than 8 characters or holds no \
        tag.\n\n\
        One failure per part of the request that is repeated. Source: HTML, 13.1.4 (character \
        references); OWASP ASVS 4.0, 5.3.3; Web Fuzzing Commons F201.\n\n\
        Example: GET /newsletter/greeting?name=<b>&amp;</b> → <p>Hello <b>&amp;</b>!</p>",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Some(response) = subject.answer().filter(|response| is_page(response)) else {
        return Vec::new();
    };
    let page = response.content.lossy();
    let texts = texts(subject.step);
    let reflected = texts.iter().find(|(_, text)| is_markup(text) && page.contains(text.as_str()));
    let Some((place, text)) = reflected else { return Vec::new() };
    let status = response.status;
    let told = Told {
        check: CHECK.name,
        severity: if only_formats(text) { Severity::Low } else { Severity::High },
        effect: place.normalised().to_string(),
        title: format!("answered {status} with a page that repeats the markup of {place} as it is"),
        expected: "the text with < and & escaped".to_owned(),
        observed: format!("the page holds {}", excerpt(text)),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// Whether a browser would show the answer as a page.
fn is_page(response: &Response) -> bool {
    let is_html = response
        .media_type()
        .is_some_and(|essence| matches!(&*essence, "text/html" | "application/xhtml+xml"));
    let is_download = response
        .header("content-disposition")
        .is_some_and(|value| value.lossy().trim_start().to_ascii_lowercase().starts_with("att"));
    is_html && !is_download
}

/// Whether a text holds a tag, a comment or a declaration (HTML, 13.2.5.6), and is long enough to be
/// ours.
fn is_markup(text: &str) -> bool {
    let length = text.chars().count();
    (MARKUP_CHARS_MIN..=MARKUP_CHARS_MAX).contains(&length)
        && !openings(text).is_empty()
        // A text that is nothing but one closing tag or so could be a page's own.
        && text.chars().any(|c| !c.is_ascii_alphanumeric() && !"<>/ ".contains(c))
}

/// What stands behind each `<` that begins markup which ends within the text.
fn openings(text: &str) -> Vec<&str> {
    let begins = |c: char| c.is_ascii_alphabetic() || "/!".contains(c);
    let behind = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
    behind.filter(|rest| rest.starts_with(begins) && rest.contains('>')).collect()
}

fn only_formats(text: &str) -> bool {
    openings(text).into_iter().all(|rest| {
        let rest = rest.trim_start_matches('/');
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let tag = rest.split('>').next().unwrap_or_default();
        FORMATTING.contains(&&*rest[..end].to_ascii_lowercase()) && !tag.contains('=')
    })
}

/// Every text of the request with its place, in the order of parameters, then of the content.
fn texts(step: &Step) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for parameter in &step.parameters {
        if let BoundValue::Known(value) = &parameter.value {
            let at = |pointer: String| Place::Parameter {
                location: parameter.location,
                name: parameter.name.clone(),
                pointer,
            };
            collect(value, String::new(), 0, &at, &mut found);
        }
    }
    if let Some(value) = step.body.as_ref().and_then(|body| body.content.value()) {
        collect(value, String::new(), 0, &|pointer| Place::Body { pointer }, &mut found);
    }
    found
}

fn collect(
    value: &Value,
    pointer: String,
    depth: usize,
    at: &dyn Fn(String) -> Place,
    found: &mut Vec<(Place, String)>,
) {
    if depth > DEPTH_MAX || found.len() >= TEXTS_MAX {
        return;
    }
    match value {
        Value::String(text) => found.push((at(pointer), text.clone())),
        Value::Array(items) => {
            for (idx, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{idx}"), depth + 1, at, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let token = name.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{pointer}/{token}"), depth + 1, at, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use harness_model::{Body, BodyContent, Severity};
    use serde_json::json;

    use crate::fixture::{Fixture, check, silent};

    const NAME: &str = "reflected_markup";
    const MARKUP: &str = "<b>&amp;</b>";

    fn page(content: &str) -> Fixture {
        Fixture::answered(200, content).with_header("content-type", "text/html; charset=utf-8")
    }

    fn asked(text: &str, content: &str) -> Fixture {
        page(content).with_query("name", text)
    }

    #[test]
    fn markup_that_comes_back_as_it_was_is_a_failure() {
        let finding = check(NAME, &asked(MARKUP, "<p>Hello <b>&amp;</b>!</p>"));
        assert_eq!(finding.signature.effect, "query name");
        assert_eq!(finding.severity, Severity::Low);
        let script = "\"><script>alert(1)</script>";
        let finding = check(NAME, &asked(script, &format!("<input value=\"{script}\">")));
        assert_eq!(finding.severity, Severity::High);
        let handler = "<b onclick=alert(1)>";
        assert_eq!(check(NAME, &asked(handler, handler)).severity, Severity::High);
    }

    #[test]
    fn markup_in_content_is_named_by_its_place() {
        let body = Body {
            media_type: Some("application/json".to_owned()),
            content: BodyContent::Json(json!({"items": [{"note": MARKUP}]})),
            bindings: Vec::new(),
        };
        let finding = check(NAME, &page(MARKUP).with_body(body));
        assert_eq!(finding.signature.effect, "body /items/*/note");
    }

    #[test]
    fn a_page_that_escapes_is_fine() {
        silent(NAME, &asked(MARKUP, "<p>Hello &lt;b&gt;&amp;amp;&lt;/b&gt;!</p>"));
        silent(NAME, &asked(MARKUP, "<p>Hello <b>&</b>!</p>"));
        silent(NAME, &asked(MARKUP, ""));
    }

    #[test]
    fn texts_that_may_be_there_by_chance_are_fine() {
        for text in ["<b>", "a < b > & c", "name", "</title>", "<p></p>", "<aaaaaaa;"] {
            silent(NAME, &asked(text, &format!("<title>x</title><p></p>{text}")));
        }
    }

    #[test]
    fn other_formats_and_downloads_are_not_shown() {
        for media_type in ["application/json", "text/plain", "image/svg+xml"] {
            silent(NAME, &asked(MARKUP, MARKUP).with_header("content-type", media_type));
        }
        let attached = "Attachment; filename=a.html";
        silent(NAME, &asked(MARKUP, MARKUP).with_header("content-disposition", attached));
        silent(NAME, &asked(MARKUP, MARKUP).without_header("content-type"));
    }

    #[test]
    fn the_status_does_not_matter() {
        let fixture = Fixture::answered(404, MARKUP).with_header("content-type", "text/html");
        check(NAME, &fixture.with_query("name", MARKUP));
    }
}
