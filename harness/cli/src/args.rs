//! The command line: what may be written, and nothing about what it leads to. One file a family of
//! commands.
mod baseline;
mod connection;
mod others;
mod output;
mod reading;
mod replay;
mod report;
mod run;
pub(crate) mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use baseline::{BaselineAction, BaselineArgs};
pub(crate) use connection::ConnectionArgs;
pub(crate) use others::{CompletionsArgs, DemoArgs, ExplainArgs};
pub(crate) use output::OutputArgs;
pub(crate) use reading::{ContractArgs, GenerateArgs, GraphForm, InspectArgs, LintArgs};
pub(crate) use replay::ReplayArgs;
pub(crate) use report::{CompareArgs, MergeArgs, ReportArgs, Wanted};
pub(crate) use run::{JudgedArgs, PlanArgs, RunArgs};

use crate::exit::TABLE;

/// Independent adversarial test harness for HTTP services.
#[derive(Debug, Parser)]
#[command(
    name = "harness",
    version,
    about = "Independent adversarial test harness for HTTP services",
    long_about = "Reads an API's contract, generates valid, boundary and violating requests from it \
                  alone, fires them at a running service, judges the answers, and writes confirmed, \
                  shrunk, replayable failures.",
    after_help = TABLE,
    arg_required_else_help = true,
    propagate_version = true
)]
pub(crate) struct Cli {
    /// Settings file; without it harness.toml in the working directory, if there is one
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Test a running service against its contract
    Run(Box<RunArgs>),
    /// Fire stored failures again: FIXED, FAILS, FLAKY or ERROR
    Replay(Box<ReplayArgs>),
    /// Make any report of a recorded run again: html, junit, sarif, markdown, har, wfc, jsonl, curl
    Report(ReportArgs),
    /// Show what is new, gone, reached or slower between two runs; exit code 1 if anything is new
    Compare(CompareArgs),
    /// Make one run of the runs of all shards
    Merge(MergeArgs),
    /// Meet the harness: test an embedded shop with known faults
    Demo(DemoArgs),
    /// Show what a contract offers, what will be attacked, and what cannot be and why
    Inspect(Box<InspectArgs>),
    /// Show where a contract is too loose to test, with a score per operation
    Lint(Box<LintArgs>),
    /// Print the cases that a run would send, as JSON lines, and send nothing
    Generate(Box<GenerateArgs>),
    /// Keep the file of known findings
    Baseline(BaselineArgs),
    /// Explain a check, phase, generator, fault or report by name
    Explain(ExplainArgs),
    /// Print what makes a shell complete commands and options, e.g. for bash:
    /// source <(harness completions bash)
    Completions(CompletionsArgs),
    /// Print the manual page of a command in roff, e.g. harness man > harness.1
    Man,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
