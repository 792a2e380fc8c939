//! The correct shop: what the contract's examples ask for is answered, and every answer is as
//! declared.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::asking::{Asked, ask, asked};
use crate::{Faults, app, contract};

/// One request for every operation that it should accept, in an order that leaves each what it
/// needs.
fn accepted() -> Vec<Asked> {
    let json_to = |operation, target: &str, value: Value| asked(operation, target).json(&value);
    vec![
        asked("GET /health", "/health"),
        asked("GET /products", "/products?limit=3&sort=-price&category=home&in_stock=true"),
        json_to(
            "POST /products",
            "/products",
            json!({"name": "a", "price_cents": 0, "category": "home", "stock": 1, "weight_kg": 0.5,
                "tags": ["x", "y"], "dimensions": {"length_mm": 1, "width_mm": 5000}}),
        ),
        asked("GET /products/{product_id}", "/products/1001"),
        json_to(
            "PUT /products/{product_id}",
            "/products/1006",
            json!({"name": "b", "price_cents": 1, "category": "office"}),
        ),
        json_to("PATCH /products/{product_id}", "/products/1007", json!({"stock": 0})),
        asked("GET /products/{product_id}/reviews", "/products/1003/reviews?min_rating=1"),
        json_to(
            "POST /products/{product_id}/reviews",
            "/products/1003/reviews",
            json!({"rating": 1}),
        ),
        asked("GET /categories", "/categories"),
        asked("GET /customers", "/customers?country=DE"),
        json_to("POST /customers", "/customers", json!({"name": "G", "email": "g@m.example"})),
        asked("GET /customers/{customer_id}", "/customers/2001"),
        asked("GET /orders", "/orders?status=shipped&customer_id=2001"),
        json_to(
            "POST /orders",
            "/orders",
            json!({"customer_id": 2001, "coupon": "WELCOME10",
                "items": [{"product_id": 1003, "quantity": 100}]}),
        ),
        asked("GET /orders/{order_id}", "/orders/3001"),
        asked("POST /orders/{order_id}/cancel", "/orders/3004/cancel"),
        json_to(
            "POST /orders/{order_id}/ship",
            "/orders/3003/ship",
            json!({"carrier": "dhl", "tracking": "AB12345678"}),
        ),
        json_to(
            "POST /coupons",
            "/coupons",
            json!({"code": "NEW5", "percent_off": 5, "max_uses": 1}),
        ),
        asked("GET /coupons/{code}", "/coupons/NEW5"),
        json_to(
            "POST /coupons/{code}/redeem",
            "/coupons/NEW5/redeem",
            json!({"customer_id": 2001}),
        ),
        json_to(
            "POST /payments",
            "/payments",
            json!({"order_id": 3002, "amount_cents": 4980, "method": "card"}),
        )
        .header("idempotency-key", "pay-order-3002"),
        asked("GET /payments/{payment_id}", "/payments/5001"),
        asked("GET /shipping/quote", "/shipping/quote?country=DE&grams=2500&express=true"),
        asked("GET /search", "/search?q=desk+lamp&in=name&in=tags"),
        asked("GET /recommendations", "/recommendations")
            .header("cookie", "a=b; visitor=k3v9x2m7q1")
            .header("x-currency", "USD"),
        asked("POST /newsletter", "/newsletter")
            .form("email=a%40m.example&frequency=daily&age=16&html=true&topics=news&topics=jobs"),
        asked("GET /newsletter/greeting", "/newsletter/greeting?name=Ada"),
        asked("DELETE /orders/{order_id}", "/orders/3005"),
        asked("DELETE /products/{product_id}", "/products/1009"),
    ]
}

#[test]
fn every_operation_accepts_what_it_should() {
    let mut app = app(Faults::none());
    for asked in accepted() {
        let seen = ask(&mut app, &asked);
        assert_eq!(seen.broken(asked.operation), None, "{asked:?}: {seen:?}");
        assert!(seen.to_string().starts_with('2'), "{asked:?}: {seen:?}");
    }
}

#[test]
fn no_operation_is_forgotten() {
    let tried: BTreeSet<String> =
        accepted().iter().map(|asked| asked.operation.to_owned()).collect();
    let declared: BTreeSet<String> =
        contract::operations().iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(tried, declared);
}

