//! Where the element of a JSON pointer stands in a text.

use super::*;

#[track_caller]
fn check(text: &str, syntax: Syntax, pointer: &str, expect: (usize, usize)) {
    let found = find(text, syntax, &[pointer]);
    assert_eq!(found, [Some(Position { line: expect.0, column: expect.1 })], "{pointer}");
}

const JSON: &str =
    "{\n  \"a\": [1, {\"é/~\": null, \"b\": \"x\\\"y\"}],\n  \"a~b\": {\"c\": 2}\n}\n";

#[test]
fn json_member_stands_where_its_name_begins() {
    check(JSON, Syntax::Json, "/a", (2, 3));
    check(JSON, Syntax::Json, "/a/1/é~1~0", (2, 13));
    check(JSON, Syntax::Json, "/a~0b/c", (3, 11));
}

#[test]
fn json_column_counts_code_points() {
    check(JSON, Syntax::Json, "/a/1/b", (2, 26));
}

#[test]
fn json_item_stands_where_it_begins() {
    check(JSON, Syntax::Json, "/a/0", (2, 9));
    check(JSON, Syntax::Json, "/a/1", (2, 12));
}

#[test]
fn missing_element_has_the_place_of_its_nearest_ancestor() {
    check(JSON, Syntax::Json, "/a/1/nothing/there", (2, 12));
    check(JSON, Syntax::Json, "", (1, 1));
}

#[test]
fn key_that_comes_twice_has_the_last_place() {
    check("{\"a\": 1,\n \"a\": 2}", Syntax::Json, "/a", (2, 2));
}

const YAML: &str = "# comment\nopenapi: 3.0.0\npaths:\n  /x/{id}:\n    get:\n      tags:\n        - é\n        - {k: 1, é: 2, z: 3}\n      responses:\n        200: &ok\n          description: fine\n        404: *ok\n";

#[test]
fn yaml_member_stands_where_its_name_begins() {
    check(YAML, Syntax::Yaml, "/openapi", (2, 1));
    check(YAML, Syntax::Yaml, "/paths/~1x~1{id}/get", (5, 5));
    check(YAML, Syntax::Yaml, "/paths/~1x~1{id}/get/responses/200/description", (11, 11));
}

#[test]
fn yaml_item_stands_where_it_begins() {
    check(YAML, Syntax::Yaml, "/paths/~1x~1{id}/get/tags/0", (7, 11));
    check(YAML, Syntax::Yaml, "/paths/~1x~1{id}/get/tags/1/z", (8, 24));
}

#[test]
fn yaml_alias_stands_for_what_is_below_it() {
    check(YAML, Syntax::Yaml, "/paths/~1x~1{id}/get/responses/404/description", (12, 9));
}

#[test]
fn second_pointer_finds_its_own_place() {
    let found = find(YAML, Syntax::Yaml, &["/paths", "/openapi"]);
    let lines: Vec<_> = found.iter().map(|position| position.unwrap().line).collect();
    assert_eq!(lines, [3, 2]);
}
