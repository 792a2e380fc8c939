//! `summary.json`: what came of it all.

use harness_model::{Event, Fact};

use crate::{Registered, ReportError, Reporter, RunFolder};

pub(crate) const REGISTERED: Registered = Registered {
    name: "summary",
    explain: "reports/<run>/summary.json holds the counts of a run: findings by severity, cases planned and \
              executed by phase and operation, statuses seen, and what was not tested \
              (reports/schema/summary.schema.json).",
    form: None,
};

/// Writes `summary.json` at the end.
pub struct SummaryFile {
    folder: RunFolder,
}

impl SummaryFile {
    /// Writes into this folder.
    pub fn new(folder: RunFolder) -> Self {
        Self { folder }
    }
}

impl Reporter for SummaryFile {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        let Fact::RunFinished { summary } = &event.fact else { return Ok(()) };
        let mut text = serde_json::to_vec_pretty(summary).expect("summaries are plain data");
        text.push(b'\n');
        self.folder.write("summary.json", &text).map(drop)
    }
}
