//! A run as its events tell it, folded into what reports need: from the live stream, or again from a
//! recorded `events.jsonl`, also of a run that was cut off. Knows no report's form.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::Path;

use harness_contract::{Diagnostic, OperationKey};
use harness_model::{
    Counterexample, Event, Fact, Finding, Gap, OperationSummary, PhaseCount, Seed, StopReason,
    Summary,
};

use crate::{ReportError, Reporter};

/// Latencies that are kept of one operation; a night's run must not fill the memory.
const LATENCIES_MAX: usize = 10_000;
/// Findings, notes, flaky suspicions that are kept; a run with more has one cause for most.
const LISTED_MAX: usize = 20_000;
/// Slices of the timeline at most; neighbours are merged beyond it.
const SLICES_MAX: usize = 240;
/// Length of a slice to begin with, in microseconds.
const SLICE_US: u64 = 50_000;

/// A suspicion that did not come back.
#[derive(Clone, Debug)]
pub struct Doubtful {
    /// What had failed.
    pub finding: Finding,
    /// Times sent.
    pub sent: u32,
    /// Times that it came back.
    pub reproduced: u32,
}

/// What happened to one operation.
#[derive(Clone, Debug, Default)]
pub struct OperationRecord {
    /// Microseconds of the first `LATENCIES_MAX` cases.
    pub latencies_us: Vec<u32>,
    /// Cases executed.
    pub executed: u64,
    /// Class of intent (`valid`, `boundary`, `invalid`, `malformed`) → outcome → how many.
    pub by_intent: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

/// Cases over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Length of a slice in microseconds.
    pub slice_us: u64,
    /// Cases finished by slice.
    pub cases: Vec<u64>,
    /// Of them, those that were answered with 5xx or not at all.
    pub errors: Vec<u64>,
    /// When findings were written, in microseconds from the start.
    pub found_us: Vec<u64>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { slice_us: SLICE_US, cases: Vec::new(), errors: Vec::new(), found_us: Vec::new() }
    }
}

impl Timeline {
    fn add(&mut self, at_us: u64, is_error: bool) {
        let slot = |slice_us: u64| usize::try_from(at_us / slice_us).unwrap_or(usize::MAX);
        while slot(self.slice_us) >= SLICES_MAX {
            self.slice_us *= 2;
            for list in [&mut self.cases, &mut self.errors] {
                *list = list.chunks(2).map(|pair| pair.iter().sum()).collect();
            }
        }
        let at = slot(self.slice_us);
        if self.cases.len() <= at {
            self.cases.resize(at + 1, 0);
            self.errors.resize(at + 1, 0);
        }
        self.cases[at] += 1;
        self.errors[at] += u64::from(is_error);
    }
}

/// A run, whole or up to where it was cut off.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Version of the harness that ran.
    pub harness: String,
    /// Seed of the run.
    pub seed: Option<Seed>,
    /// Base URL.
    pub target: String,
    /// Title and version of the contract.
    pub contract_title: String,
    /// Where the contract was read from.
    pub contract_source: String,
    /// BLAKE3 of the contract.
    pub contract_digest: String,
    /// In document order.
    pub operations: Vec<OperationKey>,
    /// By operation.
    pub records: BTreeMap<OperationKey, OperationRecord>,
    /// What the contract's reader said.
    pub diagnostics: Vec<Diagnostic>,
    /// Operations that were not tested, and why.
    pub skipped: Vec<(OperationKey, String)>,
    /// Confirmed failures in the order of discovery.
    pub found: Vec<Counterexample>,
    /// What did not come back.
    pub flaky: Vec<Doubtful>,
    /// Checks that could not judge: check → first reason and how many.
    pub unjudged: BTreeMap<String, (String, u64)>,
    /// Sentence fragments for people.
    pub notes: Vec<String>,
    /// By phase.
    pub phases: Vec<PhaseCount>,
    /// Cases over time.
    pub timeline: Timeline,
    /// Time of the last event, in microseconds from the start.
    pub last_us: u64,
    /// What closed the run; `None`: it was cut off.
    pub summary: Option<Summary>,
}

