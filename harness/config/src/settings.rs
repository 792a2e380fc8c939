//! The settings file, field by field. Every field has a twin on the command line, or says why not.
//! Texts that the command line parses too (durations, rates, filters) stay texts here, so that there
//! is one parser for both.

use std::collections::BTreeMap;

use harness_model::Severity;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Identity;

/// `harness.toml`. Every field may be left out; what the command line says wins. Values may hold
/// variables of the environment: `${NAME}`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Base URL of the running service, as `--target`.
    pub target: Option<String>,
    /// The contract, a file (relative to the working directory) or URL, as `--contract`.
    pub contract: Option<String>,
    /// Put before every path of the contract, as `--base-path`.
    pub base_path: Option<String>,
    /// Overlays of the contract, as `--overlay`.
    pub overlays: Vec<String>,
    /// Only these operations, as `--include`.
    pub include: Vec<String>,
    /// Not these operations, as `--exclude`.
    pub exclude: Vec<String>,
    /// Header fields of every request, as `--header`. Never written to a report.
    pub headers: IndexMap<String, String>,
    /// Seed of all chance, as `--seed`.
    pub seed: Option<u64>,
    /// Exit with 1 only for findings at least this severe, as `--fail-on`.
    pub fail_on: Option<Severity>,
    /// File of known findings, as `--baseline`; without it `harness-baseline.toml`, if there is one.
    pub baseline: Option<String>,
    /// Folder of counterexamples that are replayed first, as `--regressions`.
    pub regressions: Option<String>,
    /// Checks that are not asked, by name, as `--disable-check`.
    pub disabled_checks: Vec<String>,
    /// How much is sent.
    pub budget: Budget,
    /// How the target is reached.
    pub connection: Connection,
    /// Where results go.
    pub output: Output,
    /// Who sends the requests. The first is used wherever no other is asked for.
    pub identities: Vec<Identity>,
    /// A file of identities in the form of Web Fuzzing Commons, as `--auth-file`.
    pub auth_file: Option<String>,
    /// Values that parameters and members of contents always have.
    pub fixed: Fixed,
    /// What holds for some operations only: a filter, written like `--include`, and its settings.
    /// Of several filters that match, all count.
    pub operations: IndexMap<String, OperationSettings>,
}

/// How much is sent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Stop planning after this time, e.g. `90s`, `2m`; as `--max-time`.
    pub max_time: Option<String>,
    /// Random valid cases per operation, as `--cases`.
    pub cases: Option<u32>,
    /// Requests in flight at once, as `--workers`.
    pub workers: Option<usize>,
    /// Requests a second at most, e.g. `50`, `600/m`; as `--rate`.
    pub rate: Option<String>,
}

/// How the target is reached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// Total time for one request, e.g. `10s`; as `--request-timeout`.
    pub request_timeout: Option<String>,
    /// Accept any TLS certificate, as `--insecure`.
    pub insecure: bool,
    /// Send faults of the wire to other machines too, as `--allow-wire`.
    pub allow_wire: bool,
    /// Send no faults of the wire, as `--no-wire`.
    pub no_wire: bool,
    /// PEM file of certificate authorities that are trusted beside the machine's, as `--ca-file`.
    pub ca_file: Option<String>,
    /// PEM file of the client's certificate and private key, as `--client-certificate`.
    pub client_certificate: Option<String>,
    /// URL of an HTTP proxy that requests go through, as `--proxy`. The environment's are ignored.
    pub proxy: Option<String>,
}

/// Where results go.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Output {
    /// Where run folders are made, as `--reports`.
    pub reports: Option<String>,
}

/// Values that are always the same: a tenant, an account that exists.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fixed {
    /// Name of a parameter, wherever it travels → its value. It replaces what would be generated,
    /// and is added where the parameter is optional.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// JSON pointer of a member of a content, e.g. `/customer/id` → its value, where the member is
    /// generated.
    pub body: BTreeMap<String, serde_json::Value>,
}

/// What holds for some operations only.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationSettings {
    /// Statuses that are as good as declared, to valid and to invalid requests alike: they are
    /// neither undeclared nor a wrong refusal, acceptance or server error.
    pub expected_statuses: Vec<u16>,
    /// Checks that are not asked here, by name.
    pub disabled_checks: Vec<String>,
    /// Values that are always the same here.
    pub fixed: Fixed,
}
