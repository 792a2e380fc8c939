//! Arguments of the commands that need no service of the user's.

use clap::Args;
use harness_model::Seed;

use crate::args::OutputArgs;

#[derive(Clone, Debug, Args)]
pub(crate) struct DemoArgs {
    /// Only serve, until Ctrl-C
    #[arg(long)]
    pub(crate) serve: bool,
    /// Port to listen on, on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// Faults to switch on: names separated by commas, `all` or `none`
    #[arg(long, value_name = "NAMES", default_value = "all")]
    pub(crate) faults: String,
    /// List the faults and do nothing else
    #[arg(long)]
    pub(crate) list: bool,
    /// All chance comes from this number
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) seed: Seed,
    /// Send no wire faults
    #[arg(long)]
    pub(crate) no_wire: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// What to explain; without it, everything is listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}
