//! `events.jsonl`: everything that happened, one JSON object per line, written as it happens.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use harness_model::{Event, Fact};

use crate::{Registered, ReportError, Reporter, RunFolder};

/// Events that may wait in memory; a crash of the machine loses no more.
const UNFLUSHED_MAX: u32 = 256;

pub(crate) const REGISTERED: Registered = Registered {
    name: "events",
    explain: "reports/<run>/events.jsonl holds every event of the run, one JSON object per line \
              (reports/schema/event.schema.json), written as it happens. Every other report can be made \
              from it again.",
    form: None,
};

/// Writes `events.jsonl`.
pub struct EventLog {
    path: PathBuf,
    file: BufWriter<File>,
    unflushed: u32,
}

impl EventLog {
    /// Begins the file.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(folder: &RunFolder) -> Result<Self, ReportError> {
        let path = folder.path().join("events.jsonl");
        let file = File::create(&path)
            .map_err(|source| ReportError::Write { path: path.clone(), source })?;
        Ok(Self { path, file: BufWriter::new(file), unflushed: 0 })
    }
}

impl Reporter for EventLog {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        let refused = |source| ReportError::Write { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(event).expect("events are plain data");
        line.push(b'\n');
        self.file.write_all(&line).map_err(refused)?;
        self.unflushed += 1;
        let matters = !matches!(event.fact, Fact::CaseFinished { .. });
        if matters || self.unflushed >= UNFLUSHED_MAX {
            self.file.flush().map_err(refused)?;
            self.unflushed = 0;
        }
        Ok(())
    }
}
