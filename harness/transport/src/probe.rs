//! Sends a wire fault, and then a request that is in order: on the same connection, to see whether the
//! service still knows where it stands, and on a fresh one, to see whether it still serves at all.
//!
//! Says what happened and whether the two sides lost step; what that is worth is judged elsewhere.

use std::time::Duration;

use harness_model::{Exchange, Octets, Outcome, Request, Timing};
use tokio::time::timeout;

use crate::raw::reader::Answer;
use crate::raw::session::{End, Session};
use crate::raw::{Conversation, Raw, Wait};
use crate::wire::{Ends, WireFault};
use crate::{SendOptions, Transport as _};

/// How long nothing has to come before no answer too many is expected any more: many times what a service
/// on loopback or nearby takes for a request that it already has.
const SETTLE: Duration = Duration::from_millis(200);
/// How long an answer to a message that never ends is waited for: silence is an answer, too.
const PATIENCE: Duration = Duration::from_secs(1);

/// What came of a fault and of the two requests after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireExchange {
    /// Name of the fault.
    pub fault: &'static str,
    /// The valid request that it was made of, without the run's headers.
    pub request: Request,
    /// Complete final answers that came before the canary was sent, in order.
    pub answers: Vec<Answer>,
    /// The answer that was begun and not ended by then.
    pub partial: Option<Answer>,
    /// Octets that belonged to no answer by then.
    pub leftover: Octets,
    /// What is wrong with them, if they are no HTTP.
    pub unparsable: Option<String>,
    /// How the connection ended before the canary was sent; [`End::Open`] if it had not.
    pub end: End,
    /// Octets of the fault that left this process.
    pub n_sent: usize,
    /// Why there was no conversation at all: the outcome of connecting.
    pub failed: Option<Outcome>,
    /// The canary on the same connection. `None` where it would mean nothing: the connection was over,
    /// a lawful service may wait for the rest of the message, or fewer answers had come than might.
    pub canary_same: Option<Exchange>,
    /// Final answers on the same connection after the canary's own.
    pub late: Vec<Answer>,
    /// The canary on a fresh connection.
    pub canary_fresh: Exchange,
    /// Of the fault alone.
    pub timing: Timing,
}

/// How it shows that a service took octets of one message for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desynchronised {
    /// More answers came than any lawful reading has requests.
    ExtraAnswers {
        /// Answers that came, late ones included.
        n_answers: usize,
        /// At most lawful.
        answers_max: usize,
    },
    /// On the same connection the canary was answered with something else than on a fresh one.
    CanaryDiffers {
        /// Status on the same connection, or what came instead.
        same: String,
        /// Status on a fresh one.
        fresh: u16,
    },
}

impl WireExchange {
    /// Whether the service closed the connection, by itself, before the canary was sent.
    pub fn is_closed(&self) -> bool {
        matches!(self.end, End::Closed | End::Broken { .. })
    }

    /// Evidence that the service lost step, if any. A service that closes the connection cannot lose it,
    /// and one that limits its load (429, 503) tells nothing.
    pub fn desynchronised(&self, fault: &WireFault) -> Option<Desynchronised> {
        let WireFault { answers_max, .. } = *fault;
        let n_answers = self.answers.len() + self.late.len();
        if n_answers > answers_max {
            return Some(Desynchronised::ExtraAnswers { n_answers, answers_max });
        }
        let fresh = self.canary_fresh.response()?.status;
        let same = match &self.canary_same.as_ref()?.outcome {
            Outcome::Response(response) => {
                let is_busy = |status: u16| matches!(status, 429 | 503);
                if response.status == fresh || is_busy(response.status) || is_busy(fresh) {
                    return None;
                }
                response.status.to_string()
            }
            Outcome::Unparsable { why } => why.clone(),
            Outcome::ConnectFailed { .. }
            | Outcome::TlsFailed { .. }
            | Outcome::TimedOut { .. }
            | Outcome::ClosedEarly { .. }
            | Outcome::TooLarge { .. }
            | Outcome::Unsendable { .. } => return None,
        };
        Some(Desynchronised::CanaryDiffers { same, fresh })
    }
}

/// Sends a fault made of `baseline`, a valid request, and then `canary`, one that changes nothing.
/// `options.deadline` bounds each of the three conversations; pauses of the fault come on top.
pub async fn probe(
    raw: &Raw,
    fault: &WireFault,
    baseline: &Request,
    canary: &Request,
    options: SendOptions,
) -> WireExchange {
    let start_us = raw.clock().now_us();
    let script = fault.script(&raw.dress(baseline), raw.base());
    let wait = match fault.ends {
        Ends::Between => Wait::AnswersAndQuiet(fault.answers_min, SETTLE),
        Ends::Within => Wait::AnswersAndQuiet(0, PATIENCE),
    };
    let begun = raw.converse(&script, wait, options).await;
    let total_us = raw.clock().now_us().saturating_sub(start_us);
    let mut timing = Timing { start_us, head_us: 0, total_us };
    let mut canary_same = None;
    let mut late = Vec::new();
    let conversation = match begun {
        Ok(mut session) => {
            if let Some(at_us) = session.intake.heads_us.first() {
                timing.head_us = at_us.saturating_sub(start_us);
            }
            let conversation = Conversation::of(&session);
            if may_follow(fault, &conversation) {
                let (exchange, after) = follow(raw, &mut session, canary, options).await;
                canary_same = Some(exchange);
                late = after;
            }
            conversation
        }
        Err(outcome) => Conversation::failed(outcome),
    };
    let fresh = SendOptions { fresh_connection: true, ..options };
    WireExchange {
        fault: fault.name,
        request: baseline.clone(),
        answers: conversation.answers,
        partial: conversation.partial,
        leftover: conversation.leftover,
        unparsable: conversation.unparsable,
        end: conversation.end,
        n_sent: conversation.n_sent,
        failed: conversation.failed,
        canary_same,
        late,
        canary_fresh: raw.send(canary, fresh).await,
        timing,
    }
}

/// Whether another request on the same connection would mean something: nothing is on its way, and no
/// lawful service is waiting for the rest of a message.
fn may_follow(fault: &WireFault, conversation: &Conversation) -> bool {
    fault.ends == Ends::Between
        && conversation.end == End::Open
        && conversation.answers.len() == fault.answers_max
        && conversation.partial.is_none()
        && conversation.leftover.is_empty()
        && conversation.unparsable.is_none()
        && !conversation.answers.iter().any(|answer| answer.closes)
}

/// The canary on the connection that the fault went over, and what came after its answer.
async fn follow(
    raw: &Raw,
    session: &mut Session<'_>,
    canary: &Request,
    options: SendOptions,
) -> (Exchange, Vec<Answer>) {
    let start_us = raw.clock().now_us();
    let index = session.intake.reader.answers().len();
    let script = raw.script_of(canary);
    let conversation = async {
        session.play(&script).await;
        session.wait(Wait::AnswersAndQuiet(index + 1, SETTLE)).await;
    };
    let is_late = timeout(options.deadline, conversation).await.is_err();
    session.look_at(if is_late { End::Deadline } else { End::Open });
    let since = |at_us: u64| at_us.saturating_sub(start_us);
    let head_us = session.intake.heads_us.get(index).map_or(0, |at_us| since(*at_us));
    let timing = Timing { start_us, head_us, total_us: since(raw.clock().now_us()) };
    let outcome = session.outcome(index, options.response_bytes_max);
    let late = session.intake.reader.answers().iter().skip(index + 1).cloned().collect();
    (Exchange { request: canary.clone(), outcome, timing }, late)
}

#[cfg(test)]
mod tests;
