//! HTTP over reqwest: well-formed requests, kept exactly as they are.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use harness_model::{Exchange, Framing, HeaderField, Octets, Outcome, Request, Response, Stage, Timing};
use reqwest::Client;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::fidelity::{Faithful, translate};
use crate::outcome::{is_closed_before_answer, of_error};
use crate::{BoxFuture, Clock, SendOptions, Transport};

/// How to reach a target.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Scheme and authority; a path is ignored, since request targets are absolute.
    pub base: Url,
    /// Fields of every request. They replace fields of the same name that a request brings along, and
    /// are part of no [`Exchange`]: credentials go here.
    pub headers: Vec<(String, String)>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// Accept any certificate.
    pub insecure: bool,
    /// Value of `User-Agent`.
    pub user_agent: String,
    /// Idle connections that are kept; at least the number of requests in flight.
    pub connections_max: usize,
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
}

/// The way to a target over reqwest.
pub struct Http {
    /// `http://127.0.0.1:8080`, without a trailing `/`.
    base: String,
    headers: HeaderMap,
    pooled: Client,
    /// Keeps no idle connection, so each request has one of its own.
    fresh: Client,
    clock: Arc<dyn Clock>,
}

impl Http {
    /// Prepares the way; connects to nothing yet.
    ///
    /// # Errors
    /// If a header cannot be sent or the client cannot be set up.
    pub fn new(config: HttpConfig, clock: Arc<dyn Clock>) -> Result<Self, HttpConfigError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &config.headers {
            let wrong = |why: String| HttpConfigError::Header { name: name.clone(), why };
            let field = HeaderName::from_bytes(name.as_bytes()).map_err(|e| wrong(e.to_string()))?;
            let mut value =
                HeaderValue::from_bytes(value.as_bytes()).map_err(|e| wrong(e.to_string()))?;
            value.set_sensitive(true);
            headers.append(field, value);
        }
        let base = config.base[..url::Position::BeforePath].to_owned();
        let pooled = client(&config, config.connections_max).map_err(HttpConfigError::Client)?;
        let fresh = client(&config, 0).map_err(HttpConfigError::Client)?;
        Ok(Self { base, headers, pooled, fresh, clock })
    }

    fn build(&self, client: &Client, request: &Request) -> Result<reqwest::Request, String> {
        let Faithful { method, url, mut headers } = translate(&self.base, request)?;
        for name in self.headers.keys() {
            headers.remove(name);
        }
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        let mut built = reqwest::Request::new(method, url);
        if request.framing == Framing::ContentLength {
            if request.content.is_empty() {
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            *built.body_mut() = Some(Bytes::copy_from_slice(&request.content.0).into());
        }
        *built.headers_mut() = headers;
        let _ = client;
        Ok(built)
    }

    async fn attempt(&self, client: &Client, request: &Request, options: SendOptions) -> Sent {
        let start_us = self.clock.now_us();
        let built = match self.build(client, request) {
            Ok(built) => built,
            Err(why) => return Sent { outcome: Outcome::Unsendable { why }, head_us: 0 },
        };
        let mut progress = Progress { head: None, content: Vec::new() };
        let mut head_us = 0;
        let exchange = async {
            let response = client.execute(built).await.map_err(Cut::Error)?;
            head_us = self.clock.now_us() - start_us;
            read(response, &mut progress, options.response_bytes_max).await
        };
        let cut = tokio::time::timeout(options.deadline, exchange).await;
        let partial = progress.into_response();
        let outcome = match cut {
            Ok(Ok(())) => Outcome::Response(partial.expect("a complete answer has a head")),
            Ok(Err(Cut::Error(error))) => of_error(&error, partial),
            Ok(Err(Cut::TooLarge)) => Outcome::TooLarge {
                response: partial.expect("content comes after a head"),
                response_bytes_max: options.response_bytes_max,
            },
            Err(_) => Outcome::TimedOut {
                stage: if partial.is_some() { Stage::Body } else { Stage::Head },
                partial: partial.map(Box::new),
            },
        };
        Sent { outcome, head_us }
    }
}

struct Sent {
    outcome: Outcome,
    head_us: u64,
}

/// Why an answer ended before its time.
enum Cut {
    Error(reqwest::Error),
    TooLarge,
}

/// What has arrived so far; outlives a deadline.
struct Progress {
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

impl Transport for Http {
    fn send<'a>(&'a self, request: &'a Request, options: SendOptions) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let start_us = self.clock.now_us();
            let client = if options.fresh_connection { &self.fresh } else { &self.pooled };
            let mut sent = self.attempt(client, request, options).await;
            // A service may close an idle connection at the moment that we use it (RFC 9112, 9.3.1).
            // On a connection of its own the same request shows whether it is to blame.
            if !options.fresh_connection && is_closed_before_answer(&sent.outcome) {
                sent = self.attempt(&self.fresh, request, options).await;
            }
            let total_us = self.clock.now_us() - start_us;
            let timing = Timing { start_us, head_us: sent.head_us, total_us };
            Exchange { request: request.clone(), outcome: sent.outcome, timing }
        })
    }
}

/// A client that repairs, follows, decodes and repeats nothing.
pub(crate) fn client(config: &HttpConfig, idle_max: usize) -> Result<Client, reqwest::Error> {
    install_tls();
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .tcp_nodelay(true)
        .http1_only()
        .connect_timeout(config.connect_timeout)
        .pool_max_idle_per_host(idle_max)
        .tls_danger_accept_invalid_certs(config.insecure)
        .tls_danger_accept_invalid_hostnames(config.insecure)
        .user_agent(&config.user_agent)
        .build()
}

/// Makes ring the process's cryptography, once; a second call finds it there.
pub(crate) fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
