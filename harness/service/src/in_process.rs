//! Hands requests to a service in memory and waits for what comes of it. A panic of the service is a
//! broken connection, as a server would make of it. Knows no contract.

use std::fmt;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use bytes::{Buf as _, Bytes};
use futures_util::FutureExt as _;
use harness_model::{
    Exchange, Framing, HeaderField, Octets, Outcome, Request, Response, Stage, Timing,
};
use harness_transport::{BoxFuture, Clock, SendOptions, SystemClock, Transport};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tower_service::Service as Tower;

/// Content of the requests that a service is given.
pub(crate) type Content = Full<Bytes>;

/// What a service must be: implemented for every `tower::Service` that fits.
pub trait InProcessService: Send + 'static {
    /// Answers one request; `None`: the service itself failed, with this reason.
    fn answer(
        &mut self,
        request: http::Request<Content>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Outcome, String>>;
}

impl<S, B> InProcessService for S
where
    S: Tower<http::Request<Content>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: fmt::Display,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: fmt::Display,
{
    fn answer(
        &mut self,
        request: http::Request<Content>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Outcome, String>> {
        let mut service = self.clone();
        Box::pin(async move {
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.map_err(|error| error.to_string())?;
            let answer = service.call(request).await.map_err(|error| error.to_string())?;
            let (head, content) = answer.into_parts();
            Ok(collect(&head, content, bytes_max).await)
        })
    }
}

/// Makes a service.
type Make = dyn Fn() -> Box<dyn InProcessService> + Send + Sync;

impl InProcessService for Box<dyn InProcessService> {
    fn answer(
        &mut self,
        request: http::Request<Content>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Outcome, String>> {
        (**self).answer(request, bytes_max)
    }
}

/// A transport to a service in memory.
pub(crate) struct InProcess {
    /// `None`: one service for all cases.
    make: Option<Box<Make>>,
    service: Mutex<Box<dyn InProcessService>>,
    clock: SystemClock,
}

impl InProcess {
    /// A way to what `make` makes, anew for each case.
    pub(crate) fn fresh<S: InProcessService>(
        make: impl Fn() -> S + Send + Sync + 'static,
        clock: SystemClock,
    ) -> Self {
        let make: Box<Make> = Box::new(move || Box::new(make()));
        Self { service: Mutex::new(make()), make: Some(make), clock }
    }

    /// A way to one service.
    pub(crate) fn shared(service: impl InProcessService, clock: SystemClock) -> Self {
        Self { make: None, service: Mutex::new(Box::new(service)), clock }
    }
}

impl Transport for InProcess {
    fn begin_case(&self) {
        if let Some(make) = &self.make {
            *self.service.lock().unwrap_or_else(PoisonError::into_inner) = make();
        }
    }

    fn send<'a>(&'a self, request: &'a Request, options: SendOptions) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let start_us = self.clock.now_us();
            let outcome = match http_request(request) {
                Ok(sendable) => {
                    let answer = self
                        .service
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .answer(sendable, options.response_bytes_max);
                    let caught = AssertUnwindSafe(answer).catch_unwind();
                    match tokio::time::timeout(options.deadline, caught).await {
                        Ok(Ok(Ok(outcome))) => outcome,
                        Ok(Ok(Err(why))) => broken(why),
                        Ok(Err(panic)) => {
                            broken(format!("the service panicked: {}", said(&*panic)))
                        }
                        Err(_) => Outcome::TimedOut { stage: Stage::Head, partial: None },
                    }
                }
                Err(why) => Outcome::Unsendable { why },
            };
            let total_us = self.clock.now_us().saturating_sub(start_us);
            let timing = Timing { start_us, head_us: total_us, total_us };
            Exchange { request: request.clone(), outcome, timing }
        })
    }
}

fn broken(why: String) -> Outcome {
    Outcome::ClosedEarly { stage: Stage::Head, partial: None, why }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

/// The request as the `http` crate has it.
///
/// # Errors
/// If the types of that crate refuse a part: what, as a sentence fragment.
fn http_request(request: &Request) -> Result<http::Request<Content>, String> {
    let method = http::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| format!("{:?} is no method token", request.method))?;
    let target = http::Uri::try_from(&request.target.0[..])
        .map_err(|error| format!("the target is no URI: {error}"))?;
    if request.framing == Framing::AsWritten {
        return Err("framing of its own has no meaning without a connection".to_owned());
    }
    let mut built = http::Request::new(Content::from(request.content.0.clone()));
    *built.method_mut() = method;
    *built.uri_mut() = target;
    let headers = built.headers_mut();
    let mut append = |name: &str, value: &[u8]| {
        let name = http::HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("{name:?} is no field name"))?;
        let value = http::HeaderValue::from_bytes(value)
            .map_err(|_| format!("the value of {name} is no field value"))?;
        headers.append(name, value);
        Ok::<(), String>(())
    };
    if request.header("host").is_none() {
        append("host", b"localhost")?;
    }
    for HeaderField { name, value } in &request.headers {
        append(name, &value.0)?;
    }
    if request.framing == Framing::ContentLength && request.header("content-length").is_none() {
        append("content-length", request.content.len().to_string().as_bytes())?;
    }
    Ok(built)
}

/// The answer with its content, up to a limit.
async fn collect<B>(head: &http::response::Parts, mut content: B, bytes_max: usize) -> Outcome
where
    B: Body + Unpin,
    B::Error: fmt::Display,
{
    let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        HeaderField::new(name.as_str(), value.as_bytes().to_vec())
    };
    let headers = head.headers.iter().map(field).collect();
    let mut octets: Vec<u8> = Vec::new();
    let response = |octets: Vec<u8>| Response {
        status: head.status.as_u16(),
        headers,
        content: Octets(octets),
    };
    // Ends with the content, an error or the limit; the deadline bounds the waiting.
    while let Some(frame) = content.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => {
                let partial = Some(Box::new(response(octets)));
                let why = error.to_string();
                return Outcome::ClosedEarly { stage: Stage::Body, partial, why };
            }
        };
        let Ok(mut data) = frame.into_data() else { continue };
        while data.has_remaining() {
            let chunk = data.chunk();
            let room = bytes_max.saturating_sub(octets.len());
            if chunk.len() > room {
                octets.extend_from_slice(&chunk[..room]);
                return Outcome::TooLarge {
                    response: response(octets),
                    response_bytes_max: bytes_max,
                };
            }
            octets.extend_from_slice(chunk);
            let taken = chunk.len();
            data.advance(taken);
        }
    }
    Outcome::Response(response(octets))
}
