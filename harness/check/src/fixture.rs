//! Subjects for the checks' own tests: an operation, a request and whatever came of it.

use harness_contract::{Contract, Location, OperationKey, Style, read};
use harness_model::{
    Body, BoundValue, Exchange, Finding, Framing, HeaderField, Intent, Octets, Outcome,
    ParameterValue, Place, Request, Response, Stage, Step, Timing, Verdict, Violated,
};
use serde_json::Value;

use crate::{Answers, CHECKS, Subject};

/// Declares 200 (JSON with a schema), 201 (no content) and 400 (JSON).
const CONTRACT: &str = r#"{
  "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
  "paths": {"PATH": {"post": {"responses": {
    "200": {"description": "ok", "content": {"application/json": {"schema": {
      "type": "object", "required": ["id"],
      "properties": {
        "id": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}}
      }
    }}}},
    "201": {"description": "created"},
    "400": {"description": "no", "content": {"application/json": {}}}
  }}}}
}"#;

/// A subject that owns its parts.
#[derive(Clone)]
pub(crate) struct Fixture {
    contract: String,
    step: Step,
    pub(crate) exchange: Exchange,
    control: Option<Exchange>,
    accepted: bool,
}

impl Fixture {
    /// A JSON answer to a valid request.
    pub(crate) fn answered(status: u16, content: &str) -> Self {
        Self::ended(Outcome::Response(Response {
            status,
            headers: vec![HeaderField::new("Content-Type", "application/json")],
            content: Octets::from(content),
        }))
    }

    /// Whatever came of a valid request.
    pub(crate) fn ended(outcome: Outcome) -> Self {
        let step = Step {
            operation: OperationKey::new("POST", "/orders"),
            method: "POST".to_owned(),
            path: "/orders".to_owned(),
            parameters: Vec::new(),
            body: None,
            identity: None,
            intent: Intent::Valid,
        };
        let exchange = exchange(outcome, 2_000);
        Self { contract: CONTRACT.to_owned(), step, exchange, control: None, accepted: false }
    }

    pub(crate) fn meant(mut self, intent: Intent) -> Self {
        self.step.intent = intent;
        self
    }

