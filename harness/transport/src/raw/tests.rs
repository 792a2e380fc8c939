//! What comes of own octets, against services that say exactly the octets of the case.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use harness_model::{Framing, HeaderField, Octets, Outcome, Request, Stage};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::Instant;

use super::script::{AWAIT_MAX, Script};
use super::session::End;
use super::{Raw, Reach};
use crate::Route;
use crate::http::{Http, HttpConfig};
use crate::loopback::{Memory, VirtualClock, nobody, read_request, saying, service, tls_service};
use crate::{SendOptions, SystemClock, Transport as _};

const DEADLINE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(100);
const QUIET: Duration = Duration::from_secs(1);
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn config(scheme: &str, address: SocketAddr) -> HttpConfig {
    HttpConfig {
        base: format!("{scheme}://user:secret@{address}/ignored").parse().expect("a URL"),
        headers: Vec::new(),
        connect_timeout: DEADLINE,
        insecure: false,
        route: Route::default(),
        user_agent: String::new(),
        connections_max: 1,
    }
}

fn raw(config: &HttpConfig) -> Raw {
    let clock = Arc::new(SystemClock::new());
    Raw::new(config, Reach::Loopback, clock).expect("the configuration is sound")
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

async fn outcome_of(said: &'static [u8]) -> Outcome {
    outcome_at(saying(said).await, DEADLINE).await
}

async fn outcome_at(address: SocketAddr, deadline: Duration) -> Outcome {
    raw(&config("http", address)).send(&get("/"), options(deadline)).await.outcome
}

/// Over connections in memory, on a clock that jumps to the next event: no time passes.
fn in_memory<F>(answer: impl Fn(DuplexStream) -> F + Send + Sync + 'static) -> Raw
where
    F: Future<Output = ()> + Send + 'static,
{
    Raw::over(Box::new(Memory::new(answer)), Arc::new(VirtualClock::new()))
}

#[tokio::test]
async fn what_a_library_would_repair_arrives_as_it_is() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Arc::new(std::sync::Mutex::new(Some(tell)));
    let address = service(move |mut stream, _| {
        let tell = tell.lock().expect("nobody panics with it").take();
        async move {
            let octets = read_request(&mut stream).await;
            let _ = stream.write_all(OK).await;
            let _ = tell.expect("there is one connection").send(octets);
        }
    })
    .await;
    let request = Request {
        method: "G\u{0}T".to_owned(),
        target: Octets(b"/a/../b c#\xff".to_vec()),
        headers: vec![HeaderField::new("X-a ", "1\u{1}"), HeaderField::new("x-A", "2")],
        content: Octets(b"\r\n\x00".to_vec()),
        framing: Framing::ContentLength,
    };
    let headers = vec![("X-Run".to_owned(), "secret".to_owned())];
    let raw = raw(&HttpConfig { headers, ..config("http", address) });
    let exchange = raw.send(&request, options(DEADLINE)).await;
    assert_eq!(exchange.request, request);
    assert!(matches!(exchange.outcome, Outcome::Response(_)), "{:?}", exchange.outcome);
    let head = format!("Host: {address}\r\nX-a : 1\u{1}\r\nx-A: 2\r\nX-Run: secret\r\n");
    let expected = [
        b"G\x00T /a/../b c#\xff HTTP/1.1\r\n",
        head.as_bytes(),
        b"content-length: 3\r\n\r\n\r\n\x00",
    ];
    let received = told.await.expect("it was told");
    let lower = |octets: &[u8]| octets.to_ascii_lowercase();
    assert_eq!(lower(&received), lower(&expected.concat()));
}

#[tokio::test]
async fn outcomes_mean_what_they_mean_over_a_library() {
    for (said, stage) in [
        (&b""[..], Stage::Head),
        (b"HTTP/1.1 200 OK\r\nx: ", Stage::Head),
        (b"HTTP/1.1 100 Continue\r\n\r\n", Stage::Head),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", Stage::Body),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf", Stage::Body),
    ] {
        match outcome_of(said).await {
            Outcome::ClosedEarly { stage: found, partial, why } => {
                assert_eq!(found, stage, "{}", said.escape_ascii());
                assert_eq!(partial.is_some(), stage == Stage::Body);
                assert!(!why.is_empty());
            }
            other => panic!("{}: {other:?}", said.escape_ascii()),
        }
    }
    for said in [&b"SSH-2.0-x\r\n"[..], b"HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n"] {
        let outcome = outcome_of(said).await;
        assert!(matches!(outcome, Outcome::Unparsable { .. }), "{outcome:?}");
    }
    match outcome_of(OK).await {
        Outcome::Response(response) => assert_eq!(response.content.0, b"ok"),
        other => panic!("{other:?}"),
    }
    let outcome = outcome_at(nobody().await, DEADLINE).await;
    assert!(matches!(outcome, Outcome::ConnectFailed { .. }), "{outcome:?}");
}

