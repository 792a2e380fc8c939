//! Octets that claim to be an answer, put to every check. Knows what a verdict must rest on; the
//! reading of the octets is `input`'s to know.

mod input;

use std::sync::LazyLock;

use harness_check::{Answers, CHECKS, Subject, judge_all};
use harness_contract::{Contract, Direction, Operation, Validator, read};
use harness_generate::{OperationPlan, render};
use harness_model::{Exchange, Finding, Intent, Outcome, Request, Response, Step, Timing, Verdict};
use serde_json::Value;

use self::input::Input;
use crate::{OCTETS_MAX, Reached, Target};

/// Edges, and violations, that an operation is asked with.
const STEPS_MAX: usize = 4;
/// Characters of the longest text of a finding: a person reads it on one screen.
const TEXT_CHARS_MAX: usize = 2_000;
/// Verdicts that one check may give on one answer.
const VERDICTS_MAX: usize = 20;

pub(crate) const TARGET: Target = Target {
    name: "answer",
    explain: "No answer makes a check panic; verdicts are the same twice, few and short; and each rests on \
              what it says: a 5xx, a status that is not declared, content that its schema refuses.",
    run,
};

/// What the answers are judged by, made once.
struct Prepared {
    contract: Contract,
    operations: Vec<Asked>,
}

/// An operation and what it is asked.
struct Asked {
    operation: Operation,
    answers: Answers,
    requests: Vec<(Step, Request)>,
}

static PREPARED: LazyLock<Prepared> = LazyLock::new(|| {
    let text = include_bytes!("answer/contract.json");
    let contract = read(text, "contract.json").expect("the contract of this target is readable");
    let operations = contract.operations.iter().map(|operation| asked(&contract, operation));
    Prepared { operations: operations.collect(), contract }
});

fn asked(contract: &Contract, operation: &Operation) -> Asked {
    let plan = OperationPlan::compile(contract, operation);
    let baseline = plan.baseline().expect("the operations of this target have valid requests");
    let malformed = |layer: &str| Step {
        intent: Intent::Malformed { layer: layer.to_owned(), what: "cut short".to_owned() },
        ..baseline.clone()
    };
    let mut steps = vec![baseline.clone(), malformed("json"), malformed("http")];
    steps.push(Step { method: "PATCH".to_owned(), ..baseline.clone() });
    steps.push(Step { method: "HEAD".to_owned(), ..baseline.clone() });
    steps.extend(plan.boundaries().into_iter().take(STEPS_MAX));
    steps.extend(plan.violations().into_iter().take(STEPS_MAX));
    let rendered = |step: Step| {
        let request = render(&step, "/api").expect("planned steps have no bound values");
        (step, request)
    };
    Asked {
        operation: operation.clone(),
        answers: Answers::compile(contract, operation),
        requests: steps.into_iter().map(rendered).collect(),
    }
}

/// Reads the octets as an answer and puts it to every check.
///
/// # Panics
/// If a law is broken.
pub fn run(data: &[u8]) -> Reached {
    if data.len() > OCTETS_MAX {
        return Reached::Door;
    }
    let Some(input) = Input::read(data) else { return Reached::Door };
    let Prepared { contract, operations } = &*PREPARED;
    let asked = &operations[input.operation % operations.len()];
    let (step, request) = &asked.requests[input.request % asked.requests.len()];
    let exchange = |outcome: Outcome| Exchange {
        request: request.clone(),
        outcome,
        timing: Timing { start_us: 7, head_us: input.total_us / 2, total_us: input.total_us },
    };
    let control = input.control.map(&exchange);
    let subject = Subject {
        contract,
        operation: &asked.operation,
        answers: &asked.answers,
        step,
        exchange: &exchange(input.outcome),
        control: control.as_ref(),
        operation_accepted: input.is_accepted,
        under_load: input.is_under_load,
    };
    judge(&subject);
    Reached::Laws
}

fn judge(subject: &Subject<'_>) {
    let named = |(check, verdict): (&'static harness_check::Check, Verdict)| (check.name, verdict);
    let verdicts: Vec<_> = judge_all(subject).into_iter().map(named).collect();
    let again: Vec<_> = judge_all(subject).into_iter().map(named).collect();
    assert_eq!(verdicts, again, "the same question twice");
    assert!(verdicts.len() <= CHECKS.len() * VERDICTS_MAX, "{} verdicts", verdicts.len());
    for (name, verdict) in verdicts {
        match verdict {
            Verdict::Pass => {}
            // `judge_all` keeps a run going; here a check that panics is the finding.
            Verdict::Unknown(why) => {
                assert!(!why.starts_with("internal error in check"), "{name}: {why}");
                is_short(name, &why);
            }
            Verdict::Fail(finding) => {
                assert_eq!(finding.signature.check, name);
                assert_eq!(finding.signature.operation, subject.operation.key);
                for text in [
                    &finding.title,
                    &finding.signature.effect,
                    &finding.evidence.expected,
                    &finding.evidence.observed,
                ] {
                    is_short(name, text);
                }
                is_file_name(&finding.signature.slug());
                rests_on_what_it_says(subject, name, &finding);
            }
        }
    }
    says_what_the_schema_refuses(subject);
}

fn is_short(name: &str, text: &str) {
    let length = text.chars().count();
    assert!(length <= TEXT_CHARS_MAX, "{name} says {length} characters");
}

/// Longest file name that common file systems take is 255 octets; the slug gets an extension.
fn is_file_name(slug: &str) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    assert!(slug.len() < 200 && slug.chars().all(is_plain), "{slug}");
}

