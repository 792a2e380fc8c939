//! A service that runs elsewhere as a target: octets become cases, behaviours lead the way. Knows the
//! environment, since libFuzzer leaves no other way in; without a word in it the demo is the target.
//!
//! | variable | says |
//! | --- | --- |
//! | `HARNESS_TARGET` | base URL of the service; on loopback, or `HARNESS_ANYWHERE=1` |
//! | `HARNESS_SPEC` | file of its contract |
//! | `HARNESS_HEADERS` | header fields for every request, one a line |
//! | `HARNESS_FINDINGS` | folder for what is found; `fuzz/findings` if unset |
//! | `HARNESS_GUIDANCE` | `0`: libFuzzer is told of no behaviour |
//! | `HARNESS_BEHAVIOURS` | file that takes the number of behaviours seen, whenever it grows |

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{env, fs};

use harness_campaign::{CampaignConfig, Examiner, Limits};
use harness_contract::Contract;
use harness_demo::Faults;
use harness_model::Seed;
use harness_service::Session;
use harness_transport::{Clock, Http, HttpConfig, Route, SystemClock, is_loopback};

use crate::behaviour::behaviour;
use crate::{Reached, Target, counters};

/// From connecting to the last octet of one answer: libFuzzer wants many inputs a second.
const REQUEST_DEADLINE: Duration = Duration::from_secs(2);
/// Longest content that is read.
const RESPONSE_BYTES_MAX: usize = 1024 * 1024;
/// Requests that one shrink may send.
const SHRINK_PROBES_MAX: u32 = 250;
/// How long one shrink may take: the session waits for it.
const SHRINK_TIME_MAX: Duration = Duration::from_secs(10);

pub(crate) const TARGET: Target = Target {
    name: "service",
    explain: "Octets become a case for a running service (HARNESS_TARGET and HARNESS_SPEC; the demo without \
              them); what the checks find is confirmed, shrunk and written down, and the session goes on. \
              No octets make the harness panic.",
    run,
};

/// A session and what it has seen.
struct Live {
    session: Session,
    behaviours: BTreeSet<u64>,
    is_guided: bool,
    count_in: Option<PathBuf>,
}

static LIVE: Mutex<Option<Live>> = Mutex::new(None);

/// Runs one input.
///
/// # Panics
/// If the environment names no service that can be tested, with the reason.
pub fn run(data: &[u8]) -> Reached {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    let live =
        live.get_or_insert_with(|| Live::from_environment().unwrap_or_else(|why| panic!("{why}")));
    let Some(ran) = live.session.run(data) else { return Reached::Door };
    let before = live.behaviours.len();
    for (step, exchange) in &ran.sighting.steps {
        let behaviour = behaviour(step, exchange);
        live.behaviours.insert(behaviour);
        if live.is_guided {
            counters::see(behaviour);
        }
    }
    if let Some(path) = live.count_in.as_ref().filter(|_| live.behaviours.len() > before) {
        // A file that cannot be written costs a figure, not the session.
        let _ = fs::write(path, format!("{}\n", live.behaviours.len()));
    }
    Reached::Laws
}

impl Live {
    #[expect(clippy::disallowed_methods, reason = "libFuzzer owns the command line")]
    fn from_environment() -> Result<Self, String> {
        let word = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let (target, contract) = match (word("HARNESS_TARGET"), word("HARNESS_SPEC")) {
            (Some(target), Some(file)) => {
                let octets =
                    fs::read(&file).map_err(|error| format!("HARNESS_SPEC {file}: {error}"))?;
                let contract = harness_contract::read(&octets, &file);
                (target, contract.map_err(|error| format!("HARNESS_SPEC {file}: {error}"))?)
            }
            (None, None) => demo()?,
            _ => return Err("set both HARNESS_TARGET and HARNESS_SPEC, or none".to_owned()),
        };
        let headers = word("HARNESS_HEADERS").unwrap_or_default();
        let headers = headers.lines().filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        let folder = word("HARNESS_FINDINGS").unwrap_or_else(|| "fuzz/findings".to_owned());
        let anywhere = word("HARNESS_ANYWHERE").is_some_and(|value| value == "1");
        let examiner = examiner(&target, contract, headers.collect(), anywhere)?;
        Ok(Self {
            session: Session::new(examiner, Path::new(&folder)),
            behaviours: BTreeSet::new(),
            is_guided: word("HARNESS_GUIDANCE").is_none_or(|value| value != "0"),
            count_in: word("HARNESS_BEHAVIOURS").map(PathBuf::from),
        })
    }
}

/// A demo of our own on loopback, for as long as the process lives.
fn demo() -> Result<(String, Contract), String> {
    let contract = harness_contract::read(harness_demo::CONTRACT.as_bytes(), "demo shop");
    let contract = contract.map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let bound = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0)));
    let listener = bound.map_err(|error| format!("no port for the demo: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    std::thread::spawn(move || runtime.block_on(harness_demo::serve(listener, Faults::none())));
    Ok((format!("http://{address}"), contract))
}

fn examiner(
    target: &str,
    contract: Contract,
    headers: Vec<(String, String)>,
    anywhere: bool,
) -> Result<Examiner, String> {
    let base =
        url::Url::parse(target).map_err(|error| format!("HARNESS_TARGET {target}: {error}"))?;
    if !is_loopback(&base) && !anywhere {
        return Err(format!(
            "HARNESS_TARGET {target} is not on loopback; HARNESS_ANYWHERE=1 allows it"
        ));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let base_path = base.path().trim_end_matches('/').to_owned();
    let http = HttpConfig {
        base,
        headers,
        connect_timeout: REQUEST_DEADLINE,
        insecure: false,
        route: Route::default(),
        user_agent: format!("harness-fuzz/{}", env!("CARGO_PKG_VERSION")),
        connections_max: 1,
    };
    let transport = Http::new(&http, Arc::clone(&clock)).map_err(|error| error.to_string())?;
    let config = CampaignConfig {
        harness_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: Seed(0),
        target: target.to_owned(),
        base_path,
        own_base_paths: std::collections::BTreeMap::new(),
        workers: 1,
        rate_per_second: None,
        time_max: None,
        random_cases_per_operation: 0,
        rules: harness_campaign::Rules::default(),
        limits: Limits {
            request_deadline: REQUEST_DEADLINE,
            response_bytes_max: RESPONSE_BYTES_MAX,
            shrink_probes_max: SHRINK_PROBES_MAX,
            shrink_time_max: SHRINK_TIME_MAX,
            operation_time_max: Duration::MAX,
        },
    };
    Ok(Examiner::new(Arc::new(contract), config, Arc::new(transport), clock))
}
