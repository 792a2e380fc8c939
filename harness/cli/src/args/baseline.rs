//! Arguments of `harness baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::values::date;

#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    pub(crate) action: BaselineAction,
    /// The file of known findings
    #[arg(long, value_name = "FILE", default_value = harness_config::BASELINE_FILE, global = true)]
    pub(crate) file: PathBuf,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum BaselineAction {
    /// Take the failures of a run (or one failure file) into the baseline
    Accept {
        /// A failure file, or a folder of them (a run folder will do)
        #[arg(value_name = "FILE|DIR")]
        path: PathBuf,
        /// Why they are accepted
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Last day on which they count as known, YYYY-MM-DD
        #[arg(long, value_name = "DATE", value_parser = date)]
        expires: Option<String>,
    },
    /// Take out what a run found fixed
    Prune {
        /// The run folder
        #[arg(value_name = "DIR")]
        run: PathBuf,
    },
    /// List what is known, why, and until when
    Show,
}
