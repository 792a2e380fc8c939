//! One sequence that each oracle catches, and its correct and its odd but lawful twins.

use harness_contract::{Contract, OperationKey, read};
use harness_model::{
    Exchange, Framing, HeaderField, Intent, Octets, Outcome, Request, Response, Step, Timing,
    Verdict,
};

use super::{STATE_CHECKS, Seen, judge_state};

fn contract() -> Contract {
    let operation = r#"{"responses": {"default": {"description": ""}}}"#;
    let item = ["get", "put", "patch", "delete"].map(|it| format!(r#""{it}": {operation}"#));
    let text = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{
            "/a": {{"get": {operation}, "post": {operation}}}, "/a/{{id}}": {{{}}}}}}}"#,
        item.join(", ")
    );
    read(text.as_bytes(), "a.json").unwrap()
}

/// `METHOD target content → status content`; a refused request is written with `!` before the method.
fn step(line: &str) -> (Step, Exchange) {
    let (sent, answered) = line.split_once(" → ").unwrap();
    let allowed = sent.trim_start_matches('!');
    let mut words = allowed.splitn(3, ' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let content = words.next().unwrap_or_default();
    let (status, shown) = answered.split_once(' ').unwrap_or((answered, ""));
    let path = if target == "/a" { "/a" } else { "/a/{id}" };
    let intent = if allowed == sent { Intent::Valid } else { crate::fixture::invalid("maximum") };
    let step = Step {
        operation: OperationKey::new(method, path),
        method: method.to_owned(),
        path: path.to_owned(),
        parameters: Vec::new(),
        body: None,
        identity: None,
        intent,
    };
    let request = Request {
        method: method.to_owned(),
        target: Octets(target.as_bytes().to_vec()),
        headers: Vec::new(),
        content: Octets(content.as_bytes().to_vec()),
        framing: Framing::ContentLength,
    };
    // `@/a/7` before the content is a Location.
    let (location, shown) = match shown.strip_prefix('@') {
        Some(rest) => rest.split_once(' ').map_or((Some(rest), ""), |(at, rest)| (Some(at), rest)),
        None => (None, shown),
    };
    let headers = location.map(|at| HeaderField::new("location", at)).into_iter().collect();
    let content = Octets(shown.as_bytes().to_vec());
    let outcome = Outcome::Response(Response { status: status.parse().unwrap(), headers, content });
    (step, Exchange { request, outcome, timing: Timing::default() })
}

/// The steps with the operations that they are of.
fn seen<'a>(contract: &'a Contract, steps: &'a [(Step, Exchange)]) -> Vec<Seen<'a>> {
    let of = |(step, exchange): &'a (Step, Exchange)| {
        let operation = contract.operation(&step.operation).unwrap();
        Seen { operation, step, exchange }
    };
    steps.iter().map(of).collect()
}

/// Checks and effects that are found in a sequence.
#[track_caller]
fn check(lines: &[&str], expected: &[(&str, &str)]) {
    let contract = contract();
    let steps: Vec<(Step, Exchange)> = lines.iter().map(|line| step(line)).collect();
    let seen = seen(&contract, &steps);
    let found = judge_state(&seen).into_iter().map(|(check, verdict)| match verdict {
        Verdict::Fail(finding) => (check.name, finding.signature.effect),
        Verdict::Pass | Verdict::Unknown(_) => panic!("{verdict:?}"),
    });
    let found: Vec<(&str, String)> = found.collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(name, it)| (*name, it.as_str())).collect();
    assert_eq!(found, expected, "{lines:#?}");
}

const READ: &str = r#"GET /a/7 → 200 {"id": 7, "n": 1, "tags": ["x"]}"#;

#[test]
fn every_oracle_explains_itself() {
    for check in STATE_CHECKS {
        for part in ["Why: ", "Judged on ", "Quiet when: ", "Source: ", "Example: "] {
            assert!(check.explain.contains(part), "{} says nothing under {part}", check.name);
        }
        assert_eq!(crate::explain(check.name), Some(check.explain));
    }
}

