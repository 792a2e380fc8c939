//! Whole campaigns against a target in memory, on a clock that stands still: functions of their seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness_campaign::{
    Campaign, CampaignConfig, CampaignError, Limits, Selection, Stop, planned_requests, run,
};
use harness_contract::{Contract, read};
use harness_model::{
    Counterexample, Event, Fact, HeaderField, Intent, Octets, Outcome, Request, Response, Seed,
    Stage, StopReason, Summary,
};
use harness_transport::{Fake, ManualClock};
use serde_json::{Value, json};

const CONTRACT: &str = r#"
openapi: 3.1.0
info: { title: shop, version: "1" }
paths:
  /orders:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [item, quantity]
              properties:
                item: { type: string, minLength: 1, maxLength: 30 }
                quantity: { type: integer, minimum: 1, maximum: 1000 }
                note: { type: [string, "null"], maxLength: 100 }
                gift: { type: boolean }
      responses:
        "201": { description: ok, content: { application/json: { schema: { type: object } } } }
        "400": { description: no, content: { application/json: {} } }
        "415": { description: not that, content: { application/json: {} } }
  /orders/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
      responses:
        "200": { description: ok, content: { application/json: { schema: { type: object } } } }
        "400": { description: no, content: { application/json: {} } }
        "404": { description: none, content: { application/json: {} } }
"#;

fn contract() -> Contract {
    read(CONTRACT.as_bytes(), "shop.yaml").expect("the contract is readable")
}

fn answer(status: u16, content: &Value) -> Outcome {
    Outcome::Response(Response {
        status,
        headers: vec![HeaderField::new("content-type", "application/json")],
        content: Octets(content.to_string().into_bytes()),
    })
}

/// The shop as its contract describes it.
fn correct(request: &Request) -> Outcome {
    let target = request.target.lossy();
    if request.method == "GET" && target.starts_with("/orders/") {
        let id = target.trim_start_matches("/orders/").parse::<u64>();
        return match id {
            Ok(1..) => answer(200, &json!({"id": 1})),
            Ok(0) | Err(_) => answer(400, &json!({"message": "bad id"})),
        };
    }
    if request.method == "POST" && target.split('?').next() == Some("/orders") {
        let media_types: Vec<_> = request
            .headers
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case("content-type"))
            .map(|field| field.value.lossy().to_ascii_lowercase())
            .collect();
        let is_json = |name: &String| {
            let mut parts = name.split(';').map(str::trim);
            parts.next() == Some("application/json")
                && parts.all(|parameter| parameter == "charset=utf-8")
        };
        if media_types.len() != 1 || !media_types.iter().all(is_json) {
            return answer(415, &json!({"message": "send JSON"}));
        }
        let content: Value = serde_json::from_slice(&request.content.0).unwrap_or(Value::Null);
        let text = |name: &str, min: usize, max: usize| {
            content[name].as_str().is_some_and(|s| (min..=max).contains(&s.chars().count()))
        };
        let quantity = content["quantity"].as_f64().filter(|q| q.fract() == 0.0);
        let is_fine = text("item", 1, 30)
            && quantity.is_some_and(|q| (1.0..=1000.0).contains(&q))
            && (content["note"].is_null() || text("note", 0, 100))
            && content.get("gift").is_none_or(Value::is_boolean);
        return if is_fine {
            answer(201, &json!({"id": 1}))
        } else {
            answer(400, &json!({"message": "bad order"}))
        };
    }
    answer(404, &json!({"message": "nothing here"}))
}

struct Ran {
    result: Result<Summary, CampaignError>,
    events: Vec<Event>,
    sent: Vec<Request>,
}

impl Ran {
    fn found(&self) -> Vec<&Counterexample> {
        let found = self.events.iter().filter_map(|event| match &event.fact {
            Fact::Found { counterexample } => Some(&**counterexample),
            _ => None,
        });
        found.collect()
    }

    fn summary(&self) -> &Summary {
        self.result.as_ref().expect("the target answered")
    }
}

fn config(workers: usize) -> CampaignConfig {
    CampaignConfig {
        harness_version: "test".to_owned(),
        seed: Seed(11),
        target: "http://shop".to_owned(),
        base_path: String::new(),
        own_base_paths: std::collections::BTreeMap::new(),
        workers,
        rate_per_second: None,
        time_max: None,
        random_cases_per_operation: 20,
        rules: harness_campaign::Rules::default(),
        limits: Limits {
            request_deadline: Duration::from_secs(1),
            response_bytes_max: 65_536,
            shrink_probes_max: 300,
            shrink_time_max: Duration::from_mins(1),
            operation_time_max: Duration::from_mins(1),
        },
    }
}

