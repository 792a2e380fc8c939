//! JSON and YAML: values, traps and limits.

use proptest::prelude::*;
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
fn integers_are_exact_however_long() {
    let exact = |digits: &str| serde_json::from_str::<Value>(&format!("[{digits}]")).unwrap();
    for digits in [
        "-9223372036854775809",
        "18446744073709551616",
        "340282366920938463463374607431768211456",
        "-123456789012345678901234567890123456789012345678901234567890",
    ] {
        check(&format!("- {digits}"), &exact(digits));
        check(&format!("[{digits}]"), &exact(digits));
        assert_eq!(parse(&format!("[{digits}]")).unwrap().value[0].to_string(), digits);
    }
    check("- 18446744073709551615", &json!([u64::MAX]));
}

#[test]
fn long_integers_within_texts_stay_texts() {
    let digits = "18446744073709551616";
    for text in
        ["- 'N'", "- \"N\"", "- \" N\"", "- a N b", "- |\n  N\n", "- 00N", "- N.5a", "- +Na"]
    {
        let value = parse(&text.replace('N', digits)).unwrap().value;
        assert!(value[0].is_string(), "{text}: {value}");
        assert!(value[0].as_str().unwrap().contains(digits), "{text}: {value}");
        assert!(!value.to_string().contains('\u{E000}'), "{text}: {value}");
    }
    check(
        &format!("{digits}: 1\n? {digits}0\n: \u{E000}"),
        &json!({
            "18446744073709551616": 1, "184467440737095516160": "\u{E000}",
        }),
    );
}

#[test]
fn equal_floats_are_equal_however_they_are_written() {
    for text in ["[1e2]", "[100.0]", "[1.000e+2]", "- 1e2", "- 100.00"] {
        check(text, &json!([100.0]));
    }
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

#[test]
fn limits_say_what_they_mean() {
    let depth = |text: &str| parse(text).unwrap_err().why;
    assert_eq!(depth(&"[".repeat(100_000)), too_deep(127));
    assert_eq!(depth(&format!("a: {}", "[".repeat(100_000))), too_deep(64));
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in b'b'..=b'k' {
        let (here, above) = (char::from(n), char::from(n - 1));
        let items = vec![format!("*{above}"); 10].join(", ");
        bomb = format!("{bomb}{here}: &{here} [{items}]\n");
    }
    assert_eq!(
        parse(&bomb).unwrap_err().why,
        "its aliases stand for more than any real document repeats"
    );
}

#[test]
fn memory_of_values_is_bounded() {
    for (text, cost) in [
        ("[1]", 2 * VALUE_COST + TEXT_COST),
        ("[\"abc\"]", 2 * VALUE_COST + TEXT_COST + 3),
        ("{\"ab\": true}", 2 * VALUE_COST + OBJECT_COST + MEMBER_COST + 2),
    ] {
        let read = |n_left: usize| {
            let state = State { n_left: Cell::new(n_left), ..State::default() };
            let tree = Tree { state: &state, trail: &Trail::Root };
            tree.deserialize(&mut serde_json::Deserializer::from_str(text))
        };
        assert!(read(cost).is_ok(), "{text}");
        assert!(read(cost - 1).unwrap_err().to_string().starts_with(TOO_MUCH_MEMORY), "{text}");
    }
}

#[test]
fn first_document_of_a_stream_is_read() {
    for text in ["a: 1\n---\nb: 2\n", "---\na: 1\n---\n", "%YAML 1.2\n---\na: 1\n--- {b: 2}\n"] {
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.value, json!({"a": 1}), "{text}");
        assert!(parsed.second_document.is_some(), "{text}");
    }
    for text in ["---\na: 1\n", "a: 1\n...\n", "a: 1\n"] {
        assert_eq!(parse(text).unwrap().second_document, None, "{text}");
    }
}

#[test]
fn comments_and_halves_of_characters_in_json_are_painted_over() {
    for text in [
        "// hi\n{\"a\": 1 /* b */, // c\n \"d\": \"// no /* comment\"}",
        "/* hi */ {\"a\": 1, \"d\": \"// no /* comment\",}",
    ] {
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.value, json!({"a": 1, "d": "// no /* comment"}), "{text}");
        assert!(parsed.not_json.is_some());
    }
    let text = r#"{"a": "\ud83d x \ud83d\ude00 \ude00 \\ud83d \u0041"}"#;
    let expect = "\u{fffd} x \u{1f600} \u{fffd} \\ud83d A";
    assert_eq!(parse(text).unwrap().value, json!({ "a": expect }));
}

#[test]
fn merge_keys_give_way_to_own_members_and_earlier_ones_win() {
    check(
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd:\n  x: 4\n  <<: *a\n",
        &json!({
            "a": {"x": 1, "y": 1},
            "b": {"y": 2, "z": 2},
            "c": {"x": 1, "y": 1, "z": 3},
            "d": {"x": 4, "y": 1},
        }),
    );
    assert_eq!(parse("a: &a {x: 1}\nd:\n  x: 4\n  <<: *a\n").unwrap().duplicates, [""; 0]);
}

#[test]
fn scalars_of_yaml_1_1_are_what_1_2_says() {
    check(
        "[0o17, 0x1F, 1:30, 2020-01-01, 1e3, +1, ~, null, 'null', y, 12_3]",
        &json!([15, 31, "1:30", "2020-01-01", 1e3, 1, null, null, "null", "y", "12_3"]),
    );
}

#[test]
fn tags_are_passed_over() {
    check(
        "a: !Ref b\nc: !!str 123\nd: !<tag:yaml.org,2002:str> 5\n",
        &json!({"a": "b", "c": "123", "d": "5"}),
    );
}

#[test]
fn aliases_that_lead_nowhere_are_errors() {
    assert!(parse("a: &a [*a]").is_err());
    assert!(parse("a: *b").is_err());
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::from),
        "[ -~é\u{1f600}\n\t]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[ -~é]{0,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// JSON is YAML (YAML 1.2, 1.3): both readers must agree on it, be it compact or spread out.
    #[test]
    fn json_reads_the_same_as_yaml(value in any_value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            prop_assert_eq!(&parse_json(&text).unwrap().value, &value, "{}", text);
            prop_assert_eq!(&parse_yaml(&text).unwrap().value, &value, "{}", text);
        }
    }

    #[test]
    fn painting_over_leaves_json_as_it_is(value in any_value()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(painted_over(&text), text);
    }

    #[test]
    fn painting_over_never_panics_and_moves_nothing(text in "[\"/*\\\\u\\n{}: dD8éC0-9]{0,40}") {
        prop_assert_eq!(painted_over(&text).chars().count(), text.chars().count());
    }
}
