//! Own octets over TCP or TLS: what an HTTP library refuses or repairs goes out as it is written.
//!
//! [`Raw`] is a [`Transport`] that writes a request octet for octet; it also plays [`Script`]s, which say
//! what goes over a connection, with pauses and early ends, and keeps everything that comes back, so that
//! an answer too many is seen. Every exchange has a connection of its own.
//!
//! Knows no faults: those are `wire`'s.

pub(crate) mod message;
pub(crate) mod origin;
pub(crate) mod reader;
pub(crate) mod script;
pub(crate) mod session;

use std::sync::Arc;
use std::time::Duration;

use harness_model::{Exchange, HeaderField, Octets, Outcome, Request, Stage, Timing};
use tokio::time::timeout;
use url::Url;

use self::origin::{Dial, Origin, Reach, authority};
use self::reader::{Bounds, HEAD_BYTES_MAX};
use self::script::Script;
use self::session::{End, Session};
use crate::http::{HttpConfig, HttpConfigError};
use crate::{BoxFuture, Clock, SendOptions, Transport};

/// Final answers on one connection that are told apart: more than any script asks for.
const ANSWERS_MAX: usize = 16;

/// The way to a target by own octets.
pub struct Raw {
    dial: Box<dyn Dial>,
    base: Url,
    headers: Vec<HeaderField>,
    clock: Arc<dyn Clock>,
}

/// When a script has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// With that many final answers.
    Answers(usize),
    /// With that many, and then once nothing has come for so long.
    AnswersAndQuiet(usize, Duration),
}

impl Raw {
    /// Prepares the way; connects to nothing yet. Of `config`, `user_agent` and `connections_max` are of
    /// no use here: nothing is added but `Host` and the run's headers. Must be used within a tokio
    /// runtime that has I/O and time switched on.
    ///
    /// # Errors
    /// If a header cannot be sent, the URL names no host, or TLS cannot be set up.
    pub fn new(
        config: &HttpConfig,
        reach: Reach,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, HttpConfigError> {
        // The spelling of the names is kept; the map only tells whether they can be sent.
        config.run_headers()?;
        let fields = config.headers.iter();
        Ok(Self {
            dial: Box::new(Origin::new(config, reach)?),
            base: config.base.clone(),
            headers: fields.map(|(n, v)| HeaderField::new(n.clone(), v.as_str())).collect(),
            clock,
        })
    }

    /// Over other connections than the network's.
    #[cfg(test)]
    pub(crate) fn over(dial: Box<dyn Dial>, clock: Arc<dyn Clock>) -> Self {
        let base = Url::parse("http://memory").expect("this is a URL");
        Self { dial, base, headers: Vec::new(), clock }
    }

    /// Where it leads: scheme and authority count.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A request as it is sent, with the run's headers.
    pub(crate) fn script_of(&self, request: &Request) -> Script {
        Script::of(&self.dress(request), &authority(&self.base))
    }

    pub(crate) fn dial(&self) -> &dyn Dial {
        &*self.dial
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// A request with the run's headers, which replace its own of the same name. Never recorded: they
    /// hold credentials.
    pub(crate) fn dress(&self, request: &Request) -> Request {
        let mut dressed = request.clone();
        let is_replaced = |field: &HeaderField| {
            self.headers.iter().any(|own| own.name.eq_ignore_ascii_case(&field.name))
        };
        dressed.headers.retain(|field| !is_replaced(field));
        dressed.headers.extend(self.headers.iter().cloned());
        dressed
    }

    /// Plays a script on a connection of its own. `deadline` is total; what the script itself takes
    /// comes on top.
    ///
    /// # Errors
    /// The outcome, if nothing was sent.
    pub(crate) async fn converse(
        &self,
        script: &Script,
        wait: Wait,
        options: SendOptions,
    ) -> Result<Session<'_>, Outcome> {
        script.check().map_err(|error| Outcome::Unsendable { why: error.to_string() })?;
        let bounds = Bounds {
            head_bytes_max: HEAD_BYTES_MAX,
            content_bytes_max: options.response_bytes_max,
            answers_max: if let Wait::Answers(n_answers) = wait { n_answers } else { ANSWERS_MAX },
        };
        let mut begun: Option<Session<'_>> = None;
        let conversation = async {
            let stream = self.dial.dial().await?;
            let session = begun.insert(Session::new(stream, self.clock(), bounds, script.asked()));
            session.play(script).await;
            session.wait(wait).await;
            Ok(())
        };
        let deadline = options.deadline.saturating_add(script.lasts_max());
        let ended = timeout(deadline, conversation).await;
        let timed_out = || Outcome::TimedOut { stage: Stage::Connect, partial: None };
        match (ended, begun) {
            (Ok(Err(outcome)), _) => Err(outcome),
            (ended, Some(mut session)) => {
                session.look_at(if ended.is_ok() { End::Open } else { End::Deadline });
                Ok(session)
            }
            (_, None) => Err(timed_out()),
        }
    }

    /// Plays a script and tells all that came back; `None` for the outcome where the script was played.
    ///
    /// Reads until `n_answers` final answers are complete and then nothing has come for `quiet`, at most
    /// for the deadline.
    pub async fn play(
        &self,
        script: &Script,
        n_answers: usize,
        quiet: Duration,
        options: SendOptions,
    ) -> Conversation {
        match self.converse(script, Wait::AnswersAndQuiet(n_answers, quiet), options).await {
            Ok(session) => Conversation::of(&session),
            Err(outcome) => Conversation::failed(outcome),
        }
    }
}

/// All that came over one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Complete final answers, in order.
    pub answers: Vec<reader::Answer>,
    /// The answer that was begun.
    pub partial: Option<reader::Answer>,
    /// Octets that belong to no answer.
    pub leftover: Octets,
    /// Why no more could be read, if what came is no HTTP.
    pub unparsable: Option<String>,
    /// How it ended.
    pub end: End,
    /// Octets of the script that left this process.
    pub n_sent: usize,
    /// Why there was no conversation.
    pub failed: Option<Outcome>,
}

