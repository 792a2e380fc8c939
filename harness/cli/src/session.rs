//! A run with its reports: folder, reporters, Ctrl-C, exit code.

use std::io::IsTerminal as _;

use std::path::PathBuf;
use std::sync::Arc;

use harness_campaign::{Campaign, CampaignError, Stop, run};
use harness_contract::Contract;
use harness_model::{Counterexample, Event, Fact, Seed, Summary};
use harness_report::{
    Context, EventLog, FailureFiles, Look, Masker, Recorded, Reporter, RunFolder, SummaryFile,
    Terminal,
};
use harness_transport::Secrets;
use url::Url;

use crate::args::{OutputArgs, Wanted};
use crate::complain;
use crate::documents::Documents;
use crate::exit::{Exit, Failure};
use crate::reporting::{history, places, write_all};
use crate::standards::Standards;

/// Width of a line where there is no terminal to ask.
const WIDTH: usize = 110;

/// What stays open while a run goes on.
pub(crate) struct Session {
    folder: RunFolder,
    shown_folder: String,
    secrets: Secrets,
    standards: Standards,
    octets: Vec<u8>,
    wanted: Vec<Wanted>,
    history: Option<PathBuf>,
    began: jiff::Timestamp,
}

/// What a run left behind.
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    pub(crate) found: Vec<Counterexample>,
}

impl Session {
    /// Makes the run folder and stores the contract's documents in it, before anything is sent.
    pub(crate) fn open(
        output: &OutputArgs,
        seed: Seed,
        secrets: Secrets,
        documents: &Documents,
    ) -> Result<Self, Failure> {
        let name = output.run_name.clone().unwrap_or_else(|| {
            let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
            format!("{now}-{seed}")
        });
        let path = output.reports.join(name);
        let failed = |error| Failure::new(Exit::Report, anyhow::Error::new(error));
        let folder = RunFolder::create(&path).map_err(failed)?;
        documents.store(&folder)?;
        let shown_folder = path.display().to_string();
        let is_html = |wanted: &Wanted| wanted.format == "html";
        let mut wanted = output.formats.clone();
        if !wanted.iter().any(is_html) {
            wanted.insert(0, Wanted { format: "html".to_owned(), path: None });
        }
        Ok(Self {
            folder,
            shown_folder,
            secrets,
            standards: Standards::default(),
            octets: documents.octets.clone(),
            wanted,
            history: output.history.clone(),
            began: jiff::Timestamp::now(),
        })
    }

    /// With a baseline and a threshold of its own.
    pub(crate) fn held_to(self, standards: Standards) -> Self {
        Self { standards, ..self }
    }

