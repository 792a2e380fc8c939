//! What a run adds up to: counts by operation and phase, and what was not reached.

use std::collections::{BTreeMap, BTreeSet};

use harness_contract::{OperationKey, StatusRange};
use harness_generate::Reach;
use harness_model::{
    BoundValue, Case, CaseId, Counterexample, Exchange, FORMAT_VERSION, Gap, Intent,
    OperationSummary, Outcome, PhaseCount, Severity, Stage, Step, StopReason, Summary,
};

use crate::phases::PHASES;
use crate::plan::Plan;
use crate::under_test::Shared;

/// Characters of a refusal that a gap shows.
const DETAIL_CHARS_MAX: usize = 120;

/// Counts while the run goes on.
pub(crate) struct Tally {
    phases: Vec<PhaseCount>,
    operations: Vec<OperationTally>,
    pub(crate) requests: u64,
    pub(crate) flaky: u64,
    findings: BTreeMap<Severity, u64>,
    failures: Vec<String>,
    unjudged: BTreeMap<String, u64>,
    /// Producer and consumer of values that a case took from one answer into a later request.
    followed: BTreeSet<(OperationKey, OperationKey)>,
}

#[derive(Clone, Debug, Default)]
struct OperationTally {
    planned: u64,
    executed: u64,
    outcomes: BTreeMap<String, u64>,
    /// Answers to allowed requests that were not 2xx: outcome → (how many, the first content).
    refusals: BTreeMap<String, (u64, String)>,
    accepted: bool,
    /// Constraints that executed cases broke: normalised place and keyword.
    broken: BTreeSet<(String, String)>,
    /// Cases that were not sent because the operation had used up its time.
    left_out: u64,
}

impl Tally {
    pub(crate) fn new(plan: &Plan) -> Self {
        let operation = |planned| OperationTally { planned, ..OperationTally::default() };
        Self {
            phases: plan.phase_counts(),
            operations: plan.operation_counts().into_iter().map(operation).collect(),
            requests: 0,
            flaky: 0,
            findings: BTreeMap::new(),
            failures: Vec::new(),
            unjudged: BTreeMap::new(),
            followed: BTreeSet::new(),
        }
    }

    pub(crate) fn phases(&self) -> &[PhaseCount] {
        &self.phases
    }

    /// Stored cases are not part of the plan; they are counted as they are found.
    pub(crate) fn stored_cases(&mut self, count: u64) {
        let stored = PHASES.iter().position(|phase| phase.name == "regressions");
        self.phases[stored.expect("the registry has the phase")].planned = count;
    }

    /// Index of the phase that a stage's cases are counted under; made if there is none.
    pub(crate) fn stage(&mut self, name: &str) -> usize {
        let known = self.phases.iter().position(|phase| phase.phase == name);
        known.unwrap_or_else(|| {
            self.phases.push(PhaseCount { phase: name.to_owned(), planned: 0, executed: 0 });
            self.phases.len() - 1
        })
    }

    /// A stage knows how many cases it is going to send.
    pub(crate) fn stage_planned(&mut self, name: &str, cases: u64) {
        let idx = self.stage(name);
        self.phases[idx].planned = cases;
    }

    /// Books which answers a case takes values from.
    pub(crate) fn follow(&mut self, case: &Case) {
        let steps: Vec<&Step> = case.steps().collect();
        for step in &steps {
            let in_parameters =
                step.parameters.iter().filter_map(|parameter| match &parameter.value {
                    BoundValue::Bound(binding) => Some(binding.step),
                    BoundValue::Known(_) => None,
                });
            let in_body = step.body.iter().flat_map(|body| body.bindings.iter());
            for from in in_parameters.chain(in_body.map(|(_, binding)| binding.step)) {
                if let Some(producer) = steps.get(from) {
                    self.followed.insert((producer.operation.clone(), step.operation.clone()));
                }
            }
        }
    }

