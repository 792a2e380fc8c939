//! An update that was accepted, and did not change what it named or wiped out what it did not.

use harness_model::{Severity, Verdict};
use serde_json::Value;

use super::StateCheck;
use super::seen::{Fields, Seen, Told, around, is_book_keeping, is_same, shown, volatile};

pub(super) const CHECK: StateCheck = StateCheck {
    name: "update_lost_fields",
    explain: "PUT or PATCH is answered 2xx, and a member that it names still has its old value, or a member that \
        a PATCH does not name has lost the value that it had.\n\n\
        Why: a column is forgotten in the UPDATE, or what is absent is written as null.\n\n\
        Judged on a read, the update and a read again, all of one path.\n\n\
        Quiet when: the update is answered 202; the old value is what was sent, but for the ways of writing it; \
        the member is not shown, changes by itself between two reads, or is the service's book-keeping, or is the last part of the path; an \
        unnamed member changed to another value (it may be derived) rather than to nothing.\n\n\
        High. Source: RFC 9110, 9.3.4; RFC 5789, 2; RFC 7396; Web Fuzzing Commons 906.\n\n\
        Example: PATCH /products/7 {price: 5} → 200, GET /products/7 → {price: 3}",
    judge,
};

fn judge(steps: &[Seen<'_>]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for idx in 0..steps.len() {
        let Some((before, update, after)) = around(steps, idx) else { continue };
        let all = [before, update, after].iter().all(|seen| seen.is_accepted());
        if !matches!(update.method(), "PUT" | "PATCH") || !update.step.intent.is_allowed() || !all {
            continue;
        }
        let (Some(was), Some(sent), Some(is)) = (before.fields(), update.sent(), after.fields())
        else {
            continue;
        };
        let volatile = volatile(steps, update.path());
        verdicts.extend(unchanged(update, (&was, &sent, &is)));
        if update.method() == "PATCH" {
            let is_own = |at: &str| volatile.contains(at) || is_book_keeping(at);
            verdicts.extend(wiped_out(update, (&was, &sent, &is), is_own));
        }
    }
    verdicts
}

/// The first member that was named and still has its old value.
fn unchanged(update: &Seen<'_>, (was, sent, is): (&Fields, &Fields, &Fields)) -> Option<Verdict> {
    // What a resource is called by its path stays, whatever the content says.
    let name = update.collection().map(|(_, last)| last);
    let is_name = |value: &Value| match value {
        Value::String(text) => Some(text.as_str()) == name,
        Value::Number(number) => Some(number.to_string().as_str()) == name,
        _ => false,
    };
    let (at, new) = sent.iter().find(|(at, new)| {
        let (Some(old), Some(now)) = (was.get(*at), is.get(*at)) else { return false };
        old == now && !is_same(new, old) && !is_absence(new) && !is_name(old)
    })?;
    Some(update.fail(
        CHECK.name,
        Told {
            severity: Severity::High,
            effect: format!("{at} kept"),
            title: format!("accepted a new value of {at} and kept the old one"),
            expected: format!("{at} is {}, as sent", shown(new)),
            observed: format!("{at} is {} still", shown(&is[at])),
        },
    ))
}

/// The first member that was not named, had a value, and has none now.
fn wiped_out(
    update: &Seen<'_>,
    (was, sent, is): (&Fields, &Fields, &Fields),
    is_own: impl Fn(&str) -> bool,
) -> Option<Verdict> {
    let member = |pointer: &str| pointer.split('/').nth(1).unwrap_or_default().to_owned();
    let named: Vec<String> = sent.keys().map(|at| member(at)).collect();
    let (at, old) = was.iter().find(|(at, old)| {
        let now = is.get(*at).unwrap_or(&Value::Null);
        !is_absence(old) && is_absence(now) && !is_own(at) && !named.contains(&member(at))
    })?;
    Some(update.fail(
        CHECK.name,
        Told {
            severity: Severity::High,
            effect: format!("{at} lost"),
            title: format!("a PATCH that does not name {at} wiped it out"),
            expected: format!("{at} is {} still", shown(old)),
            observed: is.get(at).map_or_else(
                || format!("{at} is not there"),
                |now| format!("{at} is {}", shown(now)),
            ),
        },
    ))
}

/// Whether a value says that there is none.
fn is_absence(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
