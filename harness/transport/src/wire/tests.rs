//! What the faults send.

use std::collections::BTreeSet;

use harness_model::{Framing, HeaderField, Octets, Request};
use proptest::prelude::*;
use url::Url;

use super::{Ends, Served, wire_fault, wire_faults};
use crate::raw::script::{AWAIT_MAX, Action, PAUSES_MAX, Script};

/// What a fault adds of its own: one long piece of 64 KiB, and change.
const OWN_OCTETS_MAX: usize = 70 * 1024;

fn base() -> Url {
    "http://u:p@here:81/x".parse().expect("a URL")
}

fn post() -> Request {
    Request {
        method: "POST".to_owned(),
        target: "/a?b=1".into(),
        headers: vec![HeaderField::new("X-Y", "z")],
        content: "{}".into(),
        framing: Framing::ContentLength,
    }
}

fn script(name: &str) -> Script {
    wire_fault(name).unwrap_or_else(|| panic!("no fault {name}")).script(&post(), &base())
}

/// What a fault sends of a POST, where all goes out at once.
#[track_caller]
fn check(name: &str, expected: &str) {
    let script = script(name);
    let [Action::Send(octets)] = script.actions() else { panic!("{:?}", script.actions()) };
    assert_eq!(octets.0.escape_ascii().to_string(), expected);
}

