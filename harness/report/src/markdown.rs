//! A summary in Markdown, for a CI job's summary page or a comment on a pull request.

use std::fmt::Write as _;

use harness_model::{Counterexample, Severity};

use crate::format::{Form, slug_of};
use crate::junit::is_major;
use crate::recorded::gap_text;
use crate::text::{cut, duration, printable};
use crate::{Context, Recorded, Registered, curl, request_line};

pub(crate) const REGISTERED: Registered = Registered {
    name: "markdown",
    explain: "summary.md: verdict, findings and what was not tested in Markdown, short enough for \
              $GITHUB_STEP_SUMMARY and for a comment on a pull request.",
    form: Some(Form { file: "summary.md", write }),
};

/// Findings that are listed with their request; a job's summary page ends at 1 MiB.
const DETAILS_MAX: usize = 50;
/// Rows of the table of minor findings and of gaps.
const ROWS_MAX: usize = 50;
/// Longest cell, in characters.
const CELL_CHARS_MAX: usize = 160;

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let mut text = String::new();
    let title = plain(&run.contract_title);
    let verdict = match run.found.len() {
        0 if run.executed() == 0 => "nothing tested".to_owned(),
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let _ = writeln!(text, "## harness: {verdict} in {title}\n");
    let mut facts = vec![
        format!("{} cases", run.executed()),
        format!("{} requests in {}", run.requests(), duration(run.duration_us())),
        format!("{} operations", run.operations.len()),
    ];
    facts.extend(run.seed.map(|seed| format!("seed `{seed}`")));
    let _ = writeln!(text, "{}; target {}\n", facts.join(", "), code(&run.target));
    if let Some(why) = run.cut_short() {
        let _ = writeln!(text, "> **{}**\n", plain(&why));
    }
    if !context.history.is_empty() {
        let new =
            run.found.iter().filter(|f| context.state(run, &slug_of(f)) == Some("new")).count();
        let gone = context.gone(run).len();
        let known = run.found.len() - new;
        let _ =
            writeln!(text, "Against the run before: **{new} new**, {known} known, {gone} gone.\n");
    }
    let (major, minor): (Vec<_>, Vec<_>) =
        run.found.iter().partition(|found| is_major(found.finding.severity));
    details(&mut text, run, context, major);
    table_of_minor(&mut text, &minor);
    gaps(&mut text, run);
    text.into_bytes()
}

fn details(text: &mut String, run: &Recorded, context: &Context, mut major: Vec<&Counterexample>) {
    major.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
    for found in major.iter().take(DETAILS_MAX) {
        let finding = &found.finding;
        let slug = slug_of(found);
        let icon = if finding.severity >= Severity::High { "🔴" } else { "🟠" };
        let state =
            context.state(run, &slug).map(|state| format!(" ({state})")).unwrap_or_default();
        let _ = writeln!(
            text,
            "<details><summary>{icon} {} <b>{}</b> {}: {}{state}</summary>\n",
            finding.severity,
            plain(&finding.signature.check),
            plain(finding.signature.operation.as_str()),
            plain(&finding.title),
        );
        for exchange in &found.exchanges {
            let _ = writeln!(text, "- sent {}", code(&request_line(&exchange.request)));
        }
        let _ = writeln!(text, "- expected {}", plain(&finding.evidence.expected));
        let _ = writeln!(text, "- observed {}", plain(&finding.evidence.observed));
        if let Some(pointer) = &finding.evidence.contract_pointer {
            let _ = writeln!(text, "- contract {}", code(pointer));
        }
        if let [exchange] = found.exchanges.as_slice() {
            let _ = writeln!(text, "- {}", code(&curl(&run.target, &exchange.request)));
        }
        let _ = writeln!(text, "- {}\n\n</details>\n", code(&context.replay(&slug)));
    }
    if major.len() > DETAILS_MAX {
        let _ = writeln!(text, "… and {} more.\n", major.len() - DETAILS_MAX);
    }
}

fn table_of_minor(text: &mut String, minor: &[&Counterexample]) {
    if minor.is_empty() {
        return;
    }
    let _ = writeln!(text, "<details><summary>{} of low severity</summary>\n", minor.len());
    let _ = writeln!(text, "| check | operation | observed |\n| --- | --- | --- |");
    for found in minor.iter().take(ROWS_MAX) {
        let signature = &found.finding.signature;
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            plain(&signature.check),
            plain(signature.operation.as_str()),
            plain(&found.finding.evidence.observed)
        );
    }
    if minor.len() > ROWS_MAX {
        let _ = writeln!(text, "\n… and {} more.", minor.len() - ROWS_MAX);
    }
    let _ = writeln!(text, "\n</details>\n");
}

fn gaps(text: &mut String, run: &Recorded) {
    let mut rows: Vec<(String, String)> = Vec::new();
    for (operation, reason) in &run.skipped {
        rows.push((operation.to_string(), reason.clone()));
    }
    for operation in run.operation_summaries() {
        let key = operation.operation.to_string();
        rows.extend(operation.gaps.iter().map(|gap| (key.clone(), gap_text(gap))));
    }
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "<details><summary>Not tested ({})</summary>\n", rows.len());
    let _ = writeln!(text, "| operation | what |\n| --- | --- |");
    for (operation, what) in rows.iter().take(ROWS_MAX) {
        let _ = writeln!(text, "| {} | {} |", plain(operation), plain(what));
    }
    if rows.len() > ROWS_MAX {
        let _ = writeln!(text, "\n… and {} more.", rows.len() - ROWS_MAX);
    }
    let _ = writeln!(text, "\n</details>");
}

/// Text from outside on one line, with everything that Markdown or HTML would act on escaped.
fn plain(text: &str) -> String {
    let mut safe = String::new();
    for c in cut(&printable(text), CELL_CHARS_MAX).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            // A mention would call somebody.
            '@' => safe.push_str("&#64;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Text from outside as a code span: its fence is longer than any run of ticks in it.
fn code(text: &str) -> String {
    let text = cut(&printable(text), CELL_CHARS_MAX * 4);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

#[cfg(test)]
mod tests {
    use super::{code, plain};

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(plain("<img src=x> [a](b) @you"), "&lt;img src=x&gt; \\[a\\](b) &#64;you");
        assert_eq!(plain("a|b\nc"), "a\\|b\\\\u{a}c");
        assert_eq!(code("a``b"), "``` a``b ```");
    }
}
