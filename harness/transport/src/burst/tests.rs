//! What a burst does on its connections, and in which order.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use harness_model::{Framing, Octets, Outcome, Request};
use tokio::io::{self, AsyncRead, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio::sync::Barrier;

use super::{BURST_MAX, Burst, BurstError, Release};
use crate::loopback::{Memory, VirtualClock, read_request, service};
use crate::raw::origin::{BoxStream, Dial};
use crate::{BoxFuture, HttpConfig, Raw, Reach, Route, SendOptions, SystemClock, Transport as _};

const N_LANES: usize = 20;
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const DEADLINE: Duration = Duration::from_secs(20);

/// What happened on the connections, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Did {
    Dial,
    Write(Vec<u8>),
    Read,
}

type Log = Arc<Mutex<Vec<Did>>>;

/// A connection that tells what is done to it.
struct Told {
    stream: BoxStream,
    log: Log,
}

fn tell(log: &Log, did: Did) {
    log.lock().unwrap_or_else(PoisonError::into_inner).push(did);
}

impl AsyncRead for Told {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_read(cx, into);
        if done.is_ready() {
            tell(&self.log, Did::Read);
        }
        done
    }
}

impl AsyncWrite for Told {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, octets);
        if let Poll::Ready(Ok(n_written)) = done {
            tell(&self.log, Did::Write(octets[..n_written].to_vec()));
        }
        done
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

struct TellingDial {
    dial: Memory,
    log: Log,
}

impl Dial for TellingDial {
    fn dial(&self) -> BoxFuture<'_, Result<BoxStream, Outcome>> {
        Box::pin(async {
            tell(&self.log, Did::Dial);
            let stream = self.dial.dial().await?;
            let told: BoxStream = Box::new(Told { stream, log: Arc::clone(&self.log) });
            Ok(told)
        })
    }
}

fn request(method: &str, target: &str) -> Request {
    Request {
        method: method.to_owned(),
        target: target.into(),
        headers: Vec::new(),
        content: Octets::default(),
        framing: Framing::None,
    }
}

fn options(deadline: Duration) -> SendOptions {
    SendOptions { deadline, fresh_connection: false, response_bytes_max: 1_000 }
}

fn posts() -> Vec<Request> {
    (0..N_LANES).map(|n| request("POST", &format!("/lane/{n}"))).collect()
}

async fn answer_all(mut stream: DuplexStream) {
    while !read_request(&mut stream).await.is_empty() {
        let _ = stream.write_all(OK).await;
    }
}

fn statuses(burst: &Burst) -> Vec<Option<u16>> {
    let status = |outcome: &Outcome| match outcome {
        Outcome::Response(response) => Some(response.status),
        _ => None,
    };
    burst.exchanges.iter().map(|exchange| status(&exchange.outcome)).collect()
}

/// A burst in memory, and all that was done.
async fn told(release: Release) -> Vec<Did> {
    let log = Log::default();
    let dial = TellingDial { dial: Memory::new(answer_all), log: Arc::clone(&log) };
    let raw = Raw::over(Box::new(dial), Arc::new(VirtualClock::new()));
    let burst = raw.burst(&request("GET", "/"), &posts(), release, options(DEADLINE)).await;
    assert_eq!(statuses(&burst.expect("all are ready")), [Some(200); N_LANES]);
    let did = log.lock().unwrap_or_else(PoisonError::into_inner);
    did.clone()
}

/// The writes of the release: the last ones, with nothing between them.
fn released(did: &[Did]) -> Vec<Vec<u8>> {
    let last = did.iter().rposition(|did| matches!(did, Did::Write(_))).expect("it wrote");
    let of_release = did[..=last].iter().rev().map_while(|did| match did {
        Did::Write(octets) => Some(octets.clone()),
        Did::Dial | Did::Read => None,
    });
    let mut writes: Vec<_> = of_release.take(N_LANES).collect();
    writes.reverse();
    writes
}

