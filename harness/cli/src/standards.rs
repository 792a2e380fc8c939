//! What a run is held to: the baseline of known findings, the severity from which findings count, and
//! the exit code that follows.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use harness_config::{BASELINE_FILE, Baseline, Known};
use harness_model::{Assessed, Counterexample, Severity, StopReason, Summary};

use crate::args::JudgedArgs;
use crate::documents::read_file;
use crate::exit::{Exit, Failure};

/// What a run is held to.
#[derive(Clone, Debug)]
pub(crate) struct Standards {
    baseline: Option<Baseline>,
    fail_on: Severity,
    /// `YYYY-MM-DD`, UTC.
    today: String,
}

impl Default for Standards {
    fn default() -> Self {
        Self { baseline: None, fail_on: Severity::Info, today: today() }
    }
}

impl Standards {
    /// Reads the baseline that was named, else the usual one, if there is one.
    pub(crate) fn read(args: &JudgedArgs) -> Result<Self, Failure> {
        let usual = PathBuf::from(BASELINE_FILE);
        let path = args.baseline.clone().or_else(|| usual.is_file().then_some(usual));
        let baseline = path.as_deref().map(read_baseline).transpose()?;
        Ok(Self { baseline, fail_on: args.fail_on.unwrap_or(Severity::Info), today: today() })
    }

    /// What the findings of a run are. Empty without a baseline: all are new then.
    pub(crate) fn assess(&self, found: &[Counterexample], summary: &Summary) -> Vec<Assessed> {
        let Some(baseline) = &self.baseline else { return Vec::new() };
        let stopped_early = matches!(
            summary.stopped,
            StopReason::Interrupted | StopReason::TargetDown { .. } | StopReason::Unauthorised
        );
        let exercised = |known: &Known| {
            let operation =
                summary.operations.iter().find(|o| o.operation.as_str() == known.operation);
            // Until its cases were sent, that nothing came back says nothing.
            let is_done = |o: &harness_model::OperationSummary| {
                o.executed > 0 && (!stopped_early || o.executed >= o.planned)
            };
            operation.is_some_and(is_done)
        };
        baseline.assess(found, &self.today, &exercised)
    }

    /// The exit code of a finished run: findings that count first, then what kept it from being a pass.
    pub(crate) fn exit_of(&self, found: &[Counterexample], summary: &Summary) -> Exit {
        let counts = |found: &&Counterexample| {
            let slug = found.finding.signature.slug();
            let assessed = summary.standings.iter().find(|assessed| assessed.slug == slug);
            found.finding.severity >= self.fail_on
                && assessed.is_none_or(|assessed| assessed.standing.counts())
        };
        if found.iter().any(|found| counts(&found)) {
            return Exit::Findings;
        }
        match &summary.stopped {
            StopReason::TargetDown { .. } => Exit::Unreachable,
            StopReason::Unauthorised => Exit::Usage,
            StopReason::Interrupted => Exit::Interrupted,
            StopReason::Completed | StopReason::TimeBudget if !summary.shortfalls.is_empty() => {
                Exit::Usage
            }
            StopReason::Completed | StopReason::TimeBudget => Exit::Clean,
        }
    }
}

/// Reads a baseline.
pub(crate) fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let usage = |error: anyhow::Error| Failure::new(Exit::Usage, error);
    let octets = read_file(path).map_err(usage)?;
    let shown = path.display().to_string();
    let text = String::from_utf8(octets)
        .with_context(|| format!("{shown} is not UTF-8"))
        .map_err(usage)?;
    let baseline = harness_config::read_baseline(&text, &shown)
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    baseline.check_dates().with_context(|| shown).map_err(usage)?;
    Ok(baseline)
}

/// The day, in UTC.
pub(crate) fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}
