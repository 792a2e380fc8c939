//! A fuzz session: octets become a case, the case is sent and judged, and what is new is confirmed,
//! shrunk and written down. The session goes on past what it knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness_campaign::{Examiner, Sighting};
use harness_generate::Source;
use harness_model::{Case, Counterexample, Signature};
use tokio::runtime::Runtime;

use crate::service::runtime;
use crate::told::told;

/// Longest input that is looked at, in octets: what is longer only costs time.
const OCTETS_MAX: usize = 64 * 1024;
/// Signatures that one session writes down: beyond it a service is broken all over.
const FINDINGS_MAX: usize = 1_000;

/// A session on one service.
pub struct Session {
    runtime: Runtime,
    examiner: Examiner,
    folder: PathBuf,
    known: BTreeSet<Signature>,
}

/// What one input led to.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The case that the octets stand for.
    pub case: Case,
    /// What was sent, what came back, and what the checks say to it.
    pub sighting: Sighting,
    /// What was found for the first time, confirmed and shrunk.
    pub found: Vec<Counterexample>,
}

impl Session {
    /// A session that writes findings into a folder; the folder is made when there is one.
    pub fn new(examiner: Examiner, folder: &Path) -> Self {
        Self { runtime: runtime(), examiner, folder: folder.to_owned(), known: BTreeSet::new() }
    }

    /// Runs one input. `None`: the octets stand for no case. An input that is a case in JSON, or a
    /// counterexample, is taken as such; any others are choices.
    pub fn run(&mut self, octets: &[u8]) -> Option<Ran> {
        if octets.len() > OCTETS_MAX {
            return None;
        }
        let case = match read(octets) {
            Some(case) => self.examiner.adopt(case)?,
            None => self.examiner.draw(&mut Source::bytes(octets))?,
        };
        let sighting = self.runtime.block_on(self.examiner.send(&case));
        let mut found = Vec::new();
        for finding in &sighting.findings {
            let is_news =
                self.known.len() < FINDINGS_MAX && self.known.insert(finding.signature.clone());
            if !is_news {
                continue;
            }
            let pursued = self.examiner.pursue(case.clone(), finding.clone());
            let Some(counterexample) = self.runtime.block_on(pursued) else { continue };
            let shrunk_to = &counterexample.finding.signature;
            if *shrunk_to == finding.signature || self.known.insert(shrunk_to.clone()) {
                self.write(&counterexample);
                found.push(*counterexample);
            }
        }
        Some(Ran { case, sighting, found })
    }

    /// Writes a counterexample and tells of it; that it cannot be written is told as well, since a
    /// session of hours must not end over it.
    #[expect(clippy::print_stderr, reason = "libFuzzer's own words go there too")]
    fn write(&self, counterexample: &Counterexample) {
        let path = self.folder.join(format!("{}.json", counterexample.finding.signature.slug()));
        let text = serde_json::to_string_pretty(counterexample)
            .expect("a counterexample has no part that JSON cannot hold");
        let written = fs::create_dir_all(&self.folder).and_then(|()| fs::write(&path, text));
        let told = told(counterexample);
        match written {
            Ok(()) => eprintln!("{told}  written  {}", path.display()),
            Err(error) => eprintln!("{told}  cannot write {}: {error}", path.display()),
        }
    }
}

/// The case that JSON octets hold.
fn read(octets: &[u8]) -> Option<Case> {
    if octets.first() != Some(&b'{') {
        return None;
    }
    let counterexample = serde_json::from_slice::<Counterexample>(octets).map(|file| file.case);
    counterexample.or_else(|_| serde_json::from_slice::<Case>(octets)).ok()
}
