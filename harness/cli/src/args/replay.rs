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
    /// Send this many times and say how often it failed; without it, until it fails or has been clean
    /// often enough to be called FIXED
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) times: Option<u32>,
    /// Send nothing; print a script that stands alone: curl, rust, hurl, http or pytest
    #[arg(long, value_name = "FORMAT", conflicts_with = "times")]
    pub(crate) export: Option<String>,
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
