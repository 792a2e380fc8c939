//! `harness run`: the whole path, from contract to counterexample.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use harness_campaign::{Campaign, CampaignConfig, Limits, Rules, Shard, planned_requests};
use harness_contract::{Contract, OperationKey, locate, review_examples};
use harness_model::{Counterexample, Seed};
use harness_transport::{Clock, SystemClock};
use url::Url;

use crate::args::{PlanArgs, RunArgs};
use crate::contract_source::{Loaded, discover, load};
use crate::exit::{Exit, Failure};
use crate::session::{self, Session};
use crate::settings::Defaults;
use crate::standards::Standards;
use crate::way::Way;
use crate::{base_path, complain};

/// Longest content that is read of an answer. Enough for any list that a test should ask for; an
/// endless one ends here.
const RESPONSE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Requests that one shrink may send: the median is far below, and a shrink is paid once per finding.
const SHRINK_PROBES_MAX: u32 = 250;
/// How long one shrink may take: a slow service should not eat the run.
const SHRINK_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(20);
/// How long the answers of one operation may keep the run waiting: an operation that sleeps or hangs
/// on most inputs has shown so long before.
const OPERATION_TIME_MAX: std::time::Duration = std::time::Duration::from_mins(1);
/// Planned requests that `--dry-run` prints at most.
const DRY_RUN_MAX: usize = 1_000_000;
/// Counterexamples that are read from a folder at most.
const REGRESSIONS_MAX: usize = 10_000;

/// Operations up to which a run validates the examples of their contract before it begins: half a second
/// at most. `harness inspect` and `harness lint` always do.
const EXAMPLES_OPERATIONS_MAX: usize = 200;

/// Runs the command.
pub(crate) async fn run(mut args: RunArgs, defaults: &Defaults) -> Result<Exit, Failure> {
    let rules = defaults.fill_run(&mut args)?;
    let target = args.target.clone().ok_or_else(|| {
        let error = anyhow!("which service? pass --target URL, or set target in harness.toml");
        Failure::new(Exit::Usage, error)
    })?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let Loaded { mut contract, documents } = match &args.contract {
        Some(place) => load(place, &args.reading, &args.connection).await?,
        None => discover(&target, &args.reading, &args.connection).await?,
    };
    let selected = select(&args.plan, &contract)?;
    if selected.len() <= EXAMPLES_OPERATIONS_MAX {
        let chosen = contract.operations.iter().filter(|it| selected.contains(&it.key));
        let mut examples = review_examples(&contract, chosen);
        locate(&contract, &documents.octets, &mut examples);
        contract.diagnostics.extend(examples);
    }
    let way = if args.plan.dry_run {
        None
    } else {
        Some(Way::prepare(&target, &args.connection, args.plan.workers, &clock).await?)
    };
    let seed = args.plan.seed.unwrap_or_else(fresh_seed);
    let base = args.base_path.as_deref();
    let base_path = match &way {
        None => base_path::without_asking(base, &target, &contract),
        Some(way) => base_path::decide(base, &target, &contract, &way.transport).await,
    };
    let own_base_paths = base_path::own(&base_path, &contract);
    let config =
        CampaignConfig { own_base_paths, ..config(&args, &target, seed, base_path, rules) };
    let selected = match args.plan.shard {
        Some(shard) => own_part(shard, &contract, &selected, &config)?,
        None => selected,
    };
    let Some(Way { transport, raw, secrets }) = way else {
        return dry_run(&contract, &selected, &config);
    };
    let regressions = match &args.plan.regressions {
        Some(folder) => stored(folder).map_err(|error| Failure::new(Exit::Usage, error))?,
        None => Vec::new(),
    };
    let standards = Standards::read(&args.judged)?;
    let session = Session::open(&args.output, seed, secrets, &documents)?.held_to(standards);
    let campaign = Campaign {
        contract: Arc::new(contract),
        selected,
        config,
        transport,
        // Wire faults meet the service's parser, of which there is one: the first shard does it.
        raw: raw.filter(|_| args.plan.shard.is_none_or(Shard::is_first)),
        clock,
        regressions,
    };
    Ok(session.run(campaign).await?.exit)
}

