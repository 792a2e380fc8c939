//! `harness demo`: the embedded shop, served, tested, and its known faults looked for in the findings.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use harness_campaign::{Campaign, CampaignConfig, Rules, Selection};
use harness_demo::{CONTRACT, FAULTS, Fault, Faults};
use harness_model::Counterexample;
use harness_transport::{Clock, SystemClock};
use url::Url;

use crate::args::{ConnectionArgs, DemoArgs};
use crate::commands::run::limits;
use crate::complain;
use crate::documents::Documents;
use crate::exit::{Exit, Failure};
use crate::session::Session;
use crate::way::Way;

/// Where the contract came from, as reports say it.
const SOURCE: &str = "specs/demo-shop.yaml";
/// Requests in flight at once.
const WORKERS: usize = 8;
/// Random valid cases per operation, beside everything that is enumerated.
const CASES: u32 = 50;
/// The shop answers in well under a millisecond; what takes this long never comes.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs the command.
pub(crate) async fn run(args: DemoArgs) -> Result<Exit, Failure> {
    let faults = Faults::parse(&args.faults)
        .map_err(|error| Failure::new(Exit::Usage, anyhow!("{error}")))?;
    if args.list {
        return Ok(list());
    }
    let listener = std::net::TcpListener::bind(("127.0.0.1", args.port))
        .with_context(|| {
            format!("cannot listen on 127.0.0.1:{}; choose another --port, or 0", args.port)
        })
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    let address = listener.local_addr().context("no address").map_err(internal)?;
    let base = format!("http://{address}");
    if args.serve {
        return serve(listener, faults, &base).await;
    }
    say(&format!(
        "a shop with {} known faults listens on {base}; the harness reads its contract and nothing \
         else",
        faults.iter().count()
    ));
    let planted = faults.clone();
    // A thread of its own, as a service would have a process: it ends with the program.
    std::thread::Builder::new()
        .name("shop".to_owned())
        .spawn(move || served_alone(listener, planted))
        .context("no thread for the shop")
        .map_err(internal)?;
    let (exit, found) = attack(&args, &base).await?;
    let missed = tell(&faults, &found);
    // The demo has done its job when it finds what was planted, all of it, and nothing else.
    Ok(match exit {
        Exit::Findings if missed == 0 && faults.iter().next().is_some() => Exit::Clean,
        Exit::Clean if missed > 0 => Exit::Findings,
        other => other,
    })
}

fn internal(error: anyhow::Error) -> Failure {
    Failure::new(Exit::Internal, error)
}

/// The shop on a runtime of its own. What goes wrong shows as a target that does not answer.
fn served_alone(listener: std::net::TcpListener, faults: Faults) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return complain("error: no runtime for the shop");
    };
    let served =
        runtime.block_on(async { harness_demo::serve(listening(listener)?, faults).await });
    if let Err(error) = served {
        complain(&format!("error: the shop stopped: {error}"));
    }
}

/// A listener for the runtime that is entered.
fn listening(listener: std::net::TcpListener) -> std::io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// Serves until the user has seen enough.
async fn serve(
    listener: std::net::TcpListener,
    faults: Faults,
    base: &str,
) -> Result<Exit, Failure> {
    let listener = listening(listener).context("cannot listen").map_err(internal)?;
    say(&format!("the shop listens on {base} until Ctrl-C; its contract: {base}/openapi.yaml"));
    say(&format!("test it: harness run --target {base}"));
    tokio::select! {
        served = harness_demo::serve(listener, faults) => {
            served.context("the shop stopped").map_err(internal)?;
        }
        stopped = tokio::signal::ctrl_c() => {
            stopped.context("no Ctrl-C to wait for").map_err(internal)?;
        }
    }
    Ok(Exit::Clean)
}

/// Tests the shop as `harness run` would.
async fn attack(args: &DemoArgs, base: &str) -> Result<(Exit, Vec<Counterexample>), Failure> {
    let target: Url = base.parse().context("our own address").map_err(internal)?;
    let contract = harness_contract::read(CONTRACT.as_bytes(), SOURCE)
        .context("our own contract")
        .map_err(internal)?;
    let documents = Documents {
        source: SOURCE.to_owned(),
        octets: CONTRACT.as_bytes().to_vec(),
        ..Documents::default()
    };
    let connection =
        ConnectionArgs { request_timeout: REQUEST_TIMEOUT, ..ConnectionArgs::default() };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let Way { transport, raw, secrets } =
        Way::prepare(&target, &connection, WORKERS, &clock).await?;
    let session = Session::open(&args.output, args.seed, secrets, &documents)?;
    let selected = Selection::default()
        .apply(&contract)
        .map_err(|error| internal(anyhow::Error::new(error)))?;
    let campaign = Campaign {
        contract: Arc::new(contract),
        selected,
        config: CampaignConfig {
            harness_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: args.seed,
            target: base.to_owned(),
            base_path: String::new(),
            own_base_paths: std::collections::BTreeMap::new(),
            workers: WORKERS,
            rate_per_second: None,
            time_max: None,
            random_cases_per_operation: CASES,
            rules: Rules::default(),
            limits: limits(REQUEST_TIMEOUT),
        },
        transport,
        raw,
        clock,
        regressions: Vec::new(),
    };
    let outcome = session.run(campaign).await?;
    Ok((outcome.exit, outcome.found))
}

/// Says which of the planted faults were found, and by what. Answers how many were not.
fn tell(faults: &Faults, found: &[Counterexample]) -> usize {
    // A finding counts for one fault: two faults on one operation take two findings.
    let mut left: Vec<&Counterexample> = found.iter().collect();
    let mut missed = 0;
    say("");
    for fault in faults.iter() {
        let caught = left.iter().position(|found| catches(fault, found));
        if let Some(slug) = caught.map(|at| left.remove(at).finding.signature.slug()) {
            say(&format!("found   {:<32} {slug}", fault.name));
        } else {
            missed += 1;
            let by = format!("{} on {}", fault.caught_by, fault.operation);
            say(&format!("MISSED  {:<32} {by}", fault.name));
        }
    }
    let total = faults.iter().count();
    say(&format!("{} of {total} planted faults found", total - missed));
    if total > 0 {
        say("`harness explain NAME` says what is wrong in the shop; now try your own service:");
        say("harness run --target URL");
    }
    missed
}

fn catches(fault: &Fault, found: &Counterexample) -> bool {
    let signature = &found.finding.signature;
    fault.caught_by.split(',').any(|check| check.trim() == signature.check)
        && signature.operation.as_str() == fault.operation
}

fn list() -> Exit {
    for fault in FAULTS {
        let first = fault.explain.split(['.', '\n']).next().unwrap_or_default();
        say(&format!("{:<32} {} on {}: {first}", fault.name, fault.caught_by, fault.operation));
    }
    Exit::Clean
}

/// A line for whoever started the demo; a closed pipe is no failure.
fn say(text: &str) {
    if writeln!(anstream::stdout(), "{text}").is_err() {
        complain("nobody reads the demo's output");
    }
}
