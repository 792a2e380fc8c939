//! The documents that a contract is made of, as they came: the first one, those that it refers to, and
//! overlays. A run keeps them all, so that its failures can be judged again anywhere.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use harness_contract::{
    Contract, DOCUMENT_OCTETS_MAX, FetchError, Fetched, Overlay, ReadOptions, read_with,
};
use harness_model::Octets;
use harness_report::RunFolder;
use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Failure};

/// Name of the file beside the contract's copy that holds everything else it was read with.
const DOCUMENTS_FILE: &str = "documents.json";

/// Everything that a contract was read from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Documents {
    /// File name or URL of the first document: what references in it are relative to.
    pub(crate) source: String,
    /// The first document. Kept in a file of its own.
    #[serde(skip)]
    pub(crate) octets: Vec<u8>,
    /// In the order in which they are applied.
    pub(crate) overlays: Vec<Document>,
    /// What was asked for on the way, in that order.
    pub(crate) others: Vec<Other>,
}

/// A document by its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) source: String,
    pub(crate) octets: Octets,
}

/// A document that another one refers to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Other {
    /// As it was asked for.
    asked: String,
    /// Where it was found in the end.
    location: String,
    octets: Octets,
}

impl Documents {
    /// Reads the contract. What it refers to is brought by `bring` and kept.
    pub(crate) fn read(
        &mut self,
        bring: &mut dyn FnMut(&str) -> Result<Fetched, FetchError>,
    ) -> Result<Contract, Failure> {
        let overlays = self.overlays.iter().map(|overlay| {
            Overlay::read(&overlay.octets.0, &overlay.source)
                .map_err(|error| Failure::new(Exit::Usage, error))
        });
        let overlays: Vec<Overlay> = overlays.collect::<Result<_, _>>()?;
        let mut others = Vec::new();
        let mut fetch = |asked: &str| {
            let fetched = bring(asked)?;
            others.push(Other {
                asked: asked.to_owned(),
                location: fetched.location.clone(),
                octets: Octets(fetched.octets.clone()),
            });
            Ok(fetched)
        };
        let options = ReadOptions { fetch: Some(&mut fetch), overlays: &overlays };
        let contract = read_with(&self.octets, &self.source, options)
            .map_err(|error| Failure::new(Exit::Contract, error))?;
        self.others = others;
        Ok(contract)
    }

    /// Writes everything into a run's folder.
    pub(crate) fn store(&self, folder: &RunFolder) -> Result<(), Failure> {
        let failed = |error| Failure::new(Exit::Report, anyhow::Error::new(error));
        if self.octets.is_empty() {
            return Ok(());
        }
        folder.write(contract_file(&self.octets), &self.octets).map_err(failed)?;
        if !self.overlays.is_empty() || !self.others.is_empty() {
            let text = serde_json::to_vec_pretty(self)
                .map_err(|error| Failure::new(Exit::Internal, error))?;
            folder.write(DOCUMENTS_FILE, &text).map_err(failed)?;
        }
        Ok(())
    }

    /// What a run has stored beside a failure file or in a run folder; `None` if nothing is there.
    pub(crate) fn stored(path: &Path) -> Result<Option<Self>, Failure> {
        let Some(copy) = stored_contract(path) else { return Ok(None) };
        let octets = read_file(&copy).map_err(|error| Failure::new(Exit::Contract, error))?;
        let beside = copy.with_file_name(DOCUMENTS_FILE);
        let mut documents = if beside.is_file() {
            let text = read_file(&beside).map_err(|error| Failure::new(Exit::Contract, error))?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{} is damaged; pass --contract", beside.display()))
                .map_err(|error| Failure::new(Exit::Contract, error))?
        } else {
            Self { source: copy.display().to_string(), ..Self::default() }
        };
        documents.octets = octets;
        Ok(Some(documents))
    }

    /// Reads a stored contract again: what it refers to was stored with it.
    pub(crate) fn read_again(&mut self) -> Result<Contract, Failure> {
        let known = std::mem::take(&mut self.others);
        self.read(&mut |asked| {
            let found = known.iter().find(|other| other.asked == asked);
            let other = found.ok_or_else(|| FetchError {
                why: "it was not there when the run was made".to_owned(),
            })?;
            Ok(Fetched { octets: other.octets.0.clone(), location: other.location.clone() })
        })
    }
}

/// The octets of a file, bounded as contracts are.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut octets = Vec::new();
    let limit = DOCUMENT_OCTETS_MAX as u64 + 1;
    file.take(limit)
        .read_to_end(&mut octets)
        .with_context(|| format!("cannot read {}", path.display()))?;
    if octets.len() > DOCUMENT_OCTETS_MAX {
        return Err(anyhow!("{} is over {DOCUMENT_OCTETS_MAX} bytes", path.display()));
    }
    Ok(octets)
}

/// Name of the contract's copy: its ending says how to read it.
fn contract_file(octets: &[u8]) -> &'static str {
    let first = octets.iter().find(|octet| !octet.is_ascii_whitespace());
    if first == Some(&b'{') { "contract.json" } else { "contract.yaml" }
}

/// The copy of the contract next to a failure file, if there is one.
fn stored_contract(path: &Path) -> Option<PathBuf> {
    let start = if path.is_dir() { path } else { path.parent()? };
    let folders = [Some(start), start.parent()];
    let names = ["contract.json", "contract.yaml"];
    let mut candidates =
        folders.into_iter().flatten().flat_map(|folder| names.map(|name| folder.join(name)));
    candidates.find(|candidate| candidate.is_file())
}
