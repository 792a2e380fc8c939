//! HTTP over reqwest: well-formed requests, kept exactly as they are.
//!
//! Knows connections, deadlines and limits. Whether reqwest would change a request is `fidelity`'s
//! question, what an error means is `outcome`'s, and whether a connection had served before is
//! `connecting`'s.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use harness_model::{Exchange, HeaderField, Octets, Outcome, Request, Response, Stage, Timing};
use reqwest::Client;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::connecting::{Connection, Watch, watched};
use crate::fidelity::{Faithful, translate};
use crate::outcome::of_error;
use crate::tls::install_tls;
use crate::{BoxFuture, Clock, Route, SendOptions, Transport};

/// Header field lines of a response that are taken in. The HTTP parser's own limit, 100, is low enough
/// to call a lawful answer unparsable; each line costs 32 octets of scratch memory per response.
pub(crate) const RESPONSE_FIELDS_MAX: usize = 256;
/// Room that is set aside for content before any of it has arrived, whatever Content-Length promises.
const CONTENT_RESERVE_MAX: u64 = 64 * 1024;

/// How to reach a target.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Scheme and authority. A path is ignored, since request targets are absolute, and so are
    /// credentials: they go into `headers`.
    pub base: Url,
    /// Fields of every request. They replace fields of the same name that a request brings along, and
    /// are part of no [`Exchange`]: credentials go here.
    pub headers: Vec<(String, String)>,
    /// How long a connection may take, TLS included; the deadline of a request bounds it too.
    pub connect_timeout: Duration,
    /// Accept any certificate.
    pub insecure: bool,
    /// Trust, proof and proxy.
    pub route: Route,
    /// Value of `User-Agent`, unless a request or `headers` bring their own.
    pub user_agent: String,
    /// Idle connections that are kept; at least the number of requests in flight.
    pub connections_max: usize,
}

impl HttpConfig {
    /// The fields of every request, if they can be sent.
    pub(crate) fn run_headers(&self) -> Result<HeaderMap, HttpConfigError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let wrong = |why: String| HttpConfigError::Header { name: name.clone(), why };
            let field =
                HeaderName::from_bytes(name.as_bytes()).map_err(|e| wrong(e.to_string()))?;
            let mut value =
                HeaderValue::from_bytes(value.as_bytes()).map_err(|e| wrong(e.to_string()))?;
            value.set_sensitive(true);
            headers.append(field, value);
        }
        Ok(headers)
    }
}

