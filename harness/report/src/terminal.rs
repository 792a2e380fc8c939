//! What a person sees: progress while it runs, and at the end a page that is read in ten seconds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use harness_model::{
    Assessed, Counterexample, Event, Exchange, Fact, Finding, Gap, Request, Severity, Standing,
    StopReason, Summary,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::curl::curl;
use crate::text::{count, cut, duration, printable};
use crate::{Registered, ReportError, Reporter};

/// Plain output says how far it is this often, by the run's own time.
const PROGRESS_EVERY_US: u64 = 10_000_000;
/// Gaps of one kind that are listed; the rest is counted.
const GAPS_MAX: usize = 8;
/// Findings and entries whose standing is listed; the rest is in summary.json.
const STANDINGS_MAX: usize = 20;
/// Diagnostics of the contract that are listed; the rest is counted.
const DIAGNOSTICS_MAX: usize = 5;
/// Findings that are shown in full; more than that is not read in ten seconds.
const DETAILS_MAX: usize = 10;
/// Requests of one finding that are shown: a series of sizes has 18.
const SENT_MAX: usize = 8;
/// Findings of one check that are listed beyond those; the rest is counted.
const GROUP_MAX: usize = 5;
/// Characters of a request that a line shows at least, however long the name beside it is.
const REQUEST_CHARS_MIN: usize = 40;
/// Longest curl line that is printed: beyond it the failure file is the better place.
const CURL_CHARS_MAX: usize = 2_000;
/// Narrowest and widest line.
const WIDTH: std::ops::RangeInclusive<usize> = 60..=160;

pub(crate) const REGISTERED: Registered = Registered {
    name: "terminal",
    explain: "On a terminal a bar with rate, findings so far and time left; plain lines when piped. At the end \
              a summary: what failed with its smallest request, how to replay it, what was not reached.",
    form: None,
};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default().bold();

/// How the terminal looks.
#[derive(Clone, Debug)]
pub struct Look {
    /// Whether a bar can be drawn (on standard error).
    pub interactive: bool,
    /// Columns.
    pub width: usize,
    /// Where the run folder is, as the user would type it.
    pub folder: String,
    /// `--max-time` in microseconds: what the time left is reckoned from.
    pub time_max_us: Option<u64>,
}

/// Writes for people. Style codes are always written; the stream strips them where they do not belong.
pub struct Terminal {
    out: Box<dyn Write>,
    look: Look,
    bar: Option<ProgressBar>,
    planned: u64,
    executed: u64,
    next_progress_us: u64,
    diagnostics: usize,
    found: Vec<Counterexample>,
    flaky: Vec<(Finding, u32, u32)>,
    notes: Vec<String>,
    skipped: Vec<String>,
    unjudged: Vec<(String, String)>,
}

