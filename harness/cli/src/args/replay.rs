//! Arguments of `harness replay`.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use crate::args::values::target;
use crate::args::{ConnectionArgs, ContractArgs};

#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArgs {
    /// A failure file, or a folder of them (a run folder will do)
    #[arg(value_name = "FILE|DIR")]
    pub(crate) path: PathBuf,
    /// Base URL of the service; without it, the one the failure was found on
    #[arg(long, value_name = "URL", value_parser = target)]
    pub(crate) target: Option<Url>,
    /// The contract; without it, the copy in the run folder, then the place it was read from
    #[arg(long, visible_alias = "spec", value_name = "FILE|URL")]
    pub(crate) contract: Option<String>,
    /// Put before every path of the contract; without it, as in the stored request
    #[arg(long, value_name = "PATH")]
    pub(crate) base_path: Option<String>,
    /// Send up to this many times before a failure is called FIXED
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) times: u32,
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
