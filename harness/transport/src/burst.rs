//! Many requests let go at once, each on a connection of its own that is already warm.
//!
//! Everything slow comes before the release: connecting, TLS, an answer to a harmless request, and, with
//! [`Release::LastOctet`], all of the request but its end. The release itself is one pass over the
//! connections without a wait in between, so that the requests meet in the service and not on the way.
//!
//! Knows no races: what the answers mean is judged elsewhere.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::join_all;
use harness_model::{Exchange, Outcome, Request, Stage, Timing};
use tokio::io::AsyncWrite;
use tokio::time::timeout;

use crate::SendOptions;
use crate::raw::reader::{Asked, Bounds, HEAD_BYTES_MAX};
use crate::raw::session::{End, Session};
use crate::raw::{Raw, Wait};

/// Requests that one burst lets go: each holds a file descriptor here and in the service, and common
/// limits stand at 1,024.
pub const BURST_MAX: usize = 500;

/// How the requests of a burst are let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Each request is written whole.
    Whole,
    /// All but the last octet is sent before; the release writes the last octets only. Evens out requests
    /// of different length and services that parse slowly.
    LastOctet,
}

/// What came of a burst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// One exchange per request, in their order. Each starts when its release was begun.
    pub exchanges: Vec<Exchange>,
    /// Microseconds from the first request that had left whole to the last one; `None` if fewer than two
    /// left.
    pub spread_us: Option<u64>,
}

/// A burst that is not let go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BurstError {
    /// Too many requests.
    #[error("{0} requests would be let go at once; at most {BURST_MAX} are")]
    Requests(usize),
    /// A connection could not be made, or the service did not answer the first request on it.
    #[error("connection {lane} of the burst was not ready: {outcome:?}")]
    NotReady {
        /// Which request it was for, from 0.
        lane: usize,
        /// What came instead.
        outcome: Box<Outcome>,
    },
}

/// One request and its connection.
struct Lane<'a> {
    session: Session<'a>,
    request: &'a Request,
    octets: Vec<u8>,
    /// Octets of them that have left.
    n_sent: usize,
    started_us: Option<u64>,
    /// When the last octet had left.
    released_us: Option<u64>,
    failed: Option<String>,
}

impl Lane<'_> {
    /// Writes what is left of the request, as far as the connection takes it.
    fn poll_release(&mut self, now_us: impl Fn() -> u64, cx: &mut Context<'_>) -> Poll<()> {
        if self.released_us.is_some() || self.failed.is_some() {
            return Poll::Ready(());
        }
        self.started_us.get_or_insert_with(&now_us);
        match ready!(self.poll_rest(cx)) {
            Ok(()) => self.released_us = Some(now_us()),
            Err(error) => self.failed = Some(error.to_string()),
        }
        Poll::Ready(())
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let write = &mut self.session.write;
        while self.n_sent < self.octets.len() {
            let rest = &self.octets[self.n_sent..];
            match ready!(Pin::new(&mut *write).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n_written => self.n_sent += n_written,
            }
        }
        Pin::new(write).poll_flush(cx)
    }
}

impl Raw {
    /// Lets requests go at once and waits for all answers, each for the deadline at most.
    ///
    /// `warm` goes over each connection first and has to be answered: take one that changes nothing.
    /// Must be used within a tokio runtime that has I/O and time switched on.
    ///
    /// # Errors
    /// If there are more than [`BURST_MAX`] requests or a connection is not ready; then no request was let
    /// go, and at most parts without their last octet were sent.
    pub async fn burst(
        &self,
        warm: &Request,
        requests: &[Request],
        release: Release,
        options: SendOptions,
    ) -> Result<Burst, BurstError> {
        if requests.len() > BURST_MAX {
            return Err(BurstError::Requests(requests.len()));
        }
        let made = requests.iter().map(|request| self.lane(warm, request, release, options));
        let mut lanes = Vec::with_capacity(requests.len());
        for (lane, made) in join_all(made).await.into_iter().enumerate() {
            let ready = made.map_err(Box::new);
            lanes.push(ready.map_err(|outcome| BurstError::NotReady { lane, outcome })?);
        }
        let released = timeout(options.deadline, self.release(&mut lanes)).await;
        let exchanges = lanes.iter_mut().map(|lane| self.answer_of(lane, options));
        let exchanges = join_all(exchanges).await;
        let left = lanes.iter().filter_map(|lane| lane.released_us);
        let spread_us = match (left.clone().min(), left.clone().max(), left.count()) {
            (Some(first), Some(last), 2..) if released.is_ok() => Some(last - first),
            _ => None,
        };
        Ok(Burst { exchanges, spread_us })
    }