fn campaign(
    config: CampaignConfig,
    service: impl Fn(&Request) -> Outcome + Send + Sync + 'static,
) -> Ran {
    let clock = ManualClock::new();
    let fake = Arc::new(Fake::new(clock.clone(), Duration::from_millis(1), service));
    let contract = contract();
    let campaign = Campaign {
        selected: Selection::default().apply(&contract).expect("there are operations"),
        contract: Arc::new(contract),
        config,
        transport: Arc::clone(&fake) as _,
        raw: None,
        clock: Arc::new(clock),
        regressions: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let mut events = Vec::new();
    let stop = Stop::new();
    let result = runtime.expect("a runtime can be built").block_on(run(
        campaign,
        &mut |event| events.push(event),
        &stop,
    ));
    Ran { result, events, sent: fake.sent() }
}

/// The content of an order, if the request is one.
fn order(request: &Request) -> Option<Value> {
    (request.method == "POST").then(|| serde_json::from_slice(&request.content.0).ok()).flatten()
}

#[test]
fn a_correct_service_has_no_findings() {
    let ran = campaign(config(4), correct);
    let summary = ran.summary();
    assert_eq!(summary.failures, Vec::<String>::new());
    assert_eq!(summary.flaky, 0);
    assert_eq!(summary.stopped, StopReason::Completed);
    for phase in summary.phases.iter().filter(|phase| phase.phase != "regressions") {
        assert_eq!(phase.planned, phase.executed, "{}", phase.phase);
    }
    for operation in &summary.operations {
        assert_eq!(operation.planned, operation.executed);
        assert!(operation.executed > 20, "{operation:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_event_log_byte_for_byte() {
    let faulty = |request: &Request| match order(request) {
        Some(order) if order["quantity"] == 1000 => answer(500, &json!({"message": "too many"})),
        _ => correct(request),
    };
    for workers in [1, 8] {
        let log =
            || serde_json::to_string(&campaign(config(workers), faulty).events).expect("JSON");
        assert_eq!(log(), log(), "{workers} workers");
    }
}

#[test]
fn the_number_of_workers_does_not_change_what_is_sent() {
    let requests = |workers| {
        let sent = campaign(config(workers), correct).sent;
        let mut sent: Vec<String> =
            sent.iter().map(|r| serde_json::to_string(r).expect("JSON")).collect();
        sent.sort();
        sent
    };
    assert_eq!(requests(1), requests(16));
}

#[test]
fn what_is_planned_is_what_is_sent() {
    let contract = contract();
    let selected = Selection::default().apply(&contract).expect("there are operations");
    let planned = planned_requests(&contract, &selected, &config(1), usize::MAX);
    let planned: Vec<&Request> = planned.iter().map(|planned| &planned.request).collect();
    let sent = campaign(config(1), correct).sent;
    // The first request only asks whether the target is there; the stages come after the plan.
    let sent: Vec<&Request> = sent.iter().skip(1).take(planned.len()).collect();
    assert_eq!(planned, sent);
}

#[test]
fn a_failure_is_confirmed_and_shrunk_to_its_cause() {
    let ran = campaign(config(4), |request| match order(request) {
        Some(order) if order["quantity"].as_i64().is_some_and(|quantity| quantity > 500) => {
            answer(500, &json!({"message": "out of stock"}))
        }
        _ => correct(request),
    });
    let found = ran.found();
    assert_eq!(found.len(), 1, "{found:#?}");
    let counterexample = found[0];
    assert_eq!(counterexample.finding.signature.check, "server_error");
    assert_eq!((counterexample.confirmation.reproduced, counterexample.confirmation.sent), (3, 3));
    let request = &counterexample.exchanges[0].request;
    let order = order(request).expect("it is an order");
    assert_eq!(order["quantity"], 501, "{order}");
    assert_eq!(order.as_object().map(serde_json::Map::len), Some(2), "{order}");
    assert!(counterexample.case.prefix[0].intent.is_allowed());
}

#[test]
fn two_causes_on_one_operation_stay_two() {
    let ran = campaign(config(4), |request| match order(request) {
        Some(order) if order["quantity"].as_i64().is_some_and(|quantity| quantity < 1) => {
            answer(500, &json!({"message": "division by zero"}))
        }
        Some(order) if order.get("item").is_none() => {
            answer(500, &json!({"message": "item is undefined"}))
        }
        _ => correct(request),
    });
    let effects: Vec<&str> =
        ran.found().iter().map(|found| found.finding.signature.effect.as_str()).collect();
    assert_eq!(effects.len(), 2, "{effects:?}");
}

#[test]
fn an_invalid_request_that_is_accepted_keeps_its_intent_when_shrunk() {
    let ran = campaign(config(4), |request| match order(request) {
        Some(order) if order["quantity"].as_i64().is_some_and(|quantity| quantity > 1000) => {
            answer(201, &json!({"id": 1}))
        }
        _ => correct(request),
    });
    let found = ran.found();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].finding.signature.check, "invalid_accepted");
    let Intent::Invalid(violated) = &found[0].case.prefix[0].intent else {
        panic!("{:?}", found[0].case.prefix[0].intent)
    };
    assert_eq!(violated.keyword, "maximum");
    let order = order(&found[0].exchanges[0].request).expect("it is an order");
    assert_eq!(order["quantity"], 1001, "{order}");
}

#[test]
fn what_does_not_come_back_is_flaky_and_no_finding() {
    let seen = AtomicU64::new(0);
    let ran = campaign(config(1), move |request| match seen.fetch_add(1, Ordering::SeqCst) {
        20 => answer(500, &json!({"message": "a hiccup"})),
        _ => correct(request),
    });
    assert!(ran.found().is_empty());
    assert_eq!(ran.summary().flaky, 1);
    assert!(ran.events.iter().any(|event| matches!(event.fact, Fact::Flaky { .. })));
}

#[test]
fn a_service_that_wants_credentials_is_not_tested_without() {
    let ran = campaign(config(2), |_| answer(401, &json!({"message": "who are you"})));
    assert_eq!(ran.summary().stopped, StopReason::Unauthorised);
    assert!(ran.sent.len() < 20, "{} requests", ran.sent.len());
}

#[test]
fn a_target_that_never_answers_is_an_error_that_names_it() {
    let ran =
        campaign(config(2), |_| Outcome::ConnectFailed { why: "connection refused".to_owned() });
    let Err(CampaignError::TargetUnreachable { target, why, .. }) = ran.result else {
        panic!("{:?}", ran.result)
    };
    assert_eq!((target.as_str(), why.as_str()), ("http://shop", "connection refused"));
    assert!(ran.events.is_empty());
}

#[test]
fn a_dropped_connection_with_the_service_alive_is_a_crash() {
    let ran = campaign(config(4), |request| match order(request) {
        Some(order) if order["gift"] == json!(true) => Outcome::ClosedEarly {
            stage: Stage::Head,
            partial: None,
            why: "connection reset by peer".to_owned(),
        },
        _ => correct(request),
    });
    let found = ran.found();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].finding.signature.check, "crash");
    assert_eq!(ran.summary().stopped, StopReason::Completed);
}

