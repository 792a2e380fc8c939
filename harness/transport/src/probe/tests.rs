//! Probes of services in memory, on a clock that jumps: one that keeps step, and some that do not.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use axum::serve::Listener;
use harness_model::{Framing, HeaderField, Octets, Outcome, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;

use super::{Desynchronised, WireExchange, probe};
use crate::loopback::{Memory, VirtualClock};
use crate::raw::script::{AWAIT_MAX, PAUSES_MAX};
use crate::raw::{Raw, session::End};
use crate::wire::{Served, wire_fault, wire_faults};
use crate::{Clock as _, SendOptions};

const DEADLINE: Duration = Duration::from_secs(5);
const OPTIONS: SendOptions =
    SendOptions { deadline: DEADLINE, fresh_connection: false, response_bytes_max: 100_000 };

fn request(method: &str, target: &str, content: &str) -> Request {
    let has_content = !content.is_empty();
    let json = HeaderField::new("Content-Type", "application/json");
    Request {
        method: method.to_owned(),
        target: target.into(),
        headers: if has_content { vec![json] } else { Vec::new() },
        content: content.into(),
        framing: if has_content { Framing::ContentLength } else { Framing::None },
    }
}

fn canary() -> Request {
    request("GET", "/canary", "")
}

/// Hands connections in memory to axum.
struct Connections(mpsc::Receiver<DuplexStream>);

impl Listener for Connections {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            // Nobody connects any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(())
    }
}

/// A service by hyper: one route reads content, one does not.
fn hyper() -> Raw {
    let router = Router::new()
        .route("/canary", get(async || "alive"))
        .route("/read", post(async |content: Bytes| content.len().to_string()))
        .route("/ignored", get(async || "no content").post(async || "whatever"));
    let (connect, connections) = mpsc::channel(1);
    tokio::spawn(async move { axum::serve(Connections(connections), router).await });
    let hand_over = move |stream| {
        let connect = connect.clone();
        async move { connect.send(stream).await.expect("it accepts without end") }
    };
    Raw::over(Box::new(Memory::new(hand_over)), Arc::new(VirtualClock::new()))
}

/// What hyper serves although it must not: it leaves Host to its users.
const SERVED_BY_HYPER: [&str; 3] = ["host_missing", "host_twice", "host_invalid"];

fn status(exchange: &WireExchange) -> Option<u16> {
    exchange.answers.first().map(|answer| answer.response.status)
}