    /// A connection that has answered once and holds what goes ahead of the release.
    async fn lane<'a>(
        &'a self,
        warm: &Request,
        request: &'a Request,
        release: Release,
        options: SendOptions,
    ) -> Result<Lane<'a>, Outcome> {
        let stream = self.dial().dial().await?;
        let bounds = Bounds {
            head_bytes_max: HEAD_BYTES_MAX,
            content_bytes_max: options.response_bytes_max,
            // The first request's, and the burst's.
            answers_max: 2,
        };
        let warm = self.script_of(warm);
        let mut session = Session::new(stream, self.clock(), bounds, warm.asked());
        let first = async {
            session.play(&warm).await;
            session.wait(Wait::Answers(1)).await;
        };
        let waited = timeout(options.deadline, first).await;
        let outcome = session.outcome(0, options.response_bytes_max);
        if waited.is_err() || session.is_over() || !matches!(outcome, Outcome::Response(_)) {
            return Err(outcome);
        }
        let octets = self.script_of(request).octets();
        let ahead = match release {
            Release::Whole => 0,
            Release::LastOctet => octets.len().saturating_sub(1),
        };
        session.intake.reader.expect(Asked::by(&request.method));
        let sent = timeout(options.deadline, session.send(&octets[..ahead])).await;
        if !matches!(sent, Ok(Some(Ok(())))) {
            let why = "the connection took no request after its first".to_owned();
            return Err(Outcome::ClosedEarly { stage: Stage::Head, partial: None, why });
        }
        let n_sent = ahead;
        let (started_us, released_us, failed) = (None, None, None);
        Ok(Lane { session, request, octets, n_sent, started_us, released_us, failed })
    }

    /// One pass over all lanes; another one only where a connection took less than all of it.
    async fn release(&self, lanes: &mut [Lane<'_>]) {
        let now_us = || self.clock().now_us();
        let pass = poll_fn(|cx| {
            let mut is_done = true;
            for lane in &mut *lanes {
                is_done &= lane.poll_release(now_us, cx).is_ready();
            }
            if is_done { Poll::Ready(()) } else { Poll::Pending }
        });
        // tokio would make the pass yield after 128 writes.
        tokio::task::unconstrained(pass).await;
    }

    async fn answer_of(&self, lane: &mut Lane<'_>, options: SendOptions) -> Exchange {
        let begun_us = lane.started_us.unwrap_or_else(|| self.clock().now_us());
        if lane.failed.is_none() {
            let gone_us = self.clock().now_us().saturating_sub(begun_us);
            let left = options.deadline.saturating_sub(Duration::from_micros(gone_us));
            let waited = timeout(left, lane.session.wait(Wait::Answers(2))).await;
            lane.session.look_at(if waited.is_ok() { End::Open } else { End::Deadline });
        }
        let outcome = match &lane.failed {
            Some(why) => {
                Outcome::ClosedEarly { stage: Stage::Head, partial: None, why: why.clone() }
            }
            None => lane.session.outcome(1, options.response_bytes_max),
        };
        let since = |at_us: u64| at_us.saturating_sub(begun_us);
        let timing = Timing {
            start_us: begun_us,
            head_us: lane.session.intake.heads_us.get(1).map_or(0, |at_us| since(*at_us)),
            total_us: since(self.clock().now_us()),
        };
        Exchange { request: lane.request.clone(), outcome, timing }
    }
}

#[cfg(test)]
mod tests;
