//! Identities: a transport that puts credentials on every request and never shows them.
//!
//! Each [`Exchange`] that leaves here carries the request as it was meant, without credentials, so no
//! report can hold one. Where an identity logs in, an answer 401 makes it log in again, once for all
//! requests that are waiting, and the request is sent a second time.

use std::sync::Arc;
use std::time::Duration;

use harness_model::{Exchange, Outcome, Request, Timing};
use tokio::sync::Mutex;

use crate::credential::{Credential, Secrets, dressed};
use crate::login::{Login, LoginError, taken};
use crate::{BoxFuture, Clock, SendOptions, Transport};

/// How long one login may take.
const LOGIN_DEADLINE: Duration = Duration::from_secs(30);
/// Longest answer to a login that is read: tokens are a few kilobytes.
const LOGIN_BYTES_MAX: usize = 1024 * 1024;
/// After a login that did not help, the next waits this long, then twice as long, …: an operation that
/// answers 401 to everybody must not have us log in for each of its cases.
const USELESS_WAIT_US: u64 = 1_000_000;
/// Longest such wait.
const USELESS_WAIT_MAX_US: u64 = 60_000_000;

/// Who may send requests.
#[derive(Clone)]
pub struct IdentityConfig {
    /// Its name, as steps give it.
    pub name: String,
    /// Credentials that never change.
    pub fixed: Vec<Credential>,
    /// How it gets the others.
    pub login: Option<Login>,
    /// Further texts that must not be seen: passwords and client secrets.
    pub secrets: Vec<String>,
}

struct Held {
    config: IdentityConfig,
    /// The way to where it logs in.
    door: Option<Arc<dyn Transport>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the last login gave.
    credentials: Vec<Credential>,
    /// Counts logins; 0: none yet.
    generation: u64,
    /// No login before this time.
    not_before_us: u64,
    /// The wait after the next login that does not help.
    wait_us: u64,
}

/// A transport whose requests are sent by somebody.
pub struct Authenticated {
    inner: Arc<dyn Transport>,
    identities: Vec<Held>,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
}

impl Authenticated {
    /// Puts identities before a transport. The first sends what names no other; `door` makes the way
    /// to where an identity logs in.
    ///
    /// # Errors
    /// If there is no way to a login.
    pub fn new<E>(
        inner: Arc<dyn Transport>,
        identities: Vec<IdentityConfig>,
        clock: Arc<dyn Clock>,
        door: impl Fn(&Login) -> Result<Arc<dyn Transport>, E>,
    ) -> Result<Self, E> {
        let secrets = Secrets::default();
        let mut held = Vec::new();
        for config in identities {
            for secret in config.fixed.iter().map(Credential::secret) {
                secrets.add(secret);
            }
            for secret in &config.secrets {
                secrets.add(secret);
            }
            let door = config.login.as_ref().map(&door).transpose()?;
            held.push(Held { config, door, state: Mutex::default() });
        }
        Ok(Self { inner, identities: held, clock, secrets })
    }

    /// Every secret that was used so far, and will be.
    pub fn secrets(&self) -> Secrets {
        self.secrets.clone()
    }

    /// Logs every identity in, so that what is wrong shows before the first request.
    ///
    /// # Errors
    /// The first login that gives nothing.
    pub async fn log_in(&self) -> Result<(), LoginError> {
        for held in &self.identities {
            let mut state = held.state.lock().await;
            if state.generation == 0 {
                self.renew(held, &mut state)
                    .await
                    .map_err(|why| LoginError { identity: held.config.name.clone(), why })?;
            }
        }
        Ok(())
    }

    /// Logs in and keeps what it gives.
    async fn renew(&self, held: &Held, state: &mut State) -> Result<(), String> {
        let (Some(login), Some(door)) = (&held.config.login, &held.door) else { return Ok(()) };
        let options = SendOptions {
            deadline: LOGIN_DEADLINE,
            fresh_connection: true,
            response_bytes_max: LOGIN_BYTES_MAX,
        };
        let exchange = door.send(&login.request, options).await;
        let credentials = taken(login, &exchange)?;
        for credential in &credentials {
            self.secrets.add(credential.secret());
        }
        state.credentials = credentials;
        state.generation += 1;
        Ok(())
    }

    /// The credentials of an identity and how often it has logged in for them.
    async fn credentials(&self, held: &Held) -> Result<(Vec<Credential>, u64), String> {
        let mut state = held.state.lock().await;
        if state.generation == 0 {
            self.renew(held, &mut state).await?;
        }
        let all = held.config.fixed.iter().chain(&state.credentials).cloned().collect();
        Ok((all, state.generation))
    }

    /// Whether there are newer credentials than those of `generation`, after another login if need be.
    async fn refreshed(&self, held: &Held, generation: u64) -> bool {
        let mut state = held.state.lock().await;
        if state.generation > generation {
            // Another request has had them renewed while this one was on its way.
            return true;
        }
        if self.clock.now_us() < state.not_before_us {
            return false;
        }
        self.renew(held, &mut state).await.is_ok() || {
            self.put_off(&mut state);
            false
        }
    }

    /// Books a login that did not help.
    fn put_off(&self, state: &mut State) {
        let wait_us = state.wait_us.max(USELESS_WAIT_US);
        state.not_before_us = self.clock.now_us().saturating_add(wait_us);
        state.wait_us = wait_us.saturating_mul(2).min(USELESS_WAIT_MAX_US);
    }

    async fn exchange(
        &self,
        request: &Request,
        options: SendOptions,
        held: &Held,
    ) -> Result<Exchange, String> {
        let (credentials, generation) = self.credentials(held).await?;
        let first = self.inner.send(&dressed(request, &credentials), options).await;
        let is_refused = |exchange: &Exchange| exchange.response().is_some_and(|r| r.status == 401);
        if held.config.login.is_none() || !is_refused(&first) {
            return Ok(first);
        }
        if !self.refreshed(held, generation).await {
            return Ok(first);
        }
        let (credentials, _) = self.credentials(held).await?;
        let second = self.inner.send(&dressed(request, &credentials), options).await;
        let mut state = held.state.lock().await;
        if is_refused(&second) {
            self.put_off(&mut state);
        } else {
            state.wait_us = 0;
        }
        Ok(second)
    }
}

impl Transport for Authenticated {
    fn send<'a>(&'a self, request: &'a Request, options: SendOptions) -> BoxFuture<'a, Exchange> {
        self.send_as(request, options, None)
    }

    fn send_as<'a>(
        &'a self,
        request: &'a Request,
        options: SendOptions,
        identity: Option<&'a str>,
    ) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let held = match identity {
                None => self.identities.first(),
                Some(name) => self.identities.iter().find(|held| held.config.name == name),
            };
            let why = match (held, identity) {
                (Some(held), _) => match self.exchange(request, options, held).await {
                    // As it was meant: the credentials stay here.
                    Ok(exchange) => return Exchange { request: request.clone(), ..exchange },
                    Err(why) => format!("{} cannot log in: {why}", held.config.name),
                },
                (None, None) => return self.inner.send(request, options).await,
                (None, Some(name)) => format!("no identity is called {name:?}"),
            };
            let start_us = self.clock.now_us();
            let timing = Timing { start_us, ..Timing::default() };
            Exchange { request: request.clone(), outcome: Outcome::Unsendable { why }, timing }
        })
    }
}

#[cfg(test)]
mod tests;
