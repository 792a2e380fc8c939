//! What the contract allows is refused.

use harness_model::{Intent, Place, Response, Severity, Verdict};

use crate::finding::{Told, fail, status_in_words, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject, message};

/// Shorter names of members are in every text by chance.
const NAME_CHARS_MIN: usize = 3;
/// Words of a refusal that name no cause.
const GENERIC_WORDS: &[&str] = &[
    "a",
    "an",
    "and",
    "argument",
    "arguments",
    "bad",
    "body",
    "check",
    "content",
    "data",
    "entity",
    "error",
    "errors",
    "fail",
    "failed",
    "failure",
    "field",
    "fields",
    "for",
    "in",
    "input",
    "invalid",
    "is",
    "malformed",
    "not",
    "of",
    "or",
    "parameter",
    "parameters",
    "params",
    "payload",
    "query",
    "request",
    "schema",
    "syntax",
    "the",
    "unprocessable",
    "valid",
    "validate",
    "validation",
    "value",
    "values",
    "was",
    "wrong",
    "your",
];

/// Words of a refusal that rest on the state of the service, not on the shape of the request. The
/// contract cannot express them, so they prove nothing against it. Compared as whole words.
const STATE_WORDS: &[&str] = &[
    "already",
    "balance",
    "captcha",
    "conflict",
    "could not find",
    "credentials",
    "disabled",
    "does not belong",
    "duplicate",
    "exhausted",
    "exist",
    "exists",
    "expired",
    "foreign key",
    "in use",
    "inactive",
    "incorrect",
    "insufficient",
    "invalid reference",
    "invalid token",
    "invalid_client",
    "invalid_grant",
    "is not available",
    "locked",
    "no longer",
    "no such",
    "not allowed",
    "not found",
    "not permitted",
    "not registered",
    "not supported",
    "out of stock",
    "permission",
    "quota",
    "referenced",
    "taken",
    "unavailable",
    "unique",
    "unknown",
    "unsupported",
];