impl Recorded {
    /// Reads a recorded run: its folder or its `events.jsonl`. A last line that was cut off by a crash
    /// is left out.
    ///
    /// # Errors
    /// If the file cannot be read, or a line before the last is not an event.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let mut recorded = Self::default();
        events_of(path, &mut |event| recorded.take(&event))?;
        Ok(recorded)
    }

    /// Takes in one event.
    pub fn take(&mut self, event: &Event) {
        self.last_us = self.last_us.max(event.at_us);
        match &event.fact {
            Fact::RunStarted { .. } => self.begin(&event.fact),
            Fact::ContractDiagnostic { diagnostic } => {
                keep(&mut self.diagnostics, diagnostic.clone());
            }
            Fact::OperationSkipped { operation, reason } => {
                keep(&mut self.skipped, (operation.clone(), reason.clone()));
            }
            Fact::Planned { phases } => self.phases.clone_from(phases),
            Fact::CaseFinished { case, intent, outcome, total_us, .. } => {
                let is_error = !outcome.starts_with(['1', '2', '3', '4']);
                self.timeline.add(event.at_us, is_error);
                let record = self.records.entry(case.operation.clone()).or_default();
                record.executed += 1;
                if record.latencies_us.len() < LATENCIES_MAX {
                    record.latencies_us.push(u32::try_from(*total_us).unwrap_or(u32::MAX));
                }
                let outcomes = record.by_intent.entry(intent.class()).or_default();
                *outcomes.entry(outcome.clone()).or_default() += 1;
                match self.phases.iter_mut().find(|phase| phase.phase == case.phase) {
                    Some(phase) => phase.executed += 1,
                    // A stage that is not part of the plan.
                    None => self.phases.push(PhaseCount {
                        phase: case.phase.clone(),
                        planned: 0,
                        executed: 1,
                    }),
                }
            }
            Fact::Flaky { finding, sent, reproduced, .. } => {
                let doubtful =
                    Doubtful { finding: finding.clone(), sent: *sent, reproduced: *reproduced };
                keep(&mut self.flaky, doubtful);
            }
            Fact::Found { counterexample } => {
                self.timeline.found_us.push(event.at_us);
                keep(&mut self.found, (**counterexample).clone());
            }
            Fact::Unjudged { check, reason } => {
                let entry = self.unjudged.entry(check.clone());
                entry.or_insert_with(|| (reason.clone(), 0)).1 += 1;
            }
            Fact::Note { text } => keep(&mut self.notes, text.clone()),
            Fact::RunFinished { summary } => {
                self.phases.clone_from(&summary.phases);
                self.summary = Some((**summary).clone());
            }
            Fact::Suspected { .. } => {}
        }
    }

    fn begin(&mut self, fact: &Fact) {
        let Fact::RunStarted {
            harness,
            seed,
            target,
            contract_title,
            contract_source,
            contract_digest,
            operations,
            ..
        } = fact
        else {
            return;
        };
        self.harness.clone_from(harness);
        self.seed = Some(*seed);
        self.target.clone_from(target);
        self.contract_title.clone_from(contract_title);
        self.contract_source.clone_from(contract_source);
        self.contract_digest.clone_from(contract_digest);
        self.operations.clone_from(operations);
    }

    /// What the run's own summary says of its operations, or, for a run that was cut off, what its
    /// events show.
    pub fn operation_summaries(&self) -> Vec<OperationSummary> {
        if let Some(summary) = &self.summary {
            return summary.operations.clone();
        }
        let of = |key: &OperationKey| {
            let record = self.records.get(key);
            let executed = record.map_or(0, |record| record.executed);
            let mut outcomes = BTreeMap::new();
            for (outcome, times) in record.iter().flat_map(|r| r.by_intent.values()).flatten() {
                *outcomes.entry(outcome.clone()).or_default() += times;
            }
            let gaps = if executed == 0 { vec![Gap::NotReached] } else { Vec::new() };
            OperationSummary { operation: key.clone(), planned: executed, executed, outcomes, gaps }
        };
        self.operations.iter().map(of).collect()
    }

    /// Requests sent; for a run that was cut off, its cases.
    pub fn requests(&self) -> u64 {
        let cases = || self.records.values().map(|record| record.executed).sum();
        self.summary.as_ref().map_or_else(cases, |summary| summary.requests)
    }

    /// Microseconds from start to end.
    pub fn duration_us(&self) -> u64 {
        self.summary.as_ref().map_or(self.last_us, |summary| summary.duration_us)
    }

    /// Cases executed.
    pub fn executed(&self) -> u64 {
        self.phases.iter().map(|phase| phase.executed).sum()
    }

    /// Cases of the run that ended in this signature after the first.
    pub fn further(&self, slug: &str) -> u64 {
        let known = self.summary.as_ref().and_then(|summary| summary.further_cases.get(slug));
        known.copied().unwrap_or_default()
    }

    /// Why the run did not do all that it had planned; `None`: it did.
    pub fn cut_short(&self) -> Option<String> {
        let Some(summary) = &self.summary else {
            return Some("cut off: the run was killed before its end".to_owned());
        };
        let stopped = match &summary.stopped {
            StopReason::Completed => None,
            StopReason::TimeBudget => Some("stopped at --max-time".to_owned()),
            StopReason::Interrupted => Some("interrupted".to_owned()),
            StopReason::TargetDown { why } => {
                Some(format!("the target stopped answering and did not come back: {why}"))
            }
            StopReason::Unauthorised => {
                Some("every answer was 401 or 403: nothing was tested".to_owned())
            }
        };
        let texts: Vec<String> = stopped.into_iter().chain(summary.shortfalls.clone()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }
}

