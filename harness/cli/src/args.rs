//! The command line: what may be written, and nothing about what it leads to.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use harness_campaign::Filter;
use harness_model::Seed;
use url::Url;

use crate::exit::TABLE;

/// Most requests in flight at once: beyond it a single machine measures itself.
const WORKERS_MAX: usize = 256;

/// Independent adversarial test harness for HTTP services.
#[derive(Debug, Parser)]
#[command(
    name = "harness",
    version,
    about = "Independent adversarial test harness for HTTP services",
    long_about = "Reads an API's contract, generates valid, boundary and violating requests from it \
                  alone, fires them at a running service, judges the answers, and writes confirmed, \
                  shrunk, replayable failures.",
    after_help = TABLE,
    arg_required_else_help = true,
    propagate_version = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Test a running service against its contract
    Run(Box<RunArgs>),
    /// Fire stored failures again: FIXED, FAILS or CANNOT REPLAY
    Replay(ReplayArgs),
    /// Meet the harness: test an embedded shop with known faults
    Demo(DemoArgs),
    /// Show what a contract offers, what will be attacked, and what cannot be and why
    Inspect(Box<InspectArgs>),
    /// Show where a contract is too loose to test, with a score per operation
    Lint(Box<LintArgs>),
    /// Print the cases that a run would send, as JSON lines, and send nothing
    Generate(Box<GenerateArgs>),
    /// Explain a check, phase, generator, fault or report by name
    Explain(ExplainArgs),
}

/// How to reach the target. The same for every command that sends requests.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Header field sent with every request, e.g. 'Authorization: Bearer …'; never written to a report
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(String, String)>,
    /// Accept any TLS certificate
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Total time for one request, from connecting to the last octet of the answer
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) request_timeout: Duration,
}

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
    #[command(flatten)]
    pub(crate) reading: ContractArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
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

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    /// Base URL of the running service
    #[arg(long, value_name = "URL", value_parser = target)]
    pub(crate) target: Url,
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
    /// Folder of counterexamples that are replayed first
    #[arg(long, value_name = "DIR")]
    pub(crate) regressions: Option<PathBuf>,
    /// Print the planned requests and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What is written, and where.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Where run folders are made
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) reports: PathBuf,
    /// Name of the run folder; without it, time and seed
    #[arg(long, value_name = "NAME", value_parser = folder_name)]
    pub(crate) run_name: Option<String>,
}

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
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// What to explain; without it, everything is listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

fn target(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        let hint = if text.contains("://") {
            String::new()
        } else {
            format!("; did you mean http://{text}?")
        };
        format!("{error}{hint}")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let hint = if text.contains("://") {
            String::new()
        } else {
            format!("; did you mean http://{text}?")
        };
        return Err(format!("the scheme must be http or https{hint}"));
    }
    if url.host_str().is_none() {
        return Err("the URL names no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials do not belong in the URL, which reports show; pass \
                    --header 'Authorization: Basic …'"
            .to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a base URL has no query and no fragment".to_owned());
    }
    Ok(url)
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as 'Name: value'")?;
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_token) {
        return Err(format!("{name:?} is not a field name (RFC 9110, 5.1)"));
    }
    let value = value.trim_matches([' ', '\t']);
    if value.chars().any(|c| c.is_ascii_control() && c != '\t') {
        return Err(format!("the value of {name} holds a control character"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| error.to_string())
}

fn workers(text: &str) -> Result<usize, String> {
    let workers: usize = text.parse().map_err(|_| "must be a whole number".to_owned())?;
    if (1..=WORKERS_MAX).contains(&workers) {
        Ok(workers)
    } else {
        Err(format!("must be 1 to {WORKERS_MAX}"))
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let (number, seconds) = match text.split_once('/') {
        None | Some((_, "s")) => (text.trim_end_matches("/s"), 1.0),
        Some((number, "m")) => (number, 60.0),
        Some((number, "h")) => (number, 3600.0),
        Some((_, unit)) => return Err(format!("the unit {unit:?} is not s, m or h")),
    };
    let number: f64 = number.parse().map_err(|_| "write e.g. 50, 50/s or 600/m".to_owned())?;
    let per_second = number / seconds;
    if per_second.is_finite() && per_second > 0.0 {
        Ok(per_second)
    } else {
        Err("must be greater than 0".to_owned())
    }
}

/// `90s`, `2m`, `1h30m`, or seconds as a bare number.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write e.g. 90s, 2m or 1h30m".to_owned();
    let duration = if let Ok(seconds) = text.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?
    } else {
        let signed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
        Duration::try_from(signed).map_err(|_| wrong())?
    };
    if duration.is_zero() { Err("must be longer than 0".to_owned()) } else { Ok(duration) }
}

fn folder_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || text.starts_with('.') || !text.chars().all(is_plain) {
        return Err("may hold letters, digits, '-', '_' and '.', and not begin with '.'".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory as _;

    use super::{Cli, duration, header, rate, target};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_have_units_or_are_seconds() {
        for (text, expected) in [
            ("90s", Some(Duration::from_secs(90))),
            ("2m", Some(Duration::from_mins(2))),
            ("1h30m", Some(Duration::from_mins(90))),
            ("1.5", Some(Duration::from_millis(1500))),
            ("250ms", Some(Duration::from_millis(250))),
            ("0", None),
            ("-1s", None),
            ("soon", None),
        ] {
            assert_eq!(duration(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn rates_are_per_second_unless_said_otherwise() {
        for (text, expected) in [
            ("50", Some(50.0)),
            ("50/s", Some(50.0)),
            ("600/m", Some(10.0)),
            ("0", None),
            ("-1", None),
            ("10/d", None),
            ("fast", None),
        ] {
            assert_eq!(rate(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn headers_are_a_token_and_a_value() {
        assert_eq!(header("X-Key: a: b").ok(), Some(("X-Key".into(), "a: b".into())));
        assert!(header("no colon").is_err());
        assert!(header("bad name: x").is_err());
        assert!(header("X: a\nb").is_err());
    }

    #[test]
    fn a_target_without_scheme_is_refused_with_a_hint() {
        for text in ["localhost:8080", "127.0.0.1:8080", "example"] {
            let message = target(text).expect_err(text);
            assert!(message.contains(&format!("did you mean http://{text}?")), "{message}");
        }
        assert!(target("http://user:pw@localhost/").is_err());
        assert!(target("ftp://localhost/").is_err());
        assert!(target("http://localhost:8080/api").is_ok());
    }
}
