//! Arguments of how the target is reached; the same for every command that sends requests.

use std::time::Duration;

use clap::Args;

use crate::args::values::{duration, header};

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
