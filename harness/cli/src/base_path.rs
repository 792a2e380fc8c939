//! What stands before every path of the contract: the target's own path, or that of the contract's
//! server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use harness_contract::{Contract, Location, Operation, OperationKey};
use harness_generate::{OperationPlan, render};
use harness_model::Outcome;
use harness_transport::{SendOptions, Transport};
use url::Url;

/// Operations that are asked when two bases are possible.
const PROBES_MAX: usize = 5;
/// How long each may take.
const PROBE_DEADLINE: Duration = Duration::from_secs(3);
/// How much of an answer is read: only its status counts.
const PROBE_BYTES_MAX: usize = 64 * 1024;

/// Decides the base path: as given; else the target's path if it has one; else the path of the
/// contract's first server. Where the last differs from the root, both are tried with a few safe
/// requests, and the one with fewer 404s wins.
pub(crate) async fn decide(
    given: Option<&str>,
    target: &Url,
    contract: &Contract,
    transport: &Arc<dyn Transport>,
) -> String {
    let declared = without_asking(given, target, contract);
    if given.is_some() || declared.is_empty() || !normalised(target.path()).is_empty() {
        return declared;
    }
    let at_declared = not_found(&declared, contract, transport).await;
    let at_root = not_found("", contract, transport).await;
    if at_root < at_declared { String::new() } else { declared }
}

/// The base path as far as it can be told without sending anything.
pub(crate) fn without_asking(given: Option<&str>, target: &Url, contract: &Contract) -> String {
    if let Some(given) = given {
        return normalised(given);
    }
    let own = normalised(target.path());
    if !own.is_empty() {
        return own;
    }
    contract.servers.first().map_or_else(String::new, |server| of_server(&server.url))
}

/// Paths of the servers that single operations have, where the run's base is that of the contract's own
/// server: a target or an option that says otherwise means the whole service.
pub(crate) fn own(base: &str, contract: &Contract) -> BTreeMap<OperationKey, String> {
    let declared =
        contract.servers.first().map_or_else(String::new, |server| of_server(&server.url));
    if base != declared {
        return BTreeMap::new();
    }
    let of = |operation: &Operation| {
        let server = operation.servers.first()?;
        Some((operation.key.clone(), of_server(&server.url)))
    };
    contract.operations.iter().filter_map(of).collect()
}

/// Path of a server URL, absolute or relative, without a trailing `/`.
pub(crate) fn of_server(url: &str) -> String {
    match Url::parse(url) {
        Ok(absolute) => normalised(absolute.path()),
        Err(_) if url.starts_with('/') => normalised(url.split(['?', '#']).next().unwrap_or("")),
        Err(_) => String::new(),
    }
}

/// With a leading and without a trailing `/`; empty for the root.
fn normalised(path: &str) -> String {
    let path = path.trim_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

/// How many of a few GET requests are answered with 404 below this base.
async fn not_found(base: &str, contract: &Contract, transport: &Arc<dyn Transport>) -> usize {
    let is_plain = |key: &&OperationKey| {
        contract.operation(key).is_some_and(|operation| {
            operation.method == "GET"
                && !operation.parameters.iter().any(|p| p.location == Location::Path)
        })
    };
    let keys: Vec<&OperationKey> = contract.operations.iter().map(|o| &o.key).collect();
    let mut asked: Vec<&OperationKey> = keys.iter().copied().filter(|key| is_plain(key)).collect();
    if asked.is_empty() {
        asked = keys;
    }
    let options = SendOptions {
        deadline: PROBE_DEADLINE,
        fresh_connection: false,
        response_bytes_max: PROBE_BYTES_MAX,
    };
    let mut count = 0;
    for key in asked.into_iter().take(PROBES_MAX) {
        let Some(operation) = contract.operation(key).filter(|o| o.method == "GET") else {
            continue;
        };
        let Some(step) = OperationPlan::compile(contract, operation).baseline() else { continue };
        let Ok(request) = render(&step, base) else { continue };
        if let Outcome::Response(response) = transport.send(&request, options).await.outcome {
            count += usize::from(response.status == 404);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::of_server;

    #[test]
    fn of_servers_come_from_absolute_and_relative_urls() {
        for (url, expected) in [
            ("https://api.example.com", ""),
            ("https://api.example.com/", ""),
            ("https://api.example.com/v1/", "/v1"),
            ("/api/v3", "/api/v3"),
            ("/", ""),
            ("v1", ""),
        ] {
            assert_eq!(of_server(url), expected, "{url}");
        }
    }
}