#[tokio::test]
async fn content_beyond_the_limit_ends_the_reading() {
    let raw = raw(&config("http", saying(OK).await));
    for (response_bytes_max, kept) in [(2, None), (1, Some(1)), (0, Some(0))] {
        let limits = SendOptions { response_bytes_max, ..options(DEADLINE) };
        let found = match raw.send(&get("/"), limits).await.outcome {
            Outcome::TooLarge { response, .. } => Some(response.content.len()),
            Outcome::Response(_) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, kept);
    }
}

#[tokio::test]
async fn octets_go_nowhere_else_unless_allowed() {
    // An address for documentation (RFC 5737): nothing may be sent there, and nothing is.
    let away = HttpConfig {
        base: "http://192.0.2.1".parse().expect("a URL"),
        ..config("http", nobody().await)
    };
    match raw(&away).send(&get("/"), options(DEADLINE)).await.outcome {
        Outcome::Unsendable { why } => assert!(why.contains("192.0.2.1"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tls_is_spoken_with_the_trust_that_was_asked_for() {
    let address = tls_service(OK).await;
    let at = |insecure| raw(&HttpConfig { insecure, ..config("https", address) });
    match at(false).send(&get("/"), options(DEADLINE)).await.outcome {
        Outcome::TlsFailed { why } => assert!(why.contains("--insecure"), "{why}"),
        other => panic!("{other:?}"),
    }
    match at(true).send(&get("/"), options(DEADLINE)).await.outcome {
        Outcome::Response(response) => assert_eq!(response.content.0, b"ok"),
        other => panic!("{other:?}"),
    }
    let plain = service(|mut stream, _| async move {
        let _ = stream.write_all(OK).await;
        read_request(&mut stream).await;
    })
    .await;
    match raw(&config("https", plain)).send(&get("/"), options(DEADLINE)).await.outcome {
        Outcome::TlsFailed { why } => assert!(why.contains("does not speak TLS"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_a_timeout_of_the_connect() {
    let silent = service(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    for (connect_timeout, deadline) in [(DEADLINE, SOON), (SOON, DEADLINE)] {
        let raw = raw(&HttpConfig { connect_timeout, ..config("https", silent) });
        let outcome = raw.send(&get("/"), options(deadline)).await.outcome;
        assert_eq!(outcome, Outcome::TimedOut { stage: Stage::Connect, partial: None });
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_total_and_keeps_what_had_come() {
    let dripping = in_memory(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        while stream.write_all(b"x").await.is_ok() {
            ticks.tick().await;
        }
    });
    let exchange = dripping.send(&get("/"), options(Duration::from_millis(10_500))).await;
    match exchange.outcome {
        Outcome::TimedOut { stage: Stage::Body, partial: Some(partial) } => {
            assert!((10..13).contains(&partial.content.len()), "{partial:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(exchange.timing.total_us, 10_500_000);
    let silent = in_memory(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    });
    let outcome = silent.send(&get("/"), options(DEADLINE)).await.outcome;
    assert_eq!(outcome, Outcome::TimedOut { stage: Stage::Head, partial: None });
}

#[tokio::test(start_paused = true)]
async fn a_script_is_played_in_time() {
    let raw = in_memory(|mut stream| async move {
        let start = Instant::now();
        let mut buffer = [0; 64];
        let mut heard = Vec::new();
        loop {
            let read = stream.read(&mut buffer).await.expect("memory does not break");
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            heard.push(format!("{}:{text}", start.elapsed().as_secs()));
            if read == 0 {
                break;
            }
        }
        let heard = heard.join(",");
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{heard}", heard.len());
        let _ = stream.write_all(answer.as_bytes()).await;
    });
    let second = Duration::from_secs(1);
    let script = Script::new("GET").send(*b"a").pause(second).send(*b"b").await_response();
    let script = script.send(*b"c").half_close();
    let conversation = raw.play(&script, 1, QUIET, options(DEADLINE)).await;
    assert_eq!(conversation.answers[0].response.content.lossy(), "0:a,1:b,3:c,3:");
    assert_eq!(AWAIT_MAX, 2 * second);
    assert_eq!((conversation.end, conversation.n_sent), (End::Closed, 3));
}

#[tokio::test(start_paused = true)]
async fn answers_are_read_while_the_script_is_played() {
    // It answers before it has read anything, twice, and takes no octet: writing blocks.
    let raw = in_memory(|mut stream| async move {
        let _ = stream.write_all(&OK.repeat(2)).await;
        let _ = stream.write_all(b"!").await;
        std::future::pending::<()>().await;
    });
    let script = Script::new("POST").send(vec![b'x'; 1_000_000]);
    let conversation = raw.play(&script, 1, QUIET, options(DEADLINE)).await;
    assert_eq!(conversation.answers.len(), 2);
    assert_eq!(conversation.leftover.0, b"!");
    assert!(conversation.unparsable.is_some());
    assert_eq!(conversation.end, End::Deadline);
    assert!(conversation.n_sent < 1_000_000, "{}", conversation.n_sent);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_script_closes_is_seen_to_end() {
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let raw = in_memory(move |mut stream| {
        let tell = tell.clone();
        async move {
            let mut octets = Vec::new();
            let _ = stream.read_to_end(&mut octets).await;
            let _ = tell.send(octets).await;
        }
    });
    let script = Script::new("GET").send(*b"GET / HT").close().send(*b"never");
    let conversation = raw.play(&script, 1, QUIET, options(DEADLINE)).await;
    assert_eq!((conversation.end, conversation.n_sent), (End::Ours, 8));
    assert_eq!(told.recv().await.expect("it ends"), b"GET / HT");
}

/// What answers are made of, whole and broken.
const SAID: [&[u8]; 29] = [
    b"HTTP/1.1 304 \r\n",
    b"HTTP/1.1 101 Up\r\n",
    b"Transfer-Encoding: gzip\r\n\r\n",
    b"Content-Length: 3, 3\r\n",
    b"\n",
    b"1;x\r\na\r\n",
    b"Content-Length: 4\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 201 Made\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 204 \r\n",
    b"HTTP/1.1 099 Low\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 0\r\n\r\n",
    b"content-length: x\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"Connection: close\r\n",
    b"X: y\r\n",
    b"no colon\r\n",
    b" folded\r\n",
    b"\r\n",
    b"\r\n",
    b"abc",
    b"3\r\nabc\r\n",
    b"0\r\n\r\n",
    b"0\r\nX-Trailer: 1\r\n\r\n",
    b"zz\r\n",
    b"\xff",
];

/// An outcome without its words.
fn shape(
    outcome: &Outcome,
) -> (std::mem::Discriminant<Outcome>, Option<Stage>, Option<(u16, Octets)>) {
    let (stage, response) = match outcome {
        Outcome::Response(response) | Outcome::TooLarge { response, .. } => (None, Some(response)),
        Outcome::ClosedEarly { stage, partial, .. } | Outcome::TimedOut { stage, partial } => {
            (Some(*stage), partial.as_deref())
        }
        Outcome::ConnectFailed { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::Unparsable { .. }
        | Outcome::Unsendable { .. } => (None, None),
    };
    let seen = response.map(|response| (response.status, response.content.clone()));
    (std::mem::discriminant(outcome), stage, seen)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_transports_call_an_answer_the_same(
        said in prop::collection::vec(prop::sample::select(&SAID[..]), 0..8),
        response_bytes_max in prop_oneof![Just(4_usize), Just(1_000)],
    ) {
        let said = said.concat();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (ours, theirs) = runtime.block_on(async {
            let says = said.clone();
            let address = service(move |mut stream, _| {
                let says = says.clone();
                async move {
                    read_request(&mut stream).await;
                    let _ = stream.write_all(&says).await;
                }
            })
            .await;
            let config = config("http", address);
            let http = Http::new(&config, Arc::new(SystemClock::new())).expect("it is sound");
            let options = SendOptions { response_bytes_max, ..options(DEADLINE) };
            let ours = raw(&config).send(&get("/"), options).await.outcome;
            (ours, http.send(&get("/"), options).await.outcome)
        });
        prop_assert_eq!(shape(&ours), shape(&theirs), "{}: {:?} {:?}", said.escape_ascii(), ours, theirs);
    }
}
