//! Which message is found, and that other data does not change it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::message;
use crate::fixture::{Fixture, check};

/// The message of an answer of this media type and content, to a request that brought nothing along.
fn message_of(media_type: &str, content: &str) -> String {
    let fixture = Fixture::answered(500, content).with_header("content-type", media_type);
    fixture.with_subject(|subject| message(subject, subject.answer().expect("it is one")))
}

#[test]
fn the_message_member_is_found_in_common_shapes() {
    for (content, expected) in [
        (r#"{"message":"boom"}"#, "boom"),
        (r#"{"error":{"code":7,"message":"boom"}}"#, "boom"),
        (r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, "field required"),
        (r#"{"title":"Bad","detail":"boom","status":500}"#, "boom"),
        (r#"{"errors":["boom"]}"#, "boom"),
        (r#"{"errors":{"name":["is too long"]},"status":400}"#, "name: is too long"),
        (r#"{"error":true,"reason":"boom"}"#, "boom"),
        (
            r#"{"timestamp":"2024-01-01","status":500,"error":"Internal Server Error","path":"/a"}"#,
            "Internal Server Error",
        ),
        (r#"{"message":"","error":"boom"}"#, "boom"),
        (r#""boom""#, "boom"),
        (r#"{"a":1}"#, "{*:*}"),
        ("{}", "{}"),
        ("", ""),
    ] {
        assert_eq!(message_of("application/json", content), expected, "{content}");
    }
}

#[test]
fn the_order_of_a_list_of_errors_does_not_matter() {
    let one = message_of("application/json", r#"{"errors":["b is wrong","a is wrong"]}"#);
    let two = message_of("application/json", r#"{"errors":["a is wrong","b is wrong"]}"#);
    assert_eq!(one, two);
}

#[test]
fn pages_give_their_title_or_their_text() {
    for (content, expected) in [
        ("<html><title>500 Oops</title><p>x", "* Oops"),
        ("<html><style>p {}</style><h1>Server Error</h1>", "Server Error"),
        ("<title>Error</title>", "Error"),
        ("<h2>For input string: &quot;nv&quot; &lt;x&gt;</h2>", "For input string: * <x>"),
    ] {
        assert_eq!(message_of("text/html", content), expected);
    }
}

#[test]
fn texts_give_the_line_that_names_the_cause() {
    for (content, expected) in [
        ("\n  KeyError: 'id'\n  File \"a.py\"", "KeyError: *"),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 3\nValueError: bad date\n",
            "ValueError: bad date",
        ),
        ("panic: <nil> pointer at 0xc000\ngoroutine 1", "panic: <nil> pointer at *"),
    ] {
        assert_eq!(message_of("text/plain", content), expected);
    }
}

#[test]
fn what_looks_like_data_is_masked() {
    for (text, expected) in [
        ("order 17 of 20 failed", "order * of * failed"),
        ("id 7d444840-9dc0-11d1-b245-5ffdce74fad2 missing", "id * missing"),
        ("no file /var/lib/app/x.db", "no file *"),
        (r"no file C:\app\x.db here", "no file * here"),
        ("user ann@example.com unknown", "user * unknown"),
        ("at 2024-01-01T00:00:00Z", "at *"),
        ("at 2024-01-01 00:00:00.123 +0200 it broke", "at * it broke"),
        ("at Tue, 24 Nov 2026 10:00:00 GMT", "at *"),
        ("see https://example.com/a?b=c for more", "see * for more"),
        ("it doesn't like 'this' or \"that \\\" one\"", "it doesn't like * or *"),
        ("java.lang.Object@6d06d69c is null", "java.lang.Object* is null"),
        ("request V1StGXR8_Z5jdHi6B-myT failed", "request * failed"),
        ("trace 4f5a9b", "trace *"),
        ("codes 1, 2, 3 are wrong", "codes * are wrong"),
        ("{\"a\":[1,{}]} is not a valid operation", "* is not a valid operation"),
        ("cannot read {\"a\":[1,", "cannot read *"),
        ("Unknown pattern letter: b", "Unknown pattern letter: *"),
        ("expected int32, got -1.5e3", "expected int*, got *"),
        ("a\tb \u{7} c", "a b c"),
    ] {
        assert_eq!(message_of("text/plain", text), expected);
    }
}

#[test]
fn words_stay() {
    for text in ["division by zero", "runtime error: index out of range", "no such table: orders"] {
        assert_eq!(message_of("text/plain", text), text);
    }
}

#[test]
fn a_message_is_cut() {
    assert_eq!(message_of("text/plain", &"word ".repeat(100)).chars().count(), 79);
}

/// The effect of a 500 that says `text`, to a request that brought `sent` along.
fn effect(sent: &Value, text: &str) -> String {
    let fixture = Fixture::answered(500, &json!({"message": text}).to_string());
    let fixture =
        fixture.sending(&sent.to_string()).at("/orders/{id}", "/api/orders/ab%20cd?q=e+f");
    check("server_error", &fixture).signature.effect
}

#[test]
fn what_we_sent_is_masked_wherever_it_came_from() {
    let sent = json!({"note": "blue gift", "tags": ["x/y"]});
    for (text, expected) in [
        ("cannot wrap blue gift today", "500 cannot wrap * today"),
        ("cannot wrap Blue Gift today", "500 cannot wrap * today"),
        ("no tag x/y", "500 no tag *"),
        ("no order ab cd", "500 no order *"),
        ("no order ab%20cd", "500 no order *"),
        ("nothing found for e f.", "500 nothing found for *."),
        ("q needs a value", "500 q needs a value"),
        // Not a word of its own.
        ("blue gifts are out", "500 blue gifts are out"),
    ] {
        assert_eq!(effect(&sent, text), expected);
    }
}

#[test]
fn short_values_are_masked_where_a_message_ends_in_one() {
    for (sent, text, expected) in [
        ("k", "bad matcher: k", "500 bad matcher: *"),
        ("a", "bad matcher: a", "500 bad matcher: *"),
        ("", "bad matcher: ", "500 bad matcher: *"),
        ("+", "id=+; not known", "500 id=*; not known"),
        ("a", "this is a thing: a thing", "500 this is a thing: a thing"),
    ] {
        assert_eq!(effect(&json!({"note": sent}), text), expected);
    }
}

#[test]
fn what_we_sent_is_masked_when_it_is_cut_short() {
    let sent = json!({"note": "abcdefghijklmnopqrstuvwxyz"});
    assert_eq!(effect(&sent, "bad note abcdefghijklmno..."), "500 bad note *...");
}

/// How services put data into their messages.
fn put_into(template: &str, value: &str, how: usize) -> String {
    let json = Value::from(value).to_string();
    let spelled = match how {
        0 => value.to_owned(),
        1 => format!("'{value}'"),
        2 => json,
        3 => format!("{value:?}"),
        4 => percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
            .to_string(),
        _ => value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
    };
    template.replace("{}", &spelled)
}

const TEMPLATES: &[&str] = &[
    "KABOOM {} has parts",
    "cannot parse {}",
    "{}: no such thing",
    "pq: value ({}) violates check constraint quantity_check",
    "KeyError({})",
];

/// Data: words are made of letters that no template has in such a row, so that no value is a part of
/// a template by chance.
fn data() -> impl Strategy<Value = String> {
    prop_oneof![
        "[wxyz]{3,12}",
        "[wxyz]{3,9} [wxyz]{3,9}",
        "[wxyz]{3}[0-9éß😀中.,;:!?<>&%+-]{1,8}[wxyz]{1,3}",
        "[0-9]{3,9}",
        "[wxyz]{1,5}@[wxyz]{1,5}\\.[a-z]{2,3}",
        "[wxyz]{200,400}",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_same_cause_with_other_data_has_the_same_signature(
        first in data(), second in data(), template in prop::sample::select(TEMPLATES), how in 0_usize..6,
        n: u32, m: u32
    ) {
        let of = |value: &str, n: u32| {
            let text = put_into(template, value, how);
            effect(&json!({"name": value, "quantity": n}), &format!("{text} after {n} tries"))
        };
        prop_assert_eq!(of(&first, n), of(&second, m));
    }

    #[test]
    fn a_masked_message_is_short_and_of_one_line(text in "(?s).{0,300}", sent in "(?s).{0,60}") {
        let effect = effect(&json!([sent]), &text);
        prop_assert!(effect.chars().count() <= 84);
        prop_assert!(!effect.chars().any(char::is_control));
    }
}
