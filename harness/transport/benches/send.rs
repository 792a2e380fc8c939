//! What a small GET over a kept connection costs.
//!
//! `cargo bench -p harness-transport --bench send`. Wall time per request first (it includes the
//! service, a thread of its own that does next to nothing), then CPU time of the client's thread alone,
//! which is the figure that bounds a campaign. Asserts nothing, since a figure is not a test.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ThreadTime;
use divan::Bencher;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use harness_model::{Framing, HeaderField, Octets, Outcome, Request};
use harness_transport::{Http, HttpConfig, Route, SendOptions, SystemClock, Transport as _};
use tokio::runtime::Runtime;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n\
{\"id\":1,\"name\":\"x\"}";
const IN_FLIGHT: usize = 8;
/// Requests that the CPU figure is taken over: enough to outweigh setting up.
const REQUESTS: usize = 40_000;

fn main() {
    divan::main();
    let (runtime, http) = client();
    for in_flight in [1, IN_FLIGHT] {
        let cpu = ThreadTime::now();
        for _ in 0..REQUESTS / in_flight {
            send(&runtime, &http, in_flight);
        }
        #[expect(clippy::cast_precision_loss, reason = "a count and a time far below 2^52")]
        let us = cpu.elapsed().as_secs_f64() * 1e6 / REQUESTS as f64;
        let _ = writeln!(std::io::stdout(), "{in_flight} in flight: {us:.1} µs CPU per request");
    }
}

#[divan::bench(args = [1, IN_FLIGHT])]
fn get(bencher: Bencher<'_, '_>, in_flight: usize) {
    let (runtime, http) = client();
    bencher
        .counter(divan::counter::ItemsCount::new(in_flight))
        .bench_local(|| send(&runtime, &http, in_flight));
}

#[divan::bench]
fn set_up() -> (Runtime, Http) {
    client()
}

fn send(runtime: &Runtime, http: &Http, in_flight: usize) {
    let request = Request {
        method: "GET".to_owned(),
        target: "/orders/17?limit=10&offset=0".into(),
        headers: vec![HeaderField::new("Accept", "application/json")],
        content: Octets::default(),
        framing: Framing::None,
    };
    let options = SendOptions {
        deadline: Duration::from_secs(10),
        fresh_connection: false,
        response_bytes_max: 1_000_000,
    };
    runtime.block_on(async {
        let mut sends: FuturesUnordered<_> =
            (0..in_flight).map(|_| http.send(&request, options)).collect();
        while let Some(exchange) = sends.next().await {
            assert!(matches!(exchange.outcome, Outcome::Response(_)), "{:?}", exchange.outcome);
        }
    });
}

fn client() -> (Runtime, Http) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let config = HttpConfig {
        base: format!("http://{}", service()).parse().expect("an address is a URL"),
        headers: vec![("Authorization".to_owned(), "Bearer x".to_owned())],
        connect_timeout: Duration::from_secs(5),
        insecure: false,
        route: Route::default(),
        user_agent: "bench".to_owned(),
        connections_max: IN_FLIGHT,
    };
    let http = Http::new(&config, Arc::new(SystemClock::new())).expect("the transport can be made");
    (runtime.expect("a runtime can be built"), http)
}

/// A service with a thread for each connection that takes every read for a request.
fn service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            stream.set_nodelay(true).expect("a socket option");
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                    if stream.write_all(ANSWER).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}
