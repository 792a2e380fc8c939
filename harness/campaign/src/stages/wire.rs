//! Own octets on the connection: for a request without content and one with, every wire fault.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use harness_contract::OperationKey;
use harness_generate::render;
use harness_model::{Case, CaseId, Confirmation, Exchange, Fact, Finding, Intent, Request, Step};
use harness_transport::{WireFault, wire_faults};

use super::Stage;
use crate::confirm::write;
use crate::desk::Desk;
use crate::execute::Manner;
use crate::wire::{Bent, send_fault};

/// Faults that are on their way at once: most of the time is waiting for nothing more to come.
const AT_ONCE: usize = 32;
/// Faults whose own pauses last longer are left to runs that have [`LONG_RUN`].
const PAUSES_MAX: Duration = Duration::from_millis(1_500);
/// With this much time a run can wait for slow faults.
const LONG_RUN: Duration = Duration::from_mins(2);
/// How often a suspicion is sent again, alone.
const CONFIRM_SENDS: u32 = 2;

pub(super) const STAGE: Stage = Stage {
    name: "wire",
    explain: "Bends an accepted request without content and one with into every wire fault (framing, header \
              section, request line, timing), by own octets over TCP or TLS, each followed by a valid request \
              on the same connection and on a fresh one. Only against loopback, unless --allow-wire says \
              otherwise; --no-wire leaves it out.",
    run: |desk| Box::pin(run(desk)),
};

/// A valid request that faults are made of.
struct Ground {
    step: Step,
    request: Request,
    status: u16,
}

async fn run(desk: &mut Desk<'_, '_>) {
    let shared = desk.shared();
    let Some(raw) = shared.raw.clone() else { return };
    let grounds = grounds(desk).await;
    let control = desk.control().step();
    let canary = render(&control, shared.config.base_of(&control.operation));
    let (false, Ok(canary)) = (grounds.is_empty(), canary) else {
        let text = "no request was accepted that wire faults could be made of".to_owned();
        desk.say(Fact::Note { text });
        return;
    };
    let has_time = shared.config.time_max.is_some_and(|time| time >= LONG_RUN);
    let is_in_time = |ground: &Ground, fault: &WireFault| {
        let lasts = fault.script(&ground.request, raw.base()).lasts_max();
        has_time || lasts <= PAUSES_MAX
    };
    // Who reads no content may answer before it is wrong.
    let is_read =
        |ground: &Ground, fault: &WireFault| !fault.is_in_content || ground.step.body.is_some();
    let of = |ground: &Ground| -> Vec<Case> {
        let chosen =
            wire_faults().filter(|fault| is_read(ground, fault) && is_in_time(ground, fault));
        chosen.map(|fault| bent_by(ground, fault)).collect()
    };
    let cases: Vec<Vec<Case>> = grounds.iter().map(of).collect();
    desk.plan(cases.iter().map(Vec::len).sum::<usize>() as u64);
    for (ground, cases) in grounds.iter().zip(cases) {
        let (shared, raw, canary) = (&shared, &raw, &canary);
        let mut sent = stream::iter(cases.into_iter().enumerate())
            .map(|(idx, case)| async move {
                let bent = Bent { step: &case.prefix[0], valid_status: ground.status, canary };
                let came = send_fault(shared, raw, &bent).await;
                (idx, case, came)
            })
            .buffer_unordered(AT_ONCE);
        let mut suspected: Vec<(usize, Case, Finding)> = Vec::new();
        while let Some((idx, case, came)) = sent.next().await {
            let Ok((exchange, findings)) = came else { continue };
            desk.wire_finished(&case, &exchange);
            suspected.extend(findings.into_iter().map(|finding| (idx, case.clone(), finding)));
            if desk.is_over() {
                break;
            }
        }
        drop(sent);
        // What comes home first is chance; what is told first is not.
        suspected.sort_by_key(|(idx, _, _)| *idx);
        for (_, case, finding) in suspected {
            if desk.is_new(&finding.signature) {
                confirm(desk, ground, canary, case, finding).await;
            }
        }
        if desk.is_over() {
            return;
        }
    }
}

