//! One case at a time: for those who bring their own loop, as libFuzzer and `proptest` do. The same
//! cases, checks, confirmation and shrinking as in a run; no plan, no budget, no events.

use std::sync::Arc;

use harness_contract::{Contract, OperationKey};
use harness_generate::Source;
use harness_model::{Case, CaseId, Counterexample, Exchange, Finding, Intent, Step};
use harness_transport::{Clock, Transport};
use indexmap::IndexMap;

use crate::CampaignConfig;
use crate::confirm::{Conclusion, Inquiry, confirm, failures};
use crate::control::{Control, answered};
use crate::execute::{Execution, Manner, execute};
use crate::judge::{Circumstances, is_incident, judge};
use crate::triage::Suspicion;
use crate::under_test::{Shared, UnderTest, compile};

/// Steps of a drawn case: what a fuzzer does with more is mostly noise.
const STEPS_MAX: usize = 4;
/// Of so many drawn cases, one has several steps.
const SEQUENCE_ONE_IN: u64 = 4;
/// Phase in the ids of drawn cases.
const PHASE: &str = "fuzz";

/// Draws, sends and judges single cases.
pub struct Examiner {
    shared: Arc<Shared>,
    control: Control,
    /// By operation: whether it has answered 2xx.
    accepted: Vec<bool>,
    /// By operation: steps that are listed, not drawn; filled when they are first asked for.
    listed: Vec<Option<Vec<Step>>>,
    drawn: u32,
}

/// What a case led to.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// What was sent, and what came of it.
    pub steps: Vec<(Step, Exchange)>,
    /// What the checks say, not confirmed.
    pub findings: Vec<Finding>,
}

impl Examiner {
    /// For all operations of the contract. No request is sent yet.
    pub fn new(
        contract: Arc<Contract>,
        config: CampaignConfig,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let selected: Vec<OperationKey> =
            contract.operations.iter().map(|operation| operation.key.clone()).collect();
        let operations: IndexMap<OperationKey, UnderTest> = compile(&contract, &selected);
        let count = operations.len();
        let shared =
            Shared { contract, operations, config, transport, raw: None, clock, pace: None };
        Self {
            shared: Arc::new(shared),
            control: Control::default(),
            accepted: vec![false; count],
            listed: vec![None; count],
            drawn: 0,
        }
    }

    /// A case from a source's choices: an operation, then a valid request or one that sits on an edge,
    /// breaks a constraint or breaks the syntax; several of them one time in four. `None` if the
    /// contract has no operation, or nothing valid could be drawn.
    pub fn draw(&mut self, source: &mut Source) -> Option<Case> {
        if self.shared.operations.is_empty() {
            return None;
        }
        let count = if source.one_in(SEQUENCE_ONE_IN) { source.count(2, STEPS_MAX) } else { 1 };
        let mut steps = Vec::with_capacity(count);
        for _ in 0..count {
            let operation = source.index(self.shared.operations.len());
            steps.push(self.step(operation, source)?);
        }
        let operation = steps.last()?.operation.clone();
        self.drawn = self.drawn.wrapping_add(1);
        let id = CaseId { phase: PHASE.to_owned(), operation, index: self.drawn };
        Some(Case { id, prefix: steps, lanes: Vec::new(), probes: Vec::new() })
    }

    fn step(&mut self, operation: usize, source: &mut Source) -> Option<Step> {
        // Three quarters are drawn, for depth; the rest is listed, for edges.
        if !source.one_in(4) {
            return self.shared.operations[operation].plan.valid(source);
        }
        let listed = self.listed(operation);
        if listed.is_empty() {
            return self.shared.operations[operation].plan.valid(source);
        }
        let idx = source.index(listed.len());
        Some(listed[idx].clone())
    }

