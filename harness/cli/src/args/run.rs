//! Arguments of `harness run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use harness_campaign::{Filter, Shard};
use harness_model::{Seed, Severity};
use url::Url;

use crate::args::values::{duration, filter, rate, severity, shard, target, workers};
use crate::args::{ConnectionArgs, ContractArgs, OutputArgs};

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    /// Base URL of the running service; required, here or in the settings
    #[arg(long, value_name = "URL", value_parser = target)]
    pub(crate) target: Option<Url>,
    /// The contract, a file or URL; without it, the usual places on the target are tried
    #[arg(long, visible_alias = "spec", value_name = "FILE|URL")]
    pub(crate) contract: Option<String>,
    /// Put before every path of the contract, e.g. /api/v1; without it, worked out from the target's
    /// and the contract's URLs
    #[arg(long, value_name = "PATH")]
    pub(crate) base_path: Option<String>,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) judged: JudgedArgs,
}

/// What counts, and what the exit code depends on.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Judgement")]
pub(crate) struct JudgedArgs {
    /// Exit with 1 only for findings at least this severe: info, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<Severity>,
    /// File of known findings, which do not count; without it harness-baseline.toml, if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Do not ask this check; `harness explain` lists them
    #[arg(long = "disable-check", value_name = "NAME")]
    pub(crate) disabled_checks: Vec<String>,
}

/// What is sent, and how much of it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Plan")]
pub(crate) struct PlanArgs {
    /// Only these operations: 'POST /orders', an operationId, <path:/orders>*, method:GET, tag:orders
    #[arg(long, value_name = "FILTER", value_parser = filter)]
    pub(crate) include: Vec<Filter>,
    /// Not these operations; written like --include
    #[arg(long, value_name = "FILTER", value_parser = filter)]
    pub(crate) exclude: Vec<Filter>,
    /// All chance comes from this number; the same seed plans the same requests
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<Seed>,
    /// Random valid cases per operation, beside boundaries and violations
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) cases: u32,
    /// Stop planning after this time; random cases go on until then
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) max_time: Option<Duration>,
    /// Requests in flight at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = workers)]
    pub(crate) workers: usize,
    /// Requests a second at most, e.g. 50, 50/s or 600/m
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// Only part K of N equal parts, e.g. 2/8: the same contract, seed and flags on each of N machines,
    /// then `harness merge`; auto/N takes K from the engine of the job (Kubernetes, GitLab)
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
    /// Folder of counterexamples that are replayed first
    #[arg(long, value_name = "DIR")]
    pub(crate) regressions: Option<PathBuf>,
    /// Print the planned requests and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
