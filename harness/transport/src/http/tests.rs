//! What comes of a request, against services that say exactly the octets of the case.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use harness_model::{Framing, HeaderField, Octets, Outcome, Request, Response, Stage};
use proptest::prelude::*;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{Http, HttpConfig};
use crate::Route;
use crate::loopback::{nobody, read_request, saying, service, tls_service};
use crate::{SendOptions, SystemClock, Transport as _};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// Long enough for any answer on loopback, short enough to wait for where none comes.
const DEADLINE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(100);

fn config(scheme: &str, address: SocketAddr) -> HttpConfig {
    HttpConfig {
        base: format!("{scheme}://user:secret@{address}/ignored").parse().expect("a URL"),
        headers: Vec::new(),
        connect_timeout: DEADLINE,
        insecure: false,
        route: Route::default(),
        user_agent: "harness-tests".to_owned(),
        connections_max: 8,
    }
}

fn http(config: &HttpConfig) -> Http {
    Http::new(config, Arc::new(SystemClock::new())).expect("the configuration is sound")
}

fn options(deadline: Duration) -> SendOptions {
    SendOptions { deadline, fresh_connection: false, response_bytes_max: 1_000 }
}

fn get(target: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        target: target.into(),
        headers: Vec::new(),
        content: Octets::default(),
        framing: Framing::None,
    }
}

/// What comes of a GET to this address.
async fn outcome_at(address: SocketAddr, deadline: Duration) -> Outcome {
    http(&config("http", address)).send(&get("/"), options(deadline)).await.outcome
}

/// What comes of a GET that is answered by these octets and an end of the connection.
async fn outcome_of(said: &'static [u8]) -> Outcome {
    outcome_at(saying(said).await, DEADLINE).await
}