#[test]
fn a_service_that_dies_ends_the_run_with_the_request_that_did_it() {
    let dead = AtomicU64::new(0);
    let ran = campaign(config(1), move |request| {
        if dead.load(Ordering::SeqCst) == 1 {
            return Outcome::ConnectFailed { why: "connection refused".to_owned() };
        }
        if order(request).is_some_and(|order| order["quantity"] == 0) {
            dead.store(1, Ordering::SeqCst);
            return Outcome::ClosedEarly {
                stage: Stage::Head,
                partial: None,
                why: "connection closed".to_owned(),
            };
        }
        correct(request)
    });
    assert!(matches!(ran.summary().stopped, StopReason::TargetDown { .. }));
    let found = ran.found();
    assert_eq!(found.len(), 1, "{found:#?}");
    let order = order(&found[0].exchanges[0].request).expect("it is an order");
    assert_eq!(order["quantity"], 0);
}

#[test]
fn events_are_numbered_and_the_summary_comes_last() {
    let ran = campaign(config(4), correct);
    for (index, event) in ran.events.iter().enumerate() {
        assert_eq!(event.sequence, index as u64);
    }
    assert!(matches!(ran.events.first().map(|e| &e.fact), Some(Fact::RunStarted { .. })));
    assert!(matches!(ran.events.last().map(|e| &e.fact), Some(Fact::RunFinished { .. })));
}

#[test]
fn an_operation_that_refuses_everything_is_a_gap_and_not_a_finding() {
    let ran = campaign(config(4), |request| match request.method.as_str() {
        "POST" => answer(400, &json!({"message": "the moon is in the wrong house"})),
        _ => correct(request),
    });
    assert!(ran.found().is_empty(), "{:#?}", ran.found());
    let gaps = &ran.summary().operations[0].gaps;
    assert!(
        gaps.iter().any(
            |gap| matches!(gap, harness_model::Gap::NeverAccepted { answer, .. } if answer == "400")
        ),
        "{gaps:?}"
    );
}
