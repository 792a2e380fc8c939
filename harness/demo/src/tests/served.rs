//! The shop on a real socket: what only a connection shows.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::TcpListener;

use crate::{Faults, serve};

/// Longest wait for octets: far more than loopback takes, so that a fault of the test ends it.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves the shop and asks it, one connection for each request; what comes back until it is
/// closed.
async fn served(fault: &'static str, requests: &'static [&'static str]) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(listener, Faults::only(&[fault]).unwrap()));
    let client = tokio::task::spawn_blocking(move || {
        requests.iter().map(|request| exchanged(address, request)).collect()
    });
    let answers = client.await.unwrap();
    server.abort();
    answers
}

fn exchanged(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    // A reset after the last octet is an end too.
    drop(stream.read_to_string(&mut answer));
    answer
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_dropped_connection_leaves_the_service_up() {
    const PAYMENT: &str = "POST /payments HTTP/1.1\r\nhost: shop\r\nidempotency-key: a-key-12\r\n\
        content-type: application/json\r\ncontent-length: 59\r\nconnection: close\r\n\r\n\
        {\"order_id\":3002,\"amount_cents\":3000000000,\"method\":\"card\"}";
    let answers = served("large_amount_drops_connection", &[PAYMENT, HEALTH]).await;
    assert_eq!(answers[0], "");
    assert!(answers[1].starts_with("HTTP/1.1 200 OK\r\n"), "{}", answers[1]);
}

#[tokio::test]
async fn a_page_breaks_off_after_its_head() {
    const PAGE: &str =
        "GET /customers?limit=100 HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
    let answers = served("largest_page_breaks_off", &[PAGE, HEALTH]).await;
    assert!(answers[0].starts_with("HTTP/1.1 200 OK\r\n"), "{}", answers[0]);
    assert!(answers[0].contains("{\"items\":[") && !answers[0].ends_with("0\r\n\r\n"));
    assert!(answers[1].starts_with("HTTP/1.1 200 OK\r\n"), "{}", answers[1]);
}

#[tokio::test]
async fn a_method_that_is_not_declared_is_told_which_are() {
    const PUT: &str = "PUT /products HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
    let answers = served("price_as_text", &[PUT]).await;
    assert!(answers[0].starts_with("HTTP/1.1 405 "), "{}", answers[0]);
    assert!(answers[0].contains("allow: GET,HEAD,POST\r\n"), "{}", answers[0]);
}
