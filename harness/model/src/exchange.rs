//! A request and what became of it. A misbehaving target is data, never an `Err`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{HeaderField, Octets, Request};

/// One request, its outcome and how long it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came of it.
    pub outcome: Outcome,
    /// When.
    pub timing: Timing,
}

impl Exchange {
    /// The response, whole or cut short, if a head arrived.
    pub fn response(&self) -> Option<&Response> {
        match &self.outcome {
            Outcome::Response(response) | Outcome::TooLarge { response, .. } => Some(response),
            Outcome::TimedOut { partial, .. } | Outcome::ClosedEarly { partial, .. } => {
                partial.as_deref()
            }
            Outcome::ConnectFailed { .. }
            | Outcome::TlsFailed { .. }
            | Outcome::Unparsable { .. }
            | Outcome::Unsendable { .. } => None,
        }
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// A complete response.
    Response(Response),
    /// No connection could be made.
    ConnectFailed {
        /// Why, in the operating system's words.
        why: String,
    },
    /// The connection was made but not the TLS session.
    TlsFailed {
        /// Why.
        why: String,
    },
    /// The deadline passed.
    TimedOut {
        /// What was being waited for.
        stage: Stage,
        /// What had arrived by then, if a head had.
        partial: Option<Box<Response>>,
    },
    /// The service closed or reset the connection before the response was complete.
    ClosedEarly {
        /// What was being waited for.
        stage: Stage,
        /// What had arrived by then, if a head had.
        partial: Option<Box<Response>>,
        /// In the operating system's words.
        why: String,
    },
    /// Something came back that is not HTTP.
    Unparsable {
        /// What is wrong with it.
        why: String,
    },
    /// The content grew beyond the limit; reading stopped there.
    TooLarge {
        /// The head, and the content up to the limit.
        response: Response,
        /// The limit.
        response_bytes_max: usize,
    },
    /// This transport cannot put these octets on the wire unchanged, so nothing was sent.
    Unsendable {
        /// What would have been changed.
        why: String,
    },
}

/// A part of an exchange that takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Connecting, TLS included.
    Connect,
    /// From the request's last octet to the end of the response's head.
    Head,
    /// From the end of the head to the end of the content.
    Body,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Response {
    /// Three digits, whatever they are.
    pub status: u16,
    /// In arrival order; names as the transport gives them (compare without case).
    pub headers: Vec<HeaderField>,
    /// Octets of the content after transfer coding; empty if none.
    #[serde(default, skip_serializing_if = "Octets::is_empty")]
    pub content: Octets,
}

impl Response {
    /// The first field with this name, compared without case.
    pub fn header(&self, name: &str) -> Option<&Octets> {
        self.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|f| &f.value)
    }

    /// Type and subtype of `Content-Type`, lower-cased, without parameters; `None` if absent.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?.lossy().into_owned();
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        (!essence.is_empty()).then_some(essence)
    }
}

/// When an exchange happened, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// From the start of the run to the moment the request was handed over.
    pub start_us: u64,
    /// From there to the end of the response's head; 0 if none came.
    pub head_us: u64,
    /// From there (the start) to the end.
    pub total_us: u64,
}
