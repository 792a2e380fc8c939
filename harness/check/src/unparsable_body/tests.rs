//! Content under a media type that the contract declares with 200.

use harness_model::Octets;

use crate::fixture::{Fixture, check, malformed, silent, unknown};

const NAME: &str = "unparsable_body";

/// Answers 200 with this content under this media type, which is declared.
fn answered(content_type: &str, content: impl Into<Octets>) -> Fixture {
    let essence = content_type.split(';').next().unwrap_or_default();
    Fixture::answered(200, "")
        .declaring(
            r#""application/json": {"schema""#,
            &format!(r#""{essence}": {{}}, "application/json": {{"schema""#),
        )
        .with_header("content-type", content_type)
        .with_content(content)
}

fn broken(content_type: &str, content: impl Into<Octets>, effect: &str) {
    let finding = check(NAME, &answered(content_type, content));
    assert_eq!(finding.signature.effect, effect);
}

#[test]
fn xml_that_is_not_well_formed_is_a_failure() {
    for content in ["<a>x & y</a>", "<a><b></a>", "plain", "<a/><b/>", "<a b=c/>", "<a>\u{1}</a>"] {
        broken("application/xml", content, "200 not XML");
    }
    broken("text/xml; charset=utf-8", vec![b'<', 0xff], "200 not XML");
    broken("application/atom+xml", "<a>&nbsp;</a>", "200 not XML");
}

#[test]
fn well_formed_xml_is_fine() {
    for content in [
        "<a/>",
        "\u{feff}<?xml version='1.0'?><a>&amp;<![CDATA[ & ]]></a>",
        "<!DOCTYPE a [<!ENTITY e 'v'>]><a>&e;</a>",
        "<a><!-- & --><?x &?></a>",
        "<p:a/>",
    ] {
        silent(NAME, &answered("application/xml", content));
    }
}

#[test]
fn xml_that_we_cannot_read_is_not_judged() {
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe4</a>".to_vec();
    unknown(NAME, &answered("application/xml", latin));
    unknown(NAME, &answered("text/xml; charset=iso-8859-1", b"<a>\xe4</a>".to_vec()));
    unknown(NAME, &answered("application/xml", vec![0xff, 0xfe, b'<', 0]));
    unknown(NAME, &answered("application/xml", "<!DOCTYPE a SYSTEM 'a.dtd'><a>&e;</a>"));
    unknown(NAME, &answered("application/xml", "<a>").too_large());
    unknown(NAME, &answered("application/xml", "x").with_header("content-encoding", "gzip"));
}

#[test]
fn a_form_holds_nothing_that_must_be_encoded() {
    const FORM: &str = "application/x-www-form-urlencoded";
    for content in ["{\"a\": 1}", "<a/>", "a=b c", "a=\u{e4}", "a=%zz", "a=%4"] {
        broken(FORM, content, "200 not a form");
    }
    for content in
        ["a=b&c=d", "scope=repo,user:email", "a", "a=%20+%C3%A4\r\n", "&&", "url=http://x/"]
    {
        silent(NAME, &answered(FORM, content));
    }
}

#[test]
fn every_line_of_json_is_json() {
    for media_type in ["application/x-ndjson", "application/jsonl"] {
        broken(media_type, "{\"a\": 1}\n{\"a\":\n", "200 not lines of JSON");
        silent(NAME, &answered(media_type, "{\"a\": 1}\r\n\n[2]\n"));
    }
    silent(NAME, &answered("application/json-seq", "\u{1e}{\"a\":\n1}\n\u{1e}2\n"));
    broken("application/json-seq", "\u{1e}{\"a\":\n\u{1e}2\n", "200 not lines of JSON");
    let deep = "[".repeat(1_000) + &"]".repeat(1_000);
    unknown(NAME, &answered("application/jsonl", deep.as_str()));
}

#[test]
fn text_is_in_the_charset_that_it_names() {
    let latin = || b"\xe4".to_vec();
    broken("text/plain; charset=UTF-8", latin(), "200 not UTF-8");
    broken("text/csv; charset=\"us-ascii\"", "\u{e4}", "200 not ASCII");
    silent(NAME, &answered("text/plain; charset=utf-8", "\u{e4}"));
    silent(NAME, &answered("text/plain; charset=iso-8859-1", latin()));
    silent(NAME, &answered("text/plain", latin()));
    silent(NAME, &answered("image/png", latin()));
}

#[test]
fn json_is_for_another_check() {
    silent(NAME, &Fixture::answered(200, "{"));
}

#[test]
fn what_is_not_declared_is_for_other_checks() {
    let xml = |fixture: Fixture| fixture.with_header("content-type", "application/xml");
    silent(NAME, &xml(Fixture::answered(200, "<a>")));
    silent(NAME, &xml(Fixture::answered(418, "<a>")));
    silent(NAME, &xml(Fixture::answered(502, "<a>").declaring_status("default")));
}

#[test]
fn answers_without_content_are_fine() {
    silent(NAME, &answered("application/xml", ""));
    silent(NAME, &answered("application/xml", "<a>").by_method("HEAD"));
    silent(NAME, &answered("application/xml", "<a>").meant(malformed("http")));
}

#[test]
fn a_path_that_leads_elsewhere_is_not_judged() {
    unknown(NAME, &answered("application/xml", "<a>").at("/orders/{id}", "/orders/"));
    check(NAME, &answered("application/xml", "<a>").at("/orders/{id}", "/orders/7"));
}
