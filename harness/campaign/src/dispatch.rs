//! The loop: single owner of history, budget and triage.
//!
//! Cases are carried out side by side, at most `workers` of them; what they bring back is handled
//! here, one after another. When something failed, no new case is begun, the ones in flight come
//! home, and the suspicion is confirmed and shrunk alone.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use harness_contract::OperationKey;
use harness_model::{
    Case, Counterexample, Event, Exchange, FORMAT_VERSION, Fact, Outcome, Signature, Stage,
    StopReason, Summary, Verdict,
};
use harness_transport::Pace;
use indexmap::{IndexMap, IndexSet};

use crate::acceptances::Acceptances;
use crate::allowance::Allowances;
use crate::campaign::{Campaign, CampaignError, Stop};
use crate::confirm::{Conclusion, Inquiry, confirm, failures};
use crate::control::{Control, answered};
use crate::desk::Desk;
use crate::execute::{Execution, Manner, execute};
use crate::judge::{Circumstances, is_incident, judge, subjects};
use crate::phases::{PHASES, Turn};
use crate::plan::{Plan, Planned};
use crate::stages::STAGES;
use crate::summary::{Tally, intent_of, outcome_name};
use crate::triage::{Incident, Novelty, Suspicion, Triage};
use crate::under_test::{Shared, compile};
use crate::whole_run::WholeRun;
use crate::wire::is_wire;

/// Refusals of allowed requests that are kept per operation until it has accepted something: enough
/// for several causes, few enough to hold in memory for a thousand operations.
const PENDING_PER_OPERATION_MAX: usize = 16;
/// Incidents of one kind and operation that get a control request of their own. Later ones are
/// judged with the last control, since waiting for a thousand hangs one by one would be the run.
const INCIDENTS_EXAMINED_MAX: usize = 3;

/// With a bound on time, the plan gets this part of it, in hundredths; the stages get what is left of
/// the time up to [`STAGES_UNTIL`], and random cases fill the rest.
const PLAN_UNTIL: u64 = 60;
/// See [`PLAN_UNTIL`].
const STAGES_UNTIL: u64 = 90;

/// Runs a campaign to its end. Must be called inside a tokio runtime; a current-thread one makes the
/// order of events a function of the order of answers alone.
///
/// # Errors
/// If the target does not answer at all before the first case; nothing was tested then.
pub async fn run(
    campaign: Campaign,
    emit: &mut (dyn FnMut(Event) + '_),
    stop: &Stop,
) -> Result<Summary, CampaignError> {
    let Campaign { contract, selected, config, transport, raw, clock, regressions } = campaign;
    let pace = config.rate_per_second.map(Pace::new);
    let operations = compile(&contract, &selected);
    let shared = Arc::new(Shared { contract, operations, config, transport, raw, clock, pace });
    let plan = Plan::new(&shared.operations, &shared.config);
    let mut dispatcher = Dispatcher {
        start_us: shared.clock.now_us(),
        sequence: 0,
        emit,
        tally: Tally::new(&plan),
        triage: Triage::default(),
        control: Control::default(),
        last_control: None,
        suspicions: VecDeque::new(),
        incidents: VecDeque::new(),
        examined: IndexSet::new(),
        pending: vec![Vec::new(); shared.operations.len()],
        acceptances: Acceptances::new(shared.operations.len()),
        whole_run: WholeRun::default(),
        plan,
        stored: VecDeque::new(),
        flaky: IndexMap::new(),
        allowances: Allowances::new(
            shared.operations.len(),
            shared.config.limits.operation_time_max,
            shared.config.time_max,
        ),
        shared,
    };
    dispatcher.reach_target().await?;
    dispatcher.begin(regressions);
    let stopped = dispatcher.conduct(stop).await;
    Ok(dispatcher.finish(stopped))
}

pub(crate) struct Dispatcher<'a> {
    pub(crate) shared: Arc<Shared>,
    emit: &'a mut (dyn FnMut(Event) + 'a),
    start_us: u64,
    sequence: u64,
    plan: Plan,
    stored: VecDeque<Planned>,
    allowances: Allowances,
    /// Suspicions that did not come back, unless they did so later.
    flaky: IndexMap<Signature, Fact>,
    pub(crate) tally: Tally,
    pub(crate) triage: Triage,
    pub(crate) control: Control,
    pub(crate) acceptances: Acceptances,
    pub(crate) whole_run: WholeRun,
    /// The last answer to a control request.
    last_control: Option<Exchange>,
    pub(crate) suspicions: VecDeque<Suspicion>,
    incidents: VecDeque<Incident>,
    /// Operation and kind of incident, with a running number below [`INCIDENTS_EXAMINED_MAX`].
    examined: IndexSet<(OperationKey, String, usize)>,
    /// By operation: refusals that can be judged once the operation has accepted something.
    pending: Vec<Vec<(Case, Execution)>>,
}