impl Reporter for Recorded {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        self.take(event);
        Ok(())
    }
}

/// Hands over the events of a recorded run one by one: its folder or its `events.jsonl`. A last line that
/// was cut off by a crash is left out.
///
/// # Errors
/// If the file cannot be read, a line before the last is not an event, or the first is not a run's.
pub(crate) fn events_of(path: &Path, take: &mut dyn FnMut(Event)) -> Result<(), ReportError> {
    let file = if path.is_dir() { path.join("events.jsonl") } else { path.to_path_buf() };
    let refused = |source| ReportError::Read { path: file.clone(), source };
    let opened = std::fs::File::open(&file).map_err(refused)?;
    let mut reader = std::io::BufReader::new(opened);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(refused)? == 0 {
            if number == 1 {
                let why = "it is empty: the run had not begun".to_owned();
                return Err(ReportError::NotEvents { path: file, line: number, why });
            }
            break;
        }
        let not_events =
            |why: String| ReportError::NotEvents { path: file.clone(), line: number, why };
        match serde_json::from_slice::<Event>(&line) {
            Ok(event) if number == 1 && !matches!(event.fact, Fact::RunStarted { .. }) => {
                return Err(not_events("a run begins with its start".to_owned()));
            }
            Ok(event) => take(event),
            Err(_) if number > 1 && line.last() != Some(&b'\n') => break,
            Err(error) => return Err(not_events(error.to_string())),
        }
    }
    Ok(())
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() < LISTED_MAX {
        list.push(item);
    }
}

/// A gap in words.
pub(crate) fn gap_text(gap: &Gap) -> String {
    match gap {
        Gap::NeverAccepted { answer, detail } => {
            format!("no valid request was accepted: {answer} {detail}")
        }
        Gap::NotGenerated { reason } => format!("not generated: {reason}"),
        Gap::StatusNeverSeen { status } => format!("declared status {status} was never answered"),
        Gap::TooSlow { cases } => format!("too slow: {cases} cases left out"),
        Gap::LinkNeverFollowed { link, to } => format!("link {link} to {to} was never followed"),
        Gap::NeverViolated { at, keyword } => format!("no case broke {keyword} at {at}"),
        Gap::NotReached => "not reached before the end".to_owned(),
    }
}
