//! The exit codes: one table, here, shown by `--help` and in the README.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Everything that was planned was done and nothing was found.
    Clean = 0,
    /// At least one confirmed finding.
    Findings = 1,
    /// Wrong arguments, wrong configuration, or a run that could test nothing.
    Usage = 2,
    /// The contract cannot be read.
    Contract = 3,
    /// The target does not answer, or stopped answering.
    Unreachable = 4,
    /// A report could not be written.
    Report = 5,
    /// A bug of the harness itself.
    Internal = 70,
    /// Stopped by the user before the plan was done, with nothing found by then.
    Interrupted = 130,
}

/// The table as `--help` shows it.
pub(crate) const TABLE: &str = "\
Exit codes:
    0  clean: everything planned was done, nothing found that counts
    1  findings: at least one confirmed failure
    2  usage or configuration, or a run that could test nothing, or not all of it
    3  the contract cannot be read
    4  the target does not answer, or stopped answering
    5  a report could not be written (findings, if any, are on the terminal)
   70  a bug of the harness itself
  130  interrupted with nothing found by then";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error with the exit code that it leads to. The message says what, where and the way out.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) error: anyhow::Error,
}

impl Failure {
    /// A failure with this code and cause.
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }
}
