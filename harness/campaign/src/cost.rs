//! Grows one text or list of a request, and judges what the sizes cost: used by the stage, and by
//! whoever replays what it found. The case of such a finding is a series of pairs: a small request,
//! then the grown one, for each size and repeat. Sends nothing.

use harness_check::{CostSeen, RunView, judge_run};
use harness_model::{BoundValue, Exchange, Finding, Place, Step, Verdict};
use serde_json::Value;

use crate::under_test::UnderTest;

/// Name of the check over a whole run that judges costs.
pub(crate) const SUPERLINEAR_COST: &str = "superlinear_cost";
/// Most octets that a value in the content may grow to: servers take as much as a rule.
const CONTENT_BYTES_MAX: usize = 64 * 1024;
/// Most octets that a parameter may grow to, escaped: servers take 8 KiB of target or fields as a rule.
const PARAMETER_BYTES_MAX: usize = 2 * 1024;
/// Most items that a list may grow to.
const ITEMS_MAX: usize = 4 * 1024;
/// Shorter than this nothing shows a cost: four sizes of a doubling begin at 8.
const SIZE_MIN: usize = 64;
/// How deep in the content parts are looked for: what lies deeper is the same code as a rule.
const DEPTH_MAX: usize = 3;
/// Parts of one request that are grown.
const PARTS_MAX: usize = 8;

/// What a part is filled with: each is the worst case of other code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filler {
    /// Its own characters, or its first item, again and again.
    Own,
    /// One character again and again and another one at the end: `(a+)+$`.
    Run,
    /// Blanks with something around them: `\s+$`.
    Blanks,
}

impl Filler {
    pub(crate) const ALL: [Self; 3] = [Self::Own, Self::Run, Self::Blanks];
}

/// The parts of a request that can grow: texts and lists.
pub(crate) fn parts(step: &Step) -> Vec<Place> {
    let mut places = Vec::new();
    for parameter in &step.parameters {
        if let BoundValue::Known(value) = &parameter.value {
            let at = |pointer: &str| Place::Parameter {
                location: parameter.location,
                name: parameter.name.clone(),
                pointer: pointer.to_owned(),
            };
            walk(value, "", DEPTH_MAX - 1, &at, &mut places);
        }
    }
    if let Some(value) = step.body.as_ref().and_then(|body| body.content.value()) {
        let at = |pointer: &str| Place::Body { pointer: pointer.to_owned() };
        walk(value, "", DEPTH_MAX, &at, &mut places);
    }
    places.truncate(PARTS_MAX);
    places
}

