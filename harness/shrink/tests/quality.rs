//! The quality of shrinking: forty kinds of failure, and the smallest content that shows each.

use harness_contract::OperationKey;
use harness_model::{Body, BodyContent, Case, CaseId, Intent, Step};
use harness_shrink::{Limits, shrink};
use serde_json::{Value, json};

/// Requests that one shrink may send, as in a run with room to spare.
const PROBES_MAX: u32 = 300;

fn order() -> Value {
    json!({
        "id": 90210, "name": "Ann Müller", "email": "ann@example.com", "express": true,
        "total": 99.5, "count": 4711, "negative": -350, "note": "leave it 😀 at the' door",
        "since": "2024-02-29", "coupon": null, "tags": ["red", "blue", "green", "red"],
        "address": {"city": "Ulm", "zip": "89073", "geo": {"lat": 48.4, "lon": 9.98}},
        "items": [
            {"product": 17, "quantity": 3, "note": "gift", "price": 10.25},
            {"product": 4, "quantity": 4711, "note": "blue", "price": 0},
            {"product": 9, "quantity": 12, "note": "", "price": -1}
        ]
    })
}

fn case(content: Value) -> Case {
    let operation = OperationKey::new("POST", "/orders");
    let id = CaseId { phase: "t".to_owned(), operation: operation.clone(), index: 0 };
    let step = Step {
        operation,
        method: "POST".to_owned(),
        path: "/orders".to_owned(),
        parameters: Vec::new(),
        body: Some(Body {
            media_type: Some("application/json".to_owned()),
            content: BodyContent::Json(content),
            bindings: Vec::new(),
        }),
        identity: None,
        intent: Intent::Valid,
    };
    Case::single(id, step)
}