/// The answer, if it is whole.
fn answer<'a>(subject: &Subject<'a>) -> Option<&'a Response> {
    match &subject.exchange.outcome {
        Outcome::Response(response) | Outcome::TooLarge { response, .. } => Some(response),
        Outcome::ConnectFailed { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::TimedOut { .. }
        | Outcome::ClosedEarly { .. }
        | Outcome::Unparsable { .. }
        | Outcome::Unsendable { .. } => None,
    }
}

/// The fact that each check is named after.
fn rests_on_what_it_says(subject: &Subject<'_>, name: &str, finding: &Finding) {
    let response = answer(subject);
    let status = response.map(|response| response.status);
    let is_within = |range: std::ops::Range<u16>| status.is_some_and(|code| range.contains(&code));
    let declared = status.map(|status| subject.operation.response(status));
    let is_true = match name {
        "server_error" => is_within(500..600),
        "undeclared_status" => matches!(declared, Some(None)),
        "invalid_accepted" => is_within(200..300) && !subject.step.intent.is_allowed(),
        "valid_rejected" => is_within(400..500) && subject.step.intent.is_allowed(),
        "body_violates_schema" => {
            let content = response.map(|response| response.content.0.as_slice());
            let value = content.and_then(|octets| serde_json::from_slice::<Value>(octets).ok());
            let validator = validator(subject);
            // Other than JSON, or JSON that is refused.
            value.is_none_or(|value| validator.is_some_and(|validator| !validator.is_valid(&value)))
        }
        "undeclared_media_type" => {
            let essence = response.and_then(Response::media_type);
            let is_it = |name: &str| Some(name) == essence.as_deref();
            declared.flatten().is_some_and(|spec| !spec.content.iter().any(|d| is_it(&d.name)))
        }
        "crash" | "hang" => !matches!(
            &subject.exchange.outcome,
            Outcome::Unsendable { .. } | Outcome::TlsFailed { .. }
        ),
        _ => true,
    };
    assert!(is_true, "{name} has no ground: {finding:?} of {:?}", subject.exchange.outcome);
}

/// The validator of the answer's JSON, if the contract has one for it under exactly its name.
fn validator(subject: &Subject<'_>) -> Option<Validator> {
    let response = answer(subject)?;
    let essence = response.media_type()?;
    let declared = &subject.operation.response(response.status)?.content;
    let schema = declared.iter().find(|declared| declared.name == essence)?.schema.as_ref()?;
    Validator::compile(&subject.contract.schemas, schema, Direction::Response).ok()
}

/// Whole, plain content of a declared success that its schema refuses is never passed in silence.
fn says_what_the_schema_refuses(subject: &Subject<'_>) {
    let Outcome::Response(response) = &subject.exchange.outcome else { return };
    let is_plain =
        ["content-encoding", "content-range"].map(|name| response.header(name).is_none());
    let is_asked_by_its_method = subject.step.method == subject.operation.method;
    let breaks_http =
        matches!(&subject.step.intent, Intent::Malformed { layer, .. } if layer == "http");
    if !matches!(response.status, 200 | 201)
        || is_plain != [true; 2]
        || !is_asked_by_its_method
        || breaks_http
    {
        return;
    }
    let Some(validator) = validator(subject) else { return };
    let Ok(value) = serde_json::from_slice::<Value>(&response.content.0) else { return };
    if !validator.is_valid(&value) {
        let verdicts = judge_all(subject);
        let is_said = verdicts.iter().any(|(check, _)| check.name == "body_violates_schema");
        assert!(is_said, "{value} is passed in silence");
    }
}

#[cfg(test)]
mod tests {
    use super::{PREPARED, run};
    use crate::Reached;

    #[test]
    fn an_answer_reaches_the_laws_and_less_than_a_head_does_not() {
        assert_eq!(run(b"0000HTTP/1.1 200 OK\r\n\r\n[]"), Reached::Laws);
        assert_eq!([&b""[..], b"000"].map(run), [Reached::Door; 2]);
    }

    #[test]
    fn every_operation_is_asked_validly_and_invalidly() {
        assert_eq!(PREPARED.operations.len(), 6);
        for asked in &PREPARED.operations {
            assert!(asked.requests.len() >= 5, "{}", asked.operation.key);
        }
    }
}
