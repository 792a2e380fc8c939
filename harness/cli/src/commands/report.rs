//! `harness report`: makes any report of a recorded run again.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use harness_report::{Context, Recorded};

use crate::args::ReportArgs;
use crate::complain;
use crate::contract_source::load_stored;
use crate::documents::Documents;
use crate::exit::{Exit, Failure};
use crate::reporting::{history, places, write_all};

/// Runs the command.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    let recorded = read(&args.run)?;
    let folder = folder_of(&args.run);
    let context = context(&recorded, &folder, args.history.as_deref())?;
    let written = write_all(&recorded, &context, &args.formats, &folder)?;
    let mut out = anstream::stdout();
    for path in written {
        // A closed pipe is nobody's problem.
        let _ = writeln!(out, "{}", path.display());
    }
    Ok(Exit::Clean)
}

/// A recorded run, or why it is none.
pub(crate) fn read(path: &Path) -> Result<Recorded, Failure> {
    Recorded::read(path).map_err(|error| Failure::new(Exit::Usage, error))
}

/// The run folder of a path that a user gave.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_path_buf();
    }
    path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn context(
    recorded: &Recorded,
    folder: &Path,
    history_folder: Option<&Path>,
) -> Result<Context, Failure> {
    // A report without lines is better than none: a contract that is gone or damaged is said, no more.
    let places = match Documents::stored(folder) {
        Ok(Some(documents)) => match load_stored(documents) {
            Ok(loaded) => places(recorded, &loaded.contract, &loaded.documents.octets),
            Err(failure) => {
                complain(&format!("note: no lines of the contract: {:#}", failure.error));
                std::collections::BTreeMap::new()
            }
        },
        Ok(None) => std::collections::BTreeMap::new(),
        Err(failure) => {
            complain(&format!("note: no lines of the contract: {:#}", failure.error));
            std::collections::BTreeMap::new()
        }
    };
    let history = match history_folder {
        Some(past) => history(past, recorded, folder)?,
        None => Vec::new(),
    };
    Ok(Context {
        folder: folder.display().to_string(),
        began: began(folder, recorded),
        places,
        history,
    })
}

/// When a run began: events carry no date, so the file's last change and the run's length say it.
fn began(folder: &Path, recorded: &Recorded) -> Option<jiff::Timestamp> {
    let changed = folder.join("events.jsonl").metadata().and_then(|meta| meta.modified()).ok()?;
    let length = std::time::Duration::from_micros(recorded.last_us);
    jiff::Timestamp::try_from(changed.checked_sub(length)?).ok()
}