impl Conversation {
    pub(crate) fn of(session: &Session<'_>) -> Self {
        let reader = &session.intake.reader;
        Self {
            answers: reader.answers().to_vec(),
            partial: reader.partial().cloned(),
            leftover: reader.leftover(),
            unparsable: match reader.stop() {
                Some(reader::Stop::NotHttp { why }) => Some(why.clone()),
                Some(reader::Stop::TooLarge | reader::Stop::Enough | reader::Stop::Switched)
                | None => None,
            },
            end: session.intake.end.clone(),
            n_sent: session.n_sent,
            failed: None,
        }
    }

    pub(crate) fn failed(outcome: Outcome) -> Self {
        Self {
            answers: Vec::new(),
            partial: None,
            leftover: Octets::default(),
            unparsable: None,
            end: End::Ours,
            n_sent: 0,
            failed: Some(outcome),
        }
    }
}

impl Transport for Raw {
    fn send<'a>(&'a self, request: &'a Request, options: SendOptions) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let start_us = self.clock.now_us();
            let script = self.script_of(request);
            let (outcome, head_us) = match self.converse(&script, Wait::Answers(1), options).await {
                Ok(session) => {
                    let head_us = session.intake.heads_us.first().copied();
                    (session.outcome(0, options.response_bytes_max), head_us)
                }
                Err(outcome) => (outcome, None),
            };
            let since = |at_us: u64| at_us.saturating_sub(start_us);
            let timing = Timing {
                start_us,
                head_us: head_us.map_or(0, since),
                total_us: since(self.clock.now_us()),
            };
            Exchange { request: request.clone(), outcome, timing }
        })
    }
}

#[cfg(test)]
mod tests;
