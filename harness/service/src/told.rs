//! A counterexample in a few lines, for the output of a test. Knows no colour and no file.

use std::fmt::Write as _;

use harness_model::{Counterexample, Octets};

/// Characters of content that are shown.
const CONTENT_CHARS_MAX: usize = 400;

/// Title, requests and what was seen, each on a line of its own.
pub(crate) fn told(counterexample: &Counterexample) -> String {
    let finding = &counterexample.finding;
    let (check, operation) = (&finding.signature.check, &finding.signature.operation);
    let mut text = format!("{}: {check}: {operation}: {}\n", finding.severity, finding.title);
    for exchange in &counterexample.exchanges {
        let request = &exchange.request;
        let target = request.target.lossy();
        let _ = write!(text, "  sent     {} {target}", request.method);
        if !request.content.is_empty() {
            let _ = write!(text, " {}", shown(&request.content));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "  expected {}", finding.evidence.expected);
    let _ = writeln!(text, "  observed {}", finding.evidence.observed);
    text
}

fn shown(content: &Octets) -> String {
    let text: String = content.lossy().chars().take(CONTENT_CHARS_MAX).collect();
    text.escape_debug().to_string().replace("\\\"", "\"")
}