    pub(crate) fn case_finished(
        &mut self,
        case: &CaseId,
        operation: usize,
        step: &Step,
        exchange: &Exchange,
    ) {
        if let Some(phase) = self.phases.iter_mut().find(|phase| phase.phase == case.phase) {
            phase.executed += 1;
            phase.planned = phase.planned.max(phase.executed);
        }
        let tally = &mut self.operations[operation];
        tally.executed += 1;
        tally.planned = tally.planned.max(tally.executed);
        if let Intent::Invalid(violated) = &step.intent {
            let place = violated.at.normalised().to_string();
            tally.broken.insert((place, violated.keyword.clone()));
        }
        let outcome = outcome_name(&exchange.outcome);
        *tally.outcomes.entry(outcome.clone()).or_default() += 1;
        let status = exchange.response().map_or(0, |response| response.status);
        if (200..300).contains(&status) {
            tally.accepted = true;
        } else if step.intent.is_allowed() {
            let detail = || {
                let content = exchange.response().map(|response| response.content.lossy());
                let text = content.unwrap_or_default();
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                words.chars().take(DETAIL_CHARS_MAX).collect::<String>()
            };
            tally.refusals.entry(outcome).or_insert_with(|| (0, detail())).0 += 1;
        }
    }

    /// A planned case turned out to be none: nothing new could be drawn for it.
    pub(crate) fn unplan(&mut self, phase: usize, operation: usize) {
        let planned = &mut self.phases[phase].planned;
        *planned = planned.saturating_sub(1);
        let planned = &mut self.operations[operation].planned;
        *planned = planned.saturating_sub(1);
    }

    /// A planned case is not sent because its operation has used up its time.
    pub(crate) fn leave_out(&mut self, operation: usize) {
        self.operations[operation].left_out += 1;
    }

    /// Whether a 2xx to the operation was seen.
    pub(crate) fn accepted(&self, operation: usize) -> bool {
        self.operations[operation].accepted
    }

    /// Whether every answer so far was a refusal for want of credentials.
    pub(crate) fn only_unauthorised(&self) -> bool {
        let mut outcomes =
            self.operations.iter().flat_map(|tally| tally.outcomes.keys()).peekable();
        outcomes.peek().is_some()
            && outcomes.all(|outcome| matches!(outcome.as_str(), "401" | "403"))
    }

    pub(crate) fn found(&mut self, counterexample: &Counterexample) {
        let finding = &counterexample.finding;
        *self.findings.entry(finding.severity).or_default() += 1;
        self.failures.push(finding.signature.slug());
    }

    /// Counts an unjudged verdict; true if it is the first of its check.
    pub(crate) fn unjudged(&mut self, check: &str) -> bool {
        let count = self.unjudged.entry(check.to_owned()).or_default();
        *count += 1;
        *count == 1
    }

    /// Closes the books. `further` counts cases by slug, of findings and others alike.
    pub(crate) fn summarise(
        self,
        shared: &Shared,
        stopped: StopReason,
        duration_us: u64,
        mut further: BTreeMap<String, u64>,
    ) -> Summary {
        further.retain(|slug, _| self.failures.contains(slug));
        let config = &shared.config;
        let shortfalls = self.shortfalls(shared, &stopped);
        let followed = self.followed;
        let operations = self.operations.into_iter().zip(shared.operations.values());
        let operations = operations
            .map(|(tally, under_test)| {
                let gaps = gaps(&tally, under_test, &followed);
                OperationSummary {
                    operation: under_test.operation.key.clone(),
                    planned: tally.planned,
                    executed: tally.executed,
                    outcomes: tally.outcomes,
                    gaps,
                }
            })
            .collect();
        Summary {
            format: FORMAT_VERSION.to_owned(),
            harness: config.harness_version.clone(),
            seed: config.seed,
            target: config.target.clone(),
            contract_title: shared.contract.title.clone(),
            contract_source: shared.contract.source.clone(),
            contract_digest: shared.contract.digest.clone(),
            stopped,
            duration_us,
            requests: self.requests,
            phases: self.phases,
            findings: self.findings,
            failures: self.failures,
            further_cases: further,
            flaky: self.flaky,
            unjudged: self.unjudged,
            operations,
            shortfalls,
            standings: Vec::new(),
        }
    }

