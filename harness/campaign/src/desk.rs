//! What a stage may do: send cases and have them judged, report findings, know what was accepted and
//! when to end. The dispatcher stays the owner of history and triage.

use std::sync::Arc;

use harness_model::{Case, Counterexample, Exchange, Fact, Finding, Signature, Step, StopReason};

use crate::acceptances::Acceptances;
use crate::campaign::Stop;
use crate::control::Control;
use crate::dispatch::Dispatcher;
use crate::execute::{Execution, Manner, execute};
use crate::plan::Planned;
use crate::summary::outcome_name;
use crate::triage::{Novelty, Suspicion};
use crate::under_test::Shared;

/// The dispatcher as a stage sees it. One stage has it at a time, with nothing else in flight.
pub(crate) struct Desk<'a, 'e> {
    dispatcher: &'a mut Dispatcher<'e>,
    stop: &'a Stop,
    /// Name of the stage: the phase of its cases.
    stage: &'static str,
    /// When the stage has to end, on the run's clock.
    until_us: Option<u64>,
    /// The target went away: nothing more can be learned.
    down: Option<StopReason>,
}

impl<'a, 'e> Desk<'a, 'e> {
    pub(crate) fn new(
        dispatcher: &'a mut Dispatcher<'e>,
        stop: &'a Stop,
        stage: &'static str,
        until_us: Option<u64>,
    ) -> Self {
        Self { dispatcher, stop, stage, until_us, down: None }
    }

    /// Contract, operations, settings, transport and clock.
    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.dispatcher.shared)
    }

    /// What the earlier phases saw accepted.
    pub(crate) fn acceptances(&self) -> &Acceptances {
        &self.dispatcher.acceptances
    }

    /// The request that tells whether the service still answers.
    pub(crate) fn control(&self) -> &Control {
        &self.dispatcher.control
    }

    /// Whether the stage has to end: time is up, the user asked, or the target is gone.
    pub(crate) fn is_over(&self) -> bool {
        let now_us = self.dispatcher.shared.clock.now_us();
        self.stop.is_asked()
            || self.down.is_some()
            || self.until_us.is_some_and(|until_us| now_us >= until_us)
    }

    /// The stage has ended: why the whole run has to, if the target is gone.
    pub(crate) fn into_reason(self) -> Option<StopReason> {
        self.down
    }

    /// Tells how many cases the stage is going to send, as far as it knows.
    pub(crate) fn plan(&mut self, cases: u64) {
        self.dispatcher.tally.stage_planned(self.stage, cases);
        let phases = self.dispatcher.tally.phases().to_vec();
        self.dispatcher.say(Fact::Planned { phases });
    }

    /// Sends a case and puts every check of single answers to each of its steps; what they suspect
    /// waits for [`Self::settle`]. Answers what was sent and what came back.
    pub(crate) async fn send(&mut self, case: Case) -> Execution {
        let shared = self.shared();
        let execution = execute(&shared, &case, Manner::planned(&shared)).await;
        let Some(operation) = shared.operations.get_index_of(&case.id.operation) else {
            return execution;
        };
        if execution.broken.is_some() {
            // Nothing came that the rest could build on: no case.
            self.dispatcher.tally.requests += execution.requests;
            return execution;
        }
        let phase = self.dispatcher.tally.stage(self.stage);
        let planned = Planned { phase, operation, case };
        self.dispatcher.take_in(planned, execution.clone(), false);
        execution
    }

    /// Sends a case of which nothing is judged or told: to learn, to confirm, to shrink.
    pub(crate) async fn send_quietly(&mut self, case: &Case, manner: Manner) -> Execution {
        let shared = self.shared();
        let execution = execute(&shared, case, manner).await;
        self.dispatcher.tally.requests += execution.requests;
        execution
    }

    /// Books a wire fault that was sent; it is judged elsewhere.
    pub(crate) fn wire_finished(&mut self, case: &Case, exchange: &Exchange) {
        let shared = self.shared();
        let Some(operation) = shared.operations.get_index_of(&case.id.operation) else { return };
        let step = &case.prefix[0];
        self.dispatcher.tally.requests += crate::stages::wire::REQUESTS_PER_FAULT;
        self.dispatcher.tally.case_finished(&case.id, operation, step, exchange);
        self.say(Fact::CaseFinished {
            case: case.id.clone(),
            intent: step.intent.clone(),
            request: format!("{} {}", exchange.request.method, exchange.request.target.lossy()),
            outcome: outcome_name(&exchange.outcome),
            total_us: exchange.timing.total_us,
            response_bytes: exchange.response().map_or(0, |r| r.content.len() as u64),
        });
    }

    /// Books requests that went out by another way than this desk.
    pub(crate) fn count_requests(&mut self, requests: u64) {
        self.dispatcher.tally.requests += requests;
    }

    /// Confirms and shrinks what the checks of single answers suspect.
    pub(crate) async fn settle(&mut self) {
        let hurry = self.is_over();
        self.down = self.dispatcher.settle(hurry).await;
    }

    /// A failure that is confirmed and shrunk by [`Self::settle`], as those of single answers are.
    pub(crate) fn suspect(&mut self, case: Case, finding: Finding) {
        self.dispatcher.suspicions.push_back(Suspicion { case, finding });
    }

    /// Whether a failure with this signature is news; if not, it is counted for the one that is known.
    pub(crate) fn is_new(&mut self, signature: &Signature) -> bool {
        self.dispatcher.triage.see(signature) == Novelty::New
    }

    /// Reports a failure that the stage has confirmed and shrunk itself.
    pub(crate) fn found(&mut self, counterexample: Box<Counterexample>) {
        self.dispatcher.found(counterexample);
    }

    /// Tells a fact: a suspicion, a flaky failure, a note.
    pub(crate) fn say(&mut self, fact: Fact) {
        self.dispatcher.say(fact);
    }

    /// What the checks over a whole run have to say, each with the case that showed it first.
    pub(crate) fn judge_run(&self) -> Vec<(harness_model::Verdict, Option<Shown>)> {
        self.dispatcher.whole_run.judge()
    }
}

/// The case that first showed something, with what was sent and answered.
pub(crate) type Shown = (Case, Vec<(Step, Exchange)>);
