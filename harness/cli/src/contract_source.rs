//! Where a contract comes from: a file, a URL, or one of the usual places on the target itself.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use harness_contract::{Contract, WELL_KNOWN_PATHS, looks_like_contract, read};
use harness_transport::fetch;
use url::Url;

use crate::args::ConnectionArgs;
use crate::exit::{Exit, Failure};

/// Largest document that is read. The largest public one known (a cloud provider's) has 90 MB.
const DOCUMENT_BYTES_MAX: usize = 256 * 1024 * 1024;
/// How long a document may take to arrive.
const FETCH_DEADLINE: Duration = Duration::from_secs(30);
/// How long one of the usual places may take to answer when the document is searched.
const PROBE_DEADLINE: Duration = Duration::from_secs(5);

/// A contract, with the octets it was read from.
pub(crate) struct Loaded {
    pub(crate) contract: Contract,
    pub(crate) octets: Vec<u8>,
}

/// Reads the contract at `place`, a file or URL.
pub(crate) async fn load(place: &str, connection: &ConnectionArgs) -> Result<Loaded, Failure> {
    let octets = match Url::parse(place) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => fetch(
            &url,
            &connection.headers,
            connection.insecure,
            FETCH_DEADLINE,
            DOCUMENT_BYTES_MAX,
        )
        .await
        .with_context(|| format!("cannot fetch the contract from {url}"))
        .map_err(|error| Failure::new(Exit::Contract, error))?,
        _ => read_file(Path::new(place)).map_err(|error| Failure::new(Exit::Contract, error))?,
    };
    parse(octets, place)
}

fn parse(octets: Vec<u8>, place: &str) -> Result<Loaded, Failure> {
    let contract = read(&octets, place).map_err(|error| Failure::new(Exit::Contract, error))?;
    if contract.operations.is_empty() {
        let skipped = contract.skipped.len();
        let why = if skipped == 0 {
            "it describes no operations".to_owned()
        } else {
            format!(
                "none of its {skipped} operations can be tested, the first because {}",
                contract.skipped[0].reason
            )
        };
        let error = anyhow!("the contract {place} leaves nothing to test: {why}");
        return Err(Failure::new(Exit::Contract, error));
    }
    Ok(Loaded { contract, octets })
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file =
        File::open(path).with_context(|| format!("cannot open the contract {}", path.display()))?;
    let mut octets = Vec::new();
    let limit = DOCUMENT_BYTES_MAX as u64 + 1;
    file.take(limit)
        .read_to_end(&mut octets)
        .with_context(|| format!("cannot read the contract {}", path.display()))?;
    if octets.len() > DOCUMENT_BYTES_MAX {
        return Err(anyhow!("the contract {} is over {DOCUMENT_BYTES_MAX} bytes", path.display()));
    }
    Ok(octets)
}

/// Looks for the contract in the usual places on the target, below its path first, then at its root.
pub(crate) async fn discover(target: &Url, connection: &ConnectionArgs) -> Result<Loaded, Failure> {
    let mut bases = vec![target.path().trim_end_matches('/').to_owned()];
    if !bases[0].is_empty() {
        bases.push(String::new());
    }
    let mut refused = None;
    for base in &bases {
        for path in WELL_KNOWN_PATHS {
            let mut url = target.clone();
            url.set_path(&format!("{base}{path}"));
            match fetch(
                &url,
                &connection.headers,
                connection.insecure,
                PROBE_DEADLINE,
                DOCUMENT_BYTES_MAX,
            )
            .await
            {
                Ok(octets) if looks_like_contract(&octets) => return parse(octets, url.as_str()),
                Ok(_) => {}
                // Nobody there: the other places would only say the same.
                Err(error) if error.is_connect() => {
                    let error =
                        anyhow!("no answer from {target}: {error}; is the service running there?");
                    return Err(Failure::new(Exit::Unreachable, error));
                }
                Err(error) => refused = Some(error),
            }
        }
    }
    let last = refused.map(|error| format!(" (the last answered: {error})")).unwrap_or_default();
    let error = anyhow!(
        "found no contract on {target}: tried {} usual places such as {}{last}; pass --contract FILE|URL",
        WELL_KNOWN_PATHS.len() * bases.len(),
        WELL_KNOWN_PATHS[0],
    );
    Err(Failure::new(Exit::Contract, error))
}
