//! A target in memory: answers from a closure, on a clock that moves by a fixed latency per request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use harness_model::{Exchange, Outcome, Request, Timing};

use crate::{BoxFuture, Clock as _, ManualClock, SendOptions, Transport};

type Answer = dyn Fn(&Request) -> Outcome + Send + Sync;

/// A transport without a network.
pub struct Fake {
    answer: Box<Answer>,
    clock: ManualClock,
    latency: Duration,
    sent: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// Answers each request by the closure, `latency` later on `clock`.
    pub fn new(
        clock: ManualClock,
        latency: Duration,
        answer: impl Fn(&Request) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self { answer: Box::new(answer), clock, latency, sent: Arc::default() }
    }

    /// Every request so far, in the order of sending.
    pub fn sent(&self) -> Vec<Request> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Transport for Fake {
    fn send<'a>(&'a self, request: &'a Request, _: SendOptions) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let start_us = self.clock.now_us();
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
            self.clock.advance(self.latency);
            let total_us = u64::try_from(self.latency.as_micros()).unwrap_or(u64::MAX);
            let timing = Timing { start_us, head_us: total_us, total_us };
            Exchange { request: request.clone(), outcome: (self.answer)(request), timing }
        })
    }
}
