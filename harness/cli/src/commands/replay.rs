//! `harness replay`: fires stored failures again.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::anyhow;
use harness_campaign::{CampaignConfig, Replayed, Rules, replay};
use harness_contract::{Contract, OperationKey};
use harness_model::{Attempt, Counterexample, Exchange, Step};
use harness_report::request_line;
use harness_transport::{Clock, SystemClock};
use url::Url;

use crate::args::ReplayArgs;
use crate::base_path::of_server;
use crate::commands::export::export;
use crate::commands::run::{limits, stored};
use crate::contract_source::{load, load_stored};
use crate::documents::Documents;
use crate::exit::{Exit, Failure};
use crate::session::shown;
use crate::settings::Defaults;
use crate::way::Way;

/// Runs the command. Exit code 1 if anything still fails, 4 if anything could not be replayed, else 0.
pub(crate) async fn run(mut args: ReplayArgs, defaults: &Defaults) -> Result<Exit, Failure> {
    defaults.fill_replay(&mut args)?;
    let stored = stored(&args.path).map_err(|error| Failure::new(Exit::Usage, error))?;
    if stored.is_empty() {
        let error = anyhow!("{} holds no failure files", args.path.display());
        return Err(Failure::new(Exit::Usage, error));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let stored_documents = Documents::stored(&args.path)?;
    let mut contracts: Vec<(String, Arc<Contract>)> = Vec::new();
    let (mut fails, mut flaky, mut fixed, mut cannot) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut out = anstream::stdout();
    for counterexample in &stored {
        if let Some(format) = &args.export {
            let base = base_of(&args, counterexample);
            export(format, &base, counterexample, &stored_bases(counterexample))?;
            continue;
        }
        let place = contract_place(&args, stored_documents.as_ref(), counterexample);
        let known = contracts.iter().find(|(known, _)| *known == place).map(|(_, c)| Arc::clone(c));
        let contract = if let Some(contract) = known {
            contract
        } else {
            let loaded = match stored_documents.clone().filter(|_| args.contract.is_none()) {
                Some(documents) => load_stored(documents)?,
                None => load(&place, &args.reading, &args.connection).await?,
            };
            let contract = Arc::new(loaded.contract);
            contracts.push((place, Arc::clone(&contract)));
            contract
        };
        let replayed = once(&args, &contract, counterexample, &clock).await?;
        match replayed.attempt {
            Attempt::Fails => fails += 1,
            Attempt::Flaky => flaky += 1,
            Attempt::Fixed => fixed += 1,
            Attempt::CannotReplay => cannot += 1,
        }
        let _ = writeln!(out, "{}", told(counterexample, &replayed));
    }
    if stored.len() > 1 && args.export.is_none() {
        let _ = writeln!(out, "{fails} FAILS, {flaky} FLAKY, {fixed} FIXED, {cannot} ERROR");
    }
    Ok(match (fails + flaky, cannot) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Unreachable,
        _ => Exit::Findings,
    })
}

/// Where the contract is read from: as given, else the copy in the run folder, else where the run
/// read it.
fn contract_place(
    args: &ReplayArgs,
    stored: Option<&Documents>,
    counterexample: &Counterexample,
) -> String {
    match (&args.contract, stored) {
        (Some(given), _) => given.clone(),
        (None, Some(documents)) => documents.source.clone(),
        (None, None) => counterexample.reproduction.contract_source.clone(),
    }
}

/// Scheme and authority of the target that a script is for.
fn base_of(args: &ReplayArgs, counterexample: &Counterexample) -> String {
    let given = args.target.as_ref().map(|target| target.origin().ascii_serialization());
    let stored = || {
        let url = Url::parse(&counterexample.reproduction.target).ok()?;
        Some(url.origin().ascii_serialization())
    };
    given.or_else(stored).unwrap_or_else(|| counterexample.reproduction.target.clone())
}

async fn once(
    args: &ReplayArgs,
    contract: &Arc<Contract>,
    counterexample: &Counterexample,
    clock: &Arc<dyn Clock>,
) -> Result<Replayed, Failure> {
    let target = match &args.target {
        Some(target) => target.clone(),
        None => Url::parse(&counterexample.reproduction.target).map_err(|error| {
            let why =
                anyhow!("the failure file names no usable target ({error}); pass --target URL");
            Failure::new(Exit::Usage, why)
        })?,
    };
    let way = Way::prepare(&target, &args.connection, 1, clock).await?;
    let told = match &args.base_path {
        Some(given) => of_server(given),
        None => of_server(target.path()),
    };
    let is_told = args.base_path.is_some() || !told.is_empty();
    let own_base_paths = if is_told { BTreeMap::new() } else { stored_bases(counterexample) };
    let base_path = own_base_paths.values().next().cloned().unwrap_or(told);
    let config = CampaignConfig {
        harness_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: counterexample.reproduction.seed,
        target: shown(&target),
        base_path,
        own_base_paths,
        workers: 1,
        rate_per_second: None,
        time_max: None,
        random_cases_per_operation: 0,
        rules: Rules::default(),
        limits: limits(args.connection.request_timeout),
    };
    let clock = Arc::clone(clock);
    Ok(replay(contract, config, (way.transport, way.raw), clock, counterexample, args.times).await)
}

/// What stood before the contract's path in the stored requests, by operation.
fn stored_bases(counterexample: &Counterexample) -> BTreeMap<OperationKey, String> {
    let pairs = counterexample.case.steps().zip(&counterexample.exchanges);
    let of = |(step, exchange): (&Step, &Exchange)| {
        // With a value of an earlier answer in its path, a request cannot be rendered alone; its base is
        // that of the step before it.
        let bare = harness_generate::render(step, "").ok()?;
        let stored = exchange.request.target.lossy().into_owned();
        let base = stored.strip_suffix(&*bare.target.lossy())?;
        Some((step.operation.clone(), base.to_owned()))
    };
    pairs.filter_map(of).collect()
}

fn told(counterexample: &Counterexample, replayed: &Replayed) -> String {
    let signature = &counterexample.finding.signature;
    let verdict = match replayed.attempt {
        Attempt::Fails => "FAILS",
        Attempt::Flaky => "FLAKY",
        Attempt::Fixed => "FIXED",
        Attempt::CannotReplay => "ERROR",
    };
    let request = replayed.exchanges.last().map_or_else(String::new, |exchange| {
        // Long content is in the file.
        let line = request_line(&exchange.request);
        format!("\n   sent     {}", line.chars().take(200).collect::<String>())
    });
    let times = format!("{} of {} times", replayed.reproduced, replayed.sent);
    format!(
        "{verdict} {} {}: {} ({times}){request}\n   observed {}",
        signature.check, signature.operation, counterexample.finding.title, replayed.what
    )
}
