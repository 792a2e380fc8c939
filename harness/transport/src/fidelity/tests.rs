//! What is translated and what is refused; that it arrives unchanged is shown in `http/tests.rs`.

use harness_model::{Framing, HeaderField, Octets, Request};

use super::translate;

fn get(target: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        target: target.into(),
        headers: Vec::new(),
        content: Octets::default(),
        framing: Framing::None,
    }
}

fn check(request: &Request, refusal: Option<&str>) {
    let translated = translate("http://127.0.0.1:80", request);
    match (translated, refusal) {
        (Ok(_), None) => {}
        (Err(why), Some(part)) => assert!(why.contains(part), "{why:?} lacks {part:?}"),
        (Ok(_), Some(part)) => panic!("sendable, although {part}: {request:?}"),
        (Err(why), None) => panic!("not sendable, because {why}: {request:?}"),
    }
}

#[test]
fn targets_that_a_url_type_keeps_are_sendable() {
    for target in
        ["/", "/a/b?c=d&e", "/%00/%2F", "//a", "/a;b=c", "/a?x=[1]", "/%zz", "/a?", "/...", "/a//"]
    {
        check(&get(target), None);
    }
}

#[test]
fn targets_that_a_url_type_repairs_are_not_sent() {
    for (target, sent) in [
        ("/a/../b", "sent as /b"),
        ("/a/%2e%2e/b", "sent as /b"),
        ("/%2E/x", "sent as /x"),
        ("/a\tb", "sent as /ab"),
        ("/a\\b", "sent as /a/b"),
        ("/é", "sent as /%C3%A9"),
        ("/a b", "sent as /a%20b"),
        ("/a#b", "sent as /a"),
        ("/a#", "sent as /a"),
        ("/a\"b", "sent as /a%22b"),
        ("/a?b='", "sent as /a?b=%27"),
        ("", "sent as /"),
        ("?a", "sent as /?a"),
        ("@other/", "sent as /"),
        (":81/", "not part of a URL"),
        ("*", "not part of a URL"),
    ] {
        check(&get(target), Some(sent));
    }
}

#[test]
fn targets_that_are_not_text_are_not_sent() {
    check(&Request { target: Octets(b"/\xff".to_vec()), ..get("/") }, Some("not UTF-8"));
}

#[test]
fn any_method_token_but_connect_is_sendable() {
    for method in ["get", "QUERY", "X-!#$%&'*+-.^_`|~9"] {
        check(&Request { method: method.to_owned(), ..get("/") }, None);
    }
    for method in ["", "GE T", "GET\r\n", "GÉT"] {
        check(&Request { method: method.to_owned(), ..get("/") }, Some("method token"));
    }
    check(&Request { method: "CONNECT".to_owned(), ..get("/") }, Some("authority form"));
}

#[test]
fn fields_that_the_library_refuses_or_corrects_are_not_sent() {
    let with = |name: &str, value: &[u8]| Request {
        headers: vec![HeaderField::new(name, value.to_vec())],
        ..get("/")
    };
    check(&with("x", b"a\xff\tb "), None);
    check(&with("x", b""), None);
    check(&with("x", b"a\nb"), Some("control character"));
    check(&with("x", b"a\0"), Some("control character"));
    check(&with("x y", b"a"), Some("field name"));
    check(&with("", b"a"), Some("field name"));
    check(&with("Content-Length", b"0"), Some("corrected"));
    check(&with("transfer-encoding", b"chunked"), Some("corrected"));
}

#[test]
fn more_fields_than_the_library_holds_are_not_sent() {
    let headers = (0..40_000).map(|n| HeaderField::new(format!("x-{n}"), "")).collect();
    check(&Request { headers, ..get("/") }, Some("more fields"));
}

#[test]
fn framing_is_the_library_s_business_or_nobody_s() {
    let content = Octets(b"x".to_vec());
    check(&Request { framing: Framing::ContentLength, ..get("/") }, None);
    check(&Request { framing: Framing::ContentLength, content: content.clone(), ..get("/") }, None);
    check(&Request { framing: Framing::AsWritten, ..get("/") }, Some("by hand"));
    check(&Request { content, ..get("/") }, Some("would not be sent"));
}
