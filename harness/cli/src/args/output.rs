//! Arguments of what is written, and where.

use std::path::PathBuf;

use clap::Args;

use crate::args::Wanted;
use crate::args::values::folder_name;

/// What is written, and where.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Where run folders are made
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) reports: PathBuf,
    /// Name of the run folder; without it, time and seed
    #[arg(long, value_name = "NAME", value_parser = folder_name)]
    pub(crate) run_name: Option<String>,
    /// Report written at the end beside report.html: junit, sarif, markdown, har, wfc, jsonl or curl, or
    /// html elsewhere; in the run folder or at PATH (- prints it); may be repeated
    #[arg(long = "report", value_name = "FORMAT[=PATH]")]
    pub(crate) formats: Vec<Wanted>,
    /// Folder of earlier runs: reports show what is new, what is gone, and the trend
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
}
