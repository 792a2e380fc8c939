//! What the contract forbids is let in.

use harness_model::{Intent, Severity, Verdict};

use crate::finding::{Told, fail, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject};

pub(crate) const CHECK: Check = Check {
    name: "invalid_accepted",
    explain: "A 2xx status to a request that breaks exactly one constraint of the contract.\n\n\
        Why: a constraint that nobody enforces is wrong data in the database and a surprise for the next \
        service; the check that the contract promises was never written.\n\n\
        The request is judged as it goes over the wire: a violation that a reader of the wire cannot see \
        (a numeric string in a query, one item for a list) is none. Where a lenient reader could take the \
        value for a valid one (\"1\" for 1) the severity is low.\n\n\
        Quiet when: the answer is not 2xx (404, 401 and 403 may come before validation); the method is \
        HEAD, OPTIONS or TRACE and not declared. Unknown when the path may lead to another operation, which \
        then did the accepting.\n\n\
        Source: OpenAPI 3.1, 4.8.12 and 4.8.13; JSON Schema 2020-12; Web Fuzzing Commons F102.\n\n\
        Example: POST /orders {\"quantity\": 1001} → 201, the maximum is 1000",
    needs_intent: true,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let Intent::Invalid(violated) = &subject.step.intent else { return Vec::new() };
    let Some(response) = subject.answer() else { return Vec::new() };
    if !(200..300).contains(&response.status) {
        return Vec::new();
    }
    // Every resource may answer these, whatever the contract says (RFC 9110, 9.3.2, 9.3.7 and 9.3.8).
    if !subject.is_declared_method()
        && matches!(&*subject.step.method, "HEAD" | "OPTIONS" | "TRACE")
    {
        return Vec::new();
    }
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let status = response.status;
    let told = Told {
        check: CHECK.name,
        severity: if violated.lenient { Severity::Low } else { Severity::Medium },
        effect: format!("{} {}", violated.at.normalised(), violated.keyword),
        title: format!(
            "accepted ({status}) a request that breaks {} of {}",
            violated.keyword, violated.at
        ),
        expected: format!(
            "a refusal with 4xx, because {} breaks {}: {}",
            violated.at, violated.keyword, violated.what
        ),
        observed: format!("status {status}"),
        contract_pointer: Some(format!("#{}", subject.operation.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

#[cfg(test)]
mod tests {
    use harness_contract::Location;
    use harness_model::{Intent, Place, Severity, Violated};

    use crate::fixture::{Fixture, check, invalid, malformed, silent, unknown};

    #[test]
    fn a_2xx_to_a_violation_is_a_failure_that_names_the_constraint() {
        let finding =
            check("invalid_accepted", &Fixture::answered(201, "").meant(invalid("maximum")));
        assert_eq!(finding.signature.effect, "body /quantity maximum");
        assert_eq!(finding.severity, Severity::Medium);
    }

    #[test]
    fn any_other_status_is_fine() {
        for status in [302, 400, 401, 403, 404, 422, 500] {
            silent("invalid_accepted", &Fixture::answered(status, "").meant(invalid("maximum")));
        }
    }

    #[test]
    fn every_2xx_accepts() {
        for status in [200, 201, 202, 204, 207] {
            check("invalid_accepted", &Fixture::answered(status, "").meant(invalid("maximum")));
        }
    }

    #[test]
    fn any_resource_may_answer_head_options_and_trace() {
        for method in ["HEAD", "OPTIONS", "TRACE"] {
            let fixture = Fixture::answered(200, "").meant(invalid("method")).by_method(method);
            silent("invalid_accepted", &fixture);
        }
        let fixture = Fixture::answered(200, "").meant(invalid("method")).by_method("PUT");
        check("invalid_accepted", &fixture);
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        let id = Place::Parameter {
            location: Location::Path,
            name: "id".to_owned(),
            pointer: String::new(),
        };
        let broken = |target: &str| {
            let violated = Violated {
                at: id.clone(),
                keyword: "minLength".to_owned(),
                what: "too short".to_owned(),
                lenient: false,
            };
            Fixture::answered(200, "{}").meant(Intent::Invalid(violated)).at("/orders/{id}", target)
        };
        unknown("invalid_accepted", &broken("/orders/"));
        check("invalid_accepted", &broken("/orders/a"));
    }

    #[test]
    fn malformed_requests_are_for_other_checks() {
        silent("invalid_accepted", &Fixture::answered(200, "").meant(malformed("json")));
    }

    #[test]
    fn a_valid_request_may_be_accepted() {
        silent("invalid_accepted", &Fixture::answered(200, "{\"id\":1}").meant(Intent::Valid));
    }

    #[test]
    fn what_a_lenient_reader_takes_is_of_low_severity() {
        let violated = Violated {
            at: Place::Body { pointer: "/items/3/quantity".to_owned() },
            keyword: "type".to_owned(),
            what: "\"1\" for 1".to_owned(),
            lenient: true,
        };
        let finding =
            check("invalid_accepted", &Fixture::answered(200, "").meant(Intent::Invalid(violated)));
        assert_eq!(finding.severity, Severity::Low);
        assert_eq!(finding.signature.effect, "body /items/*/quantity type");
    }
}
