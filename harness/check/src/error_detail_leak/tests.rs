//! What may be shown and what may not.

use harness_model::Severity;
use serde_json::json;

use crate::fixture::{Fixture, check, silent};

const NAME: &str = "error_detail_leak";

fn refusal(detail: &str) -> Fixture {
    Fixture::answered(400, &json!({"title": "Bad Request", "detail": detail}).to_string())
}

#[track_caller]
fn leaks(detail: &str, effect: &str) {
    let finding = check(NAME, &refusal(detail));
    assert_eq!(finding.signature.effect, effect, "{detail}");
}

#[test]
fn traces_are_known_by_their_language() {
    for (detail, effect) in [
        (
            "NullPointerException\n\tat com.acme.Shop.read(Shop.java:42)\n\tat java.base/java.lang.Thread.run(Thread.java:833)",
            "Java stack trace",
        ),
        ("x\n   at Shop.Read(Int32 id) in C:\\src\\Shop.cs:line 41", ".NET stack trace"),
        (
            "x\n   at System.Number.ThrowOverflowOrFormatException(ParsingStatus status)",
            ".NET stack trace",
        ),
        ("Traceback (most recent call last):\n  File \"x\"", "Python stack trace"),
        ("File \"/srv/app/main.py\", line 7, in read", "Python stack trace"),
        ("x\n    at Coupons.read (/srv/shop/coupons.js:41:11)", "JavaScript stack trace"),
        ("x\n    at /srv/shop/coupons.ts:41:11", "JavaScript stack trace"),
        ("x\n    at async node:internal/main:3:1", "JavaScript stack trace"),
        ("panic: x\n\ngoroutine 17 [running]:\nmain.main()", "Go stack trace"),
        ("/srv/app/models/user.rb:12:in `find'", "Ruby stack trace"),
        ("Warning: Undefined index in /var/www/index.php on line 12", "PHP stack trace"),
        ("#0 /var/www/index.php(12): read()", "PHP stack trace"),
        ("thread 'main' panicked at src/main.rs:4:5", "Rust panic"),
        ("Can't locate object method at /srv/app/Shop.pm line 12", "Perl stack trace"),
        ("(shop 0.1.0) lib/shop/read.ex:12: Shop.read/1", "Elixir stack trace"),
    ] {
        leaks(detail, effect);
    }
}

#[test]
fn messages_of_databases_are_known() {
    for detail in [
        "duplicate key value violates unique constraint \"coupons_code_key\"",
        "ERROR: syntax error at or near \"'\"",
        "SQLSTATE[23000]: Integrity constraint violation",
        "You have an error in your SQL syntax; check the manual",
        "Duplicate entry 'a' for key 'code'",
        "UNIQUE constraint failed: coupons.code",
        "ORA-00933: SQL command not properly ended",
        "E11000 duplicate key error collection: shop.coupons",
        "SELECT id, name FROM coupons WHERE code = 'a'",
    ] {
        leaks(detail, "message of a database");
    }
}

#[test]
fn paths_and_hosts_are_of_low_severity() {
    let finding = check(NAME, &refusal("assertion failed: /srv/app/shop.go:17"));
    assert_eq!(finding.signature.effect, "path of the source code");
    assert_eq!(finding.severity, Severity::Low);
    for detail in [
        "connect ECONNREFUSED 10.0.3.7:5432",
        "dial tcp 192.168.1.4:6379: connect: connection refused",
        "could not connect to stock.shop.svc.cluster.local:8080",
        "HTTPConnectionPool(host='127.0.0.1', port=8081): Max retries exceeded",
    ] {
        leaks(detail, "address of an internal host");
    }
}

#[test]
fn credentials_are_critical_and_not_repeated() {
    let finding = check(NAME, &refusal("postgres://shop:s3cret@db.internal:5432/shop"));
    assert_eq!(finding.severity, Severity::Critical);
    assert!(!format!("{finding:?}").contains("s3cret"));
}

