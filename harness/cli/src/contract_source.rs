//! Where a contract comes from: a file, a URL, or one of the usual places on the target itself; and
//! where what it refers to may come from.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use harness_contract::{
    Contract, DOCUMENT_OCTETS_MAX, FetchError, Fetched, WELL_KNOWN_PATHS, looks_like_contract,
};
use harness_model::Octets;
use harness_transport::fetch;
use url::Url;

use crate::args::{ConnectionArgs, ContractArgs};
use crate::documents::{Document, Documents, read_file};
use crate::exit::{Exit, Failure};
use crate::way::{fetch_headers, route};

/// How long a document may take to arrive.
const FETCH_DEADLINE: Duration = Duration::from_secs(30);
/// How long one of the usual places may take to answer when the document is searched.
const PROBE_DEADLINE: Duration = Duration::from_secs(5);

/// A contract, with the documents it was read from.
pub(crate) struct Loaded {
    pub(crate) contract: Contract,
    pub(crate) documents: Documents,
}

/// Reads the contract at `place`, a file or URL.
pub(crate) async fn load(
    place: &str,
    reading: &ContractArgs,
    connection: &ConnectionArgs,
) -> Result<Loaded, Failure> {
    let octets = bring(place, reading, connection)
        .await
        .with_context(|| format!("cannot get the contract {place}"))
        .map_err(|error| Failure::new(Exit::Contract, error))?;
    parse(octets, place, reading, connection).await
}

/// A document from a file or URL.
async fn bring(
    place: &str,
    reading: &ContractArgs,
    connection: &ConnectionArgs,
) -> anyhow::Result<Vec<u8>> {
    match web_url(place) {
        Some(_) if reading.offline => Err(anyhow!("--offline forbids to fetch it")),
        Some(url) => Ok(fetch(
            &url,
            &fetch_headers(connection),
            connection.insecure,
            &route(connection).map_err(|failure| failure.error)?,
            FETCH_DEADLINE,
            DOCUMENT_OCTETS_MAX,
        )
        .await?),
        None => read_file(Path::new(place)),
    }
}

fn web_url(place: &str) -> Option<Url> {
    Url::parse(place).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

async fn parse(
    octets: Vec<u8>,
    place: &str,
    reading: &ContractArgs,
    connection: &ConnectionArgs,
) -> Result<Loaded, Failure> {
    let mut overlays = Vec::new();
    for overlay in &reading.overlay {
        let octets = bring(overlay, reading, connection)
            .await
            .with_context(|| format!("cannot get the overlay {overlay}"))
            .map_err(|error| Failure::new(Exit::Usage, error))?;
        overlays.push(Document { source: overlay.clone(), octets: Octets(octets) });
    }
    let source = place.to_owned();
    let mut documents = Documents { source, octets, overlays, others: Vec::new() };
    let others = Others { first: web_url(place), reading, connection };
    let contract = documents.read(&mut |location| others.fetch(location))?;
    testable(contract, place).map(|contract| Loaded { contract, documents })
}

/// Reads a contract that a run has stored.
pub(crate) fn load_stored(mut documents: Documents) -> Result<Loaded, Failure> {
    let contract = documents.read_again()?;
    let place = documents.source.clone();
    testable(contract, &place).map(|contract| Loaded { contract, documents })
}

/// The contract, if anything in it can be tested.
fn testable(contract: Contract, place: &str) -> Result<Contract, Failure> {
    if !contract.operations.is_empty() {
        return Ok(contract);
    }
    let skipped = contract.skipped.len();
    let why = match contract.skipped.first() {
        None => {
            let told = contract.diagnostics.iter().find(|it| it.code == "no-paths");
            told.map_or_else(|| "it describes no operations".to_owned(), |it| it.message.clone())
        }
        Some(first) => format!(
            "none of its {skipped} operations can be tested, the first because {}",
            first.reason
        ),
    };
    let error = anyhow!("the contract {place} leaves nothing to test: {why}");
    Err(Failure::new(Exit::Contract, error))
}

/// Brings what a contract refers to.
struct Others<'a> {
    /// Where the contract itself came from, if it was fetched.
    first: Option<Url>,
    reading: &'a ContractArgs,
    connection: &'a ConnectionArgs,
}

impl Others<'_> {
    fn fetch(&self, location: &str) -> Result<Fetched, FetchError> {
        let refused = |why: String| FetchError { why };
        let Some(url) = web_url(location) else {
            // A document from elsewhere must not have files of this machine read.
            if self.first.is_some() {
                return Err(refused("a contract from a URL may not refer to files".to_owned()));
            }
            let path = percent_encoding::percent_decode_str(location).decode_utf8_lossy();
            let octets = read_file(Path::new(&*path)).or_else(|error| {
                read_file(Path::new(location)).map_err(|_| refused(format!("{error:#}")))
            })?;
            return Ok(Fetched { octets, location: location.to_owned() });
        };
        if self.reading.offline {
            return Err(refused("--offline forbids to fetch it".to_owned()));
        }
        // Credentials are for the origin that the contract came from, not for whoever it names.
        let is_home = self.first.as_ref().is_some_and(|first| first.origin() == url.origin());
        let headers = if is_home { fetch_headers(self.connection) } else { Vec::new() };
        let route =
            route(self.connection).map_err(|failure| refused(format!("{:#}", failure.error)))?;
        let insecure = self.connection.insecure;
        let octets = apart(async {
            fetch(&url, &headers, insecure, &route, FETCH_DEADLINE, DOCUMENT_OCTETS_MAX).await
        })
        .ok_or_else(|| refused("no thread could be had to fetch it".to_owned()))?
        .map_err(|error| refused(error.to_string()))?;
        Ok(Fetched { octets, location: location.to_owned() })
    }
}

/// Waits for a future on a thread of its own: the reader is synchronous, and the runtime that calls it
/// has one thread only. Documents are few.
fn apart<T: Send>(future: impl Future<Output = T> + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            Some(runtime.block_on(future))
        });
        waiting.join().ok().flatten()
    })
}

/// Looks for the contract in the usual places on the target, below its path first, then at its root.
pub(crate) async fn discover(
    target: &Url,
    reading: &ContractArgs,
    connection: &ConnectionArgs,
) -> Result<Loaded, Failure> {
    let mut bases = vec![target.path().trim_end_matches('/').to_owned()];
    if !bases[0].is_empty() {
        bases.push(String::new());
    }
    let (headers, route) = (fetch_headers(connection), route(connection)?);
    let mut refused = None;
    for base in &bases {
        for path in WELL_KNOWN_PATHS {
            let mut url = target.clone();
            url.set_path(&format!("{base}{path}"));
            match fetch(
                &url,
                &headers,
                connection.insecure,
                &route,
                PROBE_DEADLINE,
                DOCUMENT_OCTETS_MAX,
            )
            .await
            {
                Ok(octets) if looks_like_contract(&octets) => {
                    return parse(octets, url.as_str(), reading, connection).await;
                }
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
