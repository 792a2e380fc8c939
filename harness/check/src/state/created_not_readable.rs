//! Something that was created and cannot be read.

use harness_model::{Severity, Verdict};

use super::StateCheck;
use super::seen::{Seen, Told};

pub(super) const CHECK: StateCheck = StateCheck {
    name: "created_not_readable",
    explain: "POST is answered 201 with a Location, or with a member `id`, and a read of just that path is answered \
        404 or 410.\n\n\
        Why: the answer is made before the write, the write is lost, or Location is put together wrongly.\n\n\
        Judged on the POST and the first read of the path that its Location names, or of its id below the \
        collection.\n\n\
        Quiet when: anything was deleted in between; the POST is answered otherwise than 201; a read of the same \
        path succeeds later in the sequence (it is only late).\n\n\
        High. Source: RFC 9110, 9.3.3 and 15.3.2.\n\n\
        Example: POST /orders → 201 Location: /orders/7, GET /orders/7 → 404",
    judge,
};

fn judge(steps: &[Seen<'_>]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (idx, create) in steps.iter().enumerate() {
        if create.method() != "POST" || create.status() != Some(201) {
            continue;
        }
        let rest = &steps[idx + 1..];
        let upto = rest.iter().position(|seen| !seen.is_read()).unwrap_or(rest.len());
        let reads: Vec<&Seen<'_>> = rest[..upto].iter().filter(|it| is_of(create, it)).collect();
        let is_gone = |seen: &&&Seen<'_>| matches!(seen.status(), Some(404 | 410));
        let all_gone = !reads.is_empty() && reads.iter().filter(is_gone).count() == reads.len();
        if let (true, Some(read)) = (all_gone, reads.first()) {
            let status = read.status().unwrap_or_default();
            verdicts.push(create.fail(
                CHECK.name,
                Told {
                    severity: Severity::High,
                    effect: format!("{} {status}", read.operation.key),
                    title: "created something that cannot be read".to_owned(),
                    expected: format!("{} answers with what was created", read.operation.key),
                    observed: format!("status {status}"),
                },
            ));
        }
    }
    verdicts
}

/// Whether a read is of what was created: of the path in Location, or of the id below the collection.
fn is_of(create: &Seen<'_>, read: &Seen<'_>) -> bool {
    let location = create.exchange.response().and_then(|response| response.header("location"));
    if let Some(location) = location {
        let location = location.lossy();
        let path = location.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        return path == read.path() || path.ends_with(read.path());
    }
    let Some((collection, last)) = read.collection() else { return false };
    let id = create.answered().and_then(|value| value.get("id").cloned());
    let id = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    collection == create.path() && id.as_deref() == Some(last)
}