/// A configuration that no transport can be made of.
#[derive(Debug, thiserror::Error)]
pub enum HttpConfigError {
    /// Not a field name or value.
    #[error("the header {name:?} cannot be sent: {why}; write it as 'Name: value'")]
    Header {
        /// Its name; the value may be a secret.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The HTTP client refused its settings.
    #[error("cannot set up the HTTP client")]
    Client(#[source] reqwest::Error),
    /// No TLS can be spoken.
    #[error("cannot set up TLS; pass --insecure to do without this machine's certificates")]
    Tls(#[source] rustls::Error),
    /// A PEM file that is none.
    #[error("the file of the {what} cannot be used: {why}")]
    Pem {
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Not a URL that leads to a host.
    #[error("cannot connect to {0}: it names no host")]
    NoHost(String),
}

/// The way to a target over reqwest.
pub struct Http {
    /// `http://127.0.0.1:8080`, without credentials and without a trailing `/`.
    base: String,
    headers: HeaderMap,
    pooled: Client,
    /// Keeps no idle connection, so each request has one of its own.
    fresh: Client,
    clock: Arc<dyn Clock>,
}

impl Http {
    /// Prepares the way; connects to nothing yet. Must be used within a tokio runtime that has I/O and
    /// time switched on.
    ///
    /// # Errors
    /// If a header cannot be sent or the client cannot be set up.
    pub fn new(config: &HttpConfig, clock: Arc<dyn Clock>) -> Result<Self, HttpConfigError> {
        let headers = config.run_headers()?;
        let base = config.base.origin().ascii_serialization();
        let pooled = client(config, config.connections_max)?;
        let fresh = client(config, 0)?;
        Ok(Self { base, headers, pooled, fresh, clock })
    }

    fn build(&self, request: &Request) -> Result<reqwest::Request, String> {
        let Faithful { method, url, mut headers, has_content } = translate(&self.base, request)?;
        for name in self.headers.keys() {
            headers.remove(name);
        }
        for (name, value) in &self.headers {
            headers.try_append(name, value.clone()).map_err(|e| e.to_string())?;
        }
        let mut built = reqwest::Request::new(method, url);
        if has_content {
            if request.content.is_empty() {
                // Without content the client would leave the field out.
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            } else {
                *built.body_mut() = Some(Bytes::copy_from_slice(&request.content.0).into());
            }
        }
        *built.headers_mut() = headers;
        Ok(built)
    }

    /// Sends once. `deadline` is what is left of the total.
    async fn attempt(
        &self,
        client: &Client,
        request: &Request,
        options: SendOptions,
        start_us: u64,
    ) -> Sent {
        let built = match self.build(request) {
            Ok(built) => built,
            Err(why) => return Sent::unsendable(why),
        };
        let mut progress = Progress::default();
        let exchange = async {
            let response = client.execute(built).await.map_err(Cut::Error)?;
            progress.head_us = self.clock.now_us().saturating_sub(start_us);
            read(response, &mut progress, options.response_bytes_max).await
        };
        let (ended, connection) = watched(tokio::time::timeout(options.deadline, exchange)).await;
        let head_us = progress.head_us;
        let partial = progress.into_response();
        let outcome = match ended {
            Ok(Ok(())) => Outcome::Response(partial.expect("a complete answer has a head")),
            Ok(Err(Cut::Error(error))) => of_error(&error, partial),
            Ok(Err(Cut::TooLarge)) => Outcome::TooLarge {
                response: partial.expect("content comes after a head"),
                response_bytes_max: options.response_bytes_max,
            },
            Err(_) => Outcome::TimedOut {
                stage: match (&partial, connection) {
                    (Some(_), _) => Stage::Body,
                    (None, Connection::Unmade) => Stage::Connect,
                    (None, Connection::Own | Connection::Reused) => Stage::Head,
                },
                partial: partial.map(Box::new),
            },
        };
        Sent { outcome, head_us, connection }
    }

    /// Sends, and once more where the first time says nothing about the service.
    async fn exchange(&self, request: &Request, options: SendOptions, start_us: u64) -> Sent {
        if options.fresh_connection {
            return self.attempt(&self.fresh, request, options, start_us).await;
        }
        let first = self.attempt(&self.pooled, request, options, start_us).await;
        let Outcome::ClosedEarly { stage: Stage::Head, why, .. } = &first.outcome else {
            return first;
        };
        if first.connection != Connection::Reused {
            return first;
        }
        // A service may close an idle connection at the moment that we use it (RFC 9112, 9.3.1). On a
        // connection of its own the same request shows whether it is to blame. Whether a part of the
        // head had arrived cannot be told here; if the service breaks off there, it does so again.
        let spent = Duration::from_micros(self.clock.now_us().saturating_sub(start_us));
        let deadline = options.deadline.saturating_sub(spent);
        let left = SendOptions { deadline, fresh_connection: true, ..options };
        let mut second = self.attempt(&self.fresh, request, left, start_us).await;
        if let Outcome::ConnectFailed { why: refusal } = &second.outcome {
            // It was there a moment ago: this is how a service looks that the request has ended.
            let why = format!("{why}; a new connection then failed: {refusal}");
            second.outcome = Outcome::ClosedEarly { stage: Stage::Head, partial: None, why };
        }
        second
    }
}

impl Transport for Http {
    fn send<'a>(&'a self, request: &'a Request, options: SendOptions) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let start_us = self.clock.now_us();
            let Sent { outcome, head_us, .. } = self.exchange(request, options, start_us).await;
            let total_us = self.clock.now_us().saturating_sub(start_us);
            let timing = Timing { start_us, head_us, total_us };
            Exchange { request: request.clone(), outcome, timing }
        })
    }
}

/// What came of one attempt.
struct Sent {
    outcome: Outcome,
    head_us: u64,
    connection: Connection,
}

impl Sent {
    fn unsendable(why: String) -> Self {
        let outcome = Outcome::Unsendable { why };
        Self { outcome, head_us: 0, connection: Connection::Unmade }
    }
}

/// Why an answer ended before its time.
enum Cut {
    Error(reqwest::Error),
    TooLarge,
}

/// What has arrived so far; outlives a deadline.
#[derive(Default)]
struct Progress {
    head_us: u64,
    head: Option<(u16, Vec<HeaderField>)>,
    content: Vec<u8>,
}

impl Progress {
    fn into_response(self) -> Option<Response> {
        let (status, headers) = self.head?;
        Some(Response { status, headers, content: Octets(self.content) })
    }
}

async fn read(
    mut response: reqwest::Response,
    progress: &mut Progress,
    bytes_max: usize,
) -> Result<(), Cut> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        HeaderField::new(name.as_str(), value.as_bytes().to_vec())
    };
    let headers = response.headers().iter().map(field).collect();
    progress.head = Some((response.status().as_u16(), headers));
    let promised = response.content_length().unwrap_or_default().min(CONTENT_RESERVE_MAX);
    progress.content.reserve(usize::try_from(promised).unwrap_or_default());
    while let Some(chunk) = response.chunk().await.map_err(Cut::Error)? {
        let room = bytes_max - progress.content.len();
        if chunk.len() > room {
            progress.content.extend_from_slice(&chunk[..room]);
            return Err(Cut::TooLarge);
        }
        progress.content.extend_from_slice(&chunk);
    }
    Ok(())
}

/// A client that repairs, follows, decodes and repeats nothing.
fn client(config: &HttpConfig, idle_max: usize) -> Result<Client, HttpConfigError> {
    install_tls();
    // Reading the machine's certificates takes tens of milliseconds, for nothing where nothing is
    // encrypted: this client only ever talks to one origin.
    let needs_no_proof = config.insecure || config.base.scheme() == "http";
    let builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .tcp_nodelay(true)
        .http1_only()
        .http1_max_headers(RESPONSE_FIELDS_MAX)
        // A client has to accept folded lines (RFC 9112, 5.2).
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .connector_layer(Watch)
        .connect_timeout(config.connect_timeout)
        .pool_max_idle_per_host(idle_max)
        .tls_danger_accept_invalid_certs(needs_no_proof)
        .tls_danger_accept_invalid_hostnames(needs_no_proof)
        .user_agent(&config.user_agent);
    config.route.applied(builder)?.build().map_err(HttpConfigError::Client)
}

#[cfg(test)]
mod tests;