pub(crate) const CHECK: Check = Check {
    name: "valid_rejected",
    explain: "A 400, 405, 406, 415 or 422 to a request that satisfies every constraint of the contract.\n\n\
        Why: either the service is stricter than it says, so that clients run into walls that nobody \
        told them of, or its validation is off by one.\n\n\
        Quiet when: the operation has not accepted anything in this run (then it is shown as a gap: \
        something that the contract does not say is missing); the limit is one that the contract does \
        not declare (of machine integers, say); the refusal (400, 422) speaks of the state of the service \
        (`not found`, `already exists`, …) rather than of the request. Unknown when the path may lead to \
        another operation.\n\n\
        Source: OpenAPI 3.1, 4.8.10; RFC 9110, 15.5.1 and 15.5.21.\n\n\
        Example: POST /products {\"name\": <40 characters>} → 400, maxLength is 40",
    needs_intent: true,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    if !subject.step.intent.is_allowed() {
        return Vec::new();
    }
    let Some(response) = subject.answer() else { return Vec::new() };
    let status = response.status;
    if !matches!(status, 400 | 405 | 406 | 415 | 422) {
        return Vec::new();
    }
    if !subject.operation_accepted {
        return unknown("the operation has not accepted anything in this run");
    }
    // The contract says nothing of such a limit, so a service may have one.
    if let Intent::Boundary { limit, .. } = &subject.step.intent
        && limit.starts_with(Intent::UNDECLARED_LIMIT)
    {
        return Vec::new();
    }
    // The other statuses say these words of the method or the media type, which are no state.
    if matches!(status, 400 | 422) && message::mentions(response, STATE_WORDS) {
        return Vec::new();
    }
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let message = message::message(subject, response);
    let (place, limit) = match &subject.step.intent {
        Intent::Boundary { at, limit } if is_blamed(response, at, &message) => {
            (format!(" {}", at.normalised()), format!(" ({at} at {limit})"))
        }
        Intent::Boundary { .. } | Intent::Valid | Intent::Invalid(_) | Intent::Malformed { .. } => {
            Default::default()
        }
    };
    let told = Told {
        check: CHECK.name,
        // The edge of a constraint that the contract spells out is refused against its word; that
        // some value is refused may be a rule that the contract only fails to mention.
        severity: if place.is_empty() { Severity::Low } else { Severity::Medium },
        // One finding a status and place: that the contract leaves rules out is one cause, however
        // many rules there are and however their messages read.
        effect: format!("{status}{place}"),
        title: format!("refused ({status}) a request that the contract allows{limit}"),
        expected: "anything but a refusal of the request's form".to_owned(),
        observed: status_in_words(status, &message),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// Whether the refusal is about this edge: it names the place, or says nothing that would point
/// elsewhere. A refusal with a cause of its own has that cause wherever the edge was.
fn is_blamed(response: &Response, at: &Place, message: &str) -> bool {
    let name = match at {
        Place::Parameter { name, pointer, .. } => last_name(pointer).unwrap_or(name),
        Place::Body { pointer } => last_name(pointer).unwrap_or_default(),
        Place::Request => "",
    };
    let is_named = name.chars().count() >= NAME_CHARS_MIN
        && message::holds(&message::own_words(response), &[&name.to_lowercase()]);
    says_nothing(message) || is_named
}

/// Whether a message names no cause at all.
fn says_nothing(message: &str) -> bool {
    let mut words = message.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.all(|word| GENERIC_WORDS.iter().any(|generic| generic.eq_ignore_ascii_case(word)))
}

/// The last token of a JSON pointer that is a name rather than an index.
fn last_name(pointer: &str) -> Option<&str> {
    let is_name = |token: &&str| !token.is_empty() && !token.bytes().all(|b| b.is_ascii_digit());
    pointer.rsplit('/').find(is_name)
}

#[cfg(test)]
mod tests {
    use harness_model::{Intent, Place, Severity};

    use crate::fixture::{Fixture, check, invalid, silent, unknown};

    fn boundary() -> Intent {
        let at = Place::Body { pointer: "/name".to_owned() };
        Intent::Boundary { at, limit: "maxLength 40".to_owned() }
    }

    #[test]
    fn a_refused_boundary_is_a_failure_once_the_operation_accepts_something() {
        let fixture = Fixture::answered(400, "{\"message\":\"name too long\"}").meant(boundary());
        let finding = check("valid_rejected", &fixture.accepted());
        assert_eq!(finding.severity, Severity::Medium);
        assert_eq!(finding.signature.effect, "400 body /name");
    }

    #[test]
    fn a_refusal_with_a_cause_of_its_own_is_not_blamed_on_the_edge() {
        let content = "{\"message\":\"start must be before end\"}";
        let fixture = Fixture::answered(400, content).meant(boundary()).accepted();
        let elsewhere = check("valid_rejected", &fixture);
        assert_eq!(elsewhere.signature.effect, "400");
        assert_eq!(elsewhere.severity, Severity::Low);
        let content = "{\"message\":\"Validation failed\"}";
        let fixture = Fixture::answered(400, content).meant(boundary()).accepted();
        let silent_on_it = check("valid_rejected", &fixture);
        assert_eq!(silent_on_it.signature.effect, "400 body /name");
    }

    #[test]
    fn an_operation_that_never_accepts_is_not_judged() {
        unknown("valid_rejected", &Fixture::answered(400, "").meant(boundary()));
    }

    #[test]
    fn refusals_that_rest_on_state_are_fine() {
        for message in ["customer not found", "E-mail already taken", "Unknown product 7"] {
            let content = format!("{{\"message\":\"{message}\"}}");
            let fixture = Fixture::answered(422, &content).meant(Intent::Valid);
            silent("valid_rejected", &fixture.accepted());
        }
    }

    #[test]
    fn words_of_state_count_only_as_words_and_only_where_state_is_meant() {
        let message = |status, text: &str| {
            let content = format!("{{\"message\":\"{text}\"}}");
            Fixture::answered(status, &content).meant(Intent::Valid).accepted()
        };
        check("valid_rejected", &message(400, "wrong name in user, mistaken and blocked"));
        silent("valid_rejected", &message(400, "the name is in use."));
        check("valid_rejected", &message(405, "Method Not Allowed"));
        check("valid_rejected", &message(415, "Unsupported Media Type"));
    }

    #[test]
    fn a_refusal_of_a_random_valid_request_is_of_low_severity() {
        let fixture = Fixture::answered(422, "{\"message\":\"bad\"}").meant(Intent::Valid);
        let finding = check("valid_rejected", &fixture.accepted());
        assert_eq!(finding.severity, Severity::Low);
        assert_eq!(finding.signature.effect, "422");
    }

    #[test]
    fn which_item_of_a_list_was_at_the_edge_does_not_matter() {
        let at_item = |n: u8| {
            let at = Place::Body { pointer: format!("/items/{n}/quantity") };
            let boundary = Intent::Boundary { at, limit: "maximum 10".to_owned() };
            check("valid_rejected", &Fixture::answered(400, "").meant(boundary).accepted())
        };
        assert_eq!(at_item(0).signature.effect, "400 body /items/*/quantity");
        assert_eq!(at_item(0).signature, at_item(3).signature);
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        let at = |target| {
            Fixture::answered(405, "").meant(boundary()).accepted().at("/orders/{id}", target)
        };
        unknown("valid_rejected", &at("/orders/"));
        check("valid_rejected", &at("/orders/a"));
    }

    #[test]
    fn limits_that_the_contract_does_not_declare_may_be_refused() {
        let at = Place::Body { pointer: "/n".to_owned() };
        let limit = format!("{}2147483648", Intent::UNDECLARED_LIMIT);
        let fixture = Fixture::answered(400, "{}").meant(Intent::Boundary { at, limit });
        silent("valid_rejected", &fixture.accepted());
    }

    #[test]
    fn invalid_requests_may_be_refused() {
        silent("valid_rejected", &Fixture::answered(400, "").meant(invalid("maximum")).accepted());
    }

    #[test]
    fn statuses_that_speak_of_other_things_are_fine() {
        for status in [200, 401, 403, 404, 409, 410, 429, 500] {
            silent("valid_rejected", &Fixture::answered(status, "").meant(boundary()).accepted());
        }
    }
}