#[tokio::test(start_paused = true)]
async fn whole_requests_leave_one_after_the_other_with_nothing_between() {
    let writes = released(&told(Release::Whole).await);
    assert_eq!(writes.len(), N_LANES);
    for (n, octets) in writes.iter().enumerate() {
        assert!(octets.starts_with(format!("POST /lane/{n} HTTP/1.1\r\n").as_bytes()), "{n}");
        assert!(octets.ends_with(b"\r\n\r\n"), "{n}");
    }
}

#[tokio::test(start_paused = true)]
async fn last_octets_leave_one_after_the_other_with_nothing_between() {
    let did = told(Release::LastOctet).await;
    assert_eq!(released(&did), vec![b"\n".to_vec(); N_LANES]);
    // Connecting and the first answers are over by then.
    assert_eq!(did.iter().filter(|did| **did == Did::Dial).count(), N_LANES);
}

#[tokio::test(start_paused = true)]
async fn plain_sends_do_not_leave_like_a_burst() {
    let log = Log::default();
    let dial = TellingDial { dial: Memory::new(answer_all), log: Arc::clone(&log) };
    let raw = Raw::over(Box::new(dial), Arc::new(VirtualClock::new()));
    let posts = posts();
    for post in &posts {
        raw.send(post, options(DEADLINE)).await;
    }
    let did = log.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(released(&did).len(), 1);
}

#[tokio::test]
async fn over_tcp_all_requests_are_in_the_service_before_the_first_answer() {
    // The first request of a connection is answered at once, its second when all others are there.
    let together = Arc::new(Barrier::new(N_LANES));
    let address = service(move |mut stream, _| {
        let together = Arc::clone(&together);
        async move {
            read_request(&mut stream).await;
            let _ = stream.write_all(OK).await;
            read_request(&mut stream).await;
            together.wait().await;
            let _ = stream.write_all(OK).await;
        }
    })
    .await;
    let config = HttpConfig {
        base: format!("http://{address}").parse().expect("a URL"),
        headers: Vec::new(),
        connect_timeout: DEADLINE,
        insecure: false,
        route: Route::default(),
        user_agent: String::new(),
        connections_max: 1,
    };
    let clock = Arc::new(SystemClock::new());
    let raw = Raw::new(&config, Reach::Loopback, clock).expect("the configuration is sound");
    for release in [Release::Whole, Release::LastOctet] {
        let warm = request("GET", "/");
        let burst = raw.burst(&warm, &posts(), release, options(DEADLINE)).await;
        let burst = burst.expect("all are ready");
        assert_eq!(statuses(&burst), [Some(200); N_LANES], "{release:?}");
        assert!(burst.spread_us.is_some(), "{release:?}");
        let targets = burst.exchanges.iter().map(|exchange| &exchange.request);
        assert!(targets.eq(&posts()), "{release:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_keeps_no_connection_is_told_and_gets_no_burst() {
    let once = |mut stream: DuplexStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    };
    let raw = Raw::over(Box::new(Memory::new(once)), Arc::new(VirtualClock::new()));
    let warm = request("GET", "/");
    let burst = raw.burst(&warm, &posts(), Release::LastOctet, options(DEADLINE)).await;
    assert!(matches!(burst, Err(BurstError::NotReady { lane: 0, .. })), "{burst:?}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_the_burst_times_out() {
    let silent = |mut stream: DuplexStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(OK).await;
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    };
    let raw = Raw::over(Box::new(Memory::new(silent)), Arc::new(VirtualClock::new()));
    let warm = request("GET", "/");
    let burst = raw.burst(&warm, &posts(), Release::Whole, options(DEADLINE)).await;
    let burst = burst.expect("all are ready");
    for exchange in &burst.exchanges {
        assert!(matches!(exchange.outcome, Outcome::TimedOut { .. }), "{:?}", exchange.outcome);
    }
}

#[tokio::test]
async fn a_burst_beyond_its_bound_is_refused() {
    let raw = Raw::over(Box::new(Memory::new(answer_all)), Arc::new(VirtualClock::new()));
    let many = vec![request("GET", "/"); BURST_MAX + 1];
    let burst = raw.burst(&many[0], &many, Release::Whole, options(DEADLINE)).await;
    assert_eq!(burst, Err(BurstError::Requests(BURST_MAX + 1)));
}