    /// Edges, violations and broken syntax of an operation.
    fn listed(&mut self, operation: usize) -> &[Step] {
        let plan = &self.shared.operations[operation].plan;
        self.listed[operation].get_or_insert_with(|| {
            let mut steps = plan.boundaries();
            steps.extend(plan.violations());
            steps.extend(plan.malformed());
            steps
        })
    }

    /// A case from elsewhere, which may have been changed on its way: what each step is meant to be is
    /// taken from the contract, not from the case. `None` if a step is of no operation, goes to another
    /// place or in another form than its operation, or breaks the syntax in a way that is not ours.
    pub fn adopt(&mut self, mut case: Case) -> Option<Case> {
        if case.steps().count() > STEPS_MAX || case.steps().next().is_none() {
            return None;
        }
        for step in case.steps_mut() {
            let operation = self.shared.operations.get_index_of(&step.operation)?;
            if self.listed(operation).contains(step) {
                continue;
            }
            let under_test = &self.shared.operations[operation];
            let own = &under_test.operation;
            let sent = step.body.as_ref().map(|body| body.media_type.as_deref());
            let is_declared = sent.is_none_or(|sent| {
                own.request_body.as_ref().is_some_and(|body| {
                    body.content.iter().any(|declared| Some(declared.name.as_str()) == sent)
                })
            });
            let is_raw = step.body.as_ref().is_some_and(|body| body.content.value().is_none());
            let known = step.parameters.iter().all(|sent| {
                own.parameters.iter().any(|declared| {
                    let names = (sent.location, &sent.name) == (declared.location, &declared.name);
                    names && (sent.style, sent.explode) == (declared.style, declared.explode)
                })
            });
            let is_own = known && step.method == own.method && step.path == own.path;
            if !is_own || !is_declared || is_raw || under_test.plan.breaks_format(step) {
                return None;
            }
            let violated = under_test.plan.violated(step).into_iter().next();
            step.intent = violated.map_or(Intent::Valid, Intent::Invalid);
        }
        case.id.operation = case.steps().last()?.operation.clone();
        Some(case)
    }

    /// Sends a case and puts every check to it. A dropped connection or a timeout is judged with the
    /// answer to a control request.
    pub async fn send(&mut self, case: &Case) -> Sighting {
        let shared = Arc::clone(&self.shared);
        let Execution { steps, .. } = execute(&shared, case, Manner::planned(&shared)).await;
        for (step, exchange) in &steps {
            let status = exchange.response().map_or(0, |response| response.status);
            if let Some(idx) = shared.operations.get_index_of(&step.operation) {
                self.accepted[idx] |= (200..300).contains(&status);
            }
            if step.intent.is_allowed() {
                self.control.learn(step, exchange);
            }
        }
        let mut control = None;
        if steps.iter().any(|(_, exchange)| is_incident(&exchange.outcome)) {
            control = self.control.until_answered(&shared).await.0.filter(answered);
        }
        let circumstances = Circumstances {
            control: control.as_ref(),
            operation_accepted: self.is_accepted(&case.id.operation),
            under_load: false,
        };
        let findings = failures(judge(&shared, &steps, circumstances));
        Sighting { steps, findings }
    }

    /// Confirms a finding on fresh connections and shrinks its case; `None`: it did not come back, or
    /// was only slow.
    pub async fn pursue(&self, case: Case, finding: Finding) -> Option<Box<Counterexample>> {
        let inquiry = Inquiry {
            shared: &self.shared,
            control: &self.control,
            operation_accepted: self.is_accepted(&case.id.operation),
            hurry: false,
        };
        match confirm(&inquiry, &Suspicion { case, finding }).await.0 {
            Conclusion::Found(counterexample) => Some(counterexample),
            Conclusion::Down { found, .. } => found,
            Conclusion::Flaky { .. } | Conclusion::Slow { .. } => None,
        }
    }

    fn is_accepted(&self, operation: &OperationKey) -> bool {
        self.shared.operations.get_index_of(operation).is_some_and(|idx| self.accepted[idx])
    }
}
