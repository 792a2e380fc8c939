//! The catalogue: every fault shows itself when it is on, and its twin answers as the contract
//! says.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::asking::{Asked, Seen, ask, asked};
use crate::{FAULTS, Faults, app, contract};

/// Fault, what shows it, what is seen then, what the twin answers.
type Shown = (&'static str, Asked, &'static str, &'static str);

fn order(change: impl FnOnce(&mut Value)) -> Asked {
    let mut order = json!({
        "customer_id": 2001,
        "items": [{"product_id": 1003, "quantity": 2}],
        "note": "Please ring twice.",
    });
    change(&mut order);
    asked("POST /orders", "/orders").json(&order)
}

fn product(operation: &'static str, target: &str, change: impl FnOnce(&mut Value)) -> Asked {
    let mut product = json!({
        "name": "Lamp", "price_cents": 100, "category": "home", "description": "Bright.",
    });
    change(&mut product);
    asked(operation, target).json(&product)
}

fn review(content: &Value) -> Asked {
    asked("POST /products/{product_id}/reviews", "/products/1003/reviews").json(content)
}

fn quote(query: &str) -> Asked {
    asked("GET /shipping/quote", format!("/shipping/quote?{query}"))
}

fn server_errors() -> Vec<Shown> {
    vec![
        ("no_parcels_divides", quote("country=DE&grams=1&parcels=0"), "500", "200"),
        (
            "no_reviews_divide",
            asked("GET /products/{product_id}/reviews", "/products/1009/reviews"),
            "500",
            "200",
        ),
        ("empty_items_fail", order(|order| order["items"] = json!([])), "500", "422"),
        (
            "zero_quantity_divides",
            order(|order| order["items"][0]["quantity"] = json!(0)),
            "500",
            "422",
        ),
        ("absent_author_fails", review(&json!({"rating": 4})), "500", "201"),
        (
            "note_cut_mid_character",
            order(|order| order["note"] = json!("😀".repeat(7))),
            "500",
            "201",
        ),
        (
            "large_offset_overflows",
            asked("GET /products", "/products?offset=2147483648"),
            "500",
            "200",
        ),
        (
            "null_description_fails",
            asked("PATCH /products/{product_id}", "/products/1007")
                .json(&json!({"description": null})),
            "500",
            "200",
        ),
        ("blank_search_fails", asked("GET /search", "/search?q=%20"), "500", "200"),
        ("unlisted_sort_fails", asked("GET /products", "/products?sort=PRICE"), "500", "400"),
    ]
}

fn answers_against_the_contract() -> Vec<Shown> {
    vec![
        (
            "created_answers_200",
            review(&json!({"rating": 4, "author": "Ada"})),
            "200 undeclared",
            "201",
        ),
        (
            "unknown_customer_answers_204",
            asked("GET /customers/{customer_id}", "/customers/1"),
            "204 undeclared",
            "404",
        ),
        (
            "html_not_found",
            asked("GET /orders/{order_id}", "/orders/1"),
            "404 text/html; charset=utf-8 undeclared",
            "404",
        ),
        (
            "refusal_as_text",
            asked("POST /newsletter", "/newsletter").form("email=x&frequency=daily"),
            "422 text/plain; charset=utf-8 undeclared",
            "422",
        ),
        ("price_as_text", quote("country=DE&grams=1"), "200 breaks type", "200"),
        (
            "absent_description_left_out",
            product("POST /products", "/products", |product| {
                product.as_object_mut().expect("an object").shift_remove("description");
            }),
            "201 breaks required",
            "201",
        ),
        (
            "empty_list_is_null",
            asked("GET /orders", "/orders?customer_id=1"),
            "200 breaks type",
            "200",
        ),
    ]
}

fn headers_and_syntax() -> Vec<Shown> {
    vec![
        ("created_without_location", order(|_| ()), "201 without Location", "201"),
        (
            "total_count_as_text",
            asked("GET /products/{product_id}/reviews", "/products/1003/reviews"),
            "200 with another X-Total-Count",
            "200",
        ),
        ("ampersand_unescaped", asked("GET /categories", "/categories"), "200 is no XML", "200"),
    ]
}

fn wrong_limits() -> Vec<Shown> {
    vec![
        ("limit_off_by_one", asked("GET /products", "/products?limit=101"), "200", "400"),
        (
            "quantity_off_by_one",
            order(|order| order["items"][0]["quantity"] = json!(101)),
            "201",
            "422",
        ),
        (
            "trailing_text_ignored",
            asked("POST /coupons/{code}/redeem", "/coupons/WELCOME10/redeem")
                .header("content-type", "application/json")
                .octets("{\"customer_id\": 2001}}"),
            "200",
            "400",
        ),
        ("missing_rating_defaults", review(&json!({"author": "Ada"})), "201", "422"),
        ("country_unchecked", quote("country=~~&grams=1"), "200", "400"),
        (
            "category_case_ignored",
            product("POST /products", "/products", |product| product["category"] = json!("HOME")),
            "201",
            "422",
        ),
        (
            "unknown_member_accepted",
            product("PUT /products/{product_id}", "/products/1006", |product| {
                product["unexpectedMember"] = json!("x");
            }),
            "200",
            "422",
        ),
        (
            "longest_name_rejected",
            product("POST /products", "/products", |product| {
                product["name"] = json!("a".repeat(80));
            }),
            "422",
            "201",
        ),
        (
            "name_measured_in_bytes",
            product("PUT /products/{product_id}", "/products/1006", |product| {
                product["name"] = json!("😀".repeat(80));
            }),
            "422",
            "200",
        ),
        ("lowest_price_rejected", asked("GET /products", "/products?min_price=0"), "400", "200"),
    ]
}

fn lost_answers() -> Vec<Shown> {
    let payment = json!({"order_id": 3002, "amount_cents": 2_147_483_648_i64, "method": "card"});
    vec![
        (
            "large_amount_drops_connection",
            asked("POST /payments", "/payments")
                .header("idempotency-key", "a-key-of-its-own")
                .json(&payment),
            "dropped",
            "409",
        ),
        (
            "largest_page_breaks_off",
            asked("GET /customers", "/customers?limit=100"),
            "broken off",
            "200",
        ),
        (
            // Its time stands still here: what waits is never answered.
            "description_cleaned_slowly",
            product("PUT /products/{product_id}", "/products/1006", |product| {
                product["description"] = json!("a".repeat(2_000));
            }),
            "no head",
            "200",
        ),
        (
            "longest_search_hangs",
            asked("GET /search", format!("/search?q={}", "a".repeat(100))),
            "no head",
            "200",
        ),
        (
            "largest_count_never_ends",
            asked("GET /recommendations", "/recommendations?count=50"),
            "no end",
            "200",
        ),
    ]
}

fn shown() -> Vec<Shown> {
    let by_rule = answers_against_the_contract();
    [server_errors(), by_rule, headers_and_syntax(), wrong_limits(), lost_answers()].concat()
}

/// Fault, what shows it, and what is seen then but not of the twin: nothing that the contract could
/// say.
type ShownOtherwise = (&'static str, Asked, fn(&Seen) -> bool);

fn shown_otherwise() -> Vec<ShownOtherwise> {
    vec![
        ("trace_in_refusal", asked("GET /coupons/{code}", "/coupons/NONE1"), |seen| {
            seen.text().contains("coupons.js:41:11")
        }),
        (
            "greeting_unescaped",
            asked("GET /newsletter/greeting", "/newsletter/greeting?name=%3Cb%3E%26%3C/b%3E"),
            |seen| seen.text().contains("Hello <b>&</b>!"),
        ),
        ("location_template_unfilled", product("POST /products", "/products", |_| ()), |seen| {
            seen.header("location") == Some("/products/{product_id}")
        }),
        ("hosts_unchecked", asked("GET /health", "/health").header("host", "a/b"), |seen| {
            seen.to_string().starts_with("200")
        }),
        ("limit_ignored", asked("GET /orders", "/orders?limit=1"), |seen| {
            seen.json()["items"].as_array().is_some_and(|items| items.len() > 1)
        }),
    ]
}

#[test]
fn every_fault_beyond_the_contract_shows_itself_and_its_twin_does_not() {
    for (name, asked, is_faulty) in shown_otherwise() {
        for (faults, expected) in [
            (Faults::only(&[name]).expect("the catalogue has it"), true),
            (Faults::all(), true),
            (Faults::none(), false),
        ] {
            let seen = ask(&mut app(faults), &asked);
            assert_eq!(is_faulty(&seen), expected, "{name}: {seen:?}");
            // Without a host a request is refused before it is anybody's.
            let is_promised = name != "hosts_unchecked";
            let is_kept = seen.broken(asked.operation).is_none();
            assert!(is_kept || expected || !is_promised, "{name}: {seen:?}");
        }
    }
}

/// Fault, requests one after another, what the last answer is with it and without.
type ShownInSequence = (&'static str, Vec<Asked>, fn(&Seen) -> bool);

fn shown_in_sequence() -> Vec<ShownInSequence> {
    let at = |method: &'static str, change: fn(&mut Value)| match method {
        "PUT" => product("PUT /products/{product_id}", "/products/1001", change),
        _ => asked("PATCH /products/{product_id}", "/products/1001").json(&{
            let mut changes = json!({});
            change(&mut changes);
            changes
        }),
    };
    let read = || asked("GET /products/{product_id}", "/products/1001");
    let signed_up = json!({"name": "A", "email": "new@example.com", "country": "DE"});
    vec![
        (
            "product_outlives_deletion",
            vec![
                product("POST /products", "/products", |_| ()),
                asked("DELETE /products/{product_id}", "/products/1009"),
                asked("GET /products/{product_id}", "/products/1009"),
            ],
            |seen| seen.to_string().starts_with("200"),
        ),
        (
            "patched_price_is_kept",
            vec![at("PATCH", |it| it["price_cents"] = json!(7)), read()],
            |seen| seen.json()["price_cents"] != 7,
        ),
        (
            "patch_wipes_tags",
            vec![
                at("PATCH", |it| it["tags"] = json!(["a"])),
                at("PATCH", |it| it["stock"] = json!(1)),
                read(),
            ],
            |seen| seen.json()["tags"] == json!([]),
        ),
        (
            "put_adds_to_stock",
            vec![
                at("PUT", |it| it["stock"] = json!(5)),
                at("PUT", |it| it["stock"] = json!(5)),
                read(),
            ],
            |seen| seen.json()["stock"] != 5,
        ),
        (
            "refused_price_is_stored",
            vec![at("PATCH", |it| it["price_cents"] = json!(10_000_001)), read()],
            |seen| seen.json()["price_cents"] == 10_000_001,
        ),
        (
            "new_customer_is_unreadable",
            vec![
                asked("POST /customers", "/customers").json(&signed_up),
                asked("GET /customers/{customer_id}", "/customers/2004"),
            ],
            |seen| seen.to_string().starts_with("404"),
        ),
    ]
}

#[test]
fn every_fault_of_a_sequence_shows_itself_and_its_twin_does_not() {
    for (name, asked, is_faulty) in shown_in_sequence() {
        for (faults, expected) in
            [(Faults::only(&[name]).expect("the catalogue has it"), true), (Faults::none(), false)]
        {
            let mut app = app(faults);
            let seen = asked.iter().map(|asked| ask(&mut app, asked)).last();
            let seen = seen.expect("something is asked");
            assert_eq!(is_faulty(&seen), expected, "{name}: {seen:?}");
        }
    }
}

#[test]
fn every_fault_shows_itself_and_its_twin_does_not() {
    for (name, asked, faulty, correct) in shown() {
        let faults = Faults::only(&[name]).expect("the catalogue has it");
        let seen = ask(&mut app(faults), &asked);
        let with = match seen.broken(asked.operation) {
            // Every answer of status 500 is undeclared; what it is, is enough.
            Some(broken) => broken.replace("500 undeclared", "500"),
            None => seen.to_string(),
        };
        assert_eq!(with, faulty, "{name} on: {seen:?}");

        let seen = ask(&mut app(Faults::none()), &asked);
        assert_eq!(seen.broken(asked.operation), None, "{name} off: {seen:?}");
        assert_eq!(seen.to_string(), correct, "{name} off: {seen:?}");
    }
}

#[test]
fn every_fault_shows_itself_among_all_others() {
    for (name, asked, faulty, correct) in shown() {
        let seen = ask(&mut app(Faults::all()), &asked);
        let status = faulty.split(' ').next().expect("there is a word").to_owned();
        let is_same = seen.to_string() == faulty || seen.to_string().starts_with(&status);
        // A review that is accepted is answered with 200 then, and a country with text for a price.
        let is_accepted = matches!((correct, &*seen.to_string()), ("422", "200"));
        assert!(is_same || is_accepted, "{name}: {seen:?}");
    }
}

#[test]
fn a_fault_strikes_one_operation_only() {
    for (name, ..) in shown() {
        let faults = Faults::only(&[name]).expect("the catalogue has it");
        let mut app = app(faults);
        for (other, asked, _, correct) in shown() {
            let of = |name| FAULTS.iter().find(|fault| fault.name == name).map(|f| f.operation);
            if of(name) == of(other) {
                continue;
            }
            let seen = ask(&mut app, &asked);
            assert_eq!(seen.to_string(), correct, "{name} strikes what shows {other}");
        }
    }
}

#[test]
fn every_fault_is_shown_here() {
    let listed: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    let mut tried: BTreeSet<&str> = shown().iter().map(|(name, ..)| *name).collect();
    tried.extend(shown_otherwise().iter().map(|(name, ..)| *name));
    tried.extend(shown_in_sequence().iter().map(|(name, ..)| *name));
    assert_eq!(listed, tried);
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
}

#[test]
fn every_fault_is_a_file_and_every_file_a_fault() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/faults");
    let files = std::fs::read_dir(folder).expect("the folder is there").map(|entry| {
        let path = entry.expect("the folder can be read").path();
        path.file_stem().expect("a file has a name").to_string_lossy().into_owned()
    });
    let files: BTreeSet<String> = files.collect();
    let names: BTreeSet<String> = FAULTS.iter().map(|fault| fault.name.to_owned()).collect();
    assert_eq!(files, names);
}

#[test]
fn every_fault_says_where_it_strikes_and_what_it_is() {
    let operations: BTreeSet<String> =
        contract::operations().iter().map(|(key, _)| key.clone()).collect();
    for fault in FAULTS {
        assert!(operations.contains(fault.operation), "{}", fault.name);
        for part in ["Trigger: ", "correct twin", "Example: "] {
            assert!(fault.explain.contains(part), "{} says no {part:?}", fault.name);
        }
        for check in fault.caught_by.split(',') {
            assert!(!check.trim().is_empty(), "{}", fault.name);
        }
    }
}