fn content(case: &Case) -> Value {
    match case.prefix[0].body.as_ref().map(|body| &body.content) {
        Some(BodyContent::Json(content)) => content.clone(),
        _ => Value::Null,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn whole(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

type Row = (&'static str, fn(&Value) -> bool, Value);

fn presence() -> Vec<Row> {
    vec![
        ("a member is there", |v| v.get("id").is_some(), json!({"id": 0})),
        (
            "a member is null",
            |v| v.get("coupon").is_some_and(Value::is_null),
            json!({"coupon": null}),
        ),
        ("a member is true", |v| v["express"] == json!(true), json!({"express": true})),
        (
            "two members are there",
            |v| v.get("id").is_some() && v.get("name").is_some(),
            json!({"id": 0, "name": ""}),
        ),
        (
            "a nested member is there",
            |v| v["address"].get("city").is_some(),
            json!({"address": {"city": ""}}),
        ),
        (
            "a member two levels down",
            |v| v["address"]["geo"].get("lat").is_some(),
            json!({"address": {"geo": {"lat": 0}}}),
        ),
        (
            "a member and a value of another",
            |v| v.get("id").is_some() && v["express"] == json!(true),
            json!({"id": 0, "express": true}),
        ),
        ("any object", Value::is_object, json!({})),
        (
            "a non-empty object",
            |v| v.as_object().is_some_and(|m| m.contains_key("email")),
            json!({"email": ""}),
        ),
        (
            "a member of an item",
            |v| list(&v["items"]).iter().any(|i| i.get("price").is_some()),
            json!({"items": [{"price": 0}]}),
        ),
    ]
}

fn numbers() -> Vec<Row> {
    vec![
        ("more than a limit", |v| whole(&v["count"]) > 1000, json!({"count": 1001})),
        ("at least a limit", |v| whole(&v["count"]) >= 1000, json!({"count": 1000})),
        ("more than zero", |v| whole(&v["count"]) > 0, json!({"count": 1})),
        ("less than zero", |v| whole(&v["negative"]) < 0, json!({"negative": -1})),
        ("below a negative limit", |v| whole(&v["negative"]) <= -100, json!({"negative": -100})),
        ("beyond 8 bits", |v| whole(&v["count"]) > 255, json!({"count": 256})),
        ("beyond 12 bits", |v| whole(&v["count"]) >= 4096, json!({"count": 4096})),
        (
            "a limit in an item",
            |v| list(&v["items"]).iter().any(|i| whole(&i["quantity"]) > 100),
            json!({"items": [{"quantity": 101}]}),
        ),
        (
            "a small limit in an item",
            |v| list(&v["items"]).iter().any(|i| whole(&i["quantity"]) > 2),
            json!({"items": [{"quantity": 3}]}),
        ),
        (
            "a number that is negative in an item",
            |v| list(&v["items"]).iter().any(|i| whole(&i["price"]) < 0),
            json!({"items": [{"price": -1}]}),
        ),
        (
            "zero in an item",
            |v| list(&v["items"]).iter().any(|i| i.get("price") == Some(&json!(0))),
            json!({"items": [{"price": 0}]}),
        ),
        (
            "two numbers far apart",
            |v| whole(&v["count"]) > 10 && whole(&v["negative"]) < -10,
            json!({"count": 11, "negative": -11}),
        ),
    ]
}

fn texts() -> Vec<Row> {
    vec![
        ("any text", |v| v["name"].is_string(), json!({"name": ""})),
        ("a text that is not empty", |v| !text(&v["name"]).is_empty(), json!({"name": "a"})),
        ("longer than three", |v| text(&v["name"]).chars().count() > 3, json!({"name": "aaaa"})),
        (
            "longer than nine characters",
            |v| text(&v["name"]).chars().count() > 9,
            json!({"name": "aaaaaaaaaa"}),
        ),
        ("an emoji", |v| text(&v["note"]).contains('😀'), json!({"note": "😀"})),
        ("a quote", |v| text(&v["note"]).contains('\''), json!({"note": "'"})),
        ("anything beyond ASCII", |v| !text(&v["name"]).is_ascii(), json!({"name": "ü"})),
        ("an at sign", |v| text(&v["email"]).contains('@'), json!({"email": "@"})),
        ("a space", |v| text(&v["name"]).contains(' '), json!({"name": " "})),
        ("an umlaut in a nested list", |v| text(&v["name"]).contains("Mü"), json!({"name": "Mü"})),
        (
            "an empty text in an item",
            |v| list(&v["items"]).iter().any(|i| i.get("note") == Some(&json!(""))),
            json!({"items": [{"note": ""}]}),
        ),
        (
            "a text of an item",
            |v| list(&v["items"]).iter().any(|i| text(&i["note"]) == "gift"),
            json!({"items": [{"note": "gift"}]}),
        ),
    ]
}

fn lists() -> Vec<Row> {
    vec![
        ("a list", |v| v["tags"].is_array(), json!({"tags": []})),
        ("a list that is not empty", |v| !list(&v["items"]).is_empty(), json!({"items": [{}]})),
        ("two items", |v| list(&v["items"]).len() >= 2, json!({"items": [{}, {}]})),
        ("three items", |v| list(&v["items"]).len() >= 3, json!({"items": [{}, {}, {}]})),
        (
            "a certain item",
            |v| list(&v["tags"]).contains(&json!("blue")),
            json!({"tags": ["blue"]}),
        ),
        (
            "a repeated item",
            |v| list(&v["tags"]).iter().filter(|t| **t == json!("red")).count() == 2,
            json!({"tags": ["red", "red"]}),
        ),
        (
            "one item and another",
            |v| {
                let t = list(&v["tags"]);
                t.contains(&json!("red")) && t.contains(&json!("green"))
            },
            json!({"tags": ["green", "red"]}),
        ),
        (
            "two members of one item",
            |v| {
                list(&v["items"])
                    .iter()
                    .any(|i| whole(&i["product"]) == 4 && i.get("note").is_some())
            },
            json!({"items": [{"product": 4, "note": ""}]}),
        ),
        (
            "a member outside and one in an item",
            |v| {
                v.get("coupon").is_some()
                    && list(&v["items"]).iter().any(|i| whole(&i["quantity"]) > 11)
            },
            json!({"coupon": null, "items": [{"quantity": 12}]}),
        ),
    ]
}

#[test]
fn each_kind_of_failure_is_shown_by_its_smallest_content() {
    let mut rows = presence();
    rows.extend(numbers());
    rows.extend(texts());
    rows.extend(lists());
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let mut wrong = Vec::new();
    let mut probes = Vec::new();
    for (name, fails, expected) in rows {
        assert!(fails(&order()), "{name}: it must fail to begin with");
        assert!(fails(&expected), "{name}: so must what is expected");
        let limits = Limits { probes_max: PROBES_MAX };
        let shrunk = shrink(case(order()), limits, &mut |case| fails(&content(case)));
        probes.push(shrunk.probes);
        if content(&shrunk.case) != expected || shrunk.exhausted {
            wrong.push(format!("{name}: {} instead of {expected}", content(&shrunk.case)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    probes.sort_unstable();
    // The figure that is promised: sixty requests for a finding in the middle.
    assert!(probes[probes.len() / 2] <= 60, "{probes:?}");
}
