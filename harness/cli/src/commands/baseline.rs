//! `harness baseline`: keeps the file of known findings.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use harness_config::{Baseline, Known};
use harness_model::{Standing, Summary};

use crate::args::{BaselineAction, BaselineArgs};
use crate::commands::run::stored;
use crate::documents::read_file;
use crate::exit::{Exit, Failure};
use crate::standards::{read_baseline, today};

/// Runs the command.
pub(crate) fn run(args: &BaselineArgs) -> Result<Exit, Failure> {
    let there = if args.file.is_file() { read_baseline(&args.file)? } else { Baseline::default() };
    match &args.action {
        BaselineAction::Show => Ok(show(&there)),
        BaselineAction::Accept { path, reason, expires } => {
            accept(there, path, reason, expires.as_deref(), &args.file)
        }
        BaselineAction::Prune { run } => prune(there, run, &args.file),
    }
}

fn usage(error: anyhow::Error) -> Failure {
    Failure::new(Exit::Usage, error)
}

fn say(text: &str) {
    // A closed pipe has seen enough.
    let _ = writeln!(anstream::stdout(), "{text}");
}

fn write(baseline: &Baseline, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, baseline.to_toml())
        .with_context(|| format!("cannot write {}", file.display()))
        .map_err(|error| Failure::new(Exit::Report, error))
}

fn show(baseline: &Baseline) -> Exit {
    let today = today();
    for known in &baseline.findings {
        let until = match &known.expires {
            None => "for ever".to_owned(),
            Some(day) if known.is_expired(&today) => format!("EXPIRED {day}"),
            Some(day) => format!("until {day}"),
        };
        say(&format!("{} {}: {} ({until})", known.severity, known.slug, known.reason));
    }
    say(&format!("{} known", baseline.findings.len()));
    Exit::Clean
}

fn accept(
    mut baseline: Baseline,
    path: &Path,
    reason: &str,
    expires: Option<&str>,
    file: &Path,
) -> Result<Exit, Failure> {
    let found = stored(path).map_err(usage)?;
    if found.is_empty() {
        return Err(usage(anyhow!("{} holds no failure files", path.display())));
    }
    let (mut added, mut renewed) = (0, 0);
    for counterexample in &found {
        let finding = &counterexample.finding;
        let entry = Known::of(finding, reason, expires.map(str::to_owned));
        let there = baseline.findings.iter_mut().find(|known| known.is(&finding.signature));
        if let Some(known) = there {
            *known = entry;
            renewed += 1;
        } else {
            baseline.findings.push(entry);
            added += 1;
        }
    }
    write(&baseline, file)?;
    say(&format!("{}: {added} added, {renewed} renewed", file.display()));
    Ok(Exit::Clean)
}

fn prune(mut baseline: Baseline, run: &Path, file: &Path) -> Result<Exit, Failure> {
    let path = run.join("summary.json");
    let octets = read_file(&path).map_err(usage)?;
    let summary: Summary = serde_json::from_slice(&octets)
        .with_context(|| format!("{} is no summary of a run", path.display()))
        .map_err(usage)?;
    let is_fixed = |known: &Known| {
        let mut all = summary.standings.iter();
        all.any(|assessed| assessed.slug == known.slug && assessed.standing == Standing::Fixed)
    };
    let before = baseline.findings.len();
    baseline.findings.retain(|known| !is_fixed(known));
    write(&baseline, file)?;
    let gone = before - baseline.findings.len();
    say(&format!("{}: {gone} taken out, {} kept", file.display(), baseline.findings.len()));
    Ok(Exit::Clean)
}