    /// What keeps a run without findings from being a pass.
    fn shortfalls(&self, shared: &Shared, stopped: &StopReason) -> Vec<String> {
        let mut shortfalls = Vec::new();
        let executed: u64 = self.operations.iter().map(|tally| tally.executed).sum();
        if executed == 0 {
            shortfalls.push("nothing was tested: no case was sent".to_owned());
            return shortfalls;
        }
        if *stopped == StopReason::Unauthorised {
            shortfalls.push("nothing was tested: every answer was 401 or 403".to_owned());
            return shortfalls;
        }
        // A redirect is an answer of the operation's own; so is 304.
        let serves = |outcome: &String| matches!(outcome.as_bytes().first(), Some(b'2' | b'3'));
        let statuses = || self.operations.iter().flat_map(|tally| tally.outcomes.keys());
        if !statuses().any(serves) {
            shortfalls.push(
                "nothing was tested in depth: no request was answered 2xx or 3xx; is the base path \
                 right, are credentials missing?"
                    .to_owned(),
            );
        }
        let named = |chosen: &dyn Fn(&OperationTally) -> bool| {
            let pairs = self.operations.iter().zip(shared.operations.keys());
            let keys: Vec<String> =
                pairs.filter(|(tally, _)| chosen(tally)).map(|(_, key)| key.to_string()).collect();
            keys
        };
        for (keys, what) in [
            (named(&|tally| tally.executed == 0), "not one case of it was sent"),
            (named(&|tally| tally.left_out > 0), "cases were left out because it is too slow"),
        ] {
            if let Some(first) = keys.first() {
                let more = keys.len() - 1;
                let others = if more == 0 { String::new() } else { format!(" and {more} more") };
                shortfalls.push(format!("{first}{others}: {what}"));
            }
        }
        shortfalls
    }
}

fn gaps(
    tally: &OperationTally,
    under_test: &crate::under_test::UnderTest,
    followed: &BTreeSet<(OperationKey, OperationKey)>,
) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = under_test
        .plan
        .gaps()
        .iter()
        .map(|reason| Gap::NotGenerated { reason: reason.clone() })
        .collect();
    if tally.executed == 0 {
        gaps.push(Gap::NotReached);
        return gaps;
    }
    if tally.left_out > 0 {
        gaps.push(Gap::TooSlow { cases: tally.left_out });
    }
    if !tally.accepted {
        // The most frequent refusal; of equals the first by name, so that runs agree.
        let top = tally.refusals.iter().max_by(|a, b| a.1.0.cmp(&b.1.0).then(b.0.cmp(a.0)));
        if let Some((answer, (_, detail))) = top {
            gaps.push(Gap::NeverAccepted { answer: answer.clone(), detail: detail.clone() });
        }
    }
    let operation = &under_test.operation;
    for link in operation.responses.iter().flat_map(|response| &response.links) {
        if !followed.contains(&(operation.key.clone(), link.operation.clone())) {
            let (link, to) = (link.name.clone(), link.operation.to_string());
            let gap = Gap::LinkNeverFollowed { link, to };
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
    }
    for constraint in under_test.plan.coverage() {
        let at = constraint.at.normalised().to_string();
        let keyword = constraint.keyword.to_owned();
        let is_broken = tally.broken.contains(&(at.clone(), keyword.clone()));
        if constraint.breach != Reach::Unreachable && !is_broken {
            let gap = Gap::NeverViolated { at, keyword };
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
    }
    for response in &under_test.operation.responses {
        let seen = |status: &String| match response.status {
            StatusRange::Code(code) => *status == code.to_string(),
            StatusRange::Class(class) => status.starts_with(&class.to_string()),
            StatusRange::Default => true,
        };
        if !tally.outcomes.keys().any(seen) {
            let status = match response.status {
                StatusRange::Code(code) => code.to_string(),
                StatusRange::Class(class) => format!("{class}XX"),
                StatusRange::Default => continue,
            };
            gaps.push(Gap::StatusNeverSeen { status });
        }
    }
    gaps
}

/// Status code, or what came instead of one, as a key for counting.
pub(crate) fn outcome_name(outcome: &Outcome) -> String {
    let stage = |stage: &Stage| match stage {
        Stage::Connect => "connect",
        Stage::Head => "head",
        Stage::Body => "body",
    };
    match outcome {
        Outcome::Response(response) | Outcome::TooLarge { response, .. } => {
            response.status.to_string()
        }
        Outcome::ConnectFailed { .. } => "connect failed".to_owned(),
        Outcome::TlsFailed { .. } => "tls failed".to_owned(),
        Outcome::TimedOut { stage: at, .. } => format!("timed out ({})", stage(at)),
        Outcome::ClosedEarly { stage: at, .. } => format!("closed early ({})", stage(at)),
        Outcome::Unparsable { .. } => "not HTTP".to_owned(),
        Outcome::Unsendable { .. } => "not sendable".to_owned(),
    }
}

/// The intent of the step that a case is about: its last in the sequential prefix.
pub(crate) fn intent_of(steps: &[(Step, Exchange)]) -> Intent {
    steps.last().map_or(Intent::Valid, |(step, _)| step.intent.clone())
}
