//! Subjects for the checks' own tests: an operation, a request and whatever came of it.

use harness_contract::{Contract, OperationKey, read};
use harness_model::{
    Exchange, Finding, Framing, HeaderField, Intent, Octets, Outcome, Place, Request, Response, Step,
    Timing, Verdict, Violated,
};

use crate::{Answers, CHECKS, Subject};

/// Declares 200 (JSON with a schema), 201 (no content) and 400 (JSON).
const CONTRACT: &str = r##"{
  "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
  "paths": {"/orders": {"post": {"responses": {
    "200": {"description": "ok", "content": {"application/json": {"schema": {
      "type": "object", "required": ["id"],
      "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}
    }}}},
    "201": {"description": "created"},
    "400": {"description": "no", "content": {"application/json": {}}}
  }}}}
}"##;

/// A subject that owns its parts.
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

    pub(crate) fn took(mut self, total_us: u64) -> Self {
        self.exchange.timing.total_us = total_us;
        self
    }

    pub(crate) fn control_answered(mut self, total_us: u64) -> Self {
        let response = Response { status: 200, headers: Vec::new(), content: Octets::default() };
        self.control = Some(exchange(Outcome::Response(response), total_us));
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

    fn declaring(mut self, from: &str, to: &str) -> Self {
        assert!(self.contract.contains(from));
        self.contract = self.contract.replace(from, to);
        self
    }

    pub(crate) fn declaring_4xx(self) -> Self {
        self.declaring(r#""400""#, r#""4XX""#)
    }

    pub(crate) fn declaring_default(self) -> Self {
        self.declaring(r#""400""#, r#""default""#)
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

    pub(crate) fn with_security(self) -> Self {
        self.declaring(r#""responses""#, r#""security": [{"key": []}], "responses""#).declaring(
            r#""paths""#,
            r#""components": {"securitySchemes": {"key":
                {"type": "apiKey", "in": "header", "name": "X-Key"}}}, "paths""#,
        )
    }

    fn verdicts(&self, name: &str) -> Vec<Verdict> {
        let contract: Contract = read(self.contract.as_bytes(), "t.json").expect("readable");
        let operation = contract.operation(&self.step.operation).expect("it is there");
        let answers = Answers::compile(&contract, operation);
        let check = CHECKS.iter().find(|check| check.name == name).expect("it is registered");
        (check.judge)(&Subject {
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