#[test]
fn what_was_deleted_and_is_served_as_before_is_told() {
    check(&[READ, "DELETE /a/7 → 204", READ], &[("delete_without_effect", "then 200")]);
    for lines in [
        [READ, "DELETE /a/7 → 204", "GET /a/7 → 404"],
        [READ, "DELETE /a/7 → 202", READ],
        [READ, "DELETE /a/7 → 409", READ],
        [READ, "DELETE /a/7 → 204", r#"GET /a/7 → 200 {"id": 7, "n": 1, "deleted": true}"#],
        [READ, "DELETE /a/8 → 204", READ],
    ] {
        check(&lines, &[]);
    }
    let moved = r#"GET /a/7 → 200 {"id": 7, "n": 1, "tags": ["x"], "updated_at": 5}"#;
    check(&[READ, "DELETE /a/7 → 204", moved], &[("delete_without_effect", "then 200")]);
}

#[test]
fn an_update_that_keeps_the_old_value_is_told() {
    let put = r#"PUT /a/7 {"n": 2} → 200"#;
    check(&[READ, put, READ], &[("update_lost_fields", "/n kept")]);
    for lines in [
        [READ, put, r#"GET /a/7 → 200 {"id": 7, "n": 2}"#],
        [READ, put, r#"GET /a/7 → 200 {"id": 7, "n": 2.0}"#],
        [READ, r#"PUT /a/7 {"n": 1.0} → 200"#, READ],
        [READ, r#"PUT /a/7 {"other": 2} → 200"#, READ],
        [READ, r#"PUT /a/7 {"id": 8} → 200"#, READ],
        [READ, r#"PUT /a/7 {"n": 2} → 202"#, READ],
        [READ, r#"PUT /a/7 {"n": null} → 200"#, READ],
        [READ, r#"!PUT /a/7 {"n": 2} → 200"#, READ],
    ] {
        check(&lines, &[]);
    }
}

#[test]
fn a_patch_that_wipes_out_what_it_does_not_name_is_told() {
    let patch = r#"PATCH /a/7 {"n": 2} → 200"#;
    let wiped = r#"GET /a/7 → 200 {"id": 7, "n": 2, "tags": []}"#;
    check(&[READ, patch, wiped], &[("update_lost_fields", "/tags lost")]);
    let absent = r#"GET /a/7 → 200 {"id": 7, "n": 2}"#;
    check(&[READ, patch, absent], &[("update_lost_fields", "/tags lost")]);
    for after in [
        r#"GET /a/7 → 200 {"id": 7, "n": 2, "tags": ["x"]}"#,
        r#"GET /a/7 → 200 {"id": 7, "n": 2, "tags": ["derived"]}"#,
    ] {
        check(&[READ, patch, after], &[]);
    }
    // PUT replaces: what it does not name may go.
    check(&[READ, r#"PUT /a/7 {"n": 2} → 200"#, absent], &[]);
    // What comes and goes by itself tells nothing.
    let other = r#"GET /a/7 → 200 {"id": 7, "n": 1, "tags": []}"#;
    check(&[other, READ, patch, wiped], &[]);
}

#[test]
fn a_refused_write_that_took_effect_is_told() {
    let refused = r#"!PATCH /a/7 {"n": 2} → 422"#;
    let changed = r#"GET /a/7 → 200 {"id": 7, "n": 2, "tags": ["x"]}"#;
    check(&[READ, refused, changed], &[("failed_write_changed_state", "422 /n")]);
    check(&[READ, refused, READ], &[]);
    check(&[READ, refused, r#"GET /a/7 → 200 {"id": 7, "n": 3, "tags": ["x"]}"#], &[]);
    check(&[READ, r#"!PATCH /a/7 {"n": 2} → 429"#, changed], &[]);
}

#[test]
fn what_was_created_and_cannot_be_read_is_told() {
    let effect = "GET /a/{id} 404";
    let told = [("created_not_readable", effect)];
    check(&["POST /a {} → 201 @/a/7", "GET /a/7 → 404"], &told);
    check(&["POST /a {} → 201 @http://h/v1/a/7?x", "GET /a/7 → 404"], &told);
    check(&[r#"POST /a {} → 201 {"id": 7}"#, "GET /a/7 → 404"], &told);
    for lines in [
        vec!["POST /a {} → 201 @/a/7", READ],
        vec!["POST /a {} → 202 @/a/7", "GET /a/7 → 404"],
        vec!["POST /a {} → 201 @/a/7", "GET /a/8 → 404"],
        vec!["POST /a {} → 201 @/a/7", "GET /a/7 → 404", READ],
        vec!["POST /a {} → 201 @/a/7", "DELETE /a/7 → 204", "GET /a/7 → 404"],
        vec![r#"POST /a {} → 201 {"id": 8}"#, "GET /a/7 → 404"],
    ] {
        check(&lines, &[]);
    }
}

#[test]
fn a_put_that_adds_is_told() {
    let put = r#"PUT /a/7 {"n": 2} → 200"#;
    let read = |n: u32| format!(r#"GET /a/7 → 200 {{"id": 7, "n": {n}, "version": {n}}}"#);
    let (two, four) = (read(2), read(4));
    check(&[put, &two, put, &four], &[("put_not_idempotent", "/n")]);
    check(&[put, &two, put, &two], &[]);
    check(&[put, &two, r#"PUT /a/7 {"n": 4} → 200"#, &four], &[]);
    let versioned = r#"GET /a/7 → 200 {"id": 7, "n": 2, "version": 9}"#;
    check(&[put, &two, put, versioned], &[]);
    let (one, both) = (r#"GET /a/7 → 200 {"log": ["x"]}"#, r#"GET /a/7 → 200 {"log": ["x", "x"]}"#);
    check(&[put, one, put, both], &[("put_not_idempotent", "/log")]);
}

#[test]
fn a_list_that_disagrees_is_told() {
    let with = r#"GET /a → 200 {"items": [{"id": 7}], "total": 1}"#;
    let without = r#"GET /a → 200 {"items": [], "total": 0}"#;
    let gone = ["DELETE /a/7 → 204", "GET /a/7 → 404"];
    let still = [("list_disagrees", "deleted and listed")];
    check(&[gone[0], gone[1], with], &still);
    check(&[gone[0], gone[1], r#"GET /a → 200 [{"id": "7"}]"#], &still);
    check(&[gone[0], gone[1], without], &[]);
    check(&[gone[0], gone[1], r#"GET /a → 200 {"a": [{"id": 7}], "b": []}"#], &[]);
    let created = [r#"POST /a {} → 201 {"id": 7}"#, READ];
    let missing = [("list_disagrees", "created and not listed")];
    check(&[without, created[0], created[1], without], &missing);
    check(&[without, created[0], created[1], with], &[]);
    let long: Vec<String> = (10..20).map(|id| format!(r#"{{"id": {id}}}"#)).collect();
    let page = format!("GET /a → 200 [{}]", long.join(", "));
    check(&[&page, created[0], created[1], &page], &[]);
}

#[test]
fn a_sequence_with_a_broken_step_is_not_judged() {
    let mut steps: Vec<(Step, Exchange)> =
        [READ, "DELETE /a/7 → 204", READ].iter().map(|line| step(line)).collect();
    steps[1].1.outcome = Outcome::ConnectFailed { why: "refused".to_owned() };
    let contract = contract();
    let seen = seen(&contract, &steps);
    assert!(judge_state(&seen).is_empty());
}
