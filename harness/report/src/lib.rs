//! What people and programs see of a run: events in, terminal and files out.
//!
//! Reporters know the event stream and nothing else: no campaign, no network, no clock. Secrets are
//! masked once, by [`Masker`], before any reporter sees an event. What is written is written as it
//! happens: a run that ends badly leaves all that it had found.
mod compare;
mod curl;
mod events;
mod export;
mod failures;
mod folder;
mod format;
mod har;
mod html;
mod jsonl;
mod junit;
mod markdown;
mod masking;
mod merge;
mod recorded;
#[cfg(test)]
mod sample;
mod sarif;
mod summary;
mod terminal;
mod text;
mod wfc;

use std::path::PathBuf;

use harness_model::Event;

pub use compare::{Comparison, Shift};
pub use curl::curl;
pub use events::EventLog;
pub use export::{Bound, EXPORTS, Export, Script, ScriptStep};
pub use failures::FailureFiles;
pub use folder::RunFolder;
pub use format::{Context, Form, Past, form, form_names};
pub use masking::Masker;
pub use merge::{MergeError, merge};
pub use recorded::{Doubtful, OperationRecord, Recorded, Timeline};
pub use summary::SummaryFile;
pub use terminal::{Look, Terminal, request_line};

/// Something that listens to a run.
pub trait Reporter {
    /// Takes in one event. After an error it stays usable: later events may fare better.
    fn event(&mut self, event: &Event) -> Result<(), ReportError>;
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The operating system refused.
    #[error("cannot write {}: {source}; pass --reports DIR to write elsewhere", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A recorded run cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not the event stream of a run.
    #[error("{}, line {line}, is no event of a run: {why}", path.display())]
    NotEvents {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A run folder of that name exists.
    #[error("the run folder {} exists already; pass another --run-name", .0.display())]
    Exists(PathBuf),
    /// The terminal, or what stands in for it, is gone.
    #[error("cannot write to the terminal: {0}")]
    Terminal(std::io::Error),
}

/// A registered report.
pub struct Registered {
    /// Its name.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    /// How it is made of a whole run, at its end or again later; `None`: it is written as the run goes.
    pub form: Option<Form>,
}

/// All reports.
pub const REPORTERS: &[Registered] = &[
    terminal::REGISTERED,
    events::REGISTERED,
    failures::REGISTERED,
    summary::REGISTERED,
    html::REGISTERED,
    junit::REGISTERED,
    sarif::REGISTERED,
    markdown::REGISTERED,
    har::REGISTERED,
    wfc::REGISTERED,
    jsonl::REGISTERED,
    curl::REGISTERED,
];

#[cfg(test)]
mod tests;