/// Every refusal of the contract's own doing, at least once: 400, 404, 409, 413, 415, 422.
#[test]
fn every_declared_status_can_be_reached() {
    let mut app = app(Faults::none());
    let mut seen_statuses = BTreeSet::new();
    let cases = [
        asked("GET /products", "/products?limit=0"),
        asked("GET /products/{product_id}", "/products/1"),
        asked("DELETE /products/{product_id}", "/products/1003"),
        asked("POST /products", "/products")
            .header("content-type", "application/json")
            .octets(" ".repeat(64 * 1024 + 1)),
        asked("POST /products", "/products").octets("{}"),
        asked("POST /products", "/products").json(&json!({})),
    ];
    for asked in accepted().into_iter().chain(cases) {
        let seen = ask(&mut app, &asked);
        assert_eq!(seen.broken(asked.operation), None, "{asked:?}: {seen:?}");
        seen_statuses.insert(seen.to_string());
    }
    let declared: BTreeSet<String> = contract::operations()
        .iter()
        .flat_map(|(_, operation)| {
            operation["responses"]
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(seen_statuses, declared);
}

#[test]
fn the_contract_is_served_where_it_is_looked_for() {
    let mut app = app(Faults::none());
    let json = ask(&mut app, &asked("GET /health", "/openapi.json")).json();
    assert_eq!(json["paths"]["/health"]["get"]["operationId"], "getHealth");
    assert_eq!(ask(&mut app, &asked("GET /health", "/openapi.yaml")).to_string(), "200");
}

#[test]
fn a_key_pays_once() {
    let mut app = app(Faults::none());
    let pay = |amount: i64| {
        let payment = json!({"order_id": 3002, "amount_cents": amount, "method": "card"});
        asked("POST /payments", "/payments").header("idempotency-key", "a-key-12").json(&payment)
    };
    let first = ask(&mut app, &pay(4980));
    assert_eq!(first.to_string(), "201");
    assert_eq!(ask(&mut app, &pay(4980)), first);
    assert_eq!(ask(&mut app, &pay(4981)).to_string(), "409");
}

#[test]
fn an_order_goes_one_way() {
    let mut app = app(Faults::none());
    let cancel = asked("POST /orders/{order_id}/cancel", "/orders/3001/cancel");
    assert_eq!(ask(&mut app, &cancel).to_string(), "409");
    let ship = json!({"carrier": "ups", "tracking": "AB12345678"});
    let ship =
        |id: i64| asked("POST /orders/{order_id}/ship", format!("/orders/{id}/ship")).json(&ship);
    assert_eq!(ask(&mut app, &ship(3002)).to_string(), "409");
    assert_eq!(ask(&mut app, &ship(3003)).to_string(), "200");
    assert_eq!(ask(&mut app, &ship(3003)).to_string(), "409");
}

#[test]
fn stock_is_taken_and_given_back() {
    let mut app = app(Faults::none());
    let stock = |app: &mut axum::Router| {
        let product = asked("GET /products/{product_id}", "/products/1003");
        ask(app, &product).json()["stock"].as_i64()
    };
    let order = json!({"customer_id": 2001, "items": [{"product_id": 1003, "quantity": 7}]});
    let order = ask(&mut app, &asked("POST /orders", "/orders").json(&order)).json();
    assert_eq!(stock(&mut app), Some(999_993));
    let cancel = format!("/orders/{}/cancel", order["id"]);
    ask(&mut app, &asked("POST /orders/{order_id}/cancel", cancel));
    assert_eq!(stock(&mut app), Some(1_000_000));
}

#[test]
fn a_coupon_has_an_end() {
    let mut app = app(Faults::none());
    let coupon = json!({"code": "ONCE", "percent_off": 50, "max_uses": 1});
    ask(&mut app, &asked("POST /coupons", "/coupons").json(&coupon));
    let redeem = asked("POST /coupons/{code}/redeem", "/coupons/ONCE/redeem")
        .json(&json!({"customer_id": 2001}));
    assert_eq!(ask(&mut app, &redeem).to_string(), "200");
    assert_eq!(ask(&mut app, &redeem).to_string(), "409");
}
