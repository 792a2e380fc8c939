//! Arguments of the commands that read a contract and send nothing to a service, and of how it is read.

use clap::{Args, ValueEnum};
use harness_campaign::Filter;
use harness_model::Seed;

use crate::args::ConnectionArgs;
use crate::args::values::filter;

/// How a contract is read. The same for every command that reads one.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Contract")]
pub(crate) struct ContractArgs {
    /// OpenAPI Overlay (1.0) that is applied to the contract before it is read; a file or URL
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) overlay: Vec<String>,
    /// Fetch nothing over the network but the target itself: references to URLs are not followed
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct InspectArgs {
    /// The contract, a file or URL
    #[arg(value_name = "FILE|URL")]
    pub(crate) contract: String,
    /// Only these operations; written like --include of run
    #[arg(long, value_name = "FILTER", value_parser = filter)]
    pub(crate) include: Vec<Filter>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print instead which operation makes what another one needs, and why that is believed
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text",
        conflicts_with = "json"
    )]
    pub(crate) graph: Option<GraphForm>,
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// How the graph of operations is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum GraphForm {
    /// For people
    Text,
    /// For Graphviz
    Dot,
    /// For programs
    Json,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct GenerateArgs {
    /// The contract, a file or URL
    #[arg(value_name = "FILE|URL")]
    pub(crate) contract: String,
    /// Only this operation; written like --include of run
    #[arg(long, value_name = "FILTER", value_parser = filter)]
    pub(crate) operation: Vec<Filter>,
    /// Only cases of this phase: baseline, boundary, violation, malformed, random, …
    #[arg(long, value_name = "PHASE")]
    pub(crate) kind: Option<String>,
    /// At most this many
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) number: Option<usize>,
    /// Random valid cases per operation
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) cases: u32,
    /// All chance comes from this number
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<Seed>,
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct LintArgs {
    /// The contract, a file or URL
    #[arg(value_name = "FILE|URL")]
    pub(crate) contract: String,
    /// Exit with 1 if the score of the contract is below this
    #[arg(long, value_name = "0..100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_score: Option<u8>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