    pub(crate) fn by_method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.step.method);
        method.clone_into(&mut self.exchange.request.method);
        self
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self = self.without_header(name);
        if let Outcome::Response(response) = &mut self.exchange.outcome {
            response.headers.push(HeaderField::new(name, value));
        }
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        if let Outcome::Response(response) = &mut self.exchange.outcome {
            response.headers.retain(|field| !field.name.eq_ignore_ascii_case(name));
        }
        self
    }

    pub(crate) fn with_content(mut self, content: impl Into<Octets>) -> Self {
        if let Outcome::Response(response) = &mut self.exchange.outcome {
            response.content = content.into();
        }
        self
    }

    pub(crate) fn took(mut self, total_us: u64) -> Self {
        self.exchange.timing.total_us = total_us;
        self
    }

    pub(crate) fn control_answered(mut self, total_us: u64) -> Self {
        let response = Response { status: 200, headers: Vec::new(), content: Octets::default() };
        self.control = Some(exchange(Outcome::Response(response), total_us));
        self
    }

    /// Whatever came of the control.
    pub(crate) fn controlled(mut self, outcome: Outcome) -> Self {
        self.control = Some(exchange(outcome, 1_000));
        self
    }

    /// The control's answer has this status.
    pub(crate) fn control_status(mut self, status: u16) -> Self {
        if let Some(Exchange { outcome: Outcome::Response(response), .. }) = &mut self.control {
            response.status = status;
        }
        self
    }

    /// The control got a head and no end of the content.
    pub(crate) fn control_hung(mut self, total_us: u64) -> Self {
        let response = Response { status: 200, headers: Vec::new(), content: Octets::default() };
        let partial = Some(Box::new(response));
        self.control = Some(exchange(Outcome::TimedOut { stage: Stage::Body, partial }, total_us));
        self
    }

    pub(crate) fn control_failed(mut self) -> Self {
        let outcome = Outcome::ConnectFailed { why: "connection refused".to_owned() };
        self.control = Some(exchange(outcome, 100));
        self
    }

    pub(crate) fn accepted(mut self) -> Self {
        self.accepted = true;
        self
    }

    /// Edits the contract's text.
    pub(crate) fn declaring(mut self, from: &str, to: &str) -> Self {
        assert!(self.contract.contains(from), "{from} is not in {}", self.contract);
        self.contract = self.contract.replace(from, to);
        self
    }

    /// Declares this status, code or range in place of 400.
    pub(crate) fn declaring_status(self, status: &str) -> Self {
        self.declaring(r#""400""#, &format!("\"{status}\""))
    }

    pub(crate) fn declaring_nothing(self) -> Self {
        self.declaring(r#""responses""#, r#""x-responses""#)
    }

    pub(crate) fn declared_streams(self) -> Self {
        self.declaring(
            r#""application/json": {"schema""#,
            r#""text/event-stream": {}, "application/json": {"schema""#,
        )
    }

    /// Declares one security requirement, e.g. `{"key": []}`.
    pub(crate) fn secured(self, requirement: &str) -> Self {
        self.declaring(r#""responses""#, &format!(r#""security": [{requirement}], "responses""#))
            .declaring(
                r#""paths""#,
                r#""components": {"securitySchemes": {"key":
                    {"type": "apiKey", "in": "header", "name": "X-Key"}}}, "paths""#,
            )
    }

    /// Declares the operation under this template and asks for this target.
    pub(crate) fn at(mut self, template: &str, target: &str) -> Self {
        template.clone_into(&mut self.step.path);
        self.step.operation = OperationKey::new("POST", template);
        self.exchange.request.target = target.into();
        self
    }

    /// Sends this content.
    pub(crate) fn sending(mut self, content: &str) -> Self {
        self.exchange.request.content = content.into();
        self
    }

    /// Sends this header field.
    pub(crate) fn with_request_header(mut self, name: &str, value: &str) -> Self {
        let headers = &mut self.exchange.request.headers;
        headers.retain(|field| !field.name.eq_ignore_ascii_case(name));
        headers.push(HeaderField::new(name, value));
        self
    }

    /// Means this value for a parameter; the octets that are sent stay as they are.
    pub(crate) fn with_parameter(mut self, parameter: ParameterValue) -> Self {
        self.step.parameters.push(parameter);
        self
    }

    /// Means this value for a query parameter.
    pub(crate) fn with_query(self, name: &str, value: impl Into<Value>) -> Self {
        self.with_parameter(ParameterValue {
            location: Location::Query,
            name: name.to_owned(),
            style: Style::Form,
            explode: true,
            media_type: None,
            required: false,
            value: BoundValue::Known(value.into()),
        })
    }

    /// Means this content; the octets that are sent stay as they are.
    pub(crate) fn with_body(mut self, body: Body) -> Self {
        self.step.body = Some(body);
        self
    }

    /// The same answer, but its content went beyond the limit.
    pub(crate) fn too_large(mut self) -> Self {
        if let Outcome::Response(response) = self.exchange.outcome {
            let response_bytes_max = response.content.len();
            self.exchange.outcome = Outcome::TooLarge { response, response_bytes_max };
        }
        self
    }

    /// Hands the subject to `judge`.
    pub(crate) fn with_subject<T>(&self, judge: impl FnOnce(&Subject<'_>) -> T) -> T {
        let text = self.contract.replace("PATH", &self.step.path);
        let contract: Contract = read(text.as_bytes(), "t.json").expect("readable");
        let operation = contract.operation(&self.step.operation).expect("it is there");
        let answers = Answers::compile(&contract, operation);
        judge(&Subject {
            contract: &contract,
            operation,
            answers: &answers,
            step: &self.step,
            exchange: &self.exchange,
            control: self.control.as_ref(),
            operation_accepted: self.accepted,
            under_load: false,
        })
    }

    fn verdicts(&self, name: &str) -> Vec<Verdict> {
        let check = CHECKS.iter().find(|check| check.name == name).expect("it is registered");
        self.with_subject(check.judge)
    }
}

fn exchange(outcome: Outcome, total_us: u64) -> Exchange {
    let request = Request {
        method: "POST".to_owned(),
        target: "/orders".into(),
        headers: Vec::new(),
        content: Octets::default(),
        framing: Framing::None,
    };
    Exchange { request, outcome, timing: Timing { start_us: 0, head_us: 0, total_us } }
}

/// An intent that breaks this keyword at `/quantity` of the body.
pub(crate) fn invalid(keyword: &str) -> Intent {
    Intent::Invalid(Violated {
        at: Place::Body { pointer: "/quantity".to_owned() },
        keyword: keyword.to_owned(),
        what: "1001, one above the maximum 1000".to_owned(),
        lenient: false,
    })
}

/// An intent that breaks the syntax of this layer.
pub(crate) fn malformed(layer: &str) -> Intent {
    Intent::Malformed { layer: layer.to_owned(), what: "cut short".to_owned() }
}

/// Puts one check to a subject; all verdicts must be failures.
pub(crate) fn failures(name: &str, fixture: &Fixture) -> Vec<Finding> {
    let verdicts = fixture.verdicts(name).into_iter();
    let finding = |verdict| match verdict {
        Verdict::Fail(finding) => finding,
        Verdict::Pass | Verdict::Unknown(_) => panic!("{name}: {verdict:?}"),
    };
    verdicts.map(finding).collect()
}

/// Puts one check to a subject that it must fail, once.
pub(crate) fn check(name: &str, fixture: &Fixture) -> Finding {
    match <[Verdict; 1]>::try_from(fixture.verdicts(name)) {
        Ok([Verdict::Fail(finding)]) => finding,
        other => panic!("{name}: {other:?}"),
    }
}

/// Puts one check to a subject on which it must be silent.
pub(crate) fn silent(name: &str, fixture: &Fixture) {
    assert_eq!(fixture.verdicts(name), Vec::new(), "{name}");
}

/// Puts one check to a subject that it cannot judge.
pub(crate) fn unknown(name: &str, fixture: &Fixture) {
    let verdicts = fixture.verdicts(name);
    assert!(matches!(verdicts.as_slice(), [Verdict::Unknown(_)]), "{name}: {verdicts:?}");
}
