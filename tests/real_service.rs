//! A real third-party service: the real binary against it, its findings compared with what was read and
//! judged by hand. Without the scripts that start the service, or without its package, nothing is
//! compared, and the test says so.

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{failures, harness, run_folder};

/// A started service, stopped when the test ends.
struct Service {
    scripts: PathBuf,
    work: tempfile::TempDir,
    facts: BTreeMap<String, String>,
}

impl Service {
    /// Starts the service of this name on a free port; `None` if it cannot be had here.
    fn start(name: &str) -> Option<Self> {
        let scripts = support::root().join("../shared/targets").join(name);
        if !scripts.join("up").is_file() {
            note(&format!("there is no script to start {name}: nothing is compared"));
            return None;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let work = tempfile::Builder::new().prefix("harness-target").tempdir().ok()?;
        let mut service = Self { scripts, work, facts: BTreeMap::new() };
        let output = service.script("up", port).output().ok()?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            note(&format!("{name} cannot be started here: nothing is compared\n{why}"));
            return None;
        }
        let lines = String::from_utf8_lossy(&output.stdout);
        let facts = lines.lines().filter_map(|line| line.split_once('='));
        service.facts = facts.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Some(service)
    }

    fn script(&self, action: &str, port: u16) -> Command {
        let mut command = Command::new(self.scripts.join(action));
        command.env("WORKDIR", self.work.path()).env("PORT", port.to_string());
        command.env("UP_TIMEOUT", "60").stdin(Stdio::null());
        command
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.script("down", 0).env_remove("PORT").output();
    }
}

fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Check and operation of every failure file.
fn found(folder: &Path) -> Vec<String> {
    let run = run_folder(&folder.join("reports"));
    let text = |(_, failure): &(_, serde_json::Value)| {
        let signature = &failure["finding"]["signature"];
        let part = |name: &str| signature[name].as_str().expect("a text").to_owned();
        format!("{} {}", part("check"), part("operation"))
    };
    failures(&run).iter().map(text).collect()
}

#[test]
fn known_faults_of_a_real_service_are_found_and_replay() {
    let Some(service) = Service::start("alertmanager") else { return };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (target, contract) = (&service.facts["TARGET_URL"], &service.facts["SPEC"]);
    let arguments = ["run", "--target", target, "--contract", contract, "--seed", "1"];
    let finished = harness(folder.path(), &arguments);
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let found = found(folder.path());
    // Each was read in the service's log or source of answers by a person and is true.
    for known in [
        // A null in a list is dereferenced: a panic, and no answer.
        "crash POST /alerts",
        "crash POST /silences",
        // An unknown id is answered with 500.
        "server_error DELETE /silence/{silenceID}",
        // A text is declared, an object is sent.
        "body_violates_schema POST /alerts",
        "undeclared_status GET /silences",
    ] {
        assert!(found.iter().any(|one| one == known), "{known} is not among {found:#?}");
    }
    // What matters is all known: anything else above low severity would be a new, unread claim.
    let high: Vec<&String> = found
        .iter()
        .filter(|one| ["crash", "hang", "server_error"].iter().any(|check| one.starts_with(check)))
        .collect();
    assert_eq!(high.len(), 3, "{high:#?}");
    let run = run_folder(&folder.path().join("reports"));
    let replayed = harness(folder.path(), &["replay", run.to_str().expect("a readable path")]);
    assert_eq!(replayed.code, 1, "{}\n{}", replayed.stdout, replayed.stderr);
    let last = replayed.stdout.lines().last().unwrap_or_default();
    assert_eq!(last, format!("{} FAILS, 0 FLAKY, 0 FIXED, 0 ERROR", found.len()));
}
