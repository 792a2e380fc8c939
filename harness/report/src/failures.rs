//! `failures/<signature>.json`: one file per finding, as soon as it is found.

use harness_model::{Event, Fact};

use crate::{Registered, ReportError, Reporter, RunFolder};

pub(crate) const REGISTERED: Registered = Registered {
    name: "failures",
    explain: "reports/<run>/failures/<signature>.json holds one confirmed and shrunk failure: the smallest \
              requests, what was meant, what was answered, seed, contract digest, k of n \
              (reports/schema/counterexample.schema.json). `harness replay` fires it again.",
    form: None,
};

/// Writes the files of `failures/`.
pub struct FailureFiles {
    folder: RunFolder,
}

impl FailureFiles {
    /// Writes below this folder.
    pub fn new(folder: RunFolder) -> Self {
        Self { folder }
    }
}

impl Reporter for FailureFiles {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        let Fact::Found { counterexample } = &event.fact else { return Ok(()) };
        let mut text =
            serde_json::to_vec_pretty(counterexample).expect("counterexamples are plain data");
        text.push(b'\n');
        let slug = counterexample.finding.signature.slug();
        self.folder.write(&format!("failures/{slug}.json"), &text).map(drop)
    }
}
