//! Input that costs more than its size: texts and lists of accepted requests, grown as far as the
//! contract allows.

use std::collections::BTreeSet;
use std::time::Duration;

use harness_model::{Case, CaseId, Confirmation, Fact, Finding, Outcome, Place, Step};

use super::Stage;
use crate::confirm::write;
use crate::cost::{Filler, SUPERLINEAR_COST, grown, judged, largest, name, parts};
use crate::desk::Desk;
use crate::execute::{Execution, Manner};
use crate::under_test::Shared;

/// How long one answer is waited for: what takes longer has shown enough.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the stage takes at most, whatever the run may.
const STAGE_TIME_MAX: Duration = Duration::from_secs(20);
/// Answers that may fail to come: each of them may hold a worker of the service.
const TIMEOUTS_MAX: u32 = 6;
/// A largest input that takes this long, and so many times as long as a small one, is looked at more
/// closely; the check asks for 100 ms and ten times.
const SUSPECT_US: u64 = 75_000;
const SUSPECT_RATIO: u64 = 5;
/// A series is made with the smallest input that still takes as long: smaller cases, sooner done.
const SMALLEST_US: u64 = 300_000;
/// Halvings on the way to an input that is neither refused nor too slow.
const HALVINGS_MAX: usize = 5;
/// Repeats of each size in a series, as the check wants them.
const REPEATS: usize = 3;
/// Sizes in a series: a quarter, a half, the whole.
const DIVISORS: [usize; 3] = [4, 2, 1];
/// Times that a series has to show the same: once to suspect, once to confirm.
const SHOWN_MIN: u32 = 2;
/// Times that a series is sent at most: a busy machine blurs some.
const SERIES_MAX: u32 = 3;

pub(super) const STAGE: Stage = Stage {
    name: "cost",
    explain: "Grows one text or list of an accepted request at a time, up to what the contract allows and at \
              most 64 KiB: its own characters repeated, a run of one character, a run of blanks. If the \
              largest is slow, a quarter, a half and the whole are sent three times each, every one next to \
              a small request, until two of three series agree. No DELETE; at most 20 s.",
    run: |desk| Box::pin(run(desk)),
};

/// What came of one request.
enum Took {
    /// An answer after so many microseconds.
    Accepted(u64),
    Refused(u64),
    /// No answer in time.
    TooLong,
    /// Nothing that tells about cost.
    Nothing,
}

/// What the stage has spent.
struct Spent {
    timeouts: u32,
    until_us: u64,
    /// Numbers the cases of an operation.
    index: u32,
}

async fn run(desk: &mut Desk<'_, '_>) {
    let shared = desk.shared();
    let stage_us = u64::try_from(STAGE_TIME_MAX.as_micros()).unwrap_or(u64::MAX);
    let until_us = shared.clock.now_us().saturating_add(stage_us);
    let mut spent = Spent { timeouts: 0, until_us, index: 0 };
    for idx in 0..shared.operations.len() {
        spent.index = 0;
        let grounds: Vec<Step> =
            desk.acceptances().of(idx).iter().map(|(step, _)| step.clone()).collect();
        let mut done = BTreeSet::new();
        for ground in grounds.iter().filter(|step| step.method != "DELETE") {
            for place in parts(ground) {
                if is_over(desk, &shared, &spent) {
                    return;
                }
                if done.insert(name(&place)) {
                    part(desk, idx, ground, &place, &mut spent).await;
                }
            }
        }
    }
}

fn is_over(desk: &Desk<'_, '_>, shared: &Shared, spent: &Spent) -> bool {
    desk.is_over() || spent.timeouts >= TIMEOUTS_MAX || shared.clock.now_us() >= spent.until_us
}

/// Grows one part by every filler, until one of them shows a cost.
async fn part(
    desk: &mut Desk<'_, '_>,
    operation: usize,
    ground: &Step,
    place: &Place,
    spent: &mut Spent,
) {
    let shared = desk.shared();
    let under_test = &shared.operations[operation];
    for filler in Filler::ALL {
        let Some(size) = largest(under_test, ground, place, filler) else { continue };
        if is_over(desk, &shared, spent) {
            return;
        }
        let Some(size) = slow_size(desk, ground, place, (filler, size), spent).await else {
            continue;
        };
        if series(desk, ground, place, (filler, size), spent).await {
            return;
        }
    }
}

/// The size that is slow enough to be looked at; `None`: the part costs nothing to speak of.
async fn slow_size(
    desk: &mut Desk<'_, '_>,
    ground: &Step,
    place: &Place,
    (filler, largest): (Filler, usize),
    spent: &mut Spent,
) -> Option<usize> {
    let Took::Accepted(control_us) = took(desk, ground, spent).await else { return None };
    let mut size = largest;
    for _ in 0..HALVINGS_MAX {
        match took(desk, &grown(ground, place, filler, size)?, spent).await {
            Took::Accepted(us) | Took::Refused(us) if is_slow(us, control_us) => {
                return Some(smallest(desk, ground, place, (filler, size), spent).await);
            }
            Took::Refused(_) | Took::TooLong if spent.timeouts < TIMEOUTS_MAX => size /= 2,
            Took::Accepted(_) | Took::Refused(_) | Took::TooLong | Took::Nothing => return None,
        }
    }
    None
}