/// Sends a suspicion again, with nothing else on its way.
async fn confirm(
    desk: &mut Desk<'_, '_>,
    ground: &Ground,
    canary: &Request,
    case: Case,
    finding: Finding,
) {
    let shared = desk.shared();
    let Some(raw) = shared.raw.clone() else { return };
    desk.say(Fact::Suspected { case: case.id.clone(), finding: finding.clone() });
    let bent = Bent { step: &case.prefix[0], valid_status: ground.status, canary };
    let mut reproduced = 1;
    let mut last: Option<(Finding, Exchange)> = None;
    for _ in 0..CONFIRM_SENDS {
        desk.count_requests(REQUESTS_PER_FAULT);
        let Ok((exchange, findings)) = send_fault(&shared, &raw, &bent).await else { continue };
        let same = findings.into_iter().find(|again| again.signature == finding.signature);
        if let Some(same) = same {
            reproduced += 1;
            last = Some((same, exchange));
        }
    }
    let sent = CONFIRM_SENDS + 1;
    let confirmation = Confirmation { reproduced, sent, shrink_probes: 0 };
    match last.filter(|_| reproduced == sent) {
        Some((finding, exchange)) => {
            let steps = vec![(case.prefix[0].clone(), exchange)];
            desk.found(write(&shared, finding, case, steps, confirmation));
        }
        None => desk.say(Fact::Flaky { case: case.id, finding, sent, reproduced }),
    }
}

/// The fault and its two canaries.
pub(crate) const REQUESTS_PER_FAULT: u64 = 3;

/// Requests with content that are tried as ground.
const TRIED_MAX: usize = 8;

/// The first accepted request without content that changes nothing, and the first with content that is
/// accepted again: where something in it has to be unique, an answer would tell of that and not of the
/// wire.
async fn grounds(desk: &mut Desk<'_, '_>) -> Vec<Ground> {
    let shared = desk.shared();
    let accepted = || {
        (0..shared.operations.len()).flat_map(|idx| desk.acceptances().of(idx)).filter_map(
            |(step, exchange)| {
                let status = exchange.response()?.status;
                (step.intent == Intent::Valid).then(|| Ground {
                    step: step.clone(),
                    request: exchange.request.clone(),
                    status,
                })
            },
        )
    };
    let plain = accepted().find(|it| it.step.method == "GET" && it.step.body.is_none());
    let with_content = accepted().filter(|it| {
        matches!(it.step.method.as_str(), "POST" | "PUT" | "PATCH") && it.step.body.is_some()
    });
    let with_content: Vec<Ground> = with_content.take(TRIED_MAX).collect();
    let mut grounds: Vec<Ground> = plain.into_iter().collect();
    for ground in with_content {
        let mut is_repeatable = true;
        for _ in 0..2 {
            let case = case_of(&ground, ground.step.intent.clone(), 0);
            let answer = desk.send_quietly(&case, Manner::planned(&shared)).await.steps.pop();
            let status = answer.and_then(|(_, exchange)| exchange.response().map(|it| it.status));
            is_repeatable &= status == Some(ground.status);
        }
        if is_repeatable {
            grounds.push(ground);
            break;
        }
    }
    grounds
}

/// The case that stands for a fault. Its index is that of the fault among all.
fn bent_by(ground: &Ground, fault: &WireFault) -> Case {
    let index = (0..).zip(wire_faults()).find(|(_, other)| other.name == fault.name);
    let (layer, what) = (Intent::WIRE_LAYER.to_owned(), fault.name.to_owned());
    case_of(ground, Intent::Malformed { layer, what }, index.map_or(0, |(index, _)| index))
}

fn case_of(ground: &Ground, intent: Intent, index: u32) -> Case {
    let operation: OperationKey = ground.step.operation.clone();
    let id = CaseId { phase: STAGE.name.to_owned(), operation, index };
    Case::single(id, Step { intent, ..ground.step.clone() })
}
