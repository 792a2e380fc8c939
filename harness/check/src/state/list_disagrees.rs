//! A collection that shows what is gone, or not what is there.

use harness_model::{Severity, Verdict};
use serde_json::Value;

use super::StateCheck;
use super::seen::{Seen, Told};

/// Items up to which a list is taken to be the whole collection: pages of fewer are rare.
const WHOLE_MAX: usize = 9;

pub(super) const CHECK: StateCheck = StateCheck {
    name: "list_disagrees",
    explain: "A collection still lists an item that was deleted and is answered 404, or does not list one that was \
        created and can be read.\n\n\
        Why: the list comes from a cache or an index that nobody updates.\n\n\
        Judged on the list, the create and the list again, or on the DELETE, the read that is answered 404 or 410, \
        and the list, with the item known by its last path segment and the member `id`.\n\n\
        Quiet when: the list is paged (nine items or more); it has changed in any way; its items have no member \
        `id`.\n\n\
        Medium. Source: Web Fuzzing Commons 104 in kind.\n\n\
        Example: DELETE /orders/7 → 204, GET /orders/7 → 404, GET /orders → [{id: 7}]",
    judge,
};

fn judge(steps: &[Seen<'_>]) -> Vec<Verdict> {
    let gone = (0..steps.len()).filter_map(|idx| still_listed(steps, idx));
    let missing = (0..steps.len()).filter_map(|idx| not_listed(steps, idx));
    gone.chain(missing).collect()
}

/// DELETE, a read of the same path that finds nothing, and a list that shows it.
fn still_listed(steps: &[Seen<'_>], idx: usize) -> Option<Verdict> {
    let [delete, read, list, ..] = &steps[idx..] else { return None };
    let (collection, last) = delete.collection()?;
    let fits = delete.method() == "DELETE"
        && delete.is_accepted()
        && read.is_read()
        && read.path() == delete.path()
        && matches!(read.status(), Some(404 | 410))
        && list.is_read()
        && list.is_accepted()
        && list.path() == collection;
    let listed = ids(&list.answered()?)?;
    (fits && listed.iter().any(|id| id == last)).then(|| {
        list.fail(
            CHECK.name,
            Told {
                severity: Severity::Medium,
                effect: "deleted and listed".to_owned(),
                title: "lists an item that was deleted".to_owned(),
                expected: "a list without it".to_owned(),
                observed: format!("an item with id {last}"),
            },
        )
    })
}

/// A list, POST, a read of what was made, and the same list unchanged.
fn not_listed(steps: &[Seen<'_>], idx: usize) -> Option<Verdict> {
    let [before, create, read, after, ..] = &steps[idx..] else { return None };
    let (collection, last) = read.collection()?;
    let fits = create.method() == "POST"
        && create.status() == Some(201)
        && [before, read, after].iter().all(|seen| seen.is_read() && seen.is_accepted())
        && create.path() == collection
        && [before, after].iter().all(|list| list.path() == collection);
    let (was, is) = (before.answered()?, after.answered()?);
    let listed = ids(&is)?;
    let is_missing = listed.len() <= WHOLE_MAX && !listed.iter().any(|id| id == last);
    (fits && was == is && is_missing).then(|| {
        after.fail(
            CHECK.name,
            Told {
                severity: Severity::Medium,
                effect: "created and not listed".to_owned(),
                title: "does not list an item that was created".to_owned(),
                expected: format!("an item with id {last}"),
                observed: format!("the same {} items as before", listed.len()),
            },
        )
    })
}

/// The ids of a list's items: of the content itself, or of its only member that is a list. `None` if an
/// item has none.
fn ids(content: &Value) -> Option<Vec<String>> {
    let items = match content {
        Value::Array(items) => items,
        Value::Object(members) => {
            let mut lists = members.values().filter_map(Value::as_array);
            let list = lists.next()?;
            if lists.next().is_some() {
                return None;
            }
            list
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let id = |item: &Value| match item.get("id")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    items.iter().map(id).collect()
}
