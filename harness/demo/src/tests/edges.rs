//! Odd requests: the correct shop refuses what the contract forbids, takes what it allows, and
//! never fails.

use serde_json::{Value, json};

use super::asking::{Asked, ask, asked};
use crate::{Faults, app};

#[track_caller]
fn check(asked: &Asked, status: &str) {
    let seen = ask(&mut app(Faults::none()), asked);
    assert_eq!(seen.to_string(), status, "{asked:?}: {seen:?}");
    assert_eq!(seen.broken(asked.operation), None, "{asked:?}: {seen:?}");
}

fn get(query: &str) -> Asked {
    asked("GET /products", format!("/products{query}"))
}

fn post(content: impl Into<Vec<u8>>) -> Asked {
    asked("POST /products", "/products").octets(content)
}

fn post_json(content: impl Into<Vec<u8>>) -> Asked {
    post(content).header("content-type", "application/json")
}

/// A valid product with one member changed, as text, so that it may be spelled in any way.
fn spelled(name: &str, value: &str) -> Asked {
    let mut members = vec![("name", "\"a\""), ("price_cents", "1"), ("category", "\"home\"")];
    members.retain(|(member, _)| *member != name);
    members.push((name, value));
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    post_json(format!("{{{}}}", members.join(",")))
}

#[test]
fn query_values_are_read_exactly() {
    for (query, status) in [
        ("", "200"),
        ("?", "200"),
        ("?&&=&x", "200"),
        ("?limit=1", "200"),
        ("?limit=100", "200"),
        ("?limit=1.0", "200"),
        ("?limit=1e2", "200"),
        ("?limit=1.5", "400"),
        ("?limit=", "400"),
        ("?limit", "400"),
        ("?limit=%20", "400"),
        ("?limit=+1", "400"),
        ("?limit=%2B1", "400"),
        ("?limit=01", "400"),
        ("?limit=0", "400"),
        ("?limit=101", "400"),
        ("?limit=1&limit=1", "400"),
        ("?LIMIT=101", "200"),
        ("?%6Cimit=101", "400"),
        ("?offset=9007199254740991", "200"),
        ("?offset=9007199254740992", "400"),
        ("?offset=99999999999999999999999999", "400"),
        ("?offset=1e999", "400"),
        ("?offset=-1", "400"),
        ("?offset=-0", "200"),
        ("?in_stock=true", "200"),
        ("?in_stock=TRUE", "400"),
        ("?in_stock=1", "400"),
        ("?sort=-name", "200"),
        ("?sort=-Name", "400"),
        ("?sort=", "400"),
        ("?q=", "200"),
        ("?q=a+b%20%2B", "200"),
        ("?q=%00", "200"),
        ("?q=%zz%", "200"),
        ("?q=%ff", "400"),
        ("?%ff=1", "200"),
        ("?q=%F0%9F%98%80", "200"),
    ] {
        check(&get(query), status);
    }
    let longest = "%F0%9F%98%80".repeat(50);
    check(&get(&format!("?q={longest}")), "200");
    check(&get(&format!("?q={longest}a")), "400");
}

#[test]
fn path_values_are_read_exactly() {
    for (id, status) in [
        ("1001", "200"),
        ("1001.0", "200"),
        ("%31001", "200"),
        ("1", "404"),
        ("9007199254740991", "404"),
        ("9007199254740992", "400"),
        ("0", "400"),
        ("-1", "400"),
        ("abc", "400"),
        ("%ff", "400"),
        ("%2F", "400"),
        ("1001%20", "400"),
        ("", "404"),
        ("1001/", "404"),
    ] {
        check(&asked("GET /products/{product_id}", format!("/products/{id}")), status);
    }
    check(&asked("GET /products/{product_id}/reviews", "/products//reviews"), "400");
}

#[test]
fn media_types_are_read_exactly() {
    let valid = json!({"name": "a", "price_cents": 1, "category": "home"}).to_string();
    for (media_type, status) in [
        ("application/json", "201"),
        ("Application/JSON", "201"),
        ("application/json; charset=utf-8", "201"),
        ("application/json;charset=\"UTF-8\"", "201"),
        ("application/json; charset=latin1", "415"),
        ("application/json; profile=x", "201"),
        ("application/problem+json", "415"),
        ("text/plain", "415"),
        ("", "415"),
    ] {
        check(&post(valid.clone()).header("content-type", media_type), status);
    }
    check(&post(valid.clone()), "415");
    let twice = post(valid.clone()).header("content-type", "application/json");
    check(&twice.header("content-type", "application/json"), "415");
    check(&post_json(valid).header("content-encoding", "gzip"), "415");
    check(&post_json(""), "400");
    check(&post(""), "400");
}

