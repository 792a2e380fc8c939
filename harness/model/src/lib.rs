//! The nouns: what is done to a service, what came back, and what we conclude.
//!
//! Data only: no I/O, no async, no clock, no randomness. Everything that is written to disk has its
//! form here, so that a file written tonight can be read next year ([`FORMAT_VERSION`]).
mod case;
mod counterexample;
mod event;
mod exact_value;
mod exchange;
mod intent;
mod octets;
mod request;
mod seed;
mod standing;
mod verdict;

pub use case::{
    Binding, BindingSource, Body, BodyContent, BoundValue, Case, CaseId, Coding, FieldLayout,
    ParameterValue, PartLayout, Step, XmlNode,
};
pub use counterexample::{Attempt, Confirmation, Counterexample, FORMAT_VERSION, Reproduction};
pub use event::{Event, Fact, Gap, OperationSummary, PhaseCount, StopReason, Summary};
pub use exchange::{Exchange, Outcome, Response, Stage, Timing};
pub use intent::{Intent, Place, Violated};
pub use octets::Octets;
pub use request::{Framing, HeaderField, Request};
pub use seed::Seed;
pub use standing::{Assessed, Standing};
pub use verdict::{Evidence, Finding, Severity, Signature, Verdict};
