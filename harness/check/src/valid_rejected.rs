//! What the contract allows is refused.

use harness_model::{Intent, Outcome, Severity, Verdict};

use crate::finding::{Told, fail};
use crate::{Check, Subject, mask};

/// Words of a refusal that rest on the state of the service, not on the shape of the request. The
/// contract cannot express them, so they prove nothing against it.
const STATE_WORDS: &[&str] = &[
    "already", "balance", "conflict", "could not find", "does not belong", "does not exist",
    "doesn't exist", "duplicate", "exhausted", "expired", "in use", "insufficient", "invalid reference",
    "is not available", "locked", "no longer", "no such", "not allowed", "not exist", "not found",
    "not permitted", "not registered", "not supported", "out of stock", "permission", "quota",
    "referenced", "taken", "unavailable", "unique", "unknown", "unsupported",
];

pub(crate) const CHECK: Check = Check {
    name: "valid_rejected",
    explain: "A 400, 405, 406, 415 or 422 to a request that satisfies every constraint of the contract.\n\n\
        Why: either the service is stricter than it says, so that clients run into walls that nobody \
        told them of, or its validation is off by one.\n\n\
        Quiet when: the operation has not accepted anything in this run (then it is shown as a gap: \
        something that the contract does not say is missing); the limit is one that the contract does \
        not declare (of machine integers, say); the refusal speaks of the state of the \
        service (`not found`, `already exists`, …) rather than of the request.\n\n\
        Source: OpenAPI 3.1, 4.8.10; RFC 9110, 15.5.1 and 15.5.21.\n\n\
        Example: POST /products {\"name\": <40 characters>} → 400, maxLength is 40",
    needs_intent: true,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    if !subject.step.intent.is_allowed() {
        return Vec::new();
    }
    let (Outcome::Response(response) | Outcome::TooLarge { response, .. }) =
        &subject.exchange.outcome
    else {
        return Vec::new();
    };
    let status = response.status;
    if !matches!(status, 400 | 405 | 406 | 415 | 422) {
        return Vec::new();
    }
    if !subject.operation_accepted {
        let why = "the operation has not accepted anything in this run".to_owned();
        return vec![Verdict::Unknown(why)];
    }
    // The contract says nothing of such a limit, so a service may have one.
    if let Intent::Boundary { limit, .. } = &subject.step.intent
        && limit.starts_with(Intent::UNDECLARED_LIMIT)
    {
        return Vec::new();
    }
    let text = response.content.lossy().to_lowercase();
    if STATE_WORDS.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let message = mask::message(response, &subject.exchange.request);
    let (place, limit) = match &subject.step.intent {
        Intent::Boundary { at, limit } => (format!(" {}", at.normalised()), format!(" ({at} at {limit})")),
        Intent::Valid | Intent::Invalid(_) | Intent::Malformed { .. } => Default::default(),
    };
    let told = Told {
        check: CHECK.name,
        severity: if place.is_empty() { Severity::Low } else { Severity::Medium },
        effect: format!("{status}{place} {message}").trim_end().to_owned(),
        title: format!("refused ({status}) a request that the contract allows{limit}"),
        expected: "anything but a refusal of the request's form".to_owned(),
        observed: format!("status {status}: {message}"),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
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
        assert_eq!(finding.signature.effect, "400 body /name name too long");
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
