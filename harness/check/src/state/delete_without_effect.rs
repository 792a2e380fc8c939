//! A resource that was deleted and is still there as it was.

use harness_model::{Severity, Verdict};

use super::StateCheck;
use super::seen::{Seen, Told, around, is_book_keeping, volatile};

pub(super) const CHECK: StateCheck = StateCheck {
    name: "delete_without_effect",
    explain: "DELETE is answered 2xx, and the resource is still served as it was before.\n\n\
        Why: the handler forgets to commit, deletes something else, or only says that it did.\n\n\
        Judged on a read, the DELETE and a read again, all of one path.\n\n\
        Quiet when: the DELETE is answered 202; the second read is answered otherwise than 2xx; any member but \
        the service's book-keeping changed between the reads: that is a soft deletion.\n\n\
        High. Source: RFC 9110, 9.3.5; Web Fuzzing Commons 103.\n\n\
        Example: DELETE /orders/7 → 204, GET /orders/7 → 200 with the same order",
    judge,
};

fn judge(steps: &[Seen<'_>]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for idx in 0..steps.len() {
        let Some((before, delete, after)) = around(steps, idx) else { continue };
        let all = [before, delete, after].iter().all(|seen| seen.is_accepted());
        if delete.method() != "DELETE" || !all {
            continue;
        }
        let (Some(was), Some(is)) = (before.fields(), after.fields()) else { continue };
        let volatile = volatile(steps, delete.path());
        let is_kept =
            |at: &String| volatile.contains(at) || is_book_keeping(at) || was.get(at) == is.get(at);
        if was.keys().chain(is.keys()).all(is_kept) {
            let status = after.status().unwrap_or_default();
            verdicts.push(delete.fail(
                CHECK.name,
                Told {
                    severity: Severity::High,
                    effect: format!("then {status}"),
                    title: "deleted a resource that is still there".to_owned(),
                    expected: "404 or 410, or a resource that says it is gone".to_owned(),
                    observed: format!("{status} with the resource as it was"),
                },
            ));
        }
    }
    verdicts
}