    /// Runs a campaign and reports on it.
    pub(crate) async fn run(self, campaign: Campaign) -> Result<Outcome, Failure> {
        let time_max = campaign.config.time_max;
        let look = Look {
            interactive: std::io::stderr().is_terminal() && std::io::stdout().is_terminal(),
            width: WIDTH,
            folder: self.shown_folder.clone(),
            time_max_us: time_max.map(|t| u64::try_from(t.as_micros()).unwrap_or(u64::MAX)),
        };
        let failed = |error| Failure::new(Exit::Report, anyhow::Error::new(error));
        let events = EventLog::create(&self.folder).map_err(failed)?;
        let mut reporters: Vec<Box<dyn Reporter>> = vec![
            Box::new(events),
            Box::new(FailureFiles::new(self.folder.clone())),
            Box::new(SummaryFile::new(self.folder.clone())),
            Box::new(Terminal::new(Box::new(anstream::stdout()), look)),
        ];
        let stop = Stop::new();
        let listener = tokio::spawn(listen(stop.clone()));
        let contract = Arc::clone(&campaign.contract);
        let mut recorded = Recorded::default();
        let mut masker = Masker::new(&self.secrets.all());
        let mut known = self.secrets.len();
        let mut standings = Vec::new();
        let mut trouble = None;
        let result = {
            let mut emit = |event: Event| {
                if self.secrets.len() != known {
                    // Somebody has logged in since.
                    masker = Masker::new(&self.secrets.all());
                    known = self.secrets.len();
                }
                let mut event = masker.masked(event);
                if let Fact::RunFinished { summary } = &mut event.fact {
                    summary.standings = self.standards.assess(&recorded.found, summary);
                    standings.clone_from(&summary.standings);
                }
                for reporter in &mut reporters {
                    if let Err(error) = reporter.event(&event) {
                        // Said once: a full disk would repeat it for every event.
                        if trouble.is_none() {
                            complain(&format!("error: {error}"));
                        }
                        trouble = Some(error);
                    }
                }
                recorded.take(&event);
            };
            run(campaign, &mut emit, &stop).await
        };
        listener.abort();
        let summary = match result {
            Ok(summary) => Summary { standings, ..summary },
            Err(error) => {
                // Nothing was tested, so an empty folder would only mislead.
                let _ = std::fs::remove_dir_all(self.folder.path());
                return Err(unable(error));
            }
        };
        if let Err(failure) = self.report(&recorded, Some(&contract)) {
            complain(&format!("error: {:#}", failure.error));
            return Ok(Outcome { exit: Exit::Report, found: recorded.found });
        }
        let found = &recorded.found;
        let exit =
            if trouble.is_some() { Exit::Report } else { self.standards.exit_of(found, &summary) };
        Ok(Outcome { exit, found: recorded.found })
    }
}

impl Session {
    /// Where the run folder is, as people would type it.
    pub(crate) fn shown_folder(&self) -> &str {
        &self.shown_folder
    }

    /// Writes the files of a run whose events are known already.
    pub(crate) fn retell(
        self,
        events: Vec<Event>,
        contract: Option<&Contract>,
    ) -> Result<Exit, Failure> {
        let failed = |error| Failure::new(Exit::Report, anyhow::Error::new(error));
        let mut log = EventLog::create(&self.folder).map_err(failed)?;
        let mut files = FailureFiles::new(self.folder.clone());
        let mut summary = SummaryFile::new(self.folder.clone());
        let mut recorded = Recorded::default();
        let mut exit = Exit::Clean;
        for mut event in events {
            if let Fact::RunFinished { summary } = &mut event.fact {
                summary.standings = self.standards.assess(&recorded.found, summary);
                exit = self.standards.exit_of(&recorded.found, summary);
            }
            let reporters: [&mut dyn Reporter; 4] =
                [&mut log, &mut files, &mut summary, &mut recorded];
            for reporter in reporters {
                reporter.event(&event).map_err(failed)?;
            }
        }
        self.report(&recorded, contract)?;
        Ok(exit)
    }

    /// Writes the reports of the whole run.
    fn report(&self, recorded: &Recorded, contract: Option<&Contract>) -> Result<(), Failure> {
        let history = match &self.history {
            Some(folder) => history(folder, recorded, self.folder.path())?,
            None => Vec::new(),
        };
        let context = Context {
            folder: self.shown_folder.clone(),
            began: Some(self.began),
            places: contract.map(|it| places(recorded, it, &self.octets)).unwrap_or_default(),
            history,
        };
        write_all(recorded, &context, &self.wanted, self.folder.path()).map(drop)
    }
}

/// Two interrupts: the first ends the run in order, the second at once.
async fn listen(stop: Stop) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    complain("interrupted: finishing in order; press Ctrl-C again to stop at once");
    stop.ask();
    if tokio::signal::ctrl_c().await.is_ok() {
        #[expect(clippy::exit, reason = "the user asked twice; what was found is on disk")]
        std::process::exit(i32::from(Exit::Interrupted as u8));
    }
}

/// The exit code that a campaign which could not begin leads to.
fn unable(error: CampaignError) -> Failure {
    Failure::new(Exit::Unreachable, error)
}

/// A base URL as reports show it.
pub(crate) fn shown(target: &Url) -> String {
    target.as_str().trim_end_matches('/').to_owned()
}
