//! Arguments of how the target is reached; the same for every command that sends requests.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use harness_config::{ApiKey, Basic, Identity};
use url::Url;

use crate::args::values::{api_key, basic, duration, header, proxy};

/// How to reach the target. The same for every command that sends requests.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Header field sent with every request, e.g. 'Authorization: Bearer …'; never written to a report
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(String, String)>,
    /// Basic authentication; never written to a report
    #[arg(long, value_name = "USER:PASSWORD", value_parser = basic)]
    pub(crate) basic: Option<Basic>,
    /// Bearer token; never written to a report
    #[arg(long, value_name = "TOKEN")]
    pub(crate) bearer: Option<String>,
    /// API key: header:NAME=VALUE, query:NAME=VALUE or cookie:NAME=VALUE; never written to a report
    #[arg(long, value_name = "PLACE:NAME=VALUE", value_parser = api_key)]
    pub(crate) api_key: Option<ApiKey>,
    /// File of identities in the form of Web Fuzzing Commons (auth.yaml); the first is used by default
    #[arg(long, value_name = "FILE")]
    pub(crate) auth_file: Option<PathBuf>,
    /// Who may send requests, the default first: what arguments, file and settings add up to
    #[arg(skip)]
    pub(crate) identities: Vec<Identity>,
    /// Certificate authorities that are trusted beside this machine's, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The client's certificate and private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// HTTP proxy that requests go through
    #[arg(long, value_name = "URL", value_parser = proxy)]
    pub(crate) proxy: Option<Url>,
    /// Accept any TLS certificate
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Send wire faults (malformed HTTP by own octets) to a target that is not on loopback, too
    #[arg(long)]
    pub(crate) allow_wire: bool,
    /// Send no wire faults
    #[arg(long, conflicts_with = "allow_wire")]
    pub(crate) no_wire: bool,
    /// Total time for one request, from connecting to the last octet of the answer
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) request_timeout: Duration,
}
