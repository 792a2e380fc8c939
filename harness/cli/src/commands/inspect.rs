//! `harness inspect`: what a contract offers, what will be attacked, what cannot be and why.

mod graph;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

use harness_contract::{
    InspectedOperation, Inspection, Operation, OperationKey, inspect, locate,
    render_contract_diagnostics, review_examples,
};
use harness_generate::{ConstraintCoverage, OperationPlan, Reach};
use serde_json::json;

use crate::args::InspectArgs;
use crate::contract_source::{Loaded, load};
use crate::exit::{Exit, Failure};

/// What the generators make of an operation.
struct Attack {
    operation: OperationKey,
    boundaries: usize,
    violations: usize,
    /// Constraints, and how many of them no case meets at the edge or none breaks, though one could.
    constraints: usize,
    missed: Vec<String>,
    /// What cannot be generated, and why.
    gaps: Vec<String>,
}

/// Runs the command.
pub(crate) async fn run(args: InspectArgs) -> Result<Exit, Failure> {
    let Loaded { mut contract, documents } =
        load(&args.contract, &args.reading, &args.connection).await?;
    let selection = harness_campaign::Selection { include: args.include, exclude: Vec::new() };
    let selected = selection.apply(&contract).map_err(|error| Failure::new(Exit::Usage, error))?;
    if let Some(form) = args.graph {
        let text = graph::render(&contract, &selected, form);
        let _ = anstream::stdout().write_all(text.as_bytes());
        return Ok(Exit::Clean);
    }
    let chosen = contract.operations.iter().filter(|operation| selected.contains(&operation.key));
    let mut examples = review_examples(&contract, chosen);
    locate(&contract, &documents.octets, &mut examples);
    contract.diagnostics.extend(examples);
    let mut inspection = inspect(&contract);
    inspection.operations.retain(|operation| selected.contains(&operation.key));
    let chosen = contract.operations.iter().filter(|operation| selected.contains(&operation.key));
    let plans = OperationPlan::compile_some(&contract, chosen.clone());
    let attacks: Vec<Attack> =
        chosen.zip(&plans).map(|(operation, plan)| attack(operation, plan)).collect();
    let text = if args.json {
        as_json(&inspection, &attacks)
    } else {
        let color = std::io::stdout().is_terminal();
        let diagnostics =
            render_contract_diagnostics(&contract, &documents.octets, &contract.diagnostics, color);
        format!("{diagnostics}{}", as_text(&inspection, &attacks))
    };
    // A closed pipe (`| head`) is no failure.
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(Exit::Clean)
}

fn attack(operation: &Operation, plan: &OperationPlan) -> Attack {
    let coverage = plan.coverage();
    let is_missed = |constraint: &&ConstraintCoverage| {
        [constraint.edge, constraint.breach].contains(&Reach::Missed)
    };
    let missed = coverage.iter().filter(is_missed);
    Attack {
        operation: operation.key.clone(),
        boundaries: plan.boundaries().len(),
        violations: plan.violations().len(),
        constraints: coverage.len(),
        missed: missed.map(|c| format!("{} of {}", c.keyword, c.at)).collect(),
        gaps: plan.gaps().to_vec(),
    }
}

fn as_json(inspection: &Inspection, attacks: &[Attack]) -> String {
    let attacks = attacks.iter().map(|attack| {
        json!({
            "operation": attack.operation,
            "boundaries": attack.boundaries,
            "violations": attack.violations,
            "constraints": attack.constraints,
            "missed": attack.missed,
            "gaps": attack.gaps,
        })
    });
    let attacks: Vec<_> = attacks.collect();
    let mut text = json!({ "contract": inspection, "attacks": attacks }).to_string();
    text.push('\n');
    text
}

fn as_text(inspection: &Inspection, attacks: &[Attack]) -> String {
    let mut text = String::new();
    let Inspection { title, version, format, source, .. } = inspection;
    let _ = writeln!(text, "{title} {version} ({format}) from {source}");
    for other in &inspection.others {
        let _ = writeln!(text, "   and {other}");
    }
    for server in &inspection.servers {
        let _ = writeln!(text, "   server {}", server.url);
    }
    for (operation, attack) in inspection.operations.iter().zip(attacks) {
        text.push('\n');
        told(&mut text, operation, attack);
    }
    for skipped in &inspection.skipped {
        let _ = writeln!(text, "\nNOT TESTED {}: {}", skipped.key, skipped.reason);
    }
    if !inspection.unfired.is_empty() {
        let count = inspection.unfired.len();
        let _ = writeln!(text, "\n{count} webhooks and callbacks: known, not fired");
    }
    let gaps = attacks.iter().filter(|attack| !attack.gaps.is_empty()).count();
    let _ = writeln!(
        text,
        "\n{} operations will be attacked, {gaps} of them not in full; {} will not be; the document \
         has {} errors, {} warnings, {} notes",
        attacks.len(),
        inspection.skipped.len(),
        inspection.n_diagnostics.errors,
        inspection.n_diagnostics.warnings,
        inspection.n_diagnostics.notes,
    );
    text
}

fn told(text: &mut String, operation: &InspectedOperation, attack: &Attack) {
    let id = operation.id.as_ref().map_or_else(String::new, |id| format!("  {id}"));
    let old = if operation.deprecated { "  deprecated" } else { "" };
    let _ = writeln!(text, "{}{id}{old}", operation.key);
    for parameter in &operation.parameters {
        let need = if parameter.required { "required" } else { "optional" };
        let example = if parameter.has_examples { ", with examples" } else { "" };
        let _ = writeln!(
            text,
            "   {:<6} {:<24} {need}, {}{example}",
            parameter.location, parameter.name, parameter.values
        );
    }
    for body in &operation.bodies {
        let need = if operation.body_required { "required" } else { "optional" };
        let _ = writeln!(text, "   body   {:<24} {need}, {}", body.media_type, body.values);
    }
    let answers: Vec<&str> =
        operation.responses.iter().map(|response| response.status.as_str()).collect();
    let _ = writeln!(text, "   answers {}", answers.join(" "));
    if !operation.security.is_empty() {
        let sets = operation.security.iter().map(|set| match set.as_slice() {
            [] => "nothing".to_owned(),
            names => names.join(" and "),
        });
        let _ = writeln!(text, "   needs  {}", sets.collect::<Vec<_>>().join(" or "));
    }
    let _ = writeln!(
        text,
        "   attack {} boundaries, {} violations, and random valid requests; {} of {} constraints \
         reached from both sides",
        attack.boundaries,
        attack.violations,
        attack.constraints - attack.missed.len(),
        attack.constraints,
    );
    for missed in &attack.missed {
        let _ = writeln!(text, "   not reached: {missed}");
    }
    for gap in &attack.gaps {
        let _ = writeln!(text, "   not generated: {gap}");
    }
}