fn walk(
    value: &Value,
    pointer: &str,
    depth: usize,
    at: &dyn Fn(&str) -> Place,
    places: &mut Vec<Place>,
) {
    if places.len() >= PARTS_MAX {
        return;
    }
    match value {
        Value::String(_) => places.push(at(pointer)),
        Value::Array(items) => {
            if let Some(first) = items.first() {
                places.push(at(pointer));
                if depth > 0 {
                    walk(first, &format!("{pointer}/0"), depth - 1, at, places);
                }
            }
        }
        Value::Object(members) if depth > 0 => {
            for (name, member) in members {
                let token = name.replace('~', "~0").replace('/', "~1");
                walk(member, &format!("{pointer}/{token}"), depth - 1, at, places);
            }
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The request with a part of this size (characters or items); `None`: the part cannot be filled so.
pub(crate) fn grown(step: &Step, place: &Place, filler: Filler, size: usize) -> Option<Step> {
    let mut step = step.clone();
    let value = value_mut(&mut step, place)?;
    *value = match &*value {
        Value::String(text) => Value::String(filled(text, filler, size)),
        Value::Array(items) if filler == Filler::Own => {
            Value::Array(vec![items.first()?.clone(); size])
        }
        _ => return None,
    };
    Some(step)
}

fn filled(own: &str, filler: Filler, size: usize) -> String {
    let inner = size.saturating_sub(2);
    match filler {
        Filler::Own if own.is_empty() => "a".repeat(size),
        Filler::Own => own.chars().cycle().take(size).collect(),
        Filler::Run => format!("{}!", "a".repeat(inner + 1)),
        Filler::Blanks => format!("a{}a", " ".repeat(inner)),
    }
}

/// The largest size that the contract allows, within our own bounds; `None`: it allows too little to
/// show a cost.
pub(crate) fn largest(
    under_test: &UnderTest,
    step: &Step,
    place: &Place,
    filler: Filler,
) -> Option<usize> {
    let is_fine = |size: usize| {
        grown(step, place, filler, size).is_some_and(|grown| {
            under_test.plan.violated(&grown).is_empty() && !under_test.plan.breaks_format(&grown)
        })
    };
    let bound = bound(step, place)?;
    if bound < SIZE_MIN || !is_fine(SIZE_MIN) {
        return None;
    }
    if is_fine(bound) {
        return Some(bound);
    }
    // Limits have one side: what is too long stays so.
    let (mut fine, mut too_large) = (SIZE_MIN, bound);
    while too_large - fine > 1 {
        let middle = usize::midpoint(fine, too_large);
        if is_fine(middle) { fine = middle } else { too_large = middle }
    }
    Some(fine)
}

/// Our own bound on the size of a part.
fn bound(step: &Step, place: &Place) -> Option<usize> {
    let bytes_max = match place {
        Place::Body { .. } => CONTENT_BYTES_MAX,
        Place::Parameter { .. } => PARAMETER_BYTES_MAX,
        Place::Request => return None,
    };
    match value(step, place)? {
        // A character of ours has one octet; of the service's own examples, few at most.
        Value::String(_) => Some(bytes_max),
        Value::Array(items) => {
            let item_bytes = items.first()?.to_string().len() + 1;
            Some((bytes_max / item_bytes).min(ITEMS_MAX))
        }
        _ => None,
    }
}

/// The size of a part, in characters or items.
fn size(step: &Step, place: &Place) -> Option<u64> {
    match value(step, place)? {
        Value::String(text) => Some(text.chars().count() as u64),
        Value::Array(items) => Some(items.len() as u64),
        _ => None,
    }
}

fn value<'a>(step: &'a Step, place: &Place) -> Option<&'a Value> {
    match place {
        Place::Parameter { location, name, pointer } => {
            let mut all = step.parameters.iter();
            let found = all.find(|it| it.location == *location && it.name == *name)?;
            let BoundValue::Known(value) = &found.value else { return None };
            value.pointer(pointer)
        }
        Place::Body { pointer } => step.body.as_ref()?.content.value()?.pointer(pointer),
        Place::Request => None,
    }
}

fn value_mut<'a>(step: &'a mut Step, place: &Place) -> Option<&'a mut Value> {
    match place {
        Place::Parameter { location, name, pointer } => {
            let mut all = step.parameters.iter_mut();
            let found = all.find(|it| it.location == *location && it.name == *name)?;
            let BoundValue::Known(value) = &mut found.value else { return None };
            value.pointer_mut(pointer)
        }
        Place::Body { pointer } => step.body.as_mut()?.content.value_mut()?.pointer_mut(pointer),
        Place::Request => None,
    }
}

/// What a series of pairs shows of the part with this name; `None`: nothing out of the ordinary.
pub(crate) fn judged(steps: &[(Step, Exchange)], part: &str) -> Option<Finding> {
    let mut view = RunView::default();
    for pair in steps.chunks_exact(2) {
        let [(_, control), (step, exchange)] = pair else { continue };
        let place = parts(step).into_iter().find(|place| name(place) == part)?;
        view.see_cost(CostSeen {
            operation: step.operation.clone(),
            part: part.to_owned(),
            size: size(step, &place)?,
            total_us: exchange.timing.total_us,
            control_us: control.timing.total_us,
        });
    }
    judge_run(&view).into_iter().find_map(|(check, verdict)| match verdict {
        Verdict::Fail(finding) if check.name == SUPERLINEAR_COST => Some(finding),
        Verdict::Fail(_) | Verdict::Pass | Verdict::Unknown(_) => None,
    })
}

/// What a part is called in signatures.
pub(crate) fn name(place: &Place) -> String {
    place.normalised().to_string()
}
