//! The graph of the demo shop: what its operations need of each other.

use harness_generate::Graph;
use harness_model::BindingSource;

#[test]
fn the_shop_hangs_together() {
    let text = include_str!("../../../specs/demo-shop.yaml");
    let contract = harness_contract::read(text.as_bytes(), "demo-shop.yaml").expect("it is read");
    let graph = Graph::of(&contract);
    let has = |producer: &str, from: &str, consumer: &str, into: &str| {
        graph.edges.iter().any(|edge| {
            edge.producer.as_str() == producer
                && edge.from == BindingSource::Body(from.to_owned())
                && edge.consumer.as_str() == consumer
                && edge.into.to_string() == into
        })
    };
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let consumer = format!("{method} /products/{{product_id}}");
        assert!(has("POST /products", "/id", &consumer, "path product_id"), "{consumer}");
    }
    let reviews = "GET /products/{product_id}/reviews";
    assert!(has("POST /products", "/id", reviews, "path product_id"));
    assert!(has("POST /coupons", "/code", "GET /coupons/{code}", "path code"));
    assert!(has("POST /customers", "/id", "POST /orders", "body /customer_id"));
    assert!(has("POST /products", "/id", "POST /orders", "body /items/0/product_id"));
    // A review is of a product; nothing that the shop makes names the review.
    assert!(!graph.edges.iter().any(|edge| edge.why.contains("names the review")));
}