#[test]
fn faults_of_framing_bend_the_framing_only() {
    let head = r"POST /a?b=1 HTTP/1.1\r\nHost: here:81\r\nX-Y: z\r\n";
    let check = |name, rest: &str| check(name, &format!("{head}{rest}"));
    check("content_length_too_small", r"Content-Length: 1\r\n\r\n{}");
    check("content_length_too_large", r"Content-Length: 12\r\n\r\n{}");
    check("content_length_negative", r"Content-Length: -1\r\n\r\n{}");
    check("content_length_beyond_64_bits", r"Content-Length: 18446744073709551618\r\n\r\n{}");
    check("content_length_twice_different", r"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}");
    check("content_without_framing", r"\r\n{}");
    let hidden = r"GET /harness-hidden HTTP/1.1\r\nHost: here:81\r\n\r\n";
    check(
        "transfer_encoding_over_content_length",
        &format!(
            r"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2f\r\n{hidden}\r\n0\r\n\r\n"
        ),
    );
    check(
        "content_length_over_transfer_encoding",
        &format!(
            r"Content-Length: 59\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{hidden}"
        ),
    );
    check(
        "transfer_encoding_space_before_colon",
        r"Transfer-Encoding : chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    );
    let chunks = r"Transfer-Encoding: chunked\r\n\r\n";
    let check = |name, rest: &str| check(name, &format!("{chunks}{rest}"));
    check("chunk_size_beyond_64_bits", r"10000000000000002\r\n{}\r\n0\r\n\r\n");
    check("chunk_final_missing", r"2\r\n{}\r\n");
    check("chunk_data_too_long", r"2\r\n{}!\r\n0\r\n\r\n");
    check("chunk_trailer_content_length", r"2\r\n{}\r\n0\r\nContent-Length: 1000\r\n\r\n");
}

#[test]
fn faults_of_the_head_keep_the_rest() {
    let line = r"POST /a?b=1 HTTP/1.1\r\n";
    let rest = r"X-Y: z\r\nContent-Length: 2\r\n";
    let host = r"Host: here:81\r\n";
    check("host_missing", &format!(r"{line}{rest}\r\n{{}}"));
    check("host_twice", &format!(r"{line}{host}{rest}Host: harness.invalid\r\n\r\n{{}}"));
    check("field_folded", &format!(r"{line}{host}{rest}Harness-Field: 1\r\n 2\r\n\r\n{{}}"));
    let bare = r"POST /a?b=1 HTTP/1.1\nHost: here:81\nX-Y: z\nContent-Length: 2\n\n{}";
    check("head_bare_line_feeds", bare);
    let fields = format!(r"{host}{rest}\r\n{{}}");
    check("version_2_0", &format!(r"POST /a?b=1 HTTP/2.0\r\n{fields}"));
    check("version_0_9", r"POST /a?b=1\r\n");
    check("target_absolute", &format!(r"POST http://here:81/a?b=1 HTTP/1.1\r\n{fields}"));
    check("target_authority", &format!(r"POST here:81 HTTP/1.1\r\n{fields}"));
    check("target_with_nul", &format!(r"POST /a?b=1&harness=a\x00b HTTP/1.1\r\n{fields}"));
}

#[test]
fn faults_of_time_are_what_their_names_say() {
    let octets = |script: &Script| {
        let sent = script.actions().iter().filter_map(|action| match action {
            Action::Send(octets) => Some(octets.0.clone()),
            Action::Pause(_) | Action::HalfClose | Action::Close | Action::AwaitResponse => None,
        });
        sent.collect::<Vec<_>>().concat()
    };
    let valid = Script::of(&post(), "here:81");
    for name in ["head_in_portions", "head_slow", "content_slow", "half_close_after_request"] {
        assert_eq!(octets(&script(name)).len(), octets(&valid).len(), "{name}");
    }
    assert_eq!(octets(&script("pipelined")), octets(&valid).repeat(3));
    assert!(script("head_in_portions").actions().len() > 50);
    assert_eq!(script("head_slow").lasts_max().as_secs(), 8);
    assert_eq!(script("close_after_head").actions().last(), Some(&Action::Close));
    assert_eq!(script("half_close_in_content").actions().last(), Some(&Action::HalfClose));
    let awaited = script("expect_continue_awaited");
    assert!(matches!(
        awaited.actions(),
        [Action::Send(head), Action::AwaitResponse, Action::Send(content)]
            if head.0.ends_with(b"Expect: 100-continue\r\n\r\n") && content.0 == b"{}"
    ));
}

#[test]
fn every_fault_explains_itself() {
    let mut names = BTreeSet::new();
    for fault in wire_faults() {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(fault.name.chars().all(is_name), "{}", fault.name);
        assert!(names.insert(fault.name), "{} twice", fault.name);
        assert!(fault.explain.len() > 40 && fault.explain.ends_with('.'), "{}", fault.name);
        assert!(fault.rule.starts_with("RFC "), "{}", fault.name);
        assert!(fault.answers_min <= fault.answers_max, "{}", fault.name);
        assert!(fault.ends == Ends::Within || fault.answers_min > 0, "{}", fault.name);
        assert_eq!(wire_fault(fault.name).map(|found| found.rule), Some(fault.rule));
    }
    assert!(names.len() >= 80, "{} faults", names.len());
    for served in [Served::Right, Served::Allowed, Served::Unwise, Served::Wrong] {
        assert!(wire_faults().any(|fault| fault.served == served), "{served:?}");
    }
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop_oneof![Just("GET"), Just("POST"), Just("HEAD"), Just("DELETE"), Just("")];
    let target = prop::collection::vec(any::<u8>(), 0..40);
    let field = ("[A-Za-z-]{0,12}", prop::collection::vec(any::<u8>(), 0..20));
    let framing =
        prop_oneof![Just(Framing::None), Just(Framing::ContentLength), Just(Framing::AsWritten)];
    let headers = prop::collection::vec(field, 0..5);
    let content = prop::collection::vec(any::<u8>(), 0..5_000);
    (method, target, headers, content, framing).prop_map(
        |(method, target, headers, content, framing)| Request {
            method: method.to_owned(),
            target: Octets(target),
            headers: headers.into_iter().map(|(n, v)| HeaderField::new(n, v)).collect(),
            content: Octets(content),
            framing,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_script_stays_within_its_bounds(request in request()) {
        let valid = Script::of(&request, "here:81").n_octets();
        for fault in wire_faults() {
            let script = fault.script(&request, &base());
            prop_assert_eq!(script.check(), Ok(()), "{}", fault.name);
            prop_assert!(script.n_octets() <= 3 * valid + OWN_OCTETS_MAX, "{}", fault.name);
            prop_assert!(script.lasts_max() <= PAUSES_MAX + AWAIT_MAX, "{}", fault.name);
            prop_assert_eq!(&script, &fault.script(&request, &base()));
        }
    }
}