fn is_slow(us: u64, control_us: u64) -> bool {
    us >= SUSPECT_US && us / SUSPECT_RATIO >= control_us
}

/// Halves the size as long as the cost stays plain.
async fn smallest(
    desk: &mut Desk<'_, '_>,
    ground: &Step,
    place: &Place,
    (filler, slow): (Filler, usize),
    spent: &mut Spent,
) -> usize {
    let mut size = slow;
    for _ in 0..HALVINGS_MAX {
        let Some(half) = grown(ground, place, filler, size / 2) else { break };
        match took(desk, &half, spent).await {
            Took::Accepted(us) | Took::Refused(us) if us >= SMALLEST_US => size /= 2,
            Took::Accepted(_) | Took::Refused(_) | Took::TooLong | Took::Nothing => break,
        }
    }
    size
}

/// Sends one request alone.
async fn took(desk: &mut Desk<'_, '_>, step: &Step, spent: &mut Spent) -> Took {
    let shared = desk.shared();
    let case = Case::single(id_of(step, spent), step.clone());
    let planned = Manner::planned(&shared);
    let manner = Manner { deadline: planned.deadline.min(PATIENCE), ..planned };
    let execution = desk.send_quietly(&case, manner).await;
    let Some((_, exchange)) = execution.steps.last() else { return Took::Nothing };
    let took_us = exchange.timing.total_us;
    match &exchange.outcome {
        Outcome::Response(response) if (200..300).contains(&response.status) => {
            Took::Accepted(took_us)
        }
        Outcome::Response(_) => Took::Refused(took_us),
        Outcome::TimedOut { .. } => {
            spent.timeouts += 1;
            Took::TooLong
        }
        Outcome::TooLarge { .. }
        | Outcome::ConnectFailed { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::ClosedEarly { .. }
        | Outcome::Unparsable { .. }
        | Outcome::Unsendable { .. } => Took::Nothing,
    }
}

fn id_of(step: &Step, spent: &Spent) -> CaseId {
    let operation = step.operation.clone();
    CaseId { phase: STAGE.name.to_owned(), operation, index: spent.index }
}

/// Sends all sizes next to small requests, again and again; whether the part was found to cost too much.
async fn series(
    desk: &mut Desk<'_, '_>,
    ground: &Step,
    place: &Place,
    (filler, size): (Filler, usize),
    spent: &mut Spent,
) -> bool {
    let shared = desk.shared();
    let sizes = DIVISORS.map(|divisor| grown(ground, place, filler, size / divisor));
    let sizes: Vec<Step> = sizes.into_iter().flatten().collect();
    let pairs = sizes.iter().flat_map(|grown| [ground.clone(), grown.clone()]);
    let count = pairs.clone().count() * REPEATS;
    let prefix = pairs.cycle().take(count).collect();
    let id = id_of(ground, spent);
    spent.index += 1;
    let mut case = Case { id, prefix, lanes: Vec::new(), probes: Vec::new() };
    shared.fix(&mut case);
    let part = name(place);
    let (mut sent, mut reproduced) = (0, 0);
    let mut suspected: Option<Finding> = None;
    while sent < SERIES_MAX && reproduced + SERIES_MAX - sent >= SHOWN_MIN {
        let execution = desk.send_quietly(&case, Manner::fresh(&shared)).await;
        sent += 1;
        let Some(finding) = judged(&execution.steps, &part) else { continue };
        reproduced += 1;
        if suspected.is_none() {
            if !is_news(desk, &shared, &finding, &execution) {
                return true;
            }
            desk.say(Fact::Suspected { case: case.id.clone(), finding: finding.clone() });
        }
        if reproduced == SHOWN_MIN {
            let confirmation = Confirmation { reproduced, sent, shrink_probes: 0 };
            desk.found(write(&shared, finding, case, execution.steps, confirmation));
            return true;
        }
        suspected = Some(finding);
    }
    if let Some(finding) = suspected {
        desk.say(Fact::Flaky { case: case.id, finding, sent, reproduced });
    }
    false
}

/// Whether the user wants to hear of it and has not yet.
fn is_news(
    desk: &mut Desk<'_, '_>,
    shared: &Shared,
    finding: &Finding,
    execution: &Execution,
) -> bool {
    let under_test = shared.operations.get(&finding.signature.operation);
    let is_asked = under_test.zip(execution.steps.last()).is_some_and(|(it, (_, exchange))| {
        shared.config.rules.asks(SUPERLINEAR_COST, &it.operation, exchange)
    });
    is_asked && desk.is_new(&finding.signature)
}
