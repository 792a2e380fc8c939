//! What a report is told beside the run: things that events do not carry, since they are of the
//! reader's machine and not of the run.

use std::collections::BTreeMap;

use harness_model::{Counterexample, Severity};
use serde::Serialize;

use crate::{REPORTERS, Recorded, Registered};

/// Around a run.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The run folder as people would type it.
    pub folder: String,
    /// When the run began, if known.
    pub began: Option<jiff::Timestamp>,
    /// JSON pointer (with `#`) of a contract element → document and line (from 1).
    pub places: BTreeMap<String, (String, usize)>,
    /// Earlier runs, oldest first; empty: no history is known.
    pub history: Vec<Past>,
}

/// An earlier run, as its summary tells it.
#[derive(Clone, Debug, Serialize)]
pub struct Past {
    /// Name of its folder.
    pub name: String,
    /// Findings by severity.
    pub findings: BTreeMap<Severity, u64>,
    /// Slugs of its findings.
    #[serde(skip)]
    pub failures: Vec<String>,
}

impl Context {
    /// When the run began; without a known time the epoch stands, for forms that demand one.
    pub(crate) fn began(&self) -> jiff::Timestamp {
        self.began.unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// What the baseline says of a finding, else `new` or `known` against the run before; `None` without
    /// either.
    pub(crate) fn state(&self, run: &Recorded, slug: &str) -> Option<&'static str> {
        let standings = run.summary.iter().flat_map(|summary| &summary.standings);
        if let Some(assessed) = standings.clone().find(|assessed| assessed.slug == slug) {
            return Some(assessed.standing.as_str());
        }
        let last = self.history.last()?;
        Some(if last.failures.iter().any(|known| known == slug) { "known" } else { "new" })
    }

    /// Slugs of the run before that this one did not find again.
    pub(crate) fn gone(&self, run: &Recorded) -> Vec<String> {
        let now: Vec<String> = run.found.iter().map(slug_of).collect();
        let last = self.history.last();
        let gone = last.iter().flat_map(|past| &past.failures).filter(|slug| !now.contains(slug));
        gone.cloned().collect()
    }

    /// The command that fires a failure again.
    pub(crate) fn replay(&self, slug: &str) -> String {
        format!("harness replay {}/failures/{slug}.json", self.folder)
    }
}

pub(crate) fn slug_of(found: &Counterexample) -> String {
    found.finding.signature.slug()
}

/// A form that a whole run can be written in.
pub struct Form {
    /// File name within the run folder.
    pub file: &'static str,
    /// The file's octets.
    pub write: fn(&Recorded, &Context) -> Vec<u8>,
}

/// The report that is asked for with this name, if it can be made of a whole run.
pub fn form(name: &str) -> Option<&'static Form> {
    REPORTERS.iter().find(|registered| registered.name == name)?.form.as_ref()
}

/// Names of all reports that can be made of a whole run.
pub fn form_names() -> impl Iterator<Item = &'static str> {
    REPORTERS.iter().filter(|registered| registered.form.is_some()).map(name)
}

fn name(registered: &Registered) -> &'static str {
    registered.name
}
