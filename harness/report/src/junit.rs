//! `JUnit` XML, as CI servers read it: a suite per operation, a test case per check that failed on it, and
//! one that passes for an operation on which nothing failed.

use harness_model::{Counterexample, Severity};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::format::{Form, slug_of};
use crate::recorded::gap_text;
use crate::text::printable;
use crate::{Context, Recorded, Registered, curl, request_line};

pub(crate) const REGISTERED: Registered = Registered {
    name: "junit",
    explain: "junit.xml: JUnit XML for CI servers. A suite per operation; a failed test case per finding \
              (name: check and effect; text: request, expected, observed, curl, replay); a passed one for \
              an operation without findings; skipped ones for operations that were not tested.",
    form: Some(Form { file: "junit.xml", write }),
};

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let mut report = Report::new("harness");
    report.set_time(std::time::Duration::from_micros(run.duration_us()));
    for operation in run.operation_summaries() {
        let key = operation.operation.as_str();
        let mut suite = TestSuite::new(clean(key));
        let is_here = |found: &&Counterexample| found.finding.signature.operation.as_str() == key;
        let findings: Vec<&Counterexample> = run.found.iter().filter(is_here).collect();
        for found in &findings {
            suite.add_test_case(failed(run, context, found));
        }
        if findings.is_empty() {
            let status = if operation.executed == 0 {
                let mut status = TestCaseStatus::skipped();
                let gaps: Vec<String> = operation.gaps.iter().map(gap_text).collect();
                status.set_message(clean(&gaps.join("; ")));
                status
            } else {
                TestCaseStatus::success()
            };
            let mut case = TestCase::new("all checks", status);
            case.set_classname(clean(key));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    for (key, reason) in &run.skipped {
        let mut suite = TestSuite::new(clean(key.as_str()));
        let mut status = TestCaseStatus::skipped();
        status.set_message(clean(reason));
        let mut case = TestCase::new("all checks", status);
        case.set_classname(clean(key.as_str()));
        suite.add_test_case(case);
        report.add_test_suite(suite);
    }
    let mut octets = Vec::new();
    report.serialize(&mut octets).expect("writing into memory cannot fail");
    octets
}

fn failed(run: &Recorded, context: &Context, found: &Counterexample) -> TestCase {
    let finding = &found.finding;
    let slug = slug_of(found);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(clean(&finding.signature.check));
    status.set_message(clean(&finding.title));
    let mut lines = vec![
        format!("severity: {}", finding.severity),
        format!("expected: {}", finding.evidence.expected),
        format!("observed: {}", finding.evidence.observed),
    ];
    if let Some(pointer) = &finding.evidence.contract_pointer {
        lines.push(format!("contract: {pointer}"));
    }
    for exchange in &found.exchanges {
        lines.push(format!("sent: {}", request_line(&exchange.request)));
    }
    if let [exchange] = found.exchanges.as_slice() {
        lines.push(format!("curl: {}", curl(&run.target, &exchange.request)));
    }
    lines.push(format!("replay: {}", context.replay(&slug)));
    let text: Vec<String> = lines.iter().map(|line| clean(line)).collect();
    status.set_description(text.join("\n"));
    let name = format!("{}: {}", finding.signature.check, finding.signature.effect);
    let mut case = TestCase::new(clean(&name), status);
    case.set_classname(clean(finding.signature.operation.as_str()));
    let last = found.exchanges.last();
    let total_us = last.map_or(0, |exchange| exchange.timing.total_us);
    case.set_time(std::time::Duration::from_micros(total_us));
    case
}

/// Control characters have no place in XML 1.0, not even escaped; neither have the two non-characters.
fn clean(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Whether a finding of this severity fails a build by itself.
pub(crate) fn is_major(severity: Severity) -> bool {
    severity > Severity::Low
}