#[test]
fn content_is_parsed_exactly() {
    for (content, status) in [
        ("{", "400"),
        ("{} {}", "400"),
        ("nul", "400"),
        ("NaN", "400"),
        ("{'a': 1}", "400"),
        ("{\"name\": \"\\ud800\"}", "400"),
        ("{\"name\": \"a\",}", "400"),
        ("null", "422"),
        ("[]", "422"),
        ("\"x\"", "422"),
        ("{}", "422"),
        ("1", "422"),
    ] {
        check(&post_json(content), status);
    }
    check(&post_json(vec![b'"', 0xff, b'"']), "400");
    check(&post_json("[".repeat(1000)), "400");
    check(&post_json(" ".repeat(64 * 1024)), "400");
    check(&post_json(" ".repeat(64 * 1024 + 1)), "413");
}

#[test]
fn members_are_judged_exactly() {
    for (name, value, status) in [
        ("price_cents", "0", "201"),
        ("price_cents", "-0", "201"),
        ("price_cents", "1.0", "201"),
        ("price_cents", "1e2", "201"),
        ("price_cents", "1.5", "422"),
        ("price_cents", "-1", "422"),
        ("price_cents", "10000000", "201"),
        ("price_cents", "10000001", "422"),
        ("price_cents", "99999999999999999999999", "422"),
        ("price_cents", "1e400", "422"),
        ("price_cents", "\"1\"", "422"),
        ("price_cents", "null", "422"),
        ("weight_kg", "0", "422"),
        ("weight_kg", "1e-300", "201"),
        ("weight_kg", "1000", "201"),
        ("weight_kg", "1000.01", "422"),
        ("name", "\"\"", "422"),
        ("name", "\" \"", "201"),
        ("name", "\"\\u0000\"", "201"),
        ("name", "\"\\ud83d\\ude00\"", "201"),
        ("category", "\"Home\"", "422"),
        ("category", "\"home \"", "422"),
        ("description", "null", "201"),
        ("description", "\"\"", "201"),
        ("sku", "\"LMP-0042\"", "201"),
        ("sku", "\"LMP-0042\\n\"", "422"),
        ("sku", "null", "422"),
        ("tags", "[]", "201"),
        ("tags", "[\"a\",\"a\"]", "422"),
        ("tags", "[\"\"]", "422"),
        ("dimensions", "null", "201"),
        ("dimensions", "{\"length_mm\":1,\"width_mm\":2.0}", "201"),
        ("dimensions", "{\"length_mm\":1}", "422"),
        ("dimensions", "{\"length_mm\":1,\"width_mm\":2,\"depth\":3}", "422"),
        ("other", "1", "422"),
    ] {
        check(&spelled(name, value), status);
    }
    let text = |character: &str, count: usize| Value::from(character.repeat(count)).to_string();
    check(&spelled("name", &text("😀", 80)), "201");
    check(&spelled("name", &text("😀", 81)), "422");
    check(&spelled("description", &text("\u{1}", 2000)), "201");
    check(&spelled("description", &text("a", 2001)), "422");
}

#[test]
fn forms_are_read_exactly() {
    let valid = "email=a%40m.example&frequency=daily";
    for (more, status) in [
        ("", "200"),
        ("&", "200"),
        ("&html=true", "200"),
        ("&html=1", "422"),
        ("&html=", "422"),
        ("&age=16.0", "200"),
        ("&age=15", "422"),
        ("&age=null", "422"),
        ("&age=20&age=20", "422"),
        ("&topics=news", "200"),
        ("&topics=news&topics=jobs", "200"),
        ("&topics=news&topics=news", "422"),
        ("&topics=news,jobs", "422"),
        ("&name=+%00%F0%9F%98%80", "200"),
        ("&name=", "422"),
        ("&name=%ff", "400"),
        ("&frequency=weekly", "422"),
        ("&other=1", "422"),
        ("&other", "422"),
    ] {
        let form = asked("POST /newsletter", "/newsletter").form(&format!("{valid}{more}"));
        check(&form, status);
    }
    let form = |content: &str| asked("POST /newsletter", "/newsletter").form(content);
    check(&form(""), "400");
    check(&form("frequency=daily"), "422");
    check(&form("email=%20a%40m.example&frequency=daily"), "422");
    check(&form("{\"email\": \"a@m.example\"}"), "422");
    check(&asked("POST /newsletter", "/newsletter").json(&json!({})), "415");
}