impl Terminal {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>, look: Look) -> Self {
        Self {
            out,
            look,
            bar: None,
            planned: 0,
            executed: 0,
            next_progress_us: PROGRESS_EVERY_US,
            diagnostics: 0,
            found: Vec::new(),
            flaky: Vec::new(),
            notes: Vec::new(),
            skipped: Vec::new(),
            unjudged: Vec::new(),
        }
    }

    fn line(&mut self, text: &str) -> std::io::Result<()> {
        match &self.bar {
            Some(bar) => {
                bar.suspend(|| writeln!(self.out, "{text}").and_then(|()| self.out.flush()))
            }
            None => writeln!(self.out, "{text}").and_then(|()| self.out.flush()),
        }
    }

    fn width(&self) -> usize {
        self.look.width.clamp(*WIDTH.start(), *WIDTH.end())
    }

    fn take(&mut self, event: &Event) -> std::io::Result<()> {
        match &event.fact {
            Fact::RunStarted {
                target, contract_title, contract_source, operations, seed, ..
            } => {
                let operations = count(operations.len() as u64, "operation");
                let title = printable(contract_title);
                self.line(&format!(
                    "{BOLD}{title}{BOLD:#} at {target}: {operations} of {}, seed {seed}",
                    printable(contract_source)
                ))
            }
            Fact::ContractDiagnostic { diagnostic } => {
                self.diagnostics += 1;
                if self.diagnostics <= DIAGNOSTICS_MAX {
                    let text = cut(&printable(&diagnostic.to_string()), self.width() * 2);
                    return self.line(&format!("{DIM}contract: {text}{DIM:#}"));
                }
                Ok(())
            }
            Fact::OperationSkipped { operation, reason } => {
                self.skipped.push(format!("{operation}: {}", printable(reason)));
                Ok(())
            }
            Fact::Planned { phases } => {
                if self.diagnostics > DIAGNOSTICS_MAX {
                    let more = self.diagnostics - DIAGNOSTICS_MAX;
                    self.line(&format!("{DIM}contract: {more} more, see events.jsonl{DIM:#}"))?;
                }
                let is_more = self.planned > 0;
                self.planned = phases.iter().map(|phase| phase.planned).sum();
                if is_more {
                    // A stage knows how many cases it has once it begins; the bar shows it.
                    return Ok(());
                }
                let parts: Vec<String> = phases
                    .iter()
                    .filter(|phase| phase.planned > 0)
                    .map(|phase| format!("{} {}", phase.planned, phase.phase))
                    .collect();
                self.line(&format!(
                    "planned {}: {}",
                    count(self.planned, "case"),
                    parts.join(", ")
                ))?;
                self.begin_bar();
                Ok(())
            }
            Fact::CaseFinished { .. } => self.progress(event.at_us),
            Fact::Suspected { .. } => Ok(()),
            Fact::Found { counterexample } => self.tell_found(counterexample),
            Fact::Flaky { finding, sent, reproduced, .. } => {
                self.flaky.push((finding.clone(), *reproduced, *sent));
                Ok(())
            }
            Fact::Unjudged { check, reason } => {
                self.unjudged.push((check.clone(), reason.clone()));
                Ok(())
            }
            Fact::Note { text } => {
                let text = printable(text);
                self.notes.push(text.clone());
                self.line(&format!("{DIM}note: {text}{DIM:#}"))
            }
            Fact::RunFinished { summary } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
                self.close(summary)
            }
        }
    }

    fn begin_bar(&mut self) {
        if !self.look.interactive {
            return;
        }
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} cases · {per_sec} · {msg}")
            .expect("the template is constant");
        let bar = ProgressBar::with_draw_target(
            Some(self.planned),
            ProgressDrawTarget::stderr_with_hz(8),
        );
        bar.set_style(style);
        bar.set_message("no findings");
        self.bar = Some(bar);
    }

    fn progress(&mut self, at_us: u64) -> std::io::Result<()> {
        self.executed += 1;
        self.planned = self.planned.max(self.executed);
        let left_us = match self.look.time_max_us {
            Some(time_max_us) => time_max_us.saturating_sub(at_us),
            None => at_us / self.executed.max(1) * (self.planned - self.executed),
        };
        let found = count(self.found.len() as u64, "finding");
        if let Some(bar) = &self.bar {
            bar.set_length(self.planned);
            bar.set_position(self.executed);
            bar.set_message(format!("{found} · {} left", duration(left_us)));
            return Ok(());
        }
        if at_us < self.next_progress_us {
            return Ok(());
        }
        self.next_progress_us = at_us + PROGRESS_EVERY_US;
        let rate = self.executed * 1_000_000 / at_us.max(1);
        let text = format!(
            "{} of {} cases, {rate}/s, {found}, {} left",
            self.executed,
            self.planned,
            duration(left_us)
        );
        self.line(&text)
    }

    fn tell_found(&mut self, counterexample: &Counterexample) -> std::io::Result<()> {
        let finding = &counterexample.finding;
        let style = style_of(finding.severity);
        let text = format!(
            "{style}{}{style:#} {} {}: {}",
            finding.severity,
            finding.signature.check,
            finding.signature.operation,
            cut(&printable(&finding.evidence.observed), self.width())
        );
        self.found.push(counterexample.clone());
        self.line(&text)
    }

    fn close(&mut self, summary: &Summary) -> std::io::Result<()> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
        self.line("")?;
        // What matters in full; the rest in a line each, or it would bury what matters.
        let (minor, major): (Vec<_>, Vec<_>) =
            found.iter().partition(|found| found.finding.severity <= Severity::Low);
        for (idx, counterexample) in major.iter().take(DETAILS_MAX).enumerate() {
            self.detail(idx + 1, counterexample, summary)?;
        }
        self.further(major.get(DETAILS_MAX..).unwrap_or_default())?;
        self.minor(&minor)?;
        self.gaps(summary)?;
        for (finding, reproduced, sent) in std::mem::take(&mut self.flaky) {
            let text = format!(
                "flaky ({reproduced} of {sent}): {}: {}",
                finding.signature,
                printable(&finding.title)
            );
            self.line(&format!("{YELLOW}{}{YELLOW:#}", cut(&text, self.width())))?;
        }
        for (check, reason) in std::mem::take(&mut self.unjudged) {
            let times = count(summary.unjudged.get(&check).copied().unwrap_or(1), "time");
            self.line(&format!("{DIM}not judged: {check}, {times}, e.g. {reason}{DIM:#}"))?;
        }
        self.verdict(summary, &found)
    }

    fn detail(
        &mut self,
        number: usize,
        counterexample: &Counterexample,
        summary: &Summary,
    ) -> std::io::Result<()> {
        let finding = &counterexample.finding;
        let style = style_of(finding.severity);
        let width = self.width();
        let slug = finding.signature.slug();
        let further = summary.further_cases.get(&slug).copied().unwrap_or_default();
        let confirmation = counterexample.confirmation;
        self.line(&format!(
            "{number}. {style}{}{style:#} {BOLD}{}{BOLD:#} {}",
            finding.severity, finding.signature.check, finding.signature.operation
        ))?;
        self.line(&format!("   {}", cut(&printable(&finding.title), width * 2)))?;
        let sent = &counterexample.exchanges;
        // What was sent before sets up; what fails is sent last.
        let omitted = sent.len().saturating_sub(SENT_MAX);
        if omitted > 0 {
            let requests = count(omitted as u64, "request");
            self.line(&format!(
                "   {BOLD}sent{BOLD:#}      {requests} before these, see the file"
            ))?;
        }
        for exchange in &sent[omitted..] {
            self.line(&format!(
                "   {BOLD}sent{BOLD:#}      {}",
                cut(&request_line(&exchange.request), width)
            ))?;
        }
        let expected = cut(&printable(&finding.evidence.expected), width);
        self.line(&format!("   {BOLD}expected{BOLD:#}  {expected}"))?;
        let observed = cut(&printable(&finding.evidence.observed), width);
        self.line(&format!("   {BOLD}observed{BOLD:#}  {observed}"))?;
        let mut seen = format!("{} of {} times", confirmation.reproduced, confirmation.sent);
        if further > 0 {
            let _ = write!(seen, ", and in {}", count(further, "further case"));
        }
        self.line(&format!("   {BOLD}seen{BOLD:#}      {seen}"))?;
        self.line(&format!(
            "   {BOLD}replay{BOLD:#}    harness replay {}/failures/{slug}.json",
            self.look.folder
        ))?;
        // No HTTP client sends what a wire fault is.
        let is_wire = counterexample.case.steps().any(|step| step.intent.is_wire());
        if let ([Exchange { request, .. }], false) = (counterexample.exchanges.as_slice(), is_wire)
        {
            let line = curl(&summary.target, request);
            if line.len() <= CURL_CHARS_MAX && !line.chars().any(|c| c.is_control() && c != '\n') {
                self.line(&format!("   {BOLD}curl{BOLD:#}      {DIM}{line}{DIM:#}"))?;
            }
        }
        self.line("")
    }

    /// Findings beyond those that are shown in full: a line each.
    fn further(&mut self, further: &[&Counterexample]) -> std::io::Result<()> {
        if further.is_empty() {
            return Ok(());
        }
        let title = format!("{} more like these", further.len());
        self.line(&format!(
            "{BOLD}{title}{BOLD:#}: replay with harness replay {}/failures/<name>.json",
            self.look.folder
        ))?;
        // By check, in the order of the first of each: many of one kind are one thing to look at.
        let mut checks: Vec<&str> = Vec::new();
        for counterexample in further {
            let check = counterexample.finding.signature.check.as_str();
            if !checks.contains(&check) {
                checks.push(check);
            }
        }
        for check in checks {
            let group: Vec<&&Counterexample> =
                further.iter().filter(|it| it.finding.signature.check == check).collect();
            for counterexample in group.iter().take(GROUP_MAX) {
                let finding = &counterexample.finding;
                let slug = finding.signature.slug();
                let style = style_of(finding.severity);
                let request = counterexample.exchanges.last().map(|exchange| &exchange.request);
                let request = request.map(request_line).unwrap_or_default();
                let room = self.width().saturating_sub(slug.len()).max(REQUEST_CHARS_MIN);
                self.line(&format!(
                    "   {style}{}{style:#} {slug}  {}",
                    finding.severity,
                    cut(&request, room)
                ))?;
            }
            if group.len() > GROUP_MAX {
                let more = group.len() - GROUP_MAX;
                self.line(&format!("   … and {more} more of {check}"))?;
            }
        }
        self.line("")
    }

    fn minor(&mut self, minor: &[&Counterexample]) -> std::io::Result<()> {
        if minor.is_empty() {
            return Ok(());
        }
        // One line for what is the same on many operations: a contract that never mentions 404 does
        // not deserve a line for each.
        let mut groups: BTreeMap<(String, String), Vec<&Finding>> = BTreeMap::new();
        for counterexample in minor {
            let finding = &counterexample.finding;
            let status = finding.evidence.observed.split(':').next().unwrap_or_default();
            let group = (finding.signature.check.clone(), status.to_owned());
            groups.entry(group).or_default().push(finding);
        }
        let title = format!("of low severity ({})", minor.len());
        self.line(&format!(
            "{BOLD}{title}{BOLD:#}: replay with harness replay {}/failures/<name>.json",
            self.look.folder
        ))?;
        let width = self.width();
        for ((check, observed), findings) in groups {
            let first = findings[0].signature.slug();
            let text = match findings.as_slice() {
                [one] => format!("{check} {}: {}: {first}", one.signature.operation, observed),
                many => format!("{check}: {observed}: {} findings, e.g. {first}", many.len()),
            };
            // Names are for copying, so they are never cut.
            self.line(&format!("   {}", cut(&printable(&text), width + first.len())))?;
        }
        self.line("")
    }

    /// What was not reached: a pass says nothing about it.
    fn gaps(&mut self, summary: &Summary) -> std::io::Result<()> {
        let width = self.width();
        let mut never = Vec::new();
        let mut not_generated = Vec::new();
        let mut not_reached = Vec::new();
        let mut too_slow = Vec::new();
        let mut unseen = [0_u64; 3];
        for operation in &summary.operations {
            for gap in &operation.gaps {
                let key = &operation.operation;
                match gap {
                    Gap::NeverAccepted { answer, detail } => {
                        never.push(format!("{key}: {answer} {}", printable(detail)));
                    }
                    Gap::NotGenerated { reason } => {
                        not_generated.push(format!("{key}: {}", printable(reason)));
                    }
                    Gap::TooSlow { cases } => {
                        too_slow.push(format!("{key}: {} left out", count(*cases, "case")));
                    }
                    Gap::NotReached => not_reached.push(key.to_string()),
                    // In summary.json; on a terminal they would drown the rest.
                    Gap::StatusNeverSeen { .. } => unseen[0] += 1,
                    Gap::NeverViolated { .. } => unseen[1] += 1,
                    Gap::LinkNeverFollowed { .. } => unseen[2] += 1,
                }
            }
        }
        let skipped = std::mem::take(&mut self.skipped);
        for (title, items) in [
            ("not tested", &skipped),
            ("never accepted a valid request", &never),
            ("not generated", &not_generated),
            ("too slow to send every case", &too_slow),
            ("not reached before the end", &not_reached),
        ] {
            if items.is_empty() {
                continue;
            }
            self.line(&format!("{BOLD}{title}{BOLD:#} ({})", items.len()))?;
            for item in items.iter().take(GAPS_MAX) {
                self.line(&format!("   {}", cut(item, width)))?;
            }
            if items.len() > GAPS_MAX {
                self.line(&format!("   … and {} more in summary.json", items.len() - GAPS_MAX))?;
            }
        }
        let kinds = [
            "declared status|es never answered",
            "constraint|s never broken",
            "link|s never followed",
        ];
        let told: Vec<String> = unseen
            .iter()
            .zip(kinds)
            .filter(|(number, _)| **number > 0)
            .map(|(number, kind)| match number {
                1 => format!("1 {}", kind.replace("|es", "").replace("|s", "")),
                _ => format!("{number} {}", kind.replace('|', "")),
            })
            .collect();
        if !told.is_empty() {
            let text = format!("also not seen: {}, see gaps in summary.json", told.join(", "));
            self.line(&format!("{DIM}{text}{DIM:#}"))?;
        }
        Ok(())
    }

    /// How the findings stand to the baseline, if there is one.
    fn standings(&mut self, summary: &Summary) -> std::io::Result<()> {
        if summary.standings.is_empty() {
            return Ok(());
        }
        let mut counts: BTreeMap<Standing, u64> = BTreeMap::new();
        for assessed in &summary.standings {
            *counts.entry(assessed.standing).or_default() += 1;
        }
        let parts: Vec<String> =
            counts.iter().map(|(standing, n)| format!("{n} {}", standing.as_str())).collect();
        self.line(&format!("{BOLD}baseline{BOLD:#}: {}", parts.join(", ")))?;
        let told = summary.standings.iter().filter(|it| it.standing != Standing::Known);
        for assessed in told.take(STANDINGS_MAX) {
            let Assessed { slug, severity, standing, .. } = assessed;
            self.line(&format!("   {} {severity} {slug}", standing.as_str()))?;
        }
        Ok(())
    }

    fn verdict(&mut self, summary: &Summary, found: &[Counterexample]) -> std::io::Result<()> {
        let executed: u64 = summary.phases.iter().map(|phase| phase.executed).sum();
        let planned: u64 = summary.phases.iter().map(|phase| phase.planned).sum();
        let requests = count(summary.requests, "request");
        let took = duration(summary.duration_us);
        let reached = summary
            .operations
            .iter()
            .filter(|operation| operation.outcomes.keys().any(|outcome| outcome.starts_with('2')));
        self.line(&format!(
            "{executed} of {planned} cases, {requests} in {took}; {} of {} operations accepted something; \
             seed {}; report in {}",
            reached.count(),
            summary.operations.len(),
            summary.seed,
            self.look.folder
        ))?;
        let stopped = match &summary.stopped {
            StopReason::Completed => None,
            StopReason::TimeBudget => Some("stopped at --max-time".to_owned()),
            StopReason::Interrupted => Some("interrupted".to_owned()),
            StopReason::TargetDown { why } => Some(format!(
                "the target stopped answering and did not come back: {}",
                printable(why)
            )),
            StopReason::Unauthorised => Some(
                "every answer was 401 or 403: nothing was tested; pass credentials with --header \
                 'Authorization: …'"
                    .to_owned(),
            ),
        };
        if let Some(stopped) = stopped {
            self.line(&format!("{YELLOW}{stopped}{YELLOW:#}"))?;
        }
        self.standings(summary)?;
        for shortfall in &summary.shortfalls {
            self.line(&format!("{YELLOW}no pass: {}{YELLOW:#}", printable(shortfall)))?;
        }
        if found.is_empty() {
            let nothing_tested = executed == 0 || summary.stopped == StopReason::Unauthorised;
            if nothing_tested {
                return self.line(&format!("{RED}NOTHING TESTED{RED:#}"));
            }
            if !summary.shortfalls.is_empty() {
                return self.line(&format!("{YELLOW}NO FINDINGS, AND NO PASS{YELLOW:#}"));
            }
            return self.line(&format!("{GREEN}NO FINDINGS{GREEN:#}"));
        }
        let by_severity: Vec<String> = summary
            .findings
            .iter()
            .rev()
            .map(|(severity, number)| format!("{number} {severity}"))
            .collect();
        let total = count(found.len() as u64, "finding").to_uppercase();
        self.line(&format!("{RED}{total}{RED:#}: {}", by_severity.join(", ")))
    }
}

impl Reporter for Terminal {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        self.take(event).map_err(ReportError::Terminal)
    }
}

fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low | Severity::Info => DIM,
    }
}

/// A request in one readable line: method, target, and content if it is text.
pub fn request_line(request: &Request) -> String {
    let mut line = format!("{} {}", request.method, printable(&request.target.lossy()));
    if !request.content.is_empty() {
        let content = match std::str::from_utf8(&request.content.0) {
            Ok(text) => printable(text),
            Err(_) => format!("{} octets", request.content.len()),
        };
        line.push(' ');
        line.push_str(&content);
    }
    line
}
