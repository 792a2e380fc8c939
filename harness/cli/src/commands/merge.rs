//! `harness merge`: the runs of all shards become the run that one machine would have made.

use std::io::Write as _;
use std::path::Path;

use harness_transport::Secrets;

use crate::args::MergeArgs;
use crate::commands::report::read;
use crate::contract_source::load_stored;
use crate::documents::Documents;
use crate::exit::{Exit, Failure};
use crate::session::Session;
use crate::standards::Standards;

/// Runs the command. The exit code is that of the merged run.
pub(crate) fn run(args: &MergeArgs) -> Result<Exit, Failure> {
    let runs: Vec<&Path> = args.runs.iter().map(AsRef::as_ref).collect();
    let first = read(runs[0])?;
    let seed = first.seed.expect("a run that was read has begun");
    let stored = Documents::stored(runs[0])?;
    let (contract, documents) = match stored {
        Some(mut documents) => {
            let loaded = load_stored(documents.clone())?;
            // The copy that is read stands for where the runs read it.
            documents.source.clone_from(&first.contract_source);
            (Some(loaded.contract), documents)
        }
        None => (None, Documents::default()),
    };
    let order: Vec<_> =
        contract.iter().flat_map(|it| &it.operations).map(|it| it.key.clone()).collect();
    let events = harness_report::merge(&runs, &order)
        .map_err(|error| Failure::new(Exit::Usage, anyhow::Error::new(error)))?;
    let standards = Standards::read(&args.judged)?;
    let session =
        Session::open(&args.output, seed, Secrets::default(), &documents)?.held_to(standards);
    let folder = session.shown_folder().to_owned();
    let exit = session.retell(events, contract.as_ref())?;
    let _ = writeln!(anstream::stdout(), "{folder}");
    Ok(exit)
}
