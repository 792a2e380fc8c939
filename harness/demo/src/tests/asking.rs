//! How the tests ask, without a socket: an answer is there at once, or it never comes.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use futures_util::{FutureExt as _, StreamExt as _};
use jsonschema::Draft;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower_service::Service as _;

use crate::contract;

/// Polls of a piece of content before it is given up: nothing here waits for more than a turn.
const POLLS_MAX: usize = 3;

/// A request, and the operation that it is for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) operation: &'static str,
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    content: Vec<u8>,
}

/// A request for an operation, e.g. `GET /products/{product_id}`, at a target, e.g.
/// `/products/1001`.
pub(super) fn asked(operation: &'static str, target: impl Into<String>) -> Asked {
    let method = operation.split(' ').next().expect("an operation begins with its method");
    Asked { operation, method, target: target.into(), headers: Vec::new(), content: Vec::new() }
}

impl Asked {
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn octets(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.content = content.into();
        self
    }

    pub(super) fn json(self, content: &Value) -> Self {
        self.header("content-type", "application/json").octets(content.to_string())
    }

    pub(super) fn form(self, content: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").octets(content)
    }

    fn request(&self) -> Request<Body> {
        let mut builder = Request::builder().method(self.method).uri(&self.target);
        if !self.headers.iter().any(|(name, _)| *name == "host") {
            builder = builder.header("host", "shop");
        }
        for (name, value) in &self.headers {
            builder = builder.header(*name, value.as_bytes());
        }
        builder.body(Body::from(self.content.clone())).expect("the test asks in HTTP")
    }
}

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Answer {
        status: u16,
        media_type: Option<String>,
        /// Names in lower case, without the media type.
        headers: Vec<(String, String)>,
        content: Vec<u8>,
    },
    /// The handler unwound, which closes the connection.
    Dropped,
    NoHead,
    NoEnd,
    BrokenOff,
}

/// Where timers are made that nobody winds: time stands still in these tests.
static STILL: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime takes no more than memory")
});

pub(super) fn ask(app: &mut Router, asked: &Asked) -> Seen {
    let _still = STILL.enter();
    let head = catch_unwind(AssertUnwindSafe(|| app.call(asked.request()).now_or_never()));
    match head {
        Err(_) => Seen::Dropped,
        Ok(None) => Seen::NoHead,
        Ok(Some(Ok(response))) => answer(response),
        Ok(Some(Err(never))) => match never {},
    }
}

fn answer(response: Response<Body>) -> Seen {
    let status = response.status().as_u16();
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.map(|value| value.to_str().expect("it is ASCII").to_owned());
    let headers = response.headers().iter().filter(|(name, _)| **name != header::CONTENT_TYPE);
    let field = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().expect("it is ASCII").to_owned())
    };
    let headers = headers.map(field).collect();
    let mut content = Vec::new();
    let mut stream = response.into_body().into_data_stream();
    loop {
        match (0..POLLS_MAX).find_map(|_| stream.next().now_or_never()) {
            None => return Seen::NoEnd,
            Some(None) => return Seen::Answer { status, media_type, headers, content },
            Some(Some(Err(_))) => return Seen::BrokenOff,
            Some(Some(Ok(piece))) => content.extend_from_slice(&piece),
        }
    }
}

impl Seen {
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Answer { content, .. } => serde_json::from_slice(content).unwrap_or_default(),
            Self::Dropped | Self::NoHead | Self::NoEnd | Self::BrokenOff => Value::Null,
        }
    }

    /// The value of a header field, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        match self {
            Self::Answer { headers, .. } => {
                headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
            }
            Self::Dropped | Self::NoHead | Self::NoEnd | Self::BrokenOff => None,
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Answer { content, .. } => String::from_utf8_lossy(content).into_owned(),
            Self::Dropped | Self::NoHead | Self::NoEnd | Self::BrokenOff => String::new(),
        }
    }

    /// What is wrong with it by the contract; `None`: nothing.
    pub(super) fn broken(&self, operation: &str) -> Option<String> {
        let Self::Answer { status, media_type, content, .. } = self else {
            return Some(self.to_string());
        };
        let mut operations = contract::operations().iter();
        let (_, operation) =
            operations.find(|(key, _)| key == operation).expect("the contract has it");
        let Some(declared) = operation["responses"].get(status.to_string()) else {
            return Some(format!("{status} undeclared"));
        };
        for (name, described) in declared["headers"].as_object().into_iter().flatten() {
            match self.header(&name.to_lowercase()) {
                Some(value) if is_valid(&described["schema"], value) => {}
                Some(_) => return Some(format!("{status} with another {name}")),
                None => return Some(format!("{status} without {name}")),
            }
        }
        let Some(types) = declared["content"].as_object() else {
            return (!content.is_empty()).then(|| format!("{status} with content"));
        };
        let media_type = media_type.as_deref().unwrap_or("no media type");
        // Only JSON has its media type without a charset.
        let essence = media_type.strip_suffix("; charset=utf-8").unwrap_or(media_type);
        let is_json = media_type.ends_with("json");
        let Some(promised) = types.get(if is_json { media_type } else { essence }) else {
            return Some(format!("{status} {media_type} undeclared"));
        };
        if essence.ends_with("xml") {
            let parsed = roxmltree::Document::parse(std::str::from_utf8(content).ok()?);
            return parsed.err().map(|_| format!("{status} is no XML"));
        }
        if !is_json {
            return None;
        }
        let validator = compiled(&promised["schema"]);
        let value = self.json();
        let error = validator.iter_errors(&value).next()?;
        Some(format!("{status} breaks {}", error.kind().keyword()))
    }
}

fn compiled(schema: &Value) -> jsonschema::Validator {
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.build(schema).expect("the schema compiles")
}

/// Whether the value of a field is what its schema says: a number where it spells one, else a text.
fn is_valid(schema: &Value, value: &str) -> bool {
    let number = value.parse::<i64>().map(Value::from);
    let texts = [Value::from(value)];
    number.into_iter().chain(texts).any(|reading| compiled(schema).is_valid(&reading))
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { status, .. } => write!(formatter, "{status}"),
            Self::Dropped => formatter.write_str("dropped"),
            Self::NoHead => formatter.write_str("no head"),
            Self::NoEnd => formatter.write_str("no end"),
            Self::BrokenOff => formatter.write_str("broken off"),
        }
    }
}
