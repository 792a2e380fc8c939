//! `harness compare`: what lies between two recorded runs. Exit code 1 if anything is new.

use std::io::Write as _;

use harness_report::Comparison;

use crate::args::CompareArgs;
use crate::commands::report::read;
use crate::exit::{Exit, Failure};

/// Runs the command.
pub(crate) fn run(args: &CompareArgs) -> Result<Exit, Failure> {
    let comparison = Comparison::of(&read(&args.before)?, &read(&args.after)?);
    // A closed pipe is nobody's problem.
    let _ = anstream::stdout().write_all(comparison.text().as_bytes());
    Ok(if comparison.new.is_empty() { Exit::Clean } else { Exit::Findings })
}
