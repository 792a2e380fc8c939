//! A write that was refused and took effect all the same.

use harness_model::{Severity, Verdict};

use super::StateCheck;
use super::seen::{Seen, Told, around, is_same, shown};

pub(super) const CHECK: StateCheck = StateCheck {
    name: "failed_write_changed_state",
    explain: "PUT or PATCH is answered 4xx, and a member of the resource now has the value that the refused \
        request sent.\n\n\
        Why: the handler writes member by member and validates as it goes, or answers before it rolls back.\n\n\
        Judged on a read, the refused write and a read again, all of one path.\n\n\
        Quiet when: the new value is not what the request sent, or was there before; the answer is 408 or 429.\n\n\
        High. Source: RFC 9110, 15.5; RFC 5789, 2 (atomic); Web Fuzzing Commons 901.\n\n\
        Example: PATCH /products/7 {price: -1} → 422, GET /products/7 → {price: -1}",
    judge,
};

fn judge(steps: &[Seen<'_>]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for idx in 0..steps.len() {
        let Some((before, write, after)) = around(steps, idx) else { continue };
        let is_refused = matches!(write.method(), "PUT" | "PATCH") && write.is_refused();
        if !is_refused || !before.is_accepted() || !after.is_accepted() {
            continue;
        }
        let (Some(was), Some(sent), Some(is)) = (before.fields(), write.sent(), after.fields())
        else {
            continue;
        };
        let changed = sent.iter().find(|(at, new)| {
            let (Some(old), Some(now)) = (was.get(*at), is.get(*at)) else { return false };
            old != now && is_same(new, now) && !is_same(new, old)
        });
        if let Some((at, new)) = changed {
            let status = write.status().unwrap_or_default();
            verdicts.push(write.fail(
                CHECK.name,
                Told {
                    severity: Severity::High,
                    effect: format!("{status} {at}"),
                    title: format!("refused ({status}) a write and stored {at} of it"),
                    expected: format!("{at} is {} still", shown(&was[at])),
                    observed: format!("{at} is {}, as the refused request has it", shown(new)),
                },
            ));
        }
    }
    verdicts
}
