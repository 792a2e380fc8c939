//! Arguments of what is written, and where.

use std::path::PathBuf;

use clap::Args;

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
}