#[test]
fn sentences_for_people_are_fine() {
    for detail in [
        "customer 17 not found",
        "the order is at the depot (line 4)",
        "Select a product from the list where the price is below 100",
        "Please update your profile",
        "name: must not be blank at position 3:14",
        "instance: http://127.0.0.1:8080/orders/1",
        "10.0.0.1 is not a valid netmask, use 10.0.0.0/8 or 192.168.0.0/16",
        "cannot parse config.yml:12",
        "at 12:30:15 the shop is closed",
        "see https://docs.example/errors.html#L41",
        "postgres://user:***@db",
        "1:3: parse error: unexpected character",
        "JSON parse error: Unexpected character ('}' (code 125)): at [Source: (String)\"{\"; line: 1, column: 2]",
        "invalid character '}' looking for beginning of value",
        "Cannot deserialize value of type `java.lang.Integer` from String \"x\"",
        "Key: 'Order.Quantity' Error:Field validation for 'Quantity' failed on the 'min' tag",
        "strconv.ParseInt: parsing \"x\": invalid syntax",
        "Unexpected token } in JSON at position 7",
        "value is not a valid integer (type=type_error.integer)",
        "Expecting value: line 1 column 1 (char 0)",
    ] {
        silent(NAME, &refusal(detail));
    }
}

#[test]
fn what_we_sent_ourselves_is_no_leak() {
    let trace = "at com.acme.Shop.read(Shop.java:42)";
    let refused = refusal(&format!("no such name: {trace}"));
    silent(NAME, &refused.clone().with_query("name", trace));
    silent(NAME, &refused.clone().sending(&json!({"a": {"b": trace}}).to_string()));
    check(NAME, &refused.with_query("name", "other"));
}

#[test]
fn pages_and_plain_text_are_read_too() {
    let page = "<pre>Error<br> &nbsp; &nbsp;at &lt;anonymous&gt; (/srv/shop/a.js:41:11)</pre>";
    let fixture = Fixture::answered(500, page).with_header("content-type", "text/html");
    assert_eq!(check(NAME, &fixture).signature.effect, "JavaScript stack trace");
    let fixture = Fixture::answered(500, "panic: x\ngoroutine 1 [running]:\n");
    check(NAME, &fixture.with_header("content-type", "text/plain"));
    let lines = json!({"trace": ["Shop.read", "at com.acme.Shop.read(Shop.java:42)"]});
    check(NAME, &Fixture::answered(500, &lines.to_string()));
}

#[test]
fn binary_content_holds_anything_by_chance() {
    let trace = "Traceback (most recent call last)";
    let fixture = Fixture::answered(500, trace);
    silent(NAME, &fixture.with_header("content-type", "application/octet-stream"));
}

#[test]
fn in_successes_only_traces_count_and_not_where_they_are_the_subject() {
    let ok = |text: &str| Fixture::answered(200, &json!({"id": 1, "note": text}).to_string());
    check(NAME, &ok("at com.acme.Shop.read(Shop.java:42)"));
    silent(NAME, &ok("UNIQUE constraint failed: coupons.code"));
    silent(NAME, &ok("/srv/app/shop.go:17"));
    silent(NAME, &ok("at com.acme.Shop.read(Shop.java:42)").at("/logs/{id}", "/logs/7"));
    check(NAME, &refusal("at com.acme.Shop.read(Shop.java:42)").at("/logs/{id}", "/logs/7"));
    let file = ok("at com.acme.Shop.read(Shop.java:42)").declared_streams();
    silent(NAME, &file.declaring("text/event-stream", "text/plain"));
}

#[test]
fn an_operation_that_takes_sql_may_talk_about_it() {
    silent(NAME, &refusal("syntax error at or near \"x\"").at("/sql/{id}", "/sql/7"));
}

#[test]
fn other_data_is_the_same_failure() {
    let of = |detail: &str| check(NAME, &refusal(detail)).signature;
    assert_eq!(of("at a.B.c(B.java:1)"), of("at d.E.f(E.java:23)"));
}
