//! The demo shop in this process, with a fault that three nested conditions guard: neither a run nor
//! random property tests get there, coverage of the service's code does. What a Rust team writes for its
//! own service is one line; see `fuzz_targets/in_process.rs`.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use harness_demo::Faults;
use harness_service::{InProcessService, Service, Session};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use tower_service::Service as Tower;

use crate::{Reached, Target};

pub(crate) const TARGET: Target = Target {
    name: "in_process",
    explain: "Octets become a case for the demo shop in this process; what the checks find is confirmed, \
              shrunk and written down, and the session goes on. No octets make the harness panic.",
    run,
};

/// A service that fails on orders of three items or more, the third of which is 37 pieces, with a note
/// that begins with `fzq`.
#[derive(Clone)]
pub struct Guarded<S>(S);

impl<S> Tower<http::Request<Full<Bytes>>> for Guarded<S>
where
    S: Tower<http::Request<Full<Bytes>>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Full<Bytes>>) -> Self::Future {
        let mut inner = self.0.clone();
        Box::pin(async move {
            if request.method() == http::Method::POST && request.uri().path() == "/orders" {
                let content = request.body().clone().collect().await;
                let content = content.unwrap_or_else(|never| match never {}).to_bytes();
                if let Ok(order) = serde_json::from_slice::<Value>(&content) {
                    discount(&order);
                }
            }
            inner.call(request).await
        })
    }
}

/// The fault: a rule for one customer that nobody tested.
fn discount(order: &Value) {
    let third = order["items"].as_array().and_then(|items| items.get(2));
    let Some(third) = third else { return };
    if third["quantity"].as_i64() != Some(37) {
        return;
    }
    let note = order["note"].as_str().unwrap_or_default().as_bytes();
    let is_meant =
        note.first() == Some(&b'f') && note.get(1) == Some(&b'z') && note.get(2) == Some(&b'q');
    assert!(!is_meant, "no discount for this order");
}

/// Makes shops with that fault.
pub fn shops() -> impl Fn() -> Box<dyn InProcessService> + Send + Sync {
    let apps = harness_demo::apps(&Faults::none());
    move || Box::new(Guarded(apps()))
}

/// Runs one input.
///
/// # Panics
/// Never on account of the service: its panics are findings.
pub fn run(data: &[u8]) -> Reached {
    static SESSION: LazyLock<Mutex<Session>> = LazyLock::new(|| {
        // libFuzzer's hook ends the process at any panic, also at one that is a finding.
        #[cfg(fuzzing)]
        drop(std::panic::take_hook());
        let service = Service::new(shops(), harness_demo::CONTRACT).expect("the contract reads");
        Mutex::new(service.session(Path::new("fuzz/findings")))
    });
    let mut session = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    session.run(data).map_or(Reached::Door, |_| Reached::Laws)
}
