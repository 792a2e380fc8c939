//! `harness lint`: where a contract is too loose to test, with a score per operation.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

use harness_contract::{LINT_RULES, LintReport, lint, locate, render_contract_diagnostics};

use crate::args::LintArgs;
use crate::contract_source::{Loaded, load};
use crate::exit::{Exit, Failure};

/// Runs the command. Exit code 1 if the score is below what was asked for.
pub(crate) async fn run(args: LintArgs) -> Result<Exit, Failure> {
    let Loaded { contract, documents } =
        load(&args.contract, &args.reading, &args.connection).await?;
    let mut report = lint(&contract);
    for operation in &mut report.operations {
        locate(&contract, &documents.octets, &mut operation.remarks);
    }
    let text = if args.json {
        let json = serde_json::to_string_pretty(&report)
            .map_err(|error| Failure::new(Exit::Internal, error))?;
        format!("{json}\n")
    } else {
        let remarks = report.operations.iter().flat_map(|operation| operation.remarks.clone());
        let remarks: Vec<_> = remarks.collect();
        let color = std::io::stdout().is_terminal();
        let drawn = render_contract_diagnostics(&contract, &documents.octets, &remarks, color);
        format!("{drawn}{}", as_text(&report))
    };
    // A closed pipe (`| head`) is no failure.
    let _ = anstream::stdout().write_all(text.as_bytes());
    let is_below = args.min_score.is_some_and(|least| report.score < least);
    Ok(if is_below { Exit::Findings } else { Exit::Clean })
}

fn as_text(report: &LintReport) -> String {
    let mut text = String::new();
    let mut broken = BTreeSet::new();
    for operation in &report.operations {
        let count = operation.remarks.len() + operation.n_unlisted;
        let _ = writeln!(text, "{:>3}  {}  ({count} remarks)", operation.score, operation.key);
        broken.extend(operation.remarks.iter().map(|remark| remark.code.as_str()));
    }
    text.push('\n');
    for rule in LINT_RULES.iter().filter(|rule| broken.contains(rule.code)) {
        let _ = writeln!(text, "{}: {}", rule.code, rule.why);
    }
    let _ = writeln!(text, "\n{} of 100 for the whole contract", report.score);
    text
}
