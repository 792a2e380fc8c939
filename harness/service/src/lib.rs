//! A Rust service in this process as a target: any `tower::Service` of HTTP requests (axum, warp,
//! tonic-web, …) together with its contract becomes
//!
//! - a `#[test]` ([`Service::check`]): all attacks of a run, without a socket;
//! - a property test ([`Service::cases`], [`Service::hold`]): `proptest`'s runner and its stored
//!   failures, our cases and our shrinker;
//! - a libFuzzer target ([`fuzz_target!`]): coverage of the service's own code leads the way.
//!
//! ```
//! # fn app() -> axum_like::App { axum_like::App }
//! # mod axum_like {
//! #     use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
//! #     type Content = http_body_util::Full<bytes::Bytes>;
//! #     #[derive(Clone)] pub struct App;
//! #     impl tower_service::Service<http::Request<Content>> for App {
//! #         type Response = http::Response<Content>;
//! #         type Error = Infallible;
//! #         type Future = Ready<Result<Self::Response, Infallible>>;
//! #         fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
//! #         fn call(&mut self, request: http::Request<Content>) -> Self::Future {
//! #             let status = match (request.uri().path(), request.method().as_str()) {
//! #                 ("/ping", "GET" | "HEAD") => 204,
//! #                 ("/ping", _) => 405,
//! #                 _ => 404,
//! #             };
//! #             let answer = http::Response::builder().status(status).header("allow", "GET, HEAD");
//! #             ready(Ok(answer.body(Content::default()).expect("the parts are valid")))
//! #         }
//! #     }
//! # }
//! const CONTRACT: &str = r#"{
//!     "openapi": "3.1.0", "info": {"title": "Pings", "version": "1"},
//!     "paths": {"/ping": {"get": {"responses": {"204": {"description": "pong"}}}}}
//! }"#;
//! harness_service::Service::new(app, CONTRACT).expect("the contract reads").check();
//! ```
//!
//! The service is made anew for each case, so that every case that fails does so alone, or once for all
//! ([`Service::shared`]). Knows how to
//! hand requests to a service in memory; attacks, checks and shrinking are those of a run.
mod in_process;
mod property;
mod service;
mod session;
mod told;

pub use in_process::InProcessService;
pub use property::Cases;
pub use service::{Service, ServiceError};
pub use session::{Ran, Session};

/// A libFuzzer target of a service: `fuzz_target!(make_app, CONTRACT)` in the binary of a cargo-fuzz
/// package that depends on `libfuzzer-sys`. `make_app` is a function that makes the service, `CONTRACT`
/// its text. What is found is shrunk and written to `fuzz/findings/<slug>.json`, as `harness run`
/// writes it, and told on standard error; the session goes on past it.
#[macro_export]
macro_rules! fuzz_target {
    ($make:expr, $contract:expr) => {
        ::libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            static SESSION: ::std::sync::Mutex<::std::option::Option<$crate::Session>> =
                ::std::sync::Mutex::new(::std::option::Option::None);
            let mut session = SESSION.lock().unwrap_or_else(::std::sync::PoisonError::into_inner);
            let session = session.get_or_insert_with(|| {
                // libFuzzer's hook ends the process at any panic, also at one that the service
                // survives; a broken law of ours still ends it.
                drop(::std::panic::take_hook());
                let service = $crate::Service::new($make, $contract).expect("the contract reads");
                service.session(::std::path::Path::new("fuzz/findings"))
            });
            session.run(data);
        });
    };
}