fn select(plan: &PlanArgs, contract: &Contract) -> Result<Vec<OperationKey>, Failure> {
    let selection = harness_campaign::Selection {
        include: plan.include.clone(),
        exclude: plan.exclude.clone(),
    };
    for idle in selection.idle_excludes(contract) {
        complain(&format!("note: --exclude {idle:?} matches no operation of the contract"));
    }
    selection.apply(contract).map_err(|error| Failure::new(Exit::Usage, error))
}

fn own_part(
    shard: Shard,
    contract: &Contract,
    selected: &[OperationKey],
    config: &CampaignConfig,
) -> Result<Vec<OperationKey>, Failure> {
    let own = shard.select(contract, selected, config);
    if own.is_empty() {
        let why =
            anyhow!("shard {shard} has nothing to do: there are {} operations", selected.len());
        return Err(Failure::new(Exit::Usage, why));
    }
    Ok(own)
}

fn config(
    args: &RunArgs,
    target: &Url,
    seed: Seed,
    base_path: String,
    rules: Rules,
) -> CampaignConfig {
    CampaignConfig {
        harness_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed,
        target: session::shown(target),
        base_path,
        own_base_paths: BTreeMap::new(),
        workers: args.plan.workers,
        rate_per_second: args.plan.rate,
        time_max: args.plan.max_time,
        random_cases_per_operation: args.plan.cases,
        rules,
        limits: limits(args.connection.request_timeout),
    }
}

/// Bounds that are the same for every command.
pub(crate) fn limits(request_deadline: std::time::Duration) -> Limits {
    Limits {
        request_deadline,
        response_bytes_max: RESPONSE_BYTES_MAX,
        shrink_probes_max: SHRINK_PROBES_MAX,
        shrink_time_max: SHRINK_TIME_MAX,
        operation_time_max: OPERATION_TIME_MAX,
    }
}

/// A seed from the clock, short enough to type.
fn fresh_seed() -> Seed {
    let nanoseconds = jiff::Timestamp::now().as_nanosecond();
    let short = nanoseconds.rem_euclid(i128::from(u32::MAX));
    Seed(u64::try_from(short).expect("a remainder of 32 bits fits"))
}

fn dry_run(
    contract: &Contract,
    selected: &[OperationKey],
    config: &CampaignConfig,
) -> Result<Exit, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for planned in planned_requests(contract, selected, config, DRY_RUN_MAX) {
        let line = serde_json::json!({
            "case": planned.case.id,
            "intent": planned.case.prefix.last().map(|step| step.intent.to_string()),
            "request": planned.request,
        });
        if let Err(error) = writeln!(out, "{line}") {
            // Whoever reads has seen enough (`| head`).
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return Ok(Exit::Clean);
            }
            return Err(Failure::new(Exit::Report, anyhow!("cannot print the plan: {error}")));
        }
    }
    out.flush().map_err(|error| Failure::new(Exit::Report, error))?;
    Ok(Exit::Clean)
}

/// Counterexamples of a file or folder, by file name; folders named `failures` below it included.
pub(crate) fn stored(path: &Path) -> anyhow::Result<Vec<Counterexample>> {
    let mut files = Vec::new();
    if path.is_dir() {
        // A run folder holds other files beside its folder of failures.
        let failures = path.join("failures");
        let is_run = failures.is_dir() || path.join("events.jsonl").is_file();
        let folder = if is_run { failures } else { path.to_path_buf() };
        let listing = match fs::read_dir(&folder) {
            Ok(entries) => Some(entries),
            // A run without findings has no such folder.
            Err(error) if is_run && error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot list {}", folder.display()));
            }
        };
        for entry in listing.into_iter().flatten().take(REGRESSIONS_MAX) {
            let file = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
            if file.extension().is_some_and(|extension| extension == "json") {
                files.push(file);
            }
        }
        files.sort();
    } else {
        files.push(path.to_path_buf());
    }
    files.iter().map(|file| counterexample(file)).collect()
}

fn counterexample(file: &Path) -> anyhow::Result<Counterexample> {
    let octets = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let stored: Counterexample = serde_json::from_slice(&octets)
        .with_context(|| format!("{} is not a failure file of this harness", file.display()))?;
    let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    if major(&stored.format) != major(harness_model::FORMAT_VERSION) {
        return Err(anyhow!(
            "{} has format {}, this harness reads {}; replay it with harness {}",
            file.display(),
            stored.format,
            harness_model::FORMAT_VERSION,
            stored.harness
        ));
    }
    Ok(stored)
}
