//! Diagnostics as they are drawn.

use super::*;
use crate::read;

fn render(document: &str, color: bool) -> String {
    let contract = read(document.as_bytes(), "shop.yaml").unwrap();
    render_diagnostics(document.as_bytes(), &contract.diagnostics, color)
}

#[test]
fn spot_is_marked_in_its_line() {
    let document = "openapi: 3.1.0\npaths: {}\ncomponents:\n  schemas:\n    Ä: {type: int}\n";
    insta::assert_snapshot!(render(document, false), @r#"
    warning[invalid-type]: "int" is not a type (did you mean "integer"?); it is ignored
     --> shop.yaml:5:9
      |
    5 |     Ä: {type: int}
      |         ^^^^
      |
      = note: at #/components/schemas/Ä/type
    "#);
}

#[test]
fn most_severe_comes_first() {
    let document = "openapi: 3.1
paths: {}
components: {schemas: {A: {$ref: '#/nowhere'}}}
";
    let drawn = render(document, false);
    let first = drawn.find("error[unresolvable-reference]").unwrap();
    assert!(first < drawn.find("warning[version-not-text]").unwrap(), "{drawn}");
}

#[test]
fn long_line_is_quoted_from_the_spot_on() {
    let padding = "x".repeat(10_000);
    let document = format!(
        "{{\"openapi\": \"3.1.0\", \"x-a\": \"{padding}\", \"paths\": 1, \"x-b\": \"{padding}\"}}"
    );
    insta::assert_snapshot!(render(&document, false), @r#"
    error[no-paths]: paths is not an object
    --> shop.yaml:1:10033
     = note: near "paths": 1, "x-b": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
     = note: at #/paths
    "#);
}

#[test]
fn what_does_not_fit_is_counted() {
    let schemas: Vec<_> = (0..25).map(|n| format!("    S{n}: {{type: int}}\n")).collect();
    let document =
        format!("openapi: 3.1.0\npaths: {{}}\ncomponents:\n  schemas:\n{}", schemas.concat());
    let drawn = render(&document, false);
    assert_eq!(drawn.matches("warning[invalid-type]").count(), 20);
    assert!(drawn.ends_with("and 5 more diagnostics\n"), "{drawn}");
}

#[test]
fn color_is_only_used_when_asked_for() {
    let document = "openapi: 3.1\npaths: {}\n";
    assert!(!render(document, false).contains('\u{1b}'));
    assert!(render(document, true).contains('\u{1b}'));
}

#[test]
fn nothing_to_say_is_empty() {
    assert_eq!(render("openapi: 3.1.0\npaths: {}\n", false), "");
}

#[test]
fn diagnostics_of_another_text_do_not_panic() {
    let contract = read(b"openapi: 3.1\npaths: {}\n", "a").unwrap();
    let drawn = render_diagnostics(b"", &contract.diagnostics, false);
    assert!(drawn.contains("openapi must be a string"), "{drawn}");
}
