//! Reports of a whole run: what is asked for, what they need to know beside the events, where they go.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use harness_contract::{Contract, Diagnostic, DiagnosticSeverity, locate};
use harness_model::Summary;
use harness_report::{Context, Past, Recorded, form};

use crate::args::Wanted;
use crate::exit::{Exit, Failure};

/// Earlier runs that a report shows; two months of nights.
const PAST_MAX: usize = 60;
/// Folders that are looked at for earlier runs.
const FOLDERS_MAX: usize = 10_000;

/// Writes one report after the other; the first that cannot be written is the error, the others are
/// written all the same.
pub(crate) fn write_all(
    run: &Recorded,
    context: &Context,
    wanted: &[Wanted],
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    let mut trouble = None;
    for wanted in wanted {
        match write(run, context, wanted, folder) {
            Ok(path) => written.extend(path),
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    match trouble {
        Some(error) => Err(Failure::new(Exit::Report, error)),
        None => Ok(written),
    }
}

fn write(
    run: &Recorded,
    context: &Context,
    wanted: &Wanted,
    folder: &Path,
) -> anyhow::Result<Option<PathBuf>> {
    let form = form(&wanted.format).ok_or_else(|| anyhow!("no format {:?}", wanted.format))?;
    let octets = (form.write)(run, context);
    let path = match &wanted.path {
        Some(path) if path.as_os_str() == "-" => {
            std::io::stdout().write_all(&octets).context("cannot write to standard output")?;
            return Ok(None);
        }
        Some(path) => path.clone(),
        None => folder.join(form.file),
    };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make {}", parent.display()))?;
    }
    // Whole or not at all, so that whoever picks it up never reads half of it.
    let mut partial = path.clone().into_os_string();
    partial.push(".partial");
    std::fs::write(&partial, &octets)
        .and_then(|()| std::fs::rename(&partial, &path))
        .with_context(|| format!("cannot write {}; pass FORMAT=PATH", path.display()))?;
    Ok(Some(path))
}

/// Lines of the contract elements that findings blame.
pub(crate) fn places(
    run: &Recorded,
    contract: &Contract,
    octets: &[u8],
) -> BTreeMap<String, (String, usize)> {
    let pointers: Vec<&str> = run
        .found
        .iter()
        .filter_map(|found| found.finding.evidence.contract_pointer.as_deref())
        .collect();
    let place = |pointer: &&str| {
        let (source, rest) = contract.place(pointer.trim_start_matches('#'));
        Diagnostic {
            severity: DiagnosticSeverity::Note,
            code: String::new(),
            message: String::new(),
            source: source.to_owned(),
            pointer: rest.to_owned(),
            position: None,
        }
    };
    let mut wanted: Vec<Diagnostic> = pointers.iter().map(place).collect();
    locate(contract, octets, &mut wanted);
    let found = pointers.iter().zip(wanted).filter_map(|(pointer, place)| {
        // A stored copy stands for the place that the run read the contract from.
        let is_first = place.source == contract.source;
        let source = if is_first { run.contract_source.clone() } else { place.source };
        Some(((*pointer).to_owned(), (source, place.position?.line)))
    });
    found.collect()
}

/// Runs of the same contract below a folder, oldest first, without the one that is reported on.
///
/// # Errors
/// If the folder cannot be listed; what is no run in it is passed over.
pub(crate) fn history(folder: &Path, run: &Recorded, own: &Path) -> Result<Vec<Past>, Failure> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot list the history {}", folder.display()))
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    let own = own.canonicalize().ok();
    let mut found = Vec::new();
    for entry in entries.flatten().take(FOLDERS_MAX) {
        let file = entry.path().join("summary.json");
        let is_own = own.is_some() && entry.path().canonicalize().ok() == own;
        let Ok(text) = std::fs::read(&file) else { continue };
        let Ok(summary) = serde_json::from_slice::<Summary>(&text) else { continue };
        if is_own || summary.contract_title != contract_title(run) {
            continue;
        }
        let written = file.metadata().and_then(|meta| meta.modified()).ok();
        let name = entry.file_name().to_string_lossy().into_owned();
        let past = Past { name, findings: summary.findings, failures: summary.failures };
        found.push((written, past));
    }
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.name.cmp(&y.name)));
    let skip = found.len().saturating_sub(PAST_MAX);
    Ok(found.into_iter().skip(skip).map(|(_, past)| past).collect())
}

/// `info.title` as summaries hold it: events have the version behind it.
fn contract_title(run: &Recorded) -> String {
    let known = run.summary.as_ref().map(|summary| summary.contract_title.clone());
    known.unwrap_or_else(|| run.contract_title.clone())
}
