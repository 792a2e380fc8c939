//! Several requests on one resource, and whether what the service says later agrees with what it did
//! before.

mod resource;

use harness_model::{Case, CaseId, Confirmation, Exchange, Fact, Finding, Step, Verdict};

use self::resource::{Kind, Resource, resources};
use super::Stage;
use crate::confirm::write;
use crate::desk::Desk;
use crate::execute::Manner;
use crate::judge::state_verdicts;
use crate::under_test::Shared;

/// Creates that are tried before a resource is given up: a value may have to be unique.
const CREATES_MAX: u32 = 4;
/// How often a failure is sought again with other creates.
const CONFIRM_SENDS: u32 = 2;
/// Other creates that are tried for that.
const OTHERS_MAX: u32 = 4;

pub(super) const STAGE: Stage = Stage {
    name: "sequences",
    explain: "Creates a resource, reads, updates, updates twice, tries refused updates, deletes and reads again, and \
              looks at its collection in between. Resources are found from the paths of the contract; the ids that \
              the service gives are taken from its answers, so that a case replays on a fresh service. What the \
              resource of a sequence is needs a create that was accepted before.",
    run: |desk| Box::pin(run(desk)),
};

async fn run(desk: &mut Desk<'_, '_>) {
    let shared = desk.shared();
    let resources = resources(&shared, desk.acceptances());
    desk.plan(resources.iter().map(Resource::case_count).sum());
    for resource in &resources {
        let is_repeatable = is_repeatable(desk, resource).await;
        for kind in resource.kinds() {
            // Another create each time: the first may be refused as a duplicate.
            for attempt in 0..CREATES_MAX {
                if desk.is_over() {
                    return;
                }
                let Some(case) = resource.case(&shared, &kind, attempt) else { continue };
                let Some((steps, findings)) = send(desk, &case).await else { continue };
                for finding in findings {
                    if !desk.is_new(&finding.signature) {
                        continue;
                    }
                    let (id, told) = (case.id.clone(), finding.clone());
                    desk.say(Fact::Suspected { case: id, finding: told });
                    if is_repeatable {
                        desk.suspect(case.clone(), finding);
                    } else {
                        let seen = (case.clone(), steps.clone(), finding);
                        confirm_by_others(desk, resource, &kind, seen).await;
                    }
                }
                break;
            }
            desk.settle().await;
        }
    }
}

/// Whether the same create is accepted again. Where something in it has to be unique, a sequence cannot
/// be sent twice as it is.
async fn is_repeatable(desk: &mut Desk<'_, '_>, resource: &Resource) -> bool {
    let shared = desk.shared();
    let template = resource.template();
    let id =
        CaseId { phase: STAGE.name.to_owned(), operation: template.operation.clone(), index: 0 };
    let case = Case::single(id, template.clone());
    let answer = desk.send_quietly(&case, Manner::planned(&shared)).await.steps.pop();
    let status = answer.and_then(|(_, exchange)| exchange.response().map(|it| it.status));
    status.is_some_and(|status| (200..300).contains(&status))
}

/// Sends a sequence. Answers what was sent and what the oracles over state say; `None`: it could not be
/// played to its end.
async fn send(desk: &mut Desk<'_, '_>, case: &Case) -> Option<(Steps, Vec<Finding>)> {
    let shared = desk.shared();
    let execution = desk.send(case.clone()).await;
    if execution.broken.is_some() {
        return None;
    }
    let findings = failed(&shared, &execution.steps);
    Some((execution.steps, findings))
}

/// Steps as they were sent, with what came of them.
type Steps = Vec<(Step, Exchange)>;

fn failed(shared: &Shared, steps: &[(Step, Exchange)]) -> Vec<Finding> {
    let verdicts = state_verdicts(shared, steps).into_iter();
    let failed = verdicts.filter_map(|verdict| match verdict {
        Verdict::Fail(finding) => Some(finding),
        Verdict::Pass | Verdict::Unknown(_) => None,
    });
    failed.collect()
}

/// Plays sequences of the same kind with other creates, until enough of them show the failure: a case that
/// was sent once cannot be sent again. It is told as it was, without shrinking.
async fn confirm_by_others(
    desk: &mut Desk<'_, '_>,
    resource: &Resource,
    kind: &Kind,
    (case, steps, finding): (Case, Steps, Finding),
) {
    let shared = desk.shared();
    let (mut sent, mut reproduced) = (1, 1);
    for attempt in CREATES_MAX..CREATES_MAX + OTHERS_MAX {
        if sent > CONFIRM_SENDS || desk.is_over() {
            break;
        }
        let Some(other) = resource.case(&shared, kind, attempt) else { continue };
        let execution = desk.send_quietly(&other, Manner::fresh(&shared)).await;
        if execution.broken.is_some() {
            continue;
        }
        sent += 1;
        let again = failed(&shared, &execution.steps);
        reproduced += u32::from(again.iter().any(|it| it.signature == finding.signature));
    }
    if sent > CONFIRM_SENDS && reproduced == sent {
        let confirmation = Confirmation { reproduced, sent, shrink_probes: 0 };
        desk.found(write(&shared, finding, case, steps, confirmation));
    } else {
        desk.say(Fact::Flaky { case: case.id, finding, sent, reproduced });
    }
}