#[test]
fn fields_and_cookies_are_read_exactly() {
    let recommend = || asked("GET /recommendations", "/recommendations");
    check(&recommend().header("x-currency", "EUR"), "200");
    check(&recommend().header("X-CURRENCY", " EUR "), "200");
    check(&recommend().header("x-currency", "eur"), "400");
    check(&recommend().header("x-currency", ""), "400");
    check(&recommend().header("x-currency", "\u{20ac}"), "400");
    check(&recommend().header("x-currency", "EUR").header("x-currency", "EUR"), "400");
    check(&recommend().header("cookie", "visitor=k3v9x2m7q1"), "200");
    check(&recommend().header("cookie", "other=1;visitor=k3v9x2m7q1 ; flag"), "200");
    check(&recommend().header("cookie", "visitor="), "400");
    check(&recommend().header("cookie", "visitor=SHORT"), "400");
    check(&recommend().header("cookie", "visitor=k3v9x2m7q1; visitor=k3v9x2m7q2"), "400");
    check(&recommend().header("cookie", "Visitor=x"), "200");
    check(&recommend().header("cookie", "garbage"), "200");
    check(&recommend().header("cookie", "\u{20ac}"), "400");

    let pay = || {
        let payment = json!({"order_id": 3002, "amount_cents": 4980, "method": "card"});
        asked("POST /payments", "/payments").json(&payment)
    };
    check(&pay(), "400");
    check(&pay().header("idempotency-key", "short"), "400");
    check(&pay().header("idempotency-key", "a".repeat(64)), "201");
    check(&pay().header("idempotency-key", "a".repeat(65)), "400");
    check(&pay().header("idempotency-key", "with a blank"), "400");
}

#[test]
fn optional_content_may_be_left_out() {
    let cancel = || asked("POST /orders/{order_id}/cancel", "/orders/3004/cancel");
    check(&cancel(), "200");
    check(&cancel().header("content-type", "text/plain"), "200");
    check(&cancel().json(&json!({})), "200");
    check(&cancel().json(&json!({"reason": ""})), "422");
    check(&cancel().octets("x"), "415");
}

#[test]
fn content_that_nobody_asked_for_is_ignored() {
    check(&get("").json(&json!({"a": 1})), "200");
    check(&asked("GET /health", "/health").octets(vec![0xff; 100_000]), "200");
    check(&asked("DELETE /orders/{order_id}", "/orders/3005").octets("{"), "204");
}

#[test]
fn lists_are_read_exactly() {
    for (query, status) in [
        ("q=a&in=name", "200"),
        ("q=a&in=name&in=tags&in=description", "200"),
        ("q=a&in=name&in=name", "400"),
        ("q=a&in=name,tags", "400"),
        ("q=a&in=", "400"),
        ("q=a&in=name&in=tags&in=description&in=name", "400"),
        ("q=", "400"),
        ("in=name", "400"),
    ] {
        check(&asked("GET /search", format!("/search?{query}")), status);
    }
}

#[test]
fn other_paths_and_methods_are_refused_with_a_problem() {
    let seen = |operation, target: &str| ask(&mut app(Faults::none()), &asked(operation, target));
    assert_eq!(seen("GET /health", "/nowhere").to_string(), "404");
    for (method, target) in
        [("PUT", "/products"), ("TRACE", "/health"), ("OPTIONS", "/orders"), ("FOO", "/search")]
    {
        let seen = seen(method, target);
        assert_eq!(seen.to_string(), "405", "{method} {target}");
        assert_eq!(seen.json()["status"], 405);
    }
    assert_eq!(seen("HEAD", "/products").to_string(), "200");
    assert_eq!(seen("HEAD", "/products?limit=0").to_string(), "400");
}