#[tokio::test(start_paused = true)]
async fn a_service_that_keeps_step_is_never_accused() {
    let raw = hyper();
    let mut followed = 0;
    for baseline in [
        request("POST", "/read", "{\"a\":1}"),
        request("POST", "/ignored", "{\"a\":1}"),
        request("GET", "/ignored", ""),
        request("HEAD", "/ignored?a=b", ""),
    ] {
        for fault in wire_faults() {
            let exchange = probe(&raw, fault, &baseline, &canary(), OPTIONS).await;
            let told = exchange.desynchronised(fault);
            assert_eq!(told, None, "{} of {baseline:?}: {exchange:?}", fault.name);
            let fresh = exchange.canary_fresh.response().expect("it lives");
            assert_eq!((fresh.status, &*fresh.content.0), (200, &b"alive"[..]));
            assert_eq!(exchange.failed, None);
            if fault.served == Served::Right && !fault.is_in_content {
                assert_eq!(status(&exchange), Some(200), "{}: {exchange:?}", fault.name);
            }
            if fault.served == Served::Wrong && baseline.target.0 == b"/read" {
                let is_served = status(&exchange) == Some(200);
                assert_eq!(is_served, SERVED_BY_HYPER.contains(&fault.name), "{}", fault.name);
            }
            followed += usize::from(exchange.canary_same.is_some());
        }
    }
    assert!(followed > 50, "the same connection was asked again {followed} times");
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_and_answered_is_kept() {
    let fault = wire_fault("pipelined").expect("a fault");
    let exchange =
        probe(&hyper(), fault, &request("POST", "/read", "[]"), &canary(), OPTIONS).await;
    let contents: Vec<_> =
        exchange.answers.iter().map(|a| a.response.content.lossy().into_owned()).collect();
    assert_eq!(contents, ["2", "2", "2"]);
    assert_eq!(exchange.end, End::Open);
    let same = exchange.canary_same.expect("the connection is open");
    assert_eq!(same.response().expect("an answer").content.0, b"alive");
    let fault = wire_fault("content_length_negative").expect("a fault");
    let exchange =
        probe(&hyper(), fault, &request("POST", "/read", "[]"), &canary(), OPTIONS).await;
    assert_eq!(status(&exchange), Some(400));
    assert!(exchange.is_closed() && exchange.canary_same.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_expectation_is_met_before_the_content_is_sent() {
    let fault = wire_fault("expect_continue_awaited").expect("a fault");
    let exchange =
        probe(&hyper(), fault, &request("POST", "/read", "[]"), &canary(), OPTIONS).await;
    assert_eq!(exchange.answers[0].interim, [100]);
    assert_eq!(exchange.answers[0].response.content.0, b"2");
}

/// How a service of our own finds the end of a request.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// By Content-Length alone, whatever else there is; what is no number counts as 0.
    LengthOnly,
    /// Skips one octet too many after each request with content.
    OffByOne,
}

/// Where the first request in these octets ends, if it does.
fn end_of_request(octets: &[u8], reading: Reading) -> Option<usize> {
    let head = octets.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&octets[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|number| number.trim().parse().ok()).unwrap_or(0_usize);
    let off = usize::from(reading == Reading::OffByOne && length > 0);
    (octets.len() >= head + length).then_some(head + length + off)
}

/// A service with a parser of its own that loses step. It answers 200 to what begins with a method it
/// knows, and 400 to the rest, and keeps every connection.
async fn careless(mut stream: DuplexStream, reading: Reading) {
    let mut octets = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let n_read = stream.read(&mut buffer).await.unwrap_or_default();
        if n_read == 0 {
            return;
        }
        octets.extend_from_slice(&buffer[..n_read]);
        while let Some(end) = end_of_request(&octets, reading) {
            let is_known = [&b"GET "[..], b"POST "].iter().any(|m| octets.starts_with(m));
            let status = if is_known { "200 OK" } else { "400 Bad Request" };
            octets.drain(..end.min(octets.len()));
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

async fn accused(fault: &str, reading: Reading) -> Option<Desynchronised> {
    let raw = Raw::over(
        Box::new(Memory::new(move |stream| careless(stream, reading))),
        Arc::new(VirtualClock::new()),
    );
    let fault = wire_fault(fault).expect("a fault");
    let baseline = request("POST", "/read", "{}");
    probe(&raw, fault, &baseline, &canary(), OPTIONS).await.desynchronised(fault)
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_smuggled_is_an_answer_too_many() {
    // The chunk's content is answered as a request, and what follows it once more.
    match accused("transfer_encoding_over_content_length", Reading::LengthOnly).await {
        Some(Desynchronised::ExtraAnswers { n_answers, answers_max: 1 }) => {
            assert!(n_answers >= 2, "{n_answers}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn content_that_sticks_to_the_next_request_shows_on_the_canary() {
    for fault in
        ["content_length_not_a_number", "content_length_negative", "content_length_hexadecimal"]
    {
        let expected = Desynchronised::CanaryDiffers { same: "400".to_owned(), fresh: 200 };
        assert_eq!(accused(fault, Reading::LengthOnly).await, Some(expected), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_reads_lawful_requests_right_is_not_accused_by_them() {
    for fault in ["pipelined", "head_in_portions", "expect_continue_awaited", "host_missing"] {
        assert_eq!(accused(fault, Reading::LengthOnly).await, None, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_read_off_by_one_differ_from_those_on_a_fresh_connection() {
    let raw = Raw::over(
        Box::new(Memory::new(|stream| careless(stream, Reading::OffByOne))),
        Arc::new(VirtualClock::new()),
    );
    let fault = wire_fault("pipelined").expect("a fault");
    let baseline = request("POST", "/read", "{}");
    let exchange = probe(&raw, fault, &baseline, &canary(), OPTIONS).await;
    let statuses: Vec<u16> = exchange.answers.iter().map(|a| a.response.status).collect();
    assert_eq!(statuses, [200, 400, 400]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_a_fault_ends_is_seen_on_the_fresh_connection() {
    let is_dead = Arc::new(AtomicBool::new(false));
    let raw = Raw::over(
        Box::new(Memory::new(move |mut stream| {
            let is_dead = Arc::clone(&is_dead);
            async move {
                let mut octets = [0; 4_096];
                let n_read = stream.read(&mut octets).await.unwrap_or_default();
                let is_fatal = octets[..n_read].windows(2).any(|pair| pair == b"a\0");
                if is_fatal || is_dead.load(Ordering::SeqCst) {
                    is_dead.store(true, Ordering::SeqCst);
                    return;
                }
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            }
        })),
        Arc::new(VirtualClock::new()),
    );
    for (fault, is_alive) in [("field_value_control", true), ("field_value_nul", false)] {
        let fault = wire_fault(fault).expect("a fault");
        let exchange = probe(&raw, fault, &request("GET", "/", ""), &canary(), OPTIONS).await;
        let outcome = exchange.canary_fresh.outcome;
        assert_eq!(matches!(outcome, Outcome::Response(_)), is_alive, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_probe_ends_in_time_whatever_the_service_does() {
    let silent = Memory::new(|mut stream: DuplexStream| async move {
        let mut octets = Vec::new();
        let _ = stream.read_to_end(&mut octets).await;
        std::future::pending::<()>().await;
        drop(stream);
    });
    let dripping = Memory::new(|mut stream: DuplexStream| async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        while stream.write_all(b"HTTP/1.1 100 Continue\r\nx: ").await.is_ok() {
            ticks.tick().await;
        }
    });
    let endless = Memory::new(|mut stream: DuplexStream| async move {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n.";
        while stream.write_all(answer).await.is_ok() {}
    });
    for service in [silent, dripping, endless] {
        let clock = VirtualClock::new();
        let raw = Raw::over(Box::new(service), Arc::new(VirtualClock::new()));
        for fault in wire_faults() {
            let begun_us = clock.now_us();
            let content = "x".repeat(10_000);
            let baseline = request("POST", "/read", &content);
            let exchange = probe(&raw, fault, &baseline, &canary(), OPTIONS).await;
            let lasted = Duration::from_micros(clock.now_us() - begun_us);
            assert!(lasted <= 3 * DEADLINE + PAUSES_MAX + AWAIT_MAX, "{}: {lasted:?}", fault.name);
            assert!(exchange.answers.len() <= 16, "{}", fault.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_no_answer_is_kept() {
    let raw = Raw::over(
        Box::new(Memory::new(|mut stream: DuplexStream| async move {
            let _ = stream.write_all(b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n<html>").await;
        })),
        Arc::new(VirtualClock::new()),
    );
    let fault = wire_fault("target_with_space").expect("a fault");
    let exchange = probe(&raw, fault, &request("GET", "/", ""), &canary(), OPTIONS).await;
    assert_eq!(exchange.leftover, Octets(b"<html>".to_vec()));
    assert!(exchange.unparsable.is_some() && exchange.canary_same.is_none());
}
