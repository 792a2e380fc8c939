//! `harness explain`: every registered thing says what it does and why.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::anyhow;

use crate::args::ExplainArgs;
use crate::exit::{Exit, Failure};

/// A registered thing: registry, name, text.
struct Entry {
    registry: &'static str,
    name: &'static str,
    text: &'static str,
}

/// All registries, in the order in which a run meets them.
fn entries() -> Vec<Entry> {
    let entry = |registry, name, text| Entry { registry, name, text };
    let mut entries = Vec::new();
    entries.extend(
        harness_campaign::PHASES.iter().map(|phase| entry("phase", phase.name, phase.explain)),
    );
    entries.extend(
        harness_campaign::STAGES.iter().map(|stage| entry("stage", stage.name, stage.explain)),
    );
    entries
        .extend(harness_generate::GENERATORS.iter().map(|g| entry("generator", g.name, g.explain)));
    entries.extend(
        harness_check::CHECKS.iter().map(|check| entry("check", check.name, check.explain)),
    );
    entries.extend(
        harness_check::RUN_CHECKS.iter().map(|check| entry("check", check.name, check.explain)),
    );
    entries.extend(
        harness_check::STATE_CHECKS.iter().map(|check| entry("check", check.name, check.explain)),
    );
    entries.push(entry("check", harness_check::WIRE_CHECK, harness_check::WIRE_EXPLAIN));
    entries.extend(harness_transport::wire_faults().map(|it| entry("wire", it.name, it.explain)));
    entries
        .extend(harness_shrink::PASSES.iter().map(|pass| entry("pass", pass.name, pass.explain)));
    entries.extend(harness_report::REPORTERS.iter().map(|r| entry("report", r.name, r.explain)));
    entries
        .extend(harness_demo::FAULTS.iter().map(|fault| entry("fault", fault.name, fault.explain)));
    entries
}

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let entries = entries();
    let mut text = String::new();
    match &args.name {
        None => {
            for Entry { registry, name, text: explanation } in &entries {
                let first = explanation.split(['.', '\n']).next().unwrap_or_default();
                let _ = writeln!(text, "{registry:<10} {name:<32} {first}");
            }
        }
        Some(wanted) => {
            let found: Vec<&Entry> = entries.iter().filter(|entry| entry.name == wanted).collect();
            if found.is_empty() {
                let near = entries
                    .iter()
                    .filter(|entry| entry.name.contains(wanted.as_str()))
                    .map(|entry| entry.name)
                    .collect::<Vec<_>>();
                let hint = if near.is_empty() {
                    "`harness explain` lists all names".to_owned()
                } else {
                    format!("did you mean {}?", near.join(", "))
                };
                return Err(Failure::new(
                    Exit::Usage,
                    anyhow!("nothing is named {wanted:?}; {hint}"),
                ));
            }
            for Entry { registry, name, text: explanation } in found {
                let _ = writeln!(text, "{name} ({registry})\n\n{explanation}");
            }
        }
    }
    // A closed pipe (`| head`) is no failure.
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(Exit::Clean)
}
