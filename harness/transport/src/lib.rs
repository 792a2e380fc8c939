//! The only door to the network and the clock.
//!
//! A [`Transport`] takes a [`Request`] as octets and answers an [`Exchange`]; sending never fails with
//! an `Err`, because a misbehaving target is data. [`Http`] goes through reqwest and says
//! `Unsendable` where reqwest would change what was asked for; [`Raw`] writes its own octets and says
//! everything that came back; [`Fake`] answers from a closure, with a [`ManualClock`], so that whole
//! campaigns are functions of their seed.
//!
//! This room judges nothing: it does not know what a contract promises.
mod burst;
mod clock;
mod connecting;
mod credential;
mod fake;
mod fetch;
mod fidelity;
mod http;
mod identity;
mod login;
#[cfg(test)]
mod loopback;
mod outcome;
mod pace;
mod probe;
mod raw;
mod route;
mod tls;
mod wire;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use harness_model::{Exchange, Request};

pub use burst::{BURST_MAX, Burst, BurstError, Release};
pub use clock::{Clock, ManualClock, SystemClock};
pub use credential::{Credential, Secrets};
pub use fake::Fake;
pub use fetch::{FetchError, fetch};
pub use http::{Http, HttpConfig, HttpConfigError};
pub use identity::{Authenticated, IdentityConfig};
pub use login::{Login, LoginError, TokenFrom};
pub use pace::Pace;
pub use probe::{Desynchronised, WireExchange, probe};
pub use raw::origin::{Reach, is_loopback};
pub use raw::reader::{
    Answer, Asked, At, Bounds, HEAD_BYTES_MAX, INTERIM_MAX, LEFTOVER_BYTES_MAX, Reader, Stop,
};
pub use raw::script::{
    AWAIT_MAX, Action, PAUSES_MAX, SCRIPT_ACTIONS_MAX, SCRIPT_OCTETS_MAX, Script, ScriptError,
};
pub use raw::session::End;
pub use raw::{Conversation, Raw};
pub use route::Route;
pub use wire::{Ends, Served, WireFault, wire_fault, wire_faults};

/// A future behind a pointer, so that transports can be chosen at run time.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to a target.
pub trait Transport: Send + Sync {
    /// A new case begins. A target that is made anew for each case is made now; others do nothing.
    fn begin_case(&self) {}

    /// Sends a request and waits for what comes of it.
    fn send<'a>(&'a self, request: &'a Request, options: SendOptions) -> BoxFuture<'a, Exchange>;

    /// Sends a request with the credentials of an identity; `None`: of whoever sends by default. A
    /// transport that knows no identities sends it as it is.
    fn send_as<'a>(
        &'a self,
        request: &'a Request,
        options: SendOptions,
        identity: Option<&'a str>,
    ) -> BoxFuture<'a, Exchange> {
        let _ = identity;
        self.send(request, options)
    }
}

/// Bounds and manners of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendOptions {
    /// Total, from connecting to the last octet of the answer: endless answers end too.
    pub deadline: Duration,
    /// Use no connection that served another request.
    pub fresh_connection: bool,
    /// Longest content that is read.
    pub response_bytes_max: usize,
}
