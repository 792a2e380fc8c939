//! `harness generate`: the cases that a run would send, printed and not sent.

use std::io::Write as _;

use anyhow::anyhow;
use harness_campaign::{CampaignConfig, PHASES, Rules, planned_requests};
use harness_model::Seed;

use crate::args::GenerateArgs;
use crate::commands::run::limits;
use crate::contract_source::{Loaded, load};
use crate::exit::{Exit, Failure};

/// Cases that are planned before a kind is chosen among them.
const PLANNED_MAX: usize = 10_000_000;

/// Runs the command.
pub(crate) async fn run(args: GenerateArgs) -> Result<Exit, Failure> {
    if let Some(kind) = &args.kind
        && !PHASES.iter().any(|phase| phase.name == kind)
    {
        let names: Vec<&str> = PHASES.iter().map(|phase| phase.name).collect();
        let error = anyhow!("--kind {kind:?} is none of {}", names.join(", "));
        return Err(Failure::new(Exit::Usage, error));
    }
    let Loaded { contract, .. } = load(&args.contract, &args.reading, &args.connection).await?;
    let selection = harness_campaign::Selection { include: args.operation, exclude: Vec::new() };
    let selected = selection.apply(&contract).map_err(|error| Failure::new(Exit::Usage, error))?;
    let config = CampaignConfig {
        harness_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: args.seed.unwrap_or(Seed(0)),
        target: String::new(),
        base_path: String::new(),
        own_base_paths: std::collections::BTreeMap::new(),
        workers: 1,
        rate_per_second: None,
        time_max: None,
        random_cases_per_operation: args.cases,
        rules: Rules::default(),
        limits: limits(args.connection.request_timeout),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let planned = planned_requests(&contract, &selected, &config, PLANNED_MAX);
    let wanted = planned
        .iter()
        .filter(|planned| args.kind.as_ref().is_none_or(|kind| planned.case.id.phase == *kind));
    for planned in wanted.take(args.number.unwrap_or(usize::MAX)) {
        let line = serde_json::json!({ "case": planned.case, "request": planned.request });
        if let Err(error) = writeln!(out, "{line}") {
            // Whoever reads has seen enough (`| head`).
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return Ok(Exit::Clean);
            }
            return Err(Failure::new(Exit::Report, anyhow!("cannot print the cases: {error}")));
        }
    }
    match out.flush() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Report, error))
        }
        Ok(()) | Err(_) => Ok(Exit::Clean),
    }
}
