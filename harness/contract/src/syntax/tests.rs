use serde_json::json;

use super::*;

#[track_caller]
fn check(text: &str, expect: &Value) {
    assert_eq!(parse(text).unwrap().value, *expect, "{text}");
}

#[track_caller]
fn check_error(text: &str, syntax: Syntax, line: usize, column: usize) -> String {
    let error = parse(text).unwrap_err();
    assert_eq!(error.syntax, syntax, "{}", error.why);
    assert_eq!(error.position, Some(Position { line, column }), "{}", error.why);
    error.why
}

#[test]
fn only_true_and_false_are_yaml_booleans() {
    check("[true, False, y, n, on, off, NO]", &json!([true, false, "y", "n", "on", "off", "NO"]));
    check("- no\n- yes", &json!(["no", "yes"]));
}

#[test]
fn digits_with_leading_zero_or_underscore_are_text() {
    check(
        "- 08\n- 012345678901\n- 14_030\n- 0.5\n- 0",
        &json!(["08", "012345678901", "14_030", 0.5, 0]),
    );
}

#[test]
fn keys_keep_the_spelling_of_the_document() {
    check(
        "200: a\n1.0: b\ntrue: c\nnull: d\n~: e\nno: f",
        &json!({"200": "a", "1.0": "b", "true": "c", "null": "d", "~": "e", "no": "f"}),
    );
}

#[test]
fn integers_beyond_64_bits_are_approximated() {
    check("- -9223372036854776000", &json!([-9_223_372_036_854_776_000.0_f64]));
    check("[18446744073709551616]", &json!([18_446_744_073_709_551_616.0_f64]));
    check("- 18446744073709551615", &json!([u64::MAX]));
}

#[test]
fn not_a_number_is_text_in_yaml() {
    check("- .nan\n- .inf", &json!([".nan", ".inf"]));
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    check(
        "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2",
        &json!({"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}),
    );
}

#[test]
fn one_anchor_may_be_used_a_thousand_times() {
    let text = format!("a: &x {{b: 1}}\nc:\n{}", "- *x\n".repeat(1000));
    assert_eq!(parse(&text).unwrap().value["c"].as_array().unwrap().len(), 1000);
}

#[test]
fn json_with_comments_is_read_as_yaml() {
    let parsed = parse("{\n  # a remark\n  \"a\": 1,\n}").unwrap();
    assert_eq!((parsed.value, parsed.syntax), (json!({"a": 1}), Syntax::Yaml));
    let error = parsed.not_json.unwrap();
    assert_eq!(error.position, Some(Position { line: 2, column: 3 }));
    assert_eq!(error.why, "key must be a string");
}

#[test]
fn key_that_comes_twice_is_noted_and_the_last_counts() {
    for text in [
        r#"{"a": {"b": 1, "c": [{"d": 1, "d": 2}], "b": 3}}"#,
        "a:\n  b: 1\n  c:\n  - d: 1\n    d: 2\n  b: 3",
    ] {
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.duplicates, ["/a/c/0/d", "/a/b"], "{text}");
        assert_eq!(parsed.value, json!({"a": {"b": 3, "c": [{"d": 2}]}}), "{text}");
    }
}

#[test]
fn json_error_names_the_place_in_characters() {
    let why = check_error("{\n \"é\": \"x\" \"y\"}", Syntax::Json, 2, 11);
    assert_eq!(why, "expected `,` or `}`");
}

#[test]
fn yaml_error_names_the_place() {
    check_error("a: 1\nb: [1, 2\nc: 3", Syntax::Yaml, 3, 2);
}

#[test]
fn nesting_is_bounded() {
    let open = "[".repeat(100_000);
    assert!(parse(&open).is_err());
    assert!(parse(&format!("a: {open}")).is_err());
    let blocks: Vec<_> = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(parse(&blocks.concat()).is_err());
}

#[test]
fn nesting_of_real_documents_is_read() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(127)).is_ok());
    assert!(parse(&format!("a: {}", nested(60))).is_ok());
}

#[test]
fn alias_bomb_is_refused() {
    let line = |level: usize| {
        let item = level.checked_sub(1).map_or("x".to_owned(), |above| format!("*a{above}"));
        format!("a{level}: &a{level} [{}]\n", vec![item; 10].join(", "))
    };
    let lines: Vec<_> = (0..12).map(line).collect();
    assert!(parse(&lines.concat()).is_err());
}
