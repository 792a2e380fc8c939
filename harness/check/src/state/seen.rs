//! A step of a sequence as the oracles over state look at it: its path, its answer, and the values that
//! went over the wire, by pointer. Knows no oracle.

use std::collections::{BTreeMap, BTreeSet};

use harness_contract::Operation;
use harness_model::{Evidence, Exchange, Finding, Outcome, Severity, Signature, Step, Verdict};
use serde_json::Value;

/// Levels of content whose members are told apart; what is deeper is compared as a whole.
const DEPTH_MAX: usize = 4;
/// Parts of names of members that change by themselves, in lower case: the service's own book-keeping.
const BOOK_KEEPING: &[&str] =
    &["updated", "modified", "version", "revision", "etag", "timestamp", "accessed", "seen", "_at"];

/// A step and what came of it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The operation that was asked for.
    pub operation: &'a Operation,
    /// What was meant, with all values known.
    pub step: &'a Step,
    /// What was sent and answered.
    pub exchange: &'a Exchange,
}

/// Scalars and lists of a JSON object by pointer.
pub(super) type Fields = BTreeMap<String, Value>;

impl<'a> Seen<'a> {
    /// Status of the whole answer; `None` if there is none.
    pub(super) fn status(&self) -> Option<u16> {
        match &self.exchange.outcome {
            Outcome::Response(response) => Some(response.status),
            _ => None,
        }
    }

    pub(super) fn is_accepted(&self) -> bool {
        // What is only taken in may take effect later (RFC 9110, 15.3.3).
        self.status().is_some_and(|status| (200..300).contains(&status) && status != 202)
    }

    pub(super) fn is_refused(&self) -> bool {
        self.status().is_some_and(|status| {
            // These say that it was not the request that was wrong.
            (400..500).contains(&status) && !matches!(status, 408 | 429)
        })
    }

    pub(super) fn method(&self) -> &'a str {
        &self.step.method
    }

    pub(super) fn is_read(&self) -> bool {
        self.method() == "GET"
    }

    /// The path as sent, without query.
    pub(super) fn path(&self) -> &'a str {
        let target = std::str::from_utf8(&self.exchange.request.target.0).unwrap_or_default();
        target.split('?').next().unwrap_or_default()
    }

    /// The path of the collection that a path is in, and its last segment.
    pub(super) fn collection(&self) -> Option<(&'a str, &'a str)> {
        self.path().rsplit_once('/').filter(|(above, last)| !above.is_empty() && !last.is_empty())
    }

    /// The JSON content of the answer.
    pub(super) fn answered(&self) -> Option<Value> {
        let response = self.exchange.response()?;
        serde_json::from_slice(&response.content.0).ok()
    }

    /// Fields of the answer, if it is a JSON object.
    pub(super) fn fields(&self) -> Option<Fields> {
        self.answered().filter(Value::is_object).map(|value| fields(&value))
    }

    /// Fields of the request's content, if that is a JSON object.
    pub(super) fn sent(&self) -> Option<Fields> {
        let content = &self.exchange.request.content.0;
        let value: Value = serde_json::from_slice(content).ok()?;
        value.is_object().then(|| fields(&value))
    }

    /// A failed verdict on this step's operation.
    pub(super) fn fail(&self, check: &str, told: Told) -> Verdict {
        Verdict::Fail(Finding {
            signature: Signature {
                check: check.to_owned(),
                operation: self.operation.key.clone(),
                effect: told.effect,
            },
            severity: told.severity,
            title: told.title,
            evidence: Evidence {
                expected: told.expected,
                observed: told.observed,
                contract_pointer: Some(format!("#{}", self.operation.pointer)),
                response_pointer: None,
            },
        })
    }
}

/// What an oracle has to say.
pub(super) struct Told {
    pub(super) severity: Severity,
    pub(super) effect: String,
    pub(super) title: String,
    pub(super) expected: String,
    pub(super) observed: String,
}

fn fields(value: &Value) -> Fields {
    fn walk(value: &Value, pointer: &str, depth: usize, found: &mut Fields) {
        match value {
            Value::Object(members) if depth > 0 && !members.is_empty() => {
                for (name, member) in members {
                    walk(member, &format!("{pointer}/{name}"), depth - 1, found);
                }
            }
            other => drop(found.insert(pointer.to_owned(), other.clone())),
        }
    }
    let mut found = Fields::new();
    walk(value, "", DEPTH_MAX, &mut found);
    found
}

/// Whether a value that was sent is the one that is shown, but for the ways in which services write the
/// same thing: 1 and 1.0, letter case and outer space, a time in another zone or precision.
pub(super) fn is_same(sent: &Value, shown: &Value) -> bool {
    match (sent, shown) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => {
            let plain = |text: &str| text.trim().to_lowercase();
            plain(a) == plain(b)
        }
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => *text == number.to_string(),
        _ => sent == shown,
    }
}

/// Pointers of members that changed between two reads of a path with nothing written in between.
pub(super) fn volatile(steps: &[Seen<'_>], path: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for pair in steps.windows(2) {
        let [one, two] = pair else { continue };
        let both_read = [one, two].iter().all(|seen| seen.is_read() && seen.path() == path);
        if let (true, Some(before), Some(after)) = (both_read, one.fields(), two.fields()) {
            let all = before.keys().chain(after.keys());
            found.extend(all.filter(|at| before.get(*at) != after.get(*at)).cloned());
        }
    }
    found
}

/// Whether a member's name says that the service keeps it by itself.
pub(super) fn is_book_keeping(pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default().to_lowercase();
    BOOK_KEEPING.iter().any(|part| name.contains(part))
}

/// The write at an index with the reads of its path right before and right after it, if these are all
/// that was sent in between.
pub(super) fn around<'s, 'a>(
    steps: &'s [Seen<'a>],
    write: usize,
) -> Option<(&'s Seen<'a>, &'s Seen<'a>, &'s Seen<'a>)> {
    let (before, write, after) =
        (steps.get(write.checked_sub(1)?)?, steps.get(write)?, steps.get(write + 1)?);
    let reads = [before, after];
    let fits = reads.iter().all(|seen| seen.is_read() && seen.path() == write.path());
    fits.then_some((before, write, after))
}

/// Characters of a value that are shown.
const SHOWN_CHARS_MAX: usize = 60;

/// A value for people.
pub(super) fn shown(value: &Value) -> String {
    value.to_string().chars().take(SHOWN_CHARS_MAX).collect()
}
