//! The same PUT twice that leaves something else than once.

use harness_model::{Severity, Verdict};
use serde_json::Value;

use super::StateCheck;
use super::seen::{Seen, Told, shown, volatile};

pub(super) const CHECK: StateCheck = StateCheck {
    name: "put_not_idempotent",
    explain: "The same PUT is sent twice, both are answered 2xx, and a member that it names is another after the \
        second one, or a list has grown.\n\n\
        Why: the handler adds where it should replace. Clients and proxies repeat PUT when an answer is lost.\n\n\
        Judged on PUT, read, the same PUT, read, all of one path.\n\n\
        Quiet when: the member changes by itself between two reads, or is not named by the request and no list.\n\n\
        Medium. Source: RFC 9110, 9.2.2 and 9.3.4; Web Fuzzing Commons 905.\n\n\
        Example: PUT /carts/7 {items: [1]} twice, GET /carts/7 → {items: [1, 1]}",
    judge,
};

fn judge(steps: &[Seen<'_>]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for four in steps.windows(4) {
        let [first, once, second, twice] = four else { continue };
        let fits = first.method() == "PUT"
            && second.method() == "PUT"
            && once.is_read()
            && twice.is_read()
            && first.exchange.request == second.exchange.request
            && four.iter().all(|seen| seen.path() == first.path() && seen.is_accepted());
        if !fits {
            continue;
        }
        let (Some(sent), Some(once), Some(twice)) = (first.sent(), once.fields(), twice.fields())
        else {
            continue;
        };
        let volatile = volatile(steps, first.path());
        let grew = |old: &Value, new: &Value| match (old, new) {
            (Value::Array(old), Value::Array(new)) => new.len() > old.len(),
            _ => false,
        };
        let changed = twice.iter().find(|(at, new)| {
            let Some(old) = once.get(*at) else { return false };
            old != *new && !volatile.contains(*at) && (sent.contains_key(*at) || grew(old, new))
        });
        if let Some((at, new)) = changed {
            verdicts.push(second.fail(
                CHECK.name,
                Told {
                    severity: Severity::Medium,
                    effect: at.clone(),
                    title: format!("the same PUT twice left another {at} than once"),
                    expected: format!("{at} is {}, as after the first", shown(&once[at])),
                    observed: format!("{at} is {}", shown(new)),
                },
            ));
        }
    }
    verdicts
}