/// A case that came home.
struct Returned {
    planned: Planned,
    execution: Execution,
    under_load: bool,
}

impl Dispatcher<'_> {
    pub(crate) fn say(&mut self, fact: Fact) {
        let at_us = self.shared.clock.now_us().saturating_sub(self.start_us);
        let event = Event { sequence: self.sequence, at_us, fact };
        self.sequence += 1;
        (self.emit)(event);
    }

    async fn reach_target(&mut self) -> Result<(), CampaignError> {
        let (exchange, tries) = self.control.until_answered(&self.shared).await;
        self.tally.requests += tries;
        let target = self.shared.config.target.clone();
        match exchange {
            Some(exchange) if answered(&exchange) => Ok(()),
            Some(Exchange { outcome: Outcome::TlsFailed { why }, .. }) => {
                Err(CampaignError::Tls { target, why })
            }
            Some(Exchange { outcome: Outcome::TimedOut { stage: Stage::Connect, .. }, .. })
                if target.starts_with("https:") =>
            {
                let why = "no handshake within the deadline; is it an https port?".to_owned();
                Err(CampaignError::Tls { target, why })
            }
            Some(Exchange { outcome: Outcome::Unparsable { why }, .. }) => {
                Err(CampaignError::NotHttp { target, why })
            }
            Some(exchange) => {
                let why = describe(&exchange.outcome);
                Err(CampaignError::TargetUnreachable { target, why, tries })
            }
            None => {
                let why = "no request could be made for it".to_owned();
                Err(CampaignError::TargetUnreachable { target, why, tries })
            }
        }
    }

    fn begin(&mut self, regressions: Vec<Counterexample>) {
        let shared = Arc::clone(&self.shared);
        let (config, contract) = (&shared.config, &shared.contract);
        self.say(Fact::RunStarted {
            format: FORMAT_VERSION.to_owned(),
            harness: config.harness_version.clone(),
            seed: config.seed,
            target: config.target.clone(),
            contract_title: contract.title.clone(),
            contract_source: contract.source.clone(),
            contract_digest: contract.digest.clone(),
            operations: shared.operations.keys().cloned().collect(),
            workers: config.workers,
        });
        for diagnostic in &contract.diagnostics {
            self.say(Fact::ContractDiagnostic { diagnostic: diagnostic.clone() });
        }
        for skipped in &contract.skipped {
            let (operation, reason) = (skipped.key.clone(), skipped.reason.clone());
            self.say(Fact::OperationSkipped { operation, reason });
        }
        for (index, stored) in regressions.into_iter().enumerate() {
            let mut case = stored.case;
            if is_wire(&case) {
                // The stage sends every wire fault anyway, where it may.
                if self.shared.raw.is_none() {
                    let text = format!("{} is left out: no wire faults go to this target", case.id);
                    self.say(Fact::Note { text });
                }
                continue;
            }
            let Some(operation) = self.shared.operations.get_index_of(&case.id.operation) else {
                let text = format!("{} is not among the operations under test", case.id.operation);
                self.say(Fact::Note {
                    text: format!("a stored counterexample is left out: {text}"),
                });
                continue;
            };
            PHASES[0].name.clone_into(&mut case.id.phase);
            case.id.index = u32::try_from(index).unwrap_or(u32::MAX);
            self.stored.push_back(Planned { phase: 0, operation, case });
        }
        self.tally.stored_cases(self.stored.len() as u64);
        let phases = self.tally.phases().to_vec();
        self.say(Fact::Planned { phases });
    }

    /// The plan, then the stages, then random cases until the time is up, if it has a bound.
    async fn conduct(&mut self, stop: &Stop) -> StopReason {
        let stopped = self.carry_out(stop, self.until_us(PLAN_UNTIL)).await;
        if !matches!(stopped, StopReason::Completed | StopReason::TimeBudget) {
            return stopped;
        }
        for stage in STAGES {
            let until_us = self.until_us(STAGES_UNTIL);
            let mut desk = Desk::new(self, stop, stage.name, until_us);
            if desk.is_over() {
                break;
            }
            (stage.run)(&mut desk).await;
            if let Some(reason) = desk.into_reason() {
                return reason;
            }
        }
        if stop.is_asked() {
            return StopReason::Interrupted;
        }
        if self.shared.config.time_max.is_none() {
            return StopReason::Completed;
        }
        self.plan.go_on();
        self.carry_out(stop, self.until_us(100)).await
    }

    /// When this part of the run's time is over, in hundredths, on the run's clock; `None`: no bound.
    fn until_us(&self, hundredths: u64) -> Option<u64> {
        let time = self.shared.config.time_max?;
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Some(self.start_us.saturating_add(micros / 100 * hundredths))
    }

    /// Sends case after case until the plan, the time or the user's patience ends.
    async fn carry_out(&mut self, stop: &Stop, until_us: Option<u64>) -> StopReason {
        let mut in_flight = FuturesUnordered::new();
        let mut refused_checked = false;
        let mut ended = None;
        loop {
            let out_of_time = until_us.is_some_and(|until| self.shared.clock.now_us() >= until);
            if ended.is_none() && stop.is_asked() {
                ended = Some(StopReason::Interrupted);
            } else if ended.is_none() && out_of_time {
                ended = Some(StopReason::TimeBudget);
            }
            let calm = self.suspicions.is_empty() && self.incidents.is_empty();
            while ended.is_none() && calm && in_flight.len() < self.shared.config.workers {
                let Some(planned) = self.next_case() else {
                    ended = Some(StopReason::Completed);
                    break;
                };
                if !refused_checked && PHASES[planned.phase].turn != Turn::First {
                    // The baselines must be home before they can be judged as a whole.
                    while let Some(Returned { planned, execution, under_load }) =
                        in_flight.next().await
                    {
                        self.take_in(planned, execution, under_load);
                    }
                    refused_checked = true;
                    if self.tally.only_unauthorised() {
                        ended = Some(StopReason::Unauthorised);
                        break;
                    }
                }
                let shared = Arc::clone(&self.shared);
                let under_load = !in_flight.is_empty();
                in_flight.push(async move {
                    let execution = execute(&shared, &planned.case, Manner::planned(&shared)).await;
                    Returned { planned, execution, under_load }
                });
            }
            if in_flight.is_empty() {
                match self.settle(ended.is_some()).await {
                    Some(down) => return down,
                    None if self.suspicions.is_empty() && self.incidents.is_empty() => {}
                    None => continue,
                }
                if let Some(reason) = ended {
                    return reason;
                }
                continue;
            }
            tokio::select! {
                biased;
                Some(Returned { planned, execution, under_load }) = in_flight.next() => {
                    self.take_in(planned, execution, under_load);
                }
                () = stop.asked(), if ended.is_none() => ended = Some(StopReason::Interrupted),
            }
        }
    }

    /// The next case that is sent: stored ones first, then the plan without operations that have used
    /// up their time.
    fn next_case(&mut self) -> Option<Planned> {
        if let Some(stored) = self.stored.pop_front() {
            return Some(stored);
        }
        loop {
            let next = self.plan.next(&self.shared.operations);
            for (phase, operation) in self.plan.take_undrawn() {
                self.tally.unplan(phase, operation);
            }
            let mut planned = next?;
            self.shared.fix(&mut planned.case);
            if !self.allowances.is_used_up(planned.operation) {
                return Some(planned);
            }
            self.tally.leave_out(planned.operation);
        }
    }

    /// Books how long a case kept us waiting.
    fn spend(&mut self, operation: usize, execution: &Execution) {
        let waited_us = execution.steps.iter().map(|(_, exchange)| exchange.timing.total_us).sum();
        if self.allowances.spend(operation, waited_us) {
            let most_s = self.allowances.most_s();
            let key = self.shared.operations.get_index(operation).map(|(key, _)| key.clone());
            let key = key.expect("planned cases are of operations under test");
            let text =
                format!("{key} has kept us waiting for {most_s} s; its other cases are left out");
            self.say(Fact::Note { text });
        }
    }

    /// Books what a case brought back.
    pub(crate) fn take_in(&mut self, planned: Planned, execution: Execution, under_load: bool) {
        self.tally.requests += execution.requests;
        self.spend(planned.operation, &execution);
        if let Some(why) = &execution.broken {
            self.say(Fact::Note { text: format!("{} was cut short: {why}", planned.case.id) });
        }
        self.tally.follow(&planned.case);
        let Some((step, exchange)) = execution.steps.last() else { return };
        let first_acceptance = !self.tally.accepted(planned.operation);
        self.tally.case_finished(&planned.case.id, planned.operation, step, exchange);
        let fact = Fact::CaseFinished {
            case: planned.case.id.clone(),
            intent: intent_of(&execution.steps),
            request: format!("{} {}", exchange.request.method, exchange.request.target.lossy()),
            outcome: outcome_name(&exchange.outcome),
            total_us: exchange.timing.total_us,
            response_bytes: exchange.response().map_or(0, |r| r.content.len() as u64),
        };
        if step.intent.is_allowed() {
            self.control.learn(step, exchange);
            self.acceptances.learn(planned.operation, step, exchange);
        }
        for subject in subjects(&self.shared, &execution.steps, Circumstances::default()) {
            self.whole_run.see(&subject, &planned.case, &execution.steps);
        }
        let exchange = exchange.clone();
        self.say(fact);
        if is_incident(&exchange.outcome) {
            self.note_incident(planned.case, exchange, execution);
            return;
        }
        self.rule(planned.operation, planned.case, execution, None, under_load);
        if first_acceptance && self.tally.accepted(planned.operation) {
            for (case, execution) in std::mem::take(&mut self.pending[planned.operation]) {
                self.rule(planned.operation, case, execution, None, under_load);
            }
        }
    }

    fn note_incident(&mut self, case: Case, exchange: Exchange, execution: Execution) {
        let kind = outcome_name(&exchange.outcome);
        let operation = case.id.operation.clone();
        let free = (0..INCIDENTS_EXAMINED_MAX)
            .find(|n| self.examined.insert((operation.clone(), kind.clone(), *n)));
        if free.is_some() || self.last_control.is_none() {
            self.incidents.push_back(Incident { case, exchange });
        } else if let Some(idx) = self.shared.operations.get_index_of(&operation) {
            let control = self.last_control.clone();
            self.rule(idx, case, execution, control.as_ref(), false);
        }
    }

    /// Judges a case and acts on the verdicts.
    fn rule(
        &mut self,
        operation: usize,
        case: Case,
        execution: Execution,
        control: Option<&Exchange>,
        under_load: bool,
    ) {
        let operation_accepted = self.tally.accepted(operation);
        let circumstances = Circumstances { control, operation_accepted, under_load };
        let verdicts = judge(&self.shared, &execution.steps, circumstances);
        let mut unknown = Vec::new();
        for (check, verdict) in verdicts {
            match verdict {
                Verdict::Pass => {}
                Verdict::Unknown(reason) => unknown.push((check.name, reason)),
                Verdict::Fail(finding) => match self.triage.see(&finding.signature) {
                    Novelty::Known | Novelty::Overflow => {}
                    Novelty::New => {
                        let fact =
                            Fact::Suspected { case: case.id.clone(), finding: finding.clone() };
                        self.say(fact);
                        self.suspicions.push_back(Suspicion { case: case.clone(), finding });
                    }
                },
            }
        }
        let waits = !operation_accepted && !unknown.is_empty() && control.is_none();
        if waits && self.pending[operation].len() < PENDING_PER_OPERATION_MAX {
            self.pending[operation].push((case, execution));
            return;
        }
        for (check, reason) in unknown {
            self.unjudged(check, reason);
        }
    }

    fn unjudged(&mut self, check: &str, reason: String) {
        if self.tally.unjudged(check) {
            self.say(Fact::Unjudged { check: check.to_owned(), reason });
        }
    }

    /// With nothing in flight: examines incidents, confirms and shrinks suspicions. Answers a reason
    /// to stop if the target is gone.
    pub(crate) async fn settle(&mut self, hurry: bool) -> Option<StopReason> {
        // A dropped connection says more than one that was refused afterwards.
        self.incidents.make_contiguous().sort_by_key(|incident| {
            !matches!(incident.exchange.outcome, Outcome::ClosedEarly { .. })
        });
        while let Some(incident) = self.incidents.pop_front() {
            if let Some(stopped) = self.examine(incident).await {
                return Some(stopped);
            }
        }
        while let Some(suspicion) = self.suspicions.pop_front() {
            let idx = self.shared.operations.get_index_of(&suspicion.case.id.operation);
            let shared = Arc::clone(&self.shared);
            let inquiry = Inquiry {
                shared: &shared,
                control: &self.control,
                operation_accepted: idx.is_some_and(|idx| self.tally.accepted(idx)),
                hurry,
            };
            let (conclusion, requests) = confirm(&inquiry, &suspicion).await;
            self.tally.requests += requests;
            match conclusion {
                Conclusion::Found(counterexample) => {
                    let found = &counterexample.finding.signature;
                    // A shrink may end on a broader cause, which may be known already.
                    let is_news = *found == suspicion.finding.signature
                        || self.triage.see(found) == Novelty::New;
                    if is_news {
                        self.found(counterexample);
                    }
                }
                Conclusion::Slow { took_us } => {
                    let seconds = std::time::Duration::from_micros(took_us).as_secs_f64();
                    let reason = format!("{} answered after {seconds:.1} s", suspicion.case.id);
                    self.unjudged("hang", reason);
                }
                Conclusion::Flaky { sent, reproduced } => {
                    let Suspicion { case, finding } = suspicion;
                    let signature = finding.signature.clone();
                    self.triage.forgive(&signature);
                    let fact = Fact::Flaky { case: case.id, finding, sent, reproduced };
                    self.flaky.insert(signature, fact);
                }
                Conclusion::Down { why, found } => {
                    if let Some(counterexample) = found {
                        self.found(counterexample);
                    }
                    return Some(StopReason::TargetDown { why });
                }
            }
        }
        None
    }

    pub(crate) fn found(&mut self, counterexample: Box<Counterexample>) {
        let signature = &counterexample.finding.signature;
        self.flaky.shift_remove(signature);
        if !self.triage.is_new_case(&counterexample) {
            return;
        }
        self.tally.found(&counterexample);
        self.say(Fact::Found { counterexample });
    }

    /// Asks the control whether the service is still there, and judges the incident with its answer.
    async fn examine(&mut self, incident: Incident) -> Option<StopReason> {
        let Incident { case, exchange } = incident;
        let (control, sent) = self.control.until_answered(&self.shared).await;
        self.tally.requests += sent;
        let idx = self.shared.operations.get_index_of(&case.id.operation)?;
        let step = case.prefix.last()?.clone();
        let execution = Execution { steps: vec![(step, exchange)], requests: 0, broken: None };
        if control.as_ref().is_some_and(answered) {
            self.last_control = control;
            let control = self.last_control.clone();
            self.rule(idx, case, execution, control.as_ref(), false);
            return None;
        }
        let why = control.as_ref().map_or_else(String::new, |c| describe(&c.outcome));
        self.target_is_down(&case, &execution, control.as_ref());
        Some(StopReason::TargetDown { why })
    }

    /// The service died and did not come back: what was in flight is written down unconfirmed, since
    /// there is nothing left to confirm it with.
    fn target_is_down(&mut self, case: &Case, execution: &Execution, control: Option<&Exchange>) {
        let circumstances = Circumstances { control, operation_accepted: false, under_load: false };
        let verdicts = judge(&self.shared, &execution.steps, circumstances);
        let (in_flight, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.incidents)
            .into_iter()
            .partition(|other| matches!(other.exchange.outcome, Outcome::ClosedEarly { .. }));
        // Only a connection that broke under a request points at that request.
        let broke = execution
            .steps
            .iter()
            .any(|(_, exchange)| matches!(exchange.outcome, Outcome::ClosedEarly { .. }));
        for finding in failures(verdicts).into_iter().filter(|_| broke) {
            let counterexample =
                crate::confirm::unconfirmed(&self.shared, finding, case, &execution.steps);
            self.found(counterexample);
        }
        let suspects: Vec<String> =
            in_flight.iter().map(|other| other.case.id.to_string()).collect();
        if !suspects.is_empty() {
            let text =
                format!("also in flight when the service went away: {}", suspects.join(", "));
            self.say(Fact::Note { text });
        }
        if !others.is_empty() {
            let text = format!("{} further requests found the service gone", others.len());
            self.say(Fact::Note { text });
        }
    }

    fn finish(mut self, stopped: StopReason) -> Summary {
        for (case, execution) in std::mem::take(&mut self.pending).into_iter().flatten() {
            let Some(idx) = self.shared.operations.get_index_of(&case.id.operation) else {
                continue;
            };
            let circumstances = Circumstances {
                control: None,
                operation_accepted: self.tally.accepted(idx),
                under_load: false,
            };
            for (check, verdict) in judge(&self.shared, &execution.steps, circumstances) {
                if let Verdict::Unknown(reason) = verdict {
                    self.unjudged(check.name, reason);
                }
            }
        }
        let flaky = std::mem::take(&mut self.flaky);
        self.tally.flaky = flaky.len() as u64;
        for fact in flaky.into_values() {
            self.say(fact);
        }
        for ((check, operation), count) in std::mem::take(&mut self.triage.overflow) {
            let text = format!(
                "{count} further failures of {check} on {operation} have other signatures than the \
                 ones reported; fix those first and run again"
            );
            self.say(Fact::Note { text });
        }
        let duration_us = self.shared.clock.now_us().saturating_sub(self.start_us);
        let shared = Arc::clone(&self.shared);
        let tally = std::mem::replace(&mut self.tally, Tally::new(&self.plan));
        let further = self.triage.further_by_slug();
        let summary = tally.summarise(&shared, stopped, duration_us, further);
        self.say(Fact::RunFinished { summary: Box::new(summary.clone()) });
        summary
    }
}

/// An outcome that is not an answer, in words.
pub(crate) fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::ConnectFailed { why }
        | Outcome::TlsFailed { why }
        | Outcome::Unparsable { why }
        | Outcome::Unsendable { why }
        | Outcome::ClosedEarly { why, .. } => why.clone(),
        Outcome::TimedOut { .. } => "no answer within the deadline".to_owned(),
        Outcome::Response(_) | Outcome::TooLarge { .. } => "it answered".to_owned(),
    }
}