fn response(outcome: Outcome) -> Response {
    match outcome {
        Outcome::Response(response) => response,
        other => panic!("no complete answer: {other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_kept_as_it_came() {
    let said =
        b"HTTP/1.1 418 I'm a teapot\r\nX-Odd: \xff\xfe \xc3\xa9\r\nx-twice: 1\r\nx-empty:\r\n\
        X-Twice: 2\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x00\x01\xffz";
    let response = response(outcome_of(said).await);
    assert_eq!(response.status, 418);
    assert_eq!(response.content.0, b"\x00\x01\xffz");
    let lines = response.headers.iter().map(|f| (f.name.to_ascii_lowercase(), f.value.0.clone()));
    let lines: Vec<(String, Vec<u8>)> = lines.collect();
    let expected: [(&str, &[u8]); 6] = [
        ("x-odd", b"\xff\xfe \xc3\xa9"),
        ("x-twice", b"1"),
        ("x-twice", b"2"),
        ("x-empty", b""),
        ("content-encoding", b"gzip"),
        ("content-length", b"4"),
    ];
    assert_eq!(lines, expected.map(|(name, value)| (name.to_owned(), value.to_vec())));
}

#[tokio::test]
async fn content_ends_by_length_by_chunks_or_with_the_connection() {
    for (said, content) in [
        (OK, &b"ok"[..]),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", b"to the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n!", b"!"),
        (b"HTTP/1.1 200 OK\r\nx: a\r\n folded\r\ncontent-length: 1\r\n\r\n!", b"!"),
    ] {
        assert_eq!(response(outcome_of(said).await).content.0, content, "{}", said.escape_ascii());
    }
}

#[tokio::test]
async fn redirects_are_answers() {
    let said = b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(response(outcome_of(said).await).status, 302);
}

#[tokio::test]
async fn any_three_digits_from_100_are_a_status() {
    for (said, status) in [
        (&b"HTTP/1.1 299 \r\ncontent-length: 0\r\n\r\n"[..], 299),
        (b"HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n", 999),
    ] {
        assert_eq!(response(outcome_of(said).await).status, status);
    }
}

#[tokio::test]
async fn what_is_no_http_is_unparsable() {
    for said in [
        &b"HTTP/1.1 099 Low\r\ncontent-length: 0\r\n\r\n"[..],
        b"HTTP/1.1 20 Short\r\n\r\n",
        b"HTTP/1.1 abc Letters\r\n\r\n",
        b"HTTP/7.0 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a size\r\n",
    ] {
        let outcome = outcome_of(said).await;
        let is_unparsable = matches!(&outcome, Outcome::Unparsable { why } if !why.is_empty());
        assert!(is_unparsable, "{}: {outcome:?}", said.escape_ascii());
    }
}

#[tokio::test]
async fn more_fields_than_the_parser_expects_are_taken_in() {
    let answer = |fields: usize| {
        service(move |mut stream, _| async move {
            read_request(&mut stream).await;
            let lines: Vec<_> = (0..fields).map(|n| format!("x-{n}: {n}\r\n")).collect();
            let lines = lines.concat();
            let head = format!("HTTP/1.1 200 OK\r\n{lines}content-length: 0\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
        })
    };
    let many = response(outcome_at(answer(200).await, DEADLINE).await);
    assert_eq!(many.headers.len(), 201);
    let outcome = outcome_at(answer(2_000).await, DEADLINE).await;
    assert!(matches!(outcome, Outcome::Unparsable { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_that_closes_before_the_head_is_closed_early() {
    for said in [&b""[..], b"HTTP/1.1 200 OK\r\nx: "] {
        let outcome = outcome_of(said).await;
        assert!(
            matches!(&outcome, Outcome::ClosedEarly { stage: Stage::Head, partial: None, .. }),
            "{}: {outcome:?}",
            said.escape_ascii()
        );
    }
}

#[tokio::test]
async fn a_connection_that_closes_in_the_content_leaves_what_had_come() {
    for said in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf",
    ] {
        match outcome_of(said).await {
            Outcome::ClosedEarly { stage: Stage::Body, partial: Some(partial), why } => {
                assert_eq!((partial.status, &*partial.content.0), (200, &b"half"[..]));
                assert!(!why.is_empty());
            }
            other => panic!("{}: {other:?}", said.escape_ascii()),
        }
    }
}

#[tokio::test]
async fn a_reset_is_closed_early() {
    let address = service(|mut stream, _| async move {
        read_request(&mut stream).await;
        // Closing with no linger time sends a reset.
        stream.set_zero_linger().expect("a socket option");
    })
    .await;
    let outcome = outcome_at(address, DEADLINE).await;
    assert!(matches!(outcome, Outcome::ClosedEarly { stage: Stage::Head, .. }), "{outcome:?}");
}

#[tokio::test]
async fn nobody_there_is_a_failed_connect() {
    match outcome_at(nobody().await, DEADLINE).await {
        Outcome::ConnectFailed { why } => assert!(why.contains("refused"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_runs_into_the_deadline() {
    let address = service(|mut stream, _| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let outcome = outcome_at(address, SOON).await;
    assert_eq!(outcome, Outcome::TimedOut { stage: Stage::Head, partial: None });
}

#[tokio::test]
async fn content_that_drips_for_ever_runs_into_the_deadline() {
    let address = service(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        while stream.write_all(b"1\r\nx\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let http = http(&config("http", address));
    let limits = SendOptions { response_bytes_max: usize::MAX, ..options(SOON) };
    let exchange = http.send(&get("/"), limits).await;
    match exchange.outcome {
        Outcome::TimedOut { stage: Stage::Body, partial: Some(partial) } => {
            assert!(partial.content.0.starts_with(b"xxx"), "{partial:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(exchange.timing.total_us >= 100_000, "{:?}", exchange.timing);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_a_timeout_of_the_connect() {
    let silent = service(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    for (connect_timeout, deadline) in [(DEADLINE, SOON), (SOON, DEADLINE)] {
        let http = http(&HttpConfig { connect_timeout, ..config("https", silent) });
        let outcome = http.send(&get("/"), options(deadline)).await.outcome;
        assert_eq!(outcome, Outcome::TimedOut { stage: Stage::Connect, partial: None });
    }
}

#[tokio::test]
async fn content_beyond_the_limit_ends_the_reading() {
    let said = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nabcdefghijkl";
    let http = http(&config("http", saying(said).await));
    for (response_bytes_max, kept) in [(12, 12), (11, 11), (5, 5), (0, 0)] {
        let limits = SendOptions { response_bytes_max, ..options(DEADLINE) };
        match http.send(&get("/"), limits).await.outcome {
            Outcome::Response(response) => assert_eq!((response.content.len(), kept), (12, 12)),
            Outcome::TooLarge { response, response_bytes_max: max } => {
                assert_eq!((max, &*response.content.0), (kept, &b"abcdefghijkl"[..kept]));
                assert!(kept < 12);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Answers the first request of connection 0 and `rest` decides about everything after it.
async fn keep_alive_once<F>(
    connections: Arc<AtomicUsize>,
    rest: impl Fn(TcpStream) -> F + Send + Sync + Copy + 'static,
) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    service(move |mut stream, number| {
        connections.store(number + 1, Ordering::SeqCst);
        async move {
            if number == 0 {
                read_request(&mut stream).await;
                let _ = stream.write_all(OK).await;
                // It reads the next request too, and goes away without a word.
                read_request(&mut stream).await;
                return;
            }
            rest(stream).await;
        }
    })
    .await
}

#[tokio::test]
async fn the_idle_race_is_tried_again_on_a_connection_of_its_own() {
    let connections = Arc::new(AtomicUsize::new(0));
    let address = keep_alive_once(Arc::clone(&connections), |mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(OK).await;
    })
    .await;
    let http = http(&config("http", address));
    for _ in 0..2 {
        response(http.send(&get("/"), options(DEADLINE)).await.outcome);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_service_that_goes_silent_again_is_to_blame_and_is_asked_no_third_time() {
    let connections = Arc::new(AtomicUsize::new(0));
    let address = keep_alive_once(Arc::clone(&connections), |mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    let http = http(&config("http", address));
    response(http.send(&get("/"), options(DEADLINE)).await.outcome);
    let outcome = http.send(&get("/"), options(DEADLINE)).await.outcome;
    assert!(matches!(outcome, Outcome::ClosedEarly { stage: Stage::Head, .. }), "{outcome:?}");
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_connection_of_its_own_is_not_tried_again() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let address = service(move |mut stream, number| {
        counter.store(number + 1, Ordering::SeqCst);
        async move {
            read_request(&mut stream).await;
        }
    })
    .await;
    let outcome = outcome_at(address, DEADLINE).await;
    assert!(matches!(outcome, Outcome::ClosedEarly { stage: Stage::Head, .. }), "{outcome:?}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_service_that_a_request_ends_is_closed_early_not_refused() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        read_request(&mut stream).await;
        let _ = stream.write_all(OK).await;
        read_request(&mut stream).await;
        drop(listener);
    });
    let http = http(&config("http", address));
    response(http.send(&get("/"), options(DEADLINE)).await.outcome);
    match http.send(&get("/"), options(DEADLINE)).await.outcome {
        Outcome::ClosedEarly { stage: Stage::Head, partial: None, why } => {
            assert!(why.contains("a new connection then failed"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn connections_are_kept_unless_a_fresh_one_is_asked_for() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let address = service(move |mut stream, number| {
        counter.store(number + 1, Ordering::SeqCst);
        async move {
            while !read_request(&mut stream).await.is_empty() {
                let _ = stream.write_all(OK).await;
            }
        }
    })
    .await;
    let http = http(&config("http", address));
    for (fresh_connection, made) in [(false, 1), (false, 1), (true, 2), (true, 3), (false, 3)] {
        let options = SendOptions { fresh_connection, ..options(DEADLINE) };
        response(http.send(&get("/"), options).await.outcome);
        assert_eq!(connections.load(Ordering::SeqCst), made);
    }
}

#[tokio::test]
async fn many_requests_are_in_flight_on_one_thread() {
    const REQUESTS: usize = 64;
    // Nobody is answered before everybody has asked.
    let barrier = Arc::new(tokio::sync::Barrier::new(REQUESTS));
    let address = service(move |mut stream, _| {
        let barrier = Arc::clone(&barrier);
        async move {
            read_request(&mut stream).await;
            barrier.wait().await;
            let _ = stream.write_all(OK).await;
        }
    })
    .await;
    let http = http(&config("http", address));
    let request = get("/");
    let sends: FuturesUnordered<_> =
        (0..REQUESTS).map(|_| http.send(&request, options(DEADLINE))).collect();
    let exchanges: Vec<_> = sends.collect().await;
    assert_eq!(exchanges.len(), REQUESTS);
    for exchange in exchanges {
        response(exchange.outcome);
    }
}

#[tokio::test]
async fn timing_is_ordered_and_begins_at_the_send() {
    let http = http(&config("http", saying(OK).await));
    let first = http.send(&get("/"), options(DEADLINE)).await.timing;
    let second = http.send(&get("/"), options(DEADLINE)).await.timing;
    assert!(first.head_us > 0 && first.head_us <= first.total_us, "{first:?}");
    assert!(second.start_us >= first.start_us + first.total_us, "{first:?} {second:?}");
}

/// A service that keeps what it receives, octet by octet.
async fn recorder() -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&received);
    let address = service(move |mut stream, _| {
        let writer = Arc::clone(&writer);
        async move {
            loop {
                let octets = read_request(&mut stream).await;
                if octets.is_empty() {
                    return;
                }
                *writer.lock().expect("nobody panics with it") = octets;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            }
        }
    })
    .await;
    (address, received)
}

/// Request line, field lines with names in lower case, content.
type Parts = (Vec<u8>, Vec<(String, Vec<u8>)>, Vec<u8>);

/// Takes a request apart.
fn parts(octets: &[u8]) -> Parts {
    let end = octets.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let mut lines = octets[..end]
        .split(|octet| *octet == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec());
    let first = lines.next().expect("a request line");
    let fields = lines.map(|line| {
        let colon = line.iter().position(|octet| *octet == b':').expect("a field line");
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        (name, line[colon + 1..].trim_ascii().to_vec())
    });
    (first, fields.collect(), octets[end + 4..].to_vec())
}

#[tokio::test]
async fn run_headers_replace_those_of_a_request_and_are_not_recorded() {
    let (address, received) = recorder().await;
    let run = [("Authorization", "Bearer secret"), ("X-Run", "1"), ("x-run", "2")];
    let headers = run.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let http = http(&HttpConfig { headers, ..config("http", address) });
    let request = Request {
        headers: vec![HeaderField::new("authorization", "made up"), HeaderField::new("x-own", "3")],
        ..get("/a")
    };
    let exchange = http.send(&request, options(DEADLINE)).await;
    assert_eq!(exchange.request, request);
    response(exchange.outcome);
    let (_, mut fields, _) = parts(&received.lock().expect("nobody panics with it"));
    fields.sort();
    let expected = [
        ("accept", "*/*"),
        ("authorization", "Bearer secret"),
        ("host", &address.to_string()),
        ("user-agent", "harness-tests"),
        ("x-own", "3"),
        ("x-run", "1"),
        ("x-run", "2"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named_without_its_value() {
    for (name, value) in [("bad name", "secret"), ("x", "secret\n")] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let config = HttpConfig { headers, ..config("http", nobody().await) };
        let error = Http::new(&config, Arc::new(SystemClock::new())).err().expect("refused");
        let text = error.to_string();
        assert!(text.contains(name) && !text.contains("secret"), "{text}");
    }
}

#[tokio::test]
async fn content_length_zero_is_sent_where_the_framing_says_so() {
    let (address, received) = recorder().await;
    let http = http(&config("http", address));
    for (framing, lengths) in [(Framing::None, 0), (Framing::ContentLength, 1)] {
        let request = Request { method: "POST".to_owned(), framing, ..get("/") };
        response(http.send(&request, options(DEADLINE)).await.outcome);
        let (_, fields, _) = parts(&received.lock().expect("nobody panics with it"));
        let found = fields.iter().filter(|(name, _)| name == "content-length").count();
        assert_eq!(found, lengths, "{framing:?}");
        assert!(!fields.iter().any(|(name, _)| name == "transfer-encoding"));
    }
}

#[tokio::test]
async fn a_target_that_is_too_long_for_the_library_is_not_sent() {
    let (address, received) = recorder().await;
    let target = format!("/{}", "a".repeat(70_000));
    let outcome =
        http(&config("http", address)).send(&get(&target), options(DEADLINE)).await.outcome;
    assert!(matches!(outcome, Outcome::Unsendable { .. }), "{outcome:?}");
    assert!(received.lock().expect("nobody panics with it").is_empty());
}

/// What URL types, shells and parsers stumble over.
const PIECES: [&[u8]; 29] = [
    b"/",
    b"a",
    b"..",
    b".",
    b"%2e",
    b"%2F",
    b"%00",
    b"%",
    b"?",
    b"#",
    b"\\",
    b"'",
    b"\"",
    b" ",
    b"|",
    b"^",
    b"`",
    b"{}",
    b"[]",
    b"<>",
    b"@",
    b":",
    b";=",
    b"\t",
    b"\r\n",
    b"\xc3\xa9",
    b"\xff",
    b"\x00",
    b"\x7f",
];

fn target() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8)
        .prop_map(|pieces| [b"/", &*pieces.concat()].concat())
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop_oneof![Just("GET"), Just("POST"), Just("HEAD"), Just("foo"), Just("CONNECT")];
    let name = prop_oneof![
        "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,8}",
        Just("Host".to_owned()),
        Just("Connection".to_owned()),
        Just("Expect".to_owned()),
        Just("TE".to_owned()),
        Just("Content-Length".to_owned()),
        Just("Content-Type".to_owned()),
    ];
    let value = prop::collection::vec(any::<u8>(), 0..6);
    let headers = prop::collection::vec((name, value), 0..4);
    let content = prop::collection::vec(any::<u8>(), 0..20);
    let has_content = any::<bool>();
    (method, target(), headers, content, has_content).prop_map(
        |(method, target, headers, content, has_content)| Request {
            method: method.to_owned(),
            target: Octets(target),
            headers: headers.into_iter().map(|(n, v)| HeaderField::new(n, v)).collect(),
            content: Octets(if has_content { content } else { Vec::new() }),
            framing: if has_content { Framing::ContentLength } else { Framing::None },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_arrives_as_it_is(request in request()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (outcome, received) = runtime.block_on(async {
            let (address, received) = recorder().await;
            let exchange = http(&config("http", address)).send(&request, options(DEADLINE)).await;
            let received = received.lock().expect("nobody panics with it").clone();
            (exchange.outcome, received)
        });
        if matches!(outcome, Outcome::Unsendable { .. }) {
            prop_assert!(received.is_empty(), "sent, although unsendable");
            return Ok(());
        }
        prop_assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
        let (first, mut fields, content) = parts(&received);
        let line = [request.method.as_bytes(), b" ", &request.target.0, b" HTTP/1.1"].concat();
        prop_assert_eq!(first, line);
        prop_assert_eq!(&content, &request.content.0);
        for field in &request.headers {
            let wanted = (field.name.to_ascii_lowercase(), field.value.0.trim_ascii().to_vec());
            let found = fields.iter().position(|field| *field == wanted);
            prop_assert!(found.is_some(), "{wanted:?} is missing from {fields:?}");
            fields.remove(found.expect("it was found"));
        }
        // What is left the client added, and only where it was absent.
        let ours = |name: &str| request.headers.iter().any(|f| f.name.eq_ignore_ascii_case(name));
        for (name, _) in fields {
            let may = ["host", "user-agent", "accept", "content-length"].contains(&name.as_str());
            prop_assert!(may && !ours(&name), "{name} was added");
        }
    }
}

async fn tls_outcome(address: SocketAddr, insecure: bool) -> Outcome {
    let http = http(&HttpConfig { insecure, ..config("https", address) });
    http.send(&get("/"), options(DEADLINE)).await.outcome
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_unless_told_otherwise() {
    let address = tls_service(OK).await;
    match tls_outcome(address, false).await {
        Outcome::TlsFailed { why } => assert!(why.contains("--insecure"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(response(tls_outcome(address, true).await).content.0, b"ok");
}

#[tokio::test]
async fn a_service_without_tls_is_told_apart_from_nobody() {
    let plain = service(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        read_request(&mut stream).await;
    })
    .await;
    match tls_outcome(plain, false).await {
        Outcome::TlsFailed { why } => assert!(why.contains("does not speak TLS"), "{why}"),
        other => panic!("{other:?}"),
    }
    let closing = service(|stream, _| async move { drop(stream) }).await;
    let outcome = tls_outcome(closing, false).await;
    assert!(matches!(outcome, Outcome::TlsFailed { .. }), "{outcome:?}");
    let outcome = tls_outcome(nobody().await, false).await;
    assert!(matches!(outcome, Outcome::ConnectFailed { .. }), "{outcome:?}");
}
