//! Laws that hold for all checks.

use harness_model::{HeaderField, Intent, Octets, Outcome, Response, Stage, Verdict};
use proptest::prelude::*;

use crate::fixture::{Fixture, invalid, malformed};
use crate::{CHECKS, Check, explain, judge_all, judge_by};

#[test]
fn every_check_explains_itself() {
    for check in CHECKS {
        let text = explain(check.name).expect("it is registered");
        for part in ["Why: ", "Quiet when: ", "Source: ", "Example: "] {
            assert!(text.contains(part), "{} says nothing under {part}", check.name);
        }
    }
    assert_eq!(explain("no_such_check"), None);
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CHECKS.len());
}

#[test]
fn a_check_that_panics_has_no_verdict_and_stops_nobody() {
    static BROKEN: &[Check] = &[
        Check { name: "broken", explain: "", needs_intent: false, judge: |_| panic!("ours") },
        Check {
            name: "whole",
            explain: "",
            needs_intent: false,
            judge: |_| vec![Verdict::Unknown("asked".to_owned())],
        },
    ];
    let verdicts = Fixture::answered(200, "").with_subject(|subject| judge_by(BROKEN, subject));
    let names: Vec<_> = verdicts.iter().map(|(check, _)| check.name).collect();
    assert_eq!(names, ["broken", "whole"]);
    assert!(matches!(&verdicts[0].1, Verdict::Unknown(why) if why.contains("check broken")));
}

#[test]
fn one_fault_is_told_by_one_check() {
    for (fixture, expected) in [
        (Fixture::answered(500, "<p>").with_header("content-type", "text/html"), "server_error"),
        (
            Fixture::answered(418, "<p>").with_header("content-type", "text/html"),
            "undeclared_status",
        ),
        (
            Fixture::answered(200, "<p>").with_header("content-type", "text/html"),
            "undeclared_media_type",
        ),
        (Fixture::answered(200, r#"{"id": "1"}"#), "body_violates_schema"),
        (Fixture::answered(201, "").meant(invalid("maximum")), "invalid_accepted"),
        (Fixture::answered(400, "{}").accepted(), "valid_rejected"),
    ] {
        let verdicts = fixture.with_subject(judge_all);
        let names: Vec<_> = verdicts.iter().map(|(check, _)| check.name).collect();
        assert_eq!(names, [expected]);
    }
}

#[test]
fn a_proper_answer_leaves_all_checks_silent() {
    for fixture in [
        Fixture::answered(200, r#"{"id": 1, "tags": ["a"]}"#),
        Fixture::answered(201, ""),
        Fixture::answered(400, "{}").meant(invalid("maximum")),
    ] {
        assert_eq!(fixture.with_subject(|subject| judge_all(subject).len()), 0);
    }
}

fn response() -> impl Strategy<Value = Response> {
    let content = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "\\PC{0,60}".prop_map(String::into_bytes),
        "\\{\"(id|message|errors)\": ?(\"\\PC{0,20}\"|\\[[0-9]\\]|\\{\"a\": null\\})\\}"
            .prop_map(String::into_bytes),
    ];
    let media_type = prop_oneof![
        Just("application/json".to_owned()),
        Just("text/html".to_owned()),
        "\\PC{0,20}",
    ];
    let status = prop_oneof![100_u16..600, any::<u16>()];
    (status, media_type, content).prop_map(|(status, media_type, content)| Response {
        status,
        headers: vec![HeaderField::new("Content-Type", media_type)],
        content: Octets(content),
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let stage = || prop_oneof![Just(Stage::Connect), Just(Stage::Head), Just(Stage::Body)];
    let partial = || prop::option::of(response().prop_map(Box::new));
    prop_oneof![
        4 => response().prop_map(Outcome::Response),
        1 => (response(), 0_usize..100)
            .prop_map(|(response, response_bytes_max)| Outcome::TooLarge { response, response_bytes_max }),
        1 => (stage(), partial()).prop_map(|(stage, partial)| Outcome::TimedOut { stage, partial }),
        1 => (stage(), partial(), "[a-z ]{0,9}")
            .prop_map(|(stage, partial, why)| Outcome::ClosedEarly { stage, partial, why }),
        1 => "[a-z]{1,9}".prop_map(|why| Outcome::ConnectFailed { why }),
        1 => "[a-z]{1,9}".prop_map(|why| Outcome::Unparsable { why }),
    ]
}

fn intent() -> impl Strategy<Value = Intent> {
    prop_oneof![Just(Intent::Valid), Just(invalid("maximum")), Just(malformed("json"))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_back_is_judged_and_always_alike(
        outcome in outcome(), control in prop::option::of(outcome()), intent in intent(),
        accepted: bool, sent in "\\PC{0,40}"
    ) {
        let mut fixture = Fixture::ended(outcome).meant(intent).sending(&sent).took(4_000_000);
        if accepted {
            fixture = fixture.accepted();
        }
        if let Some(control) = control {
            fixture = fixture.controlled(control);
        }
        let verdicts = || fixture.with_subject(|subject| {
            judge_all(subject).into_iter().map(|(check, verdict)| (check.name, verdict)).collect::<Vec<_>>()
        });
        let judged = verdicts();
        prop_assert_eq!(&judged, &verdicts());
        for (name, verdict) in judged {
            match verdict {
                Verdict::Unknown(why) => prop_assert!(!why.contains("internal error"), "{}: {}", name, why),
                Verdict::Fail(finding) => {
                    prop_assert_eq!(finding.signature.check, name);
                    prop_assert!(finding.signature.effect.chars().count() <= 200);
                    prop_assert!(!finding.signature.effect.contains('\n'));
                }
                Verdict::Pass => prop_assert!(false, "a pass is silent"),
            }
        }
    }
}
